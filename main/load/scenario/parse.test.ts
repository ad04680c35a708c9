import { describe, expect, it } from 'vitest';
import { AppError } from '../../errors';
import { scenarioSchema } from '../../scenario';
import { parseScenario } from './parse';

function errorOf(text: string): AppError {
  try {
    parseScenario(text);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error(`no error: ${text}`);
}

const steps = 'steps: [/a]';

describe('the short form', () => {
  it('says users, duration and steps, and everything else is at its default', () => {
    expect(parseScenario('users: 10\nduration: 30s\nsteps:\n  - get: /products\n')).toEqual(
      scenarioSchema.parse({
        version: 1,
        load: { model: 'closed', stages: [{ durationMs: 30_000, users: 10 }] },
        flows: [{ name: 'main', steps: [{ kind: 'request', url: '/products' }] }],
      }),
    );
  });

  it.each([
    ['rate: 100\nduration: 1m', { model: 'open', stages: [{ durationMs: 60_000, rate: 100 }] }],
    [
      'stages: [{ duration: 10s, rate: 10 }, { duration: 1m, rate: 50, ramp: linear }]\narrivals: poisson',
      {
        model: 'open',
        stages: [
          { durationMs: 10_000, rate: 10 },
          { durationMs: 60_000, rate: 50, ramp: 'linear' },
        ],
        arrivals: 'poisson',
      },
    ],
    [
      'stages: [{ duration: 10s, users: 10 }]\nthink: 1s..3s',
      {
        model: 'closed',
        stages: [{ durationMs: 10_000, users: 10 }],
        thinkTime: { minMs: 1000, maxMs: 3000 },
      },
    ],
    ['knee: true', { model: 'knee' }],
    [
      'knee: { max: 200, step: 5s, until: { p95: 1s, errors: 2% } }',
      { model: 'knee', maxUsers: 200, stepMs: 5000, until: { p95Ms: 1000, errorRatio: 0.02 } },
    ],
    ['load: { users: 3, duration: 2s }', { model: 'closed', stages: [{ durationMs: 2000, users: 3 }] }],
  ])('understands the load of %s', (text, load) => {
    const full = scenarioSchema.parse({
      version: 1,
      load,
      flows: [{ name: 'main', steps: [{ kind: 'request', url: '/a' }] }],
    });
    expect(parseScenario(`${text}\n${steps}`).load).toEqual(full.load);
  });

  it.each([
    ['/products', { kind: 'request', url: '/products' }],
    ['POST /cart', { kind: 'request', method: 'POST', url: '/cart' }],
    [
      '{ post: /a, json: { id: "{{ $uuid }}", n: [1, null] } }',
      {
        kind: 'request',
        method: 'POST',
        url: '/a',
        body: { type: 'json', value: { id: '{{ $uuid }}', n: [1, null] } },
      },
    ],
    [
      '{ post: /a, form: { n: 1.0, b: true } }',
      { kind: 'request', method: 'POST', url: '/a', body: { type: 'form', fields: { n: '1.0', b: 'true' } } },
    ],
    [
      '{ post: /a, text: hi, contentType: text/plain }',
      {
        kind: 'request',
        method: 'POST',
        url: '/a',
        body: { type: 'text', text: 'hi', contentType: 'text/plain' },
      },
    ],
    [
      '{ post: /a, body: hi }',
      { kind: 'request', method: 'POST', url: '/a', body: { type: 'text', text: 'hi' } },
    ],
    [
      '{ put: /a, file: a.bin }',
      { kind: 'request', method: 'PUT', url: '/a', body: { type: 'file', file: 'a.bin' } },
    ],
    [
      '{ post: /a, multipart: { title: hi, photo: { file: cat.png, contentType: image/png } } }',
      {
        kind: 'request',
        method: 'POST',
        url: '/a',
        body: {
          type: 'multipart',
          parts: [
            { name: 'title', value: 'hi' },
            { name: 'photo', file: 'cat.png', contentType: 'image/png' },
          ],
        },
      },
    ],
    [
      '{ get: /a, capture: { id: $.id, t: { header: x-token }, c: { cookie: sid, required: false }, r: { regex: "a(b)" } } }',
      {
        kind: 'request',
        url: '/a',
        capture: [
          { name: 'id', from: 'json', select: '$.id' },
          { name: 't', from: 'header', select: 'x-token' },
          { name: 'c', from: 'cookie', select: 'sid', required: false },
          { name: 'r', from: 'regex', select: 'a(b)' },
        ],
      },
    ],
    [
      '{ get: /a, status: [200, 3xx], checks: { latency: 1s, contains: hi, json: $.ok, equals: true } }',
      {
        kind: 'request',
        url: '/a',
        checks: [
          { on: 'status', in: ['200', '3xx'] },
          { on: 'latency', belowMs: 1000 },
          { on: 'body', contains: 'hi', json: { select: '$.ok', equals: true } },
        ],
      },
    ],
    [
      '{ get: /a, checks: [{ header: etag }, { matches: "^o" }] }',
      {
        kind: 'request',
        url: '/a',
        checks: [
          { on: 'header', header: 'etag' },
          { on: 'body', matches: '^o' },
        ],
      },
    ],
    ['{ think: 1s..3s }', { kind: 'think', time: { minMs: 1000, maxMs: 3000 } }],
    ['{ think: 500ms }', { kind: 'think', time: { minMs: 500, maxMs: 500 } }],
    [
      '{ websocket: /live, messages: [ping, { send: a, expect: b, wait: 1s }] }',
      {
        kind: 'websocket',
        url: '/live',
        messages: [{ send: 'ping' }, { send: 'a', expect: 'b', thenWait: { minMs: 1000, maxMs: 1000 } }],
      },
    ],
  ])('understands the step %s', (text, step) => {
    const full = scenarioSchema.parse({
      version: 1,
      load: { model: 'knee' },
      flows: [{ name: 'main', steps: [step] }],
    });
    expect(parseScenario(`knee: true\nsteps:\n  - ${text}`).flows).toEqual(full.flows);
  });

  it.each([
    [
      '{ at: 1s, for: 2s, latency: 200ms, jitter: 50ms, direction: both }',
      { kind: 'latency', delayMs: 200, jitterMs: 50, direction: 'both' },
    ],
    ['{ at: 1s, for: 2s, bandwidth: 64kB/s }', { kind: 'bandwidth', bytesPerSecond: 64_000 }],
    ['{ at: 1s, for: 2s, drop: 50% }', { kind: 'drop', ratio: 0.5 }],
    ['{ at: 1s, for: 2s, drop: true }', { kind: 'drop' }],
    ['{ at: 1s, for: 2s, cpu: 2 }', { kind: 'cpu', processes: 2 }],
    ['{ at: 1s, for: 2s, memory: 200MB }', { kind: 'memory', limitBytes: 200e6 }],
    ['{ at: 1s, for: 2s, block: 500ms, every: 2s }', { kind: 'block', blockMs: 500, everyMs: 2000 }],
    ['{ at: 1s, for: 2s, pause: true }', { kind: 'pause' }],
    ['{ at: 1s, for: 2s, kill: SIGTERM }', { kind: 'kill', signal: 'SIGTERM' }],
    ['{ atMs: 1000, forMs: 2000, fault: { kind: latency, delayMs: 5 } }', { kind: 'latency', delayMs: 5 }],
  ])('understands the fault %s', (text, fault) => {
    const full = scenarioSchema.parse({
      version: 1,
      load: { model: 'knee' },
      flows: [{ name: 'main', steps: [{ kind: 'request', url: '/a' }] }],
      faults: [{ atMs: 1000, forMs: 2000, fault }],
    });
    expect(parseScenario(`knee: true\n${steps}\nfaults:\n  - ${text}`).faults).toEqual(full.faults);
  });

  it('takes anchors and merges as YAML has them', () => {
    const scenario = parseScenario(`
knee: true
flows:
  - name: a
    steps:
      - &first { get: /a, headers: &h { x-a: "1" } }
  - name: b
    steps:
      - *first
      - get: /b
        headers: { <<: *h, x-b: "2" }
`);
    expect(scenario.flows[1]?.steps).toMatchObject([
      { url: '/a' },
      { url: '/b', headers: { 'x-a': '1', 'x-b': '2' } },
    ]);
  });
});

describe('a mistake', () => {
  it.each([
    [
      'users: 5\nduraton: 3s\nsteps: [/a]',
      'Line 2, column 1 (duraton): “duraton” is nothing that a scenario has. Did you mean “duration”?',
    ],
    [
      'knee: true\nsteps:\n  - gte: /a',
      'Line 3, column 5 (steps[0].gte): “gte” is nothing that a step has. Did you mean “get”?',
    ],
    [
      'knee: true\nsteps:\n  - get: /a\n    tiemout: 3s',
      'Line 4, column 5 (steps[0].tiemout): “tiemout” is nothing that a request has. Did you mean “timeout”?',
    ],
    [
      `users: 5\nduration: 3\n${steps}`,
      'Line 2, column 11 (duration): 3 of what? A length of time needs its unit.',
    ],
    [
      `users: 7000\nduration: 3s\n${steps}`,
      'Line 1, column 8 (users): 7000 is too much: it may be at most 5000.',
    ],
    [`users: many\nduration: 3s\n${steps}`, 'Line 1, column 8 (users): expected a number, not “many”.'],
    [
      `users: 5\nduration: 3s\nramp: liner\n${steps}`,
      'Line 3, column 7 (ramp): expected step, linear, not “liner”. Did you mean “linear”?',
    ],
    [
      `users: 5\nrate: 5\nduration: 3s\n${steps}`,
      'Line 2, column 7 (rate): users and rate exclude each other: a load follows one of them.',
    ],
    ['steps: [/a]', 'Line 1, column 1: this file does not say how much load to make.'],
    ['users: 5\nduration: 3s', 'Line 1, column 1: this file does not say what to send.'],
    [
      `knee: true\n${steps}\nthresholds:\n  - p95 << 4`,
      'Line 4, column 5 (thresholds[0]): “< 4” in “p95 << 4” is no length of time.',
    ],
    [
      `knee: true\n${steps}\nfaults: [{ at: 1s, for: 3s, latancy: 3ms }]`,
      'Line 3, column 29 (faults[0].latancy): “latancy” is nothing that a fault has. Did you mean “latency”?',
    ],
    [
      `knee: true\n${steps}\nfaults: [{ at: 1s, for: 3s, latency: 3ms, via: db }]\ndependencies: [{ name: dbx, port: 1, env: {} }]`,
      'Line 3, column 48 (faults[0].via): there is no dependency “db”. Did you mean “dbx”?',
    ],
    [
      'knee: true\nsteps:\n  - get: /a\n    checks: [{ matches: "(" }]',
      'Line 4, column 25 (steps[0].checks[0].matches): this is no regular expression:',
    ],
    [
      'knee: true\nvariables: { user: [a] }\nsteps:\n  - get: "/a/{{ usr.name }}"',
      'Line 4, column 10 (steps[0].get): nothing is known as {{ usr.name }}. Did you mean “user”?',
    ],
    [
      'knee: true\nsteps:\n  - post: /a\n    headers: { authorization: "Bearer {{ token }}" }',
      'Line 4, column 31 (steps[0].headers.authorization): nothing is known as {{ token }}.',
    ],
    [
      'knee: true\nsteps:\n  - post: /a\n    json:\n      deep: [1, { in: "{{ it }}" }]',
      'Line 5, column 23 (steps[0].json.deep[1].in): nothing is known as {{ it }}.',
    ],
    [
      'knee: true\nsteps:\n  - post: /a\n    form: { a: "{{ $randomint(1, 2) }}" }',
      'Line 4, column 16 (steps[0].form.a): {{ $randomint(1, 2) }} cannot be filled in: there is no function $randomint. Did you mean “$randomInt”?',
    ],
    [
      'knee: true\nsteps:\n  - websocket: /a\n    messages: [hello, { send: "{{ a }}" }]',
      'Line 4, column 31 (steps[0].messages[1].send): nothing is known as {{ a }}.',
    ],
    [
      'knee: true\nheaders: { x: "{{ y }}" }\nsteps: [/a]',
      'Line 2, column 15 (headers.x): nothing is known as {{ y }}.',
    ],
    [
      'knee: true\nheaders: { "a b": c }\nsteps: [/a]',
      'Line 2, column 19 (headers.a b): the header “a b” cannot be sent.',
    ],
    [
      'knee: true\nsteps:\n  - get: /a\n    capture:\n      id: $.items[*].id',
      'Line 5, column 11 (steps[0].capture.id): “$.items[*].id” is not a place in JSON.',
    ],
    [
      'knee: true\nsteps:\n  - { get: /products, name: list }\nthresholds: ["p95{lits} < 1s"]',
      'Line 4, column 14 (thresholds[0]): there is no request “lits”. Did you mean “list”?',
    ],
    [
      'knee: true\nsteps:\n  - get: /a\n    json: 1\n    text: b',
      'Line 5, column 5 (steps[0].text): a request has one body: “json” and “text” are two.',
    ],
    ['knee: true\nsteps: []', 'Line 2, column 8 (steps): this list must not be empty.'],
    [
      '{ "version": 1, "load": { "model": "closed", "stages": [{ "durationMs": 5 }] }, "flows": [{ "name": "a", "steps": [{ "kind": "request", "url": "/" }] }] }',
      'Line 1, column 57 (load.stages[0]): “users” is missing here.',
    ],
    ['a: [', 'Line 1, column 5: this is neither YAML nor JSON:'],
    ['a: 1\na: 2', 'Line 2, column 1: this is neither YAML nor JSON: Map keys must be unique.'],
    [
      'just text',
      'Line 1, column 1: expected a scenario (a map with users, duration, steps …), not “just text”.',
    ],
    ['', 'The scenario is empty.'],
  ])('in %j is told with its place', (text, message) => {
    const error = errorOf(text);
    expect(error.code).toBe('BAD_INPUT');
    expect(error.message).toContain(message);
  });

  it('is no value that is captured further down, in another flow or in the set-up', () => {
    const scenario = parseScenario(`
knee: true
setUp: [{ post: /login, capture: { token: $.token } }]
flows:
  - { name: a, steps: ['GET /{{ id }}?{{ token }}'] }
  - { name: b, steps: [{ get: /b, capture: { id: $.id } }] }`);
    expect(scenario.flows).toHaveLength(2);
  });

  it('is shown with its line, the others follow', () => {
    const error = errorOf(`users: many\nduration: 3\n${steps}`);
    expect(error.details).toBe('duration: 3\n          ^');
    const several = errorOf(`users: 5\nduration: 3\nwarmUp: 1\n${steps}`);
    expect(several.details).toContain('Line 3, column 9 (warmUp): 1 of what?');
  });

  it('of a newer version is told as that, not as many unknown keys', () => {
    const error = errorOf('version: 2\nmagic: true');
    expect(error.message).toBe(
      'Line 1, column 10 (version): this scenario is of version 2, which is newer than what this Scorchmark reads (version 1).',
    );
    expect(error.hint).toContain('newer Scorchmark');
  });

  it('of nesting or repeating without end does not take the reader down', () => {
    expect(errorOf('['.repeat(100_000)).code).toBe('BAD_INPUT');
    expect(errorOf(`a: ${'{a: '.repeat(300)}1${'}'.repeat(300)}`).message).toContain('nested too deeply');
    expect(errorOf('- '.repeat(100_000)).message).toContain('nested too deeply');
    const levels = Array.from({ length: 9 }, (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i}, `.repeat(9)}]`);
    expect(errorOf(['l0: &l0 [x]', ...levels].join('\n')).message).toContain('too big');
    expect(errorOf('a: &a [*a]').code).toBe('BAD_INPUT');
  });

  it('in a key that would change objects is refused', () => {
    expect(errorOf(`knee: true\nsteps: [{ post: /a, json: { __proto__: 1 } }]`).message).toContain(
      '__proto__ cannot be a key',
    );
  });
});
