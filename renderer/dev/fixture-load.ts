/** A load as the engine would tell it, with a stall, a slow dependency and a kill in it: simulated, for working on the interface. */
import { parse, stringify } from 'yaml';
import {
  scenarioSchema,
  type Client,
  type EndpointResult,
  type FaultReport,
  type LatencySummary,
  type LoadInRange,
  type LoadResult,
  type LoadTotals,
  type Mark,
  type Method,
  type Input,
  type PhaseNumbers,
  type Scenario,
  type Series,
} from '../../main/api';
import { AppError } from '../../main/errors';

export const loadSeconds = 120;
const startUs = 2e6;

export const fixtureScenario: Scenario = scenarioSchema.parse({
  version: 1,
  name: 'Shoppers who look, search and sometimes order',
  load: {
    model: 'open',
    stages: [
      { durationMs: 20_000, rate: 60, ramp: 'linear' },
      { durationMs: 80_000, rate: 60 },
      { durationMs: 18_000, rate: 20, ramp: 'linear' },
    ],
    arrivals: 'poisson',
  },
  warmUpMs: 5000,
  headers: { accept: 'application/json' },
  variables: {
    account: { from: 'csv', file: 'accounts.csv', pick: 'per-user' },
    term: { from: 'list', values: ['lamp', 'chair', 'desk'], pick: 'random' },
  },
  setUp: [
    {
      kind: 'request',
      name: 'login',
      method: 'POST',
      url: '/login',
      body: { type: 'json', value: { user: '{{ account.name }}', password: '{{ account.password }}' } },
      capture: [{ name: 'token', from: 'json', select: '$.token' }],
      checks: [{ on: 'status', in: ['200'] }],
    },
  ],
  flows: [
    {
      name: 'look around',
      weight: 8,
      steps: [
        { kind: 'request', url: '/products', checks: [{ on: 'latency', belowMs: 400 }] },
        { kind: 'think', time: { minMs: 500, maxMs: 2000 } },
        {
          kind: 'request',
          url: '/search',
          query: { q: '{{ term }}' },
          headers: { 'x-trace': '{{ $uuid() }}' },
        },
      ],
    },
    {
      name: 'order',
      weight: 1,
      steps: [
        {
          kind: 'request',
          method: 'POST',
          url: '/orders?with=a-very-long-query-string&and=more-of-it&page={{ $int(1, 40) }}',
          headers: { authorization: 'Bearer {{ token }}' },
          body: { type: 'json', value: { item: '{{ $int(1, 400) }}', quantity: 1 } },
          checks: [
            { on: 'status', in: ['201'] },
            { on: 'body', json: { select: '$.id' } },
          ],
        },
        { kind: 'websocket', url: '/updates', messages: [{ send: '{"hello":1}', expect: 'welcome' }] },
      ],
    },
  ],
  thresholds: [
    { expression: 'p95 < 500ms' },
    { expression: 'errors < 1%', abort: true },
    { expression: 'rps >= 100' },
    { expression: 'p95{POST /orders} < 1s' },
  ],
  dependencies: [
    { name: 'postgres', port: 5432, env: { DATABASE_URL: 'postgres://me@{{host}}:{{port}}/shop' } },
  ],
  faults: [
    { atMs: 40_000, forMs: 15_000, fault: { kind: 'latency', via: 'postgres', delayMs: 200, jitterMs: 50 } },
    { atMs: 80_000, forMs: 4000, fault: { kind: 'kill' } },
  ],
});

const endpoints = [
  { method: 'GET', url: '/products', share: 0.5, mean: 6 },
  { method: 'GET', url: '/search', name: 'search', share: 0.4, mean: 18 },
  {
    method: 'POST',
    url: '/orders?with=a-very-long-query-string&and=more-of-it&page={{ $int(1, 40) }}',
    share: 0.1,
    mean: 42,
  },
];

interface Sample {
  tUs: number;
  endpoint: number;
  responseMs: number;
  serviceMs: number;
  status: string;
  error: string | null;
}

let seed = 42;
const random = (): number => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};

