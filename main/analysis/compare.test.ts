import { describe, expect, it } from 'vitest';
import { profileOf } from '../../profiles/testing';
import { runSpecSchema, scenarioSchema } from '../api';
import type { Environment, LoadResult, SessionMeta } from '../api';
import { compareSessions, relativeChange } from './compare';
import type { ComparedSession } from './compare';

const meta = (more: Partial<SessionMeta> = {}): SessionMeta => ({
  id: 'a',
  name: 'shop',
  createdAt: '2026-01-01T00:00:00Z',
  durationMs: 10_000,
  status: 'complete',
  commandLine: 'node server.js',
  cwd: '/old/shop',
  tags: [],
  note: '',
  nodeVersion: '24.1.0',
  sizeBytes: 1,
  ...more,
  summary: { cpuSamples: 5000, ...more.summary },
});
const load = (users: number, more: Partial<LoadResult> = {}): LoadResult => ({
  preset: 'smoke',
  users,
  plannedDurationMs: 1,
  startedUs: 0,
  endedUs: 1,
  cancelled: false,
  totals: {
    requests: 1,
    errors: 0,
    timeouts: 0,
    non2xx: 0,
    bytes: 0,
    meanRate: 1,
    latency: null,
    statusClasses: {},
  },
  perRequest: [],
  ...more,
});
const a: ComparedSession = {
  meta: meta(),
  cpu: [profileOf(['main:/old/shop/a.js:1 > work:/old/shop/a.js:10', 0], ['', 8000])],
};
const b: ComparedSession = {
  meta: meta({ id: 'b', cwd: '/new/shop' }),
  cpu: [
    profileOf(
      ['main:/new/shop/a.js:1 > work:/new/shop/a.js:14', 0],
      ['main:/new/shop/a.js:1', 2000],
      ['', 8000],
    ),
  ],
};

