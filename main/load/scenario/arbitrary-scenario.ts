/** Any scenario, for tests of what must hold for all of them. */
import fc from 'fast-check';
import { httpMethods, scenarioSchema, type Scenario } from '../../scenario';

/** Texts that break out of quotes, look like other types, or mean something in YAML, JavaScript, Python or templates. */
const nasty = [
  '',
  ' ',
  'true',
  'null',
  '1.0',
  '0x10',
  '~',
  '- a',
  'a: b',
  '#no',
  '`${alert(1)}`',
  "'; import os; os.system('x') #",
  '"""',
  "'''",
  '\\',
  '\\"',
  '</script>',
  '{{ user.name }}',
  '{{ $random(1, 5) }}',
  '{% raw %}',
  'line\nline',
  '\n',
  'a\r\nb',
  '\tx',
  'x ',
  '\u2028',
  '\u0000',
  '\u{1f600}',
  '<<',
  '&a',
  '*a',
  '!tag',
  '|',
  '>',
  '%',
  '@',
  '2026-01-01',
  '12:30',
];
export const anyText = fc.oneof(
  fc.constantFrom(...nasty),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 10 }),
);
const text1 = anyText.filter((text) => text !== '');
const name = anyText.map((text) => text.trim()).filter((text) => text !== '');
const key = anyText.filter((text) => text !== '__proto__');
const texts = fc.dictionary(key, anyText, { maxKeys: 3, noNullPrototype: true });
const ms = fc.oneof(
  fc.integer({ min: 0, max: 86_400_000 }),
  fc.double({ min: 0, max: 86_400_000, noNaN: true }).map((value) => value + 0),
);
const positiveMs = ms.filter((value) => value > 0);
const think = fc.tuple(ms, ms).map(([a, b]) => ({ minMs: Math.min(a, b), maxMs: Math.max(a, b) }));
const json = fc
  .jsonValue({ maxDepth: 3, noUnicodeString: false })
  .filter((value) => !JSON.stringify(value).includes('__proto__'))
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const opt = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const ramp = fc.constantFrom('step' as const, 'linear' as const);
const percentile = fc.integer({ min: 1, max: 1000 });