const samples: Sample[] = [];
for (let second = 0; second < loadSeconds - 2; second++) {
  const rate = Math.round(
    second < 20 ? 10 + 250 * (second / 20) : second < 100 ? 260 : 260 - (second - 100) * 10,
  );
  for (let i = 0; i < rate; i++) {
    const offset = i / rate;
    const at = random();
    const endpoint = at < 0.5 ? 0 : at < 0.9 ? 1 : 2;
    let serviceMs = (endpoints[endpoint]?.mean ?? 5) * Math.exp((random() + random() + random() - 1.5) * 1.4);
    if (second >= 40 && second < 55) serviceMs += 150 + random() * 100;
    let responseMs = serviceMs + random() * 0.3;
    // The stall of a second: what was due meanwhile waited.
    if (second === 25) responseMs += (1 - offset) * 1000;
    const down = second >= 80 && second < 84;
    const failed = !down && random() < 0.002;
    samples.push({
      tUs: startUs + (second + offset) * 1e6,
      endpoint,
      responseMs,
      serviceMs,
      status: failed ? '5xx' : random() < 0.01 ? '3xx' : '2xx',
      error: down
        ? random() < 0.9
          ? 'ECONNREFUSED'
          : 'closed by the server'
        : random() < 0.0015
          ? 'check: latency below 400 ms'
          : null,
    });
  }
}

function summary(sorted: Float64Array): LatencySummary | null {
  if (sorted.length === 0) return null;
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return {
    minMs: sorted[0] ?? 0,
    meanMs: sorted.reduce((sum, each) => sum + each, 0) / sorted.length,
    p50Ms: at(0.5),
    p90Ms: at(0.9),
    p95Ms: at(0.95),
    p99Ms: at(0.99),
    p999Ms: at(0.999),
    maxMs: at(1),
  };
}

const isCheck = (sample: Sample): boolean => sample.error?.startsWith('check') === true;
const unanswered = (sample: Sample): boolean => sample.error !== null && !isCheck(sample);

function totalsOf(of: readonly Sample[], seconds: number): LoadTotals {
  const answered = of.filter((sample) => !unanswered(sample));
  const statusClasses: Record<string, number> = {};
  const errorKinds: Record<string, number> = {};
  for (const { status } of answered) statusClasses[status] = (statusClasses[status] ?? 0) + 1;
  for (const { error } of of) if (error !== null) errorKinds[error] = (errorKinds[error] ?? 0) + 1;
  const bad = of.filter(isCheck).length;
  return {
    requests: answered.length,
    errors: of.length - answered.length,
    errorKinds,
    timeouts: 0,
    non2xx: statusClasses['5xx'] ?? 0,
    badChecks: bad,
    checks: {
      'latency below 400 ms': { passed: Math.round(answered.length / 2) - bad, failed: bad },
      'status is 201': { passed: Math.round(answered.length / 10), failed: 0 },
    },
    bytes: answered.length * 1432,
    bytesSent: of.length * 211,
    meanRate: seconds > 0 ? answered.length / seconds : 0,
    latency: summary(Float64Array.from(answered, ({ responseMs }) => responseMs).sort()),
    service: summary(Float64Array.from(answered, ({ serviceMs }) => serviceMs).sort()),
    statusClasses,
  };
}

function perEndpoint(of: readonly Sample[], seconds: number): EndpointResult[] {
  return endpoints.map(({ method, url, name }, index) => ({
    method,
    url,
    ...(name !== undefined && { name }),
    totals: totalsOf(
      of.filter(({ endpoint }) => endpoint === index),
      seconds,
    ),
  }));
}

const rowsMs = Array.from({ length: 70 }, (_, index) => 0.1 * 1.2 ** index);

export function fixtureLoadBetween(fromUs: number, toUs: number): LoadInRange | null {
  const from = Math.floor(fromUs / 1e6) * 1e6;
  const to = Math.min(Math.ceil(toUs / 1e6) * 1e6, loadSeconds * 1e6);
  const inside = samples.filter(({ tUs }) => tUs >= from && tUs < to);
  const seconds = (Math.min(to, loadSeconds * 1e6) - Math.max(from, startUs)) / 1e6;
  const answered = inside.filter((sample) => !unanswered(sample));
  const response = Float64Array.from(answered, ({ responseMs }) => responseMs).sort();
  const service = Float64Array.from(answered, ({ serviceMs }) => serviceMs).sort();
  const curve: LoadInRange['curve'] = [];
  for (let nines = 0; 10 ** nines < response.length; nines += 0.05) {
    const share = 1 - 10 ** -nines;
    const at = Math.max(0, Math.ceil(share * response.length) - 1);
    curve.push({ share, responseMs: response[at] ?? 0, serviceMs: service[at] ?? 0 });
  }
  if (response.length > 0)
    curve.push({ share: 1, responseMs: response.at(-1) ?? 0, serviceMs: service.at(-1) ?? 0 });
  const first = Math.max(from, startUs);
  const columns = Math.max(0, Math.round((to - first) / 1e6));
  const columnsUs = Array.from({ length: columns }, (_, index) => first + index * 1e6);
  const counts = new Array<number>(columns * rowsMs.length).fill(0);
  const statusClasses: Record<string, number[]> = {};
  const errorKinds: Record<string, number[]> = {};
  const add = (to: Record<string, number[]>, name: string, column: number): void => {
    const list = (to[name] ??= new Array<number>(columns).fill(0));
    list[column] = (list[column] ?? 0) + 1;
  };
  for (const sample of inside) {
    const column = Math.floor((sample.tUs - first) / 1e6);
    if (sample.error !== null) add(errorKinds, sample.error, column);
    if (unanswered(sample)) continue;
    add(statusClasses, sample.status, column);
    const row = Math.max(
      0,
      rowsMs.findLastIndex((ms) => ms <= sample.responseMs),
    );
    counts[column * rowsMs.length + row] = (counts[column * rowsMs.length + row] ?? 0) + 1;
  }
  return {
    startUs: from,
    endUs: to,
    totals: totalsOf(inside, seconds),
    perRequest: perEndpoint(inside, seconds),
    curve,
    heatMap: { columnsUs, columnWidthUs: 1e6, rowsMs, counts },
    outcomes: { statusClasses, errorKinds },
  };
}