describe('comparing two sessions', () => {
  it('puts what was measured side by side, with change and direction', () => {
    const { metrics } = compareSessions({
      a: { ...a, meta: meta({ summary: { latencyP99Ms: 50, requestRate: 100, gcCount: 0 } }) },
      b: { ...b, meta: meta({ id: 'b', summary: { latencyP99Ms: 60, requestRate: 80, rssMaxBytes: 7 } }) },
    });
    const row = (key: string) => metrics.find((metric) => metric.key === key);
    expect(row('latencyP99Ms')).toMatchObject({ unit: 'ms', a: 50, b: 60, change: 0.2, better: 'lower' });
    expect(row('requestRate')).toMatchObject({ a: 100, b: 80, change: -0.2, better: 'higher' });
    expect(row('rssMaxBytes')).toMatchObject({ a: null, b: 7, change: null });
    expect(row('heapMaxBytes')).toBeUndefined();
  });

  it.each([
    [2, 3, 0.5],
    [0, 0, 0],
    [0, 5, null],
    [5, 0, -1],
    [null, 5, null],
  ])('the change from %s to %s is %s', (from, to, change) => {
    expect(relativeChange(from, to)).toBe(change);
  });

  it('does not judge sums when durations differ', () => {
    const { metrics } = compareSessions({
      a: { ...a, meta: meta({ summary: { gcCount: 5 } }) },
      b: { ...b, meta: meta({ id: 'b', durationMs: 60_000, summary: { gcCount: 30 } }) },
    });
    expect(metrics.find(({ key }) => key === 'gcCount')?.better).toBe('neutral');
  });

  it('matches functions across checkouts and moved lines', () => {
    const { functions } = compareSessions({ a, b });
    expect(
      functions.map(({ name, lineA, lineB, selfMsA, selfMsB, selfShareB }) => [
        name,
        lineA,
        lineB,
        selfMsA,
        selfMsB,
        selfShareB,
      ]),
    ).toEqual([
      ['work', 10, 14, 8, 2, 0.25],
      ['main', 1, 1, 0, 6, 0.75],
    ]);
    expect(compareSessions({ a, b }, { maxFunctions: 1 }).functions).toHaveLength(1);
  });

  it('takes shares of the busy time of all threads: workers count, idle time does not', () => {
    const threads = [
      profileOf(['(idle)', 0], ['hot:/a.js:1', 1000], ['(garbage collector)', 1600], ['', 1900]),
      profileOf(['hot:/a.js:1', 0], ['(idle)', 400], ['', 1000]),
    ];
    const single = [profileOf(['(idle)', 0], ['hot:/a.js:1', 1000], ['fresh:/a.js:9', 1200], ['', 2000])];
    const { functions } = compareSessions({ a: { ...a, cpu: threads }, b: { ...b, cpu: single } });
    const row = (name: string) => functions.find((one) => one.name === name);
    expect(functions.map(({ name }) => name)).toEqual(['fresh', 'hot', '(garbage collector)']);
    expect(row('hot')).toMatchObject({ selfMsA: 1, selfMsB: 0.2, selfShareB: 0.2 });
    expect(row('hot')?.selfShareA).toBeCloseTo(1000 / 1300, 10);
    expect(row('(garbage collector)')?.selfShareA).toBeCloseTo(300 / 1300, 10);
    expect(row('fresh')).toMatchObject({ selfShareA: 0, selfShareB: 0.8 });
  });

  it('has no caveats for alike sessions', () => {
    expect(compareSessions({ a, b }).caveats).toEqual([]);
  });

  it('names what makes sessions hard to compare', () => {
    const environment = { cpuModel: 'M1', cpuCount: 8, arch: 'arm64' } as Environment;
    const spec = runSpecSchema.parse({ target: { kind: 'launch', argv: ['node', 'server.js'] } });
    const { caveats } = compareSessions({
      a: { ...a, environment, spec, loadResult: load(5, { perRequest: [] }) },
      b: {
        ...b,
        meta: meta({
          id: 'b',
          commandLine: 'node other.js',
          nodeVersion: '20.20.0',
          durationMs: 60_000,
          status: 'recovered',
          summary: { cpuSamples: 12 },
        }),
        environment: { ...environment, cpuModel: 'M2' },
        spec: { ...spec, capture: { ...spec.capture, cpuIntervalUs: 5000 } },
        loadResult: load(50, { preset: 'light', cancelled: true }),
      },
    });
    expect(caveats.map((text) => text.replaceAll('\u202F', ' '))).toEqual([
      'Different commands: “node server.js” and “node other.js”.',
      'Different Node.js versions: 24.1.0 and 20.20.0.',
      'Different load: smoke and light.',
      'Different numbers of users: 5 and 50.',
      'The load of session B was cancelled before its end.',
      'Different machines: M1 × 8 and M2 × 8.',
      'Different sampling intervals: 1 ms and 5 ms.',
      'Very different durations: 10 s and 1 min; compare shares rather than sums.',
      'Session B has only 12 CPU samples; small changes of functions are chance.',
      'Session B was recovered and may lack its end.',
    ]);
  });

  it('calls a scenario by its name, and takes what was under way at once for no number of users', () => {
    const scenario = (name: string) =>
      scenarioSchema.parse({
        version: 1,
        name,
        load: { model: 'open', stages: [{ durationMs: 1000, rate: 5 }] },
        flows: [{ name: 'main', steps: [{ kind: 'request', url: '/' }] }],
      });
    const of = (users: number, name: string) => load(users, { preset: 'custom', scenario: scenario(name) });
    const compared = (nameA: string, nameB: string) =>
      compareSessions({ a: { ...a, loadResult: of(3, nameA) }, b: { ...b, loadResult: of(4, nameB) } })
        .caveats;
    expect(compared('Shop', 'Shop')).toEqual([]);
    expect(compared('Shop', 'Market')).toEqual(['Different load: “Shop” and “Market”.']);
    const known = {
      a: { ...a, loadResult: of(3, 'Shop') },
      b: { ...b, loadResult: load(5, { preset: 'knee' }) },
    };
    expect(compareSessions(known).caveats).toEqual(['Different load: “Shop” and knee.']);
  });

  it('notices a load on one side only, and requests that differ', () => {
    const request = (url: string) => [{ method: 'GET', url, totals: load(1).totals }];
    expect(compareSessions({ a: { ...a, loadResult: load(5) }, b }).caveats).toEqual([
      'Only session A ran under load.',
    ]);
    const ports = compareSessions({
      a: { ...a, loadResult: load(5, { perRequest: request('http://127.0.0.1:3000/x') }) },
      b: { ...b, loadResult: load(5, { perRequest: request('http://127.0.0.1:4000/x') }) },
    });
    expect(ports.caveats).toEqual([]);
    const paths = compareSessions({
      a: { ...a, loadResult: load(5, { perRequest: request('http://127.0.0.1:3000/x') }) },
      b: { ...b, loadResult: load(5, { perRequest: request('http://127.0.0.1:3000/y') }) },
    });
    expect(paths.caveats).toEqual(['The load made different requests.']);
  });
});