const load = fc.oneof(
  fc.record({
    model: fc.constant('closed' as const),
    stages: fc.array(fc.record({ durationMs: positiveMs, users: fc.integer({ min: 0, max: 5000 }), ramp }), {
      minLength: 1,
      maxLength: 3,
    }),
    thinkTime: think,
  }),
  fc.record({
    model: fc.constant('open' as const),
    stages: fc.array(
      fc.record({
        durationMs: positiveMs,
        rate: fc.double({ min: 0, max: 1e6, noNaN: true }).map((v) => v + 0),
        ramp,
      }),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
    arrivals: fc.constantFrom('even' as const, 'poisson' as const),
    maxInFlight: fc.integer({ min: 1, max: 20_000 }),
  }),
  fc.record({
    model: fc.constant('knee' as const),
    startUsers: fc.integer({ min: 1, max: 5000 }),
    maxUsers: fc.integer({ min: 1, max: 5000 }),
    factor: fc.constantFrom(1.1, 1.5, 2, 10),
    stepMs: positiveMs,
    thinkTime: think,
    until: fc.record({
      p95Ms: opt(positiveMs),
      errorRatio: fc.double({ min: 0, max: 1, noNaN: true }).map((v) => v + 0),
      slowdown: fc.constantFrom(1.5, 5, 100),
    }),
  }),
);

const pick = fc.constantFrom('sequence' as const, 'random' as const, 'per-user' as const);
const variable = fc.oneof(
  fc.record({
    from: fc.constant('csv' as const),
    file: fc.oneof(text1, fc.constant('users.csv')),
    delimiter: fc.constantFrom(',', ';', '\t', '|'),
    pick,
  }),
  fc.record({ from: fc.constant('json' as const), file: fc.oneof(text1, fc.constant('a.JSON')), pick }),
  fc.record({
    from: fc.constant('list' as const),
    values: fc.array(json, { minLength: 1, maxLength: 3 }),
    pick,
  }),
);

const body = fc.oneof(
  fc.record({ type: fc.constant('json' as const), value: json }),
  fc.record({ type: fc.constant('form' as const), fields: texts }),
  fc.record({
    type: fc.constant('multipart' as const),
    parts: fc.array(
      fc.oneof(
        fc.record({ name: anyText, value: anyText }),
        fc.record({ name: anyText, file: text1, fileName: opt(anyText), contentType: opt(anyText) }),
      ),
      { minLength: 1, maxLength: 3 },
    ),
  }),
  fc.record({ type: fc.constant('text' as const), text: anyText, contentType: opt(anyText) }),
  fc.record({ type: fc.constant('file' as const), file: text1, contentType: opt(anyText) }),
);

const capture = fc.oneof(
  fc.record({
    name,
    from: fc.constantFrom('json' as const, 'header' as const, 'cookie' as const),
    select: fc.oneof(text1, fc.constant('$.items[0].id')),
    required: fc.boolean(),
  }),
  fc.record({
    name,
    from: fc.constant('regex' as const),
    select: fc.constantFrom('id=(\\d+)', '"token":"([^"]+)"'),
    required: fc.boolean(),
  }),
);

const check = fc.oneof(
  fc.record({
    on: fc.constant('status' as const),
    in: fc.array(fc.constantFrom('200', '2xx', '404', '5xx'), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    on: fc.constant('body' as const),
    contains: opt(anyText),
    matches: opt(fc.constantFrom('^ok$', 'a"b', "it's", '/path/\\d+')),
    json: opt(fc.oneof(fc.record({ select: text1 }), fc.record({ select: text1, equals: json }))),
  }),
  fc.record({ on: fc.constant('header' as const), header: text1, contains: opt(anyText) }),
  fc.record({ on: fc.constant('latency' as const), belowMs: positiveMs }),
);

const step = fc.oneof(
  fc.record({
    kind: fc.constant('request' as const),
    name: opt(name),
    method: fc.constantFrom(...httpMethods),
    url: fc.oneof(text1, fc.constantFrom('/products', 'http://127.0.0.1:3000/a?b={{ c }}')),
    query: texts,
    headers: texts,
    body: opt(body),
    capture: fc.array(capture, { maxLength: 2 }),
    checks: fc.array(check, { maxLength: 3 }),
    timeoutMs: opt(positiveMs),
    redirects: fc.integer({ min: 0, max: 20 }),
  }),
  fc.record({
    kind: fc.constant('websocket' as const),
    name: opt(name),
    url: text1,
    headers: texts,
    messages: fc.array(fc.record({ send: anyText, expect: opt(anyText), thenWait: opt(think) }), {
      minLength: 1,
      maxLength: 2,
    }),
    timeoutMs: opt(positiveMs),
  }),
  fc.record({ kind: fc.constant('think' as const), time: think }),
);
const steps = fc.array(step, { minLength: 1, maxLength: 3 });

const via = fc.constantFrom('target', 'db');
const fault = fc.oneof(
  fc.record({
    kind: fc.constant('latency' as const),
    via,
    delayMs: ms,
    jitterMs: ms,
    direction: fc.constantFrom('request' as const, 'answer' as const, 'both' as const),
  }),
  fc.record({ kind: fc.constant('bandwidth' as const), via, bytesPerSecond: fc.integer({ min: 1 }) }),
  fc.record({
    kind: fc.constant('drop' as const),
    via,
    ratio: fc.oneof(
      fc.constantFrom(0, 0.5, 1),
      fc.double({ min: 0, max: 1, noNaN: true }).map((v) => v + 0),
    ),
  }),
  fc.record({ kind: fc.constant('cpu' as const), processes: fc.integer({ min: 1, max: 64 }) }),
  fc.record({
    kind: fc.constant('memory' as const),
    limitBytes: fc.oneof(fc.integer({ min: 1 }), fc.constant(200e6)),
  }),
  fc.record({
    kind: fc.constant('block' as const),
    blockMs: fc.integer({ min: 1, max: 60_000 }),
    everyMs: opt(positiveMs),
  }),
  fc.record({ kind: fc.constant('pause' as const) }),
  fc.record({
    kind: fc.constant('kill' as const),
    signal: fc.constantFrom('SIGKILL' as const, 'SIGTERM' as const),
  }),
);

export const anyScenario: fc.Arbitrary<Scenario> = fc
  .record({
    version: fc.constant(1 as const),
    name,
    baseUrl: opt(anyText),
    load,
    warmUpMs: ms,
    headers: texts,
    variables: fc.dictionary(
      fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/).filter((each) => each !== '__proto__'),
      variable,
      { maxKeys: 3, noNullPrototype: true },
    ),
    setUp: fc.array(step, { maxLength: 2 }),
    flows: fc.array(
      fc.record({ name: fc.oneof(name, fc.constant('main')), weight: fc.constantFrom(1, 2, 0.5), steps }),
      { minLength: 1, maxLength: 3 },
    ),
    cookies: fc.boolean(),
    connection: fc.record({
      keepAlive: fc.boolean(),
      maxConnections: opt(fc.integer({ min: 1, max: 20_000 })),
      http2: fc.boolean(),
      insecureTls: fc.boolean(),
      timeoutMs: positiveMs,
      connectTimeoutMs: positiveMs,
    }),
    thresholds: fc.array(
      fc.record({
        expression: fc.oneof(
          percentile.map((value) => `p95 < ${value}ms`),
          fc.constantFrom('errors < 1%', 'rps >= 100', 'checks > 99%', 'p99{GET /a "b"} <= 1s'),
        ),
        abort: fc.boolean(),
        afterMs: ms,
      }),
      { maxLength: 2 },
    ),
    dependencies: fc.constantFrom(
      [],
      [{ name: 'db', host: '127.0.0.1', port: 5432, env: { DATABASE_URL: 'postgres://{{host}}:{{port}}' } }],
    ),
    faults: fc.array(fc.record({ atMs: ms, forMs: positiveMs, fault }), { maxLength: 2 }),
  })
  .map((scenario) => {
    const withDb = scenario.faults.some(({ fault: each }) => 'via' in each && each.via === 'db');
    const dependencies =
      withDb && scenario.dependencies.length === 0
        ? [{ name: 'db', port: 5432, env: {} }]
        : scenario.dependencies;
    return scenarioSchema.parse({ ...scenario, dependencies });
  });