function phase(from: number, to: number): PhaseNumbers {
  const { totals } = fixtureLoadBetween(from, to) ?? { totals: totalsOf([], 1) };
  return {
    startUs: from,
    endUs: to,
    requests: totals.requests,
    rps: totals.meanRate,
    p50Ms: totals.latency?.p50Ms ?? null,
    p95Ms: totals.latency?.p95Ms ?? null,
    errorRatio: totals.errors / Math.max(1, totals.errors + totals.requests),
    errorKinds: totals.errorKinds ?? {},
  };
}

const faults: FaultReport[] = [
  {
    text: 'latency 200 ms ± 50 ms before postgres',
    kind: 'latency',
    byHand: false,
    startedUs: 42e6,
    endedUs: 57e6,
    before: phase(32e6, 42e6),
    during: phase(42e6, 57e6),
    after: phase(57e6, 67e6),
    recoveryMs: 0,
  },
  {
    text: 'killed with SIGKILL, started again after 4 s',
    kind: 'kill',
    byHand: true,
    startedUs: 82e6,
    endedUs: 86e6,
    before: phase(72e6, 82e6),
    during: phase(82e6, 86e6),
    after: phase(86e6, 96e6),
    recoveryMs: 1240,
    downMs: 5240,
  },
  {
    text: 'memory capped at 64 MB',
    kind: 'memory',
    byHand: true,
    startedUs: 100e6,
    endedUs: 110e6,
    problem: 'The cap could not be set: this system has no control groups that we may write to.',
    before: phase(90e6, 100e6),
    during: phase(100e6, 110e6),
    after: phase(110e6, 118e6),
    recoveryMs: null,
  },
];

export function fixtureLoadResult(long = false): LoadResult {
  const counted = samples.filter(({ tUs }) => tUs >= startUs + 5e6);
  const seconds = loadSeconds - 2 - 5;
  return {
    preset: 'custom',
    users: 40,
    plannedDurationMs: 118_000,
    startedUs: startUs,
    endedUs: loadSeconds * 1e6,
    cancelled: false,
    totals: totalsOf(counted, seconds),
    perRequest: perEndpoint(counted, seconds),
    scenario: fixtureScenario,
    countedFromUs: startUs + 5e6,
    iterations: 9812,
    setUpFailures: { 'login: 503': 2 },
    generator: {
      cpuMeanPercent: long ? 97 : 38,
      cpuMaxPercent: long ? 101 : 64,
      loopLagP99Ms: long ? 180 : 4.1,
      loopLagMaxMs: long ? 720 : 12,
      slipP99Ms: long ? 240 : 1.9,
      slipMaxMs: long ? 1100 : 9.4,
      due: 9830,
      begun: long ? 8120 : 9830,
      limitedSeconds: long ? 41 : 0,
      wasLimit: long,
      verdict: long
        ? 'The generator, not the target, was the limit for 41 of 118 s: it used a whole core and sent requests up to 1.1 s late.'
        : 'The generator kept its schedule: requests were at most 9.4 ms late, with 38 % of a core.',
    },
    thresholds: [
      { expression: 'p95 < 500ms', ok: true, value: 241 },
      { expression: 'errors < 1%', ok: false, value: 0.0353, ...(long && { abortedAtUs: 84e6 }) },
      { expression: 'rps >= 100', ok: true, value: 221 },
      { expression: 'p95{POST /orders} < 1s', ok: true, value: null },
    ],
    knee: {
      steps: [1, 2, 3, 5, 8, 12, 18, 27, 41].map((users, index) => ({
        users,
        startUs: startUs + index * 12e6,
        endUs: startUs + (index + 1) * 12e6,
        rps: Math.min(310, users * 42 * (users > 12 ? 0.6 : 1)),
        p50Ms: 8 + users * 0.4,
        p95Ms: 21 + users ** 1.5,
        p99Ms: 34 + users ** 1.7,
        errorRatio: users > 20 ? 0.021 * (users - 20) : 0,
        p95Change: (users ** 1.5 - 1) / 22,
      })),
      kneeUsers: 12,
      capacityRps: 310,
      capacityUsers: 12,
      usersWithin15Percent: 2,
      endedBy: 'errors',
    },
    faults,
  };
}

export function fixtureLoadSeries(): Series[] {
  const tUs = Array.from({ length: loadSeconds - 2 }, (_, index) => startUs + (index + 1) * 1e6);
  const make = (metric: Series['metric'], value: (of: LoadInRange) => number): Series => ({
    metric,
    scope: 'load',
    tUs,
    values: tUs.map((at) => {
      const found = fixtureLoadBetween(at - 1e6, at);
      return found ? value(found) : 0;
    }),
  });
  return [
    make('requestRate', ({ totals }) => totals.requests),
    make('latencyP50', ({ totals }) => totals.latency?.p50Ms ?? 0),
    make('latencyP95', ({ totals }) => totals.latency?.p95Ms ?? 0),
    make('latencyP99', ({ totals }) => totals.latency?.p99Ms ?? 0),
    make('errorRate', ({ totals }) => totals.errors + totals.non2xx),
    make('loadUsers', ({ totals }) => Math.round((totals.latency?.meanMs ?? 0) / 4)),
    make('loadSlip', ({ startUs: at }) => (at === 27e6 ? 31 : 1.4)),
  ];
}

export function fixtureLoadMarks(lasting: boolean): Mark[] {
  const fault = {
    kind: 'fault',
    tUs: 42e6,
    text: 'latency 200 ms ± 50 ms before postgres',
    faultId: 'f1',
    faultKind: 'latency',
  } as const;
  const kill = {
    kind: 'fault',
    tUs: 82e6,
    text: 'killed with SIGKILL',
    faultId: 'f2',
    faultKind: 'kill',
  } as const;
  return [
    { kind: 'load-start', tUs: startUs, text: 'custom: 60 /s' },
    fault,
    { ...fault, durationMs: 15_000 },
    kill,
    ...(lasting ? [] : [{ ...kill, durationMs: 4000 }]),
  ];
}

export const loadHandlers: { [M in Method]?: (input: Input<M>) => unknown } = {
  'load.between': ({ startUs: from, endUs }) => fixtureLoadBetween(from, endUs),
  'run.startFault': () => ({ faultId: 'f9' }),
  'run.endFault': () => null,
  'scenarios.parse': ({ text }) => {
    let value: unknown;
    try {
      value = parse(text);
    } catch (thrown) {
      const position = (thrown as { linePos?: { line: number; col: number }[] }).linePos?.[0];
      throw new AppError(
        'BAD_INPUT',
        `Line ${position?.line ?? 1}, column ${position?.col ?? 1}: ${(thrown as Error).message.split('\n')[0] ?? ''}`,
      );
    }
    const parsed = scenarioSchema.safeParse(value);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new AppError(
      'BAD_INPUT',
      `Line 3, column 1 (${issue?.path.join('.') ?? ''}): ${issue?.message ?? ''}`,
    );
  },
  'scenarios.write': ({ scenario, format }) => ({
    text: format === 'json' ? JSON.stringify(scenario, null, 2) : stringify(scenario),
    fileName: {
      yaml: 'scenario.yaml',
      json: 'scenario.json',
      k6: 'scenario.k6.js',
      artillery: 'artillery.yml',
      locust: 'locustfile.py',
    }[format],
    notes:
      format === 'k6' || format === 'locust'
        ? ['Faults cannot be expressed: run them from Scorchmark.', 'Poisson arrivals become even ones.']
        : [],
  }),
  'scenarios.import': ({ text, kind }) => {
    if (!text.includes('curl') && kind !== 'har')
      throw new AppError('BAD_INPUT', 'This is neither a HAR file, a curl command nor an OpenAPI document.');
    return {
      scenario: { ...fixtureScenario, name: 'From curl' },
      notes: ['-k became “accept certificates that nobody vouches for”.'],
    };
  },
  'scenarios.ofLoad': () => ({ ...fixtureScenario, name: 'smoke', faults: [], dependencies: [] }),
} satisfies { [M in Method]?: (input: Parameters<Client['call']>[1] & Input<M>) => unknown };
