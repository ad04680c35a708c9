import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failedShare } from '../../../profiles/verdict';
import { loadFileKind, readLoadFile } from './read';

const samples = path.join(import.meta.dirname, 'testing');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'load-results-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(file: string, isGzipped = false) {
  const kind = await loadFileKind(file, isGzipped);
  if (!kind) throw new Error(`${file} is not recognised`);
  return { kind, ...(await readLoadFile(file, path.basename(file), kind, { isGzipped })) };
}

async function written(name: string, content: string | Uint8Array): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, content);
  return file;
}

describe('what real tools wrote', () => {
  it('wrk with --latency', async () => {
    const { kind, result } = await read(path.join(samples, 'wrk.txt'));
    expect(kind).toBe('wrk');
    expect(result).toMatchObject({ importedFrom: 'wrk', users: 5, endedUs: 2_000_000 });
    expect(result.totals).toMatchObject({ requests: 45_693, errors: 0, bytes: Math.round(8.45 * 1024 ** 2) });
    expect(result.totals.meanRate).toBeCloseTo(45_693 / 2);
    expect(result.totals.latency).toEqual({
      meanMs: 0.64267,
      p50Ms: 0.153,
      p90Ms: 2.03,
      p99Ms: 5.98,
      maxMs: 13.05,
    });
  });

  it('autocannon --json', async () => {
    const { kind, result } = await read(path.join(samples, 'autocannon.json'));
    const file = JSON.parse(await readFile(path.join(samples, 'autocannon.json'), 'utf8')) as {
      requests: { total: number };
      duration: number;
    };
    expect(kind).toBe('autocannon');
    expect(result.totals).toMatchObject({
      requests: file.requests.total,
      timeouts: 0,
      statusClasses: { '2xx': file.requests.total },
    });
    expect(result.totals.meanRate).toBeCloseTo(file.requests.total / file.duration);
    expect(result.totals.latency).not.toHaveProperty('p95Ms');
    expect(result.notes?.join(' ')).toContain('P97.5');
  });

  it('artillery run --output', async () => {
    const { kind, result, series } = await read(path.join(samples, 'artillery.json'));
    expect(kind).toBe('artillery');
    expect(result.totals).toMatchObject({
      requests: 25,
      non2xx: 12,
      statusClasses: { '2xx': 13, '4xx': 12 },
      bytes: 278,
    });
    expect(result.totals.latency).toMatchObject({ p50Ms: 1, p95Ms: 13.9, p99Ms: 19.9, maxMs: 33 });
    expect(result.perRequest.map(({ method, url, totals }) => [method, url, totals.requests])).toEqual([
      ['POST', '/login', 1],
      ['GET', '/products', 12],
      ['GET', '/missing', 12],
    ]);
    expect(series.map(({ metric }) => metric)).toContain('requestRate');
  });

  it('locust --csv: the table, and the history with its times', async () => {
    const table = await read(path.join(samples, 'locust_stats.csv'));
    expect(table.result.totals).toMatchObject({ requests: 244, errors: 0 });
    expect(table.result.totals.latency).toMatchObject({ p50Ms: 3, p95Ms: 27, p99Ms: 58 });
    expect(table.result.perRequest).toHaveLength(7);
    const history = await read(path.join(samples, 'locust_stats_history.csv'));
    expect(history.result).toMatchObject({
      users: 5,
      endedUs: 2_000_000,
      totals: { requests: 69, errors: 1 },
    });
    expect(history.series.find(({ metric }) => metric === 'requestRate')).toMatchObject({
      tUs: [0, 1e6, 2e6],
      values: [0, 30, 40],
    });
    expect(history.series.find(({ metric }) => metric === 'latencyP95')).toMatchObject({
      tUs: [1e6, 2e6],
      values: [27, 20],
    });
  });
});

describe('what k6 writes', () => {
  const point = (metric: string, atMs: number, value: number, tags: object = {}) =>
    JSON.stringify({
      metric,
      type: 'Point',
      data: { time: new Date(1_700_000_000_000 + atMs).toISOString(), value, tags },
    });
  const lines = [
    JSON.stringify({ type: 'Metric', data: { name: 'http_reqs', type: 'counter' }, metric: 'http_reqs' }),
    ...Array.from({ length: 100 }, (_, i) => {
      const tags = {
        method: 'GET',
        name: 'GET /a',
        status: i === 99 ? '500' : '200',
        expected_response: i === 99 ? 'false' : 'true',
      };
      return [
        point('http_reqs', 1000 + i * 20, 1, tags),
        point('http_req_duration', 1000 + i * 20, i + 1, tags),
      ];
    }).flat(),
    point('http_reqs', 3000, 1, {
      method: 'GET',
      name: 'GET /a',
      status: '0',
      error_code: '1050',
      expected_response: 'false',
    }),
    point('checks', 3000, 0, { check: 'is ok' }),
    point('vus', 1500, 7),
    point('iterations', 3000, 1),
    '{torn',
  ].join('\n');

  it('as JSON lines is counted by endpoint and second, zipped or not', async () => {
    for (const [name, content] of [
      ['k6.json', lines],
      ['k6.json.gz', gzipSync(lines)],
    ] as const) {
      const { kind, result, series } = await read(await written(name, content), name.endsWith('.gz'));
      expect(kind).toBe('k6-lines');
      expect(result).toMatchObject({ users: 7, iterations: 1 });
      expect(result.totals).toMatchObject({
        requests: 100,
        timeouts: 1,
        errors: 0,
        non2xx: 1,
        statusClasses: { '2xx': 99, '5xx': 1 },
        checks: { 'is ok': { passed: 0, failed: 1 } },
      });
      expect(result.totals.latency!.p50Ms).toBeCloseTo(50, 0);
      expect(result.totals.latency!.p99Ms).toBeCloseTo(99, 0);
      expect(result.perRequest).toHaveLength(1);
      expect(series.find(({ metric }) => metric === 'requestRate')?.values).toEqual([50, 50, 0]);
      expect(result.notes?.join(' ')).toContain('line 206 is no measurement of k6 (the last one');
    }
  });

  it('counts a request once, whatever went wrong with it; what the script expects is not wrong', async () => {
    const tags = (status: string, expected: string) => ({
      method: 'GET',
      name: 'GET /a',
      status,
      expected_response: expected,
    });
    const check = (value: number) => point('checks', 1000, value, { check: 'ok', name: 'GET /a' });
    const text = [
      ...Array.from({ length: 97 }, () => [
        point('http_reqs', 1000, 1, tags('200', 'true')),
        check(1),
      ]).flat(),
      point('http_reqs', 1000, 1, tags('302', 'true')),
      point('http_reqs', 1000, 1, tags('200', 'true')),
      check(0),
      point('http_reqs', 1000, 1, tags('500', 'false')),
      check(0),
    ].join('\n');
    const { result, keepSeconds } = await read(await written('once.json', text));
    expect(result.totals).toMatchObject({ requests: 100, non2xx: 1, badChecks: 1 });
    expect(result.perRequest[0]!.totals).toMatchObject({ requests: 100, non2xx: 1, badChecks: 1 });
    expect(failedShare(result.totals)).toBe(0.02);
    const seconds = await written('seconds', '');
    await keepSeconds!(seconds);
    const [, line] = (await readFile(seconds, 'utf8')).split('\n');
    expect(JSON.parse(line!)).toMatchObject({ answered: 100, non2xx: 1, badChecks: 1 });
  });

  it('as a summary, exported or given to handleSummary', async () => {
    const exported = {
      metrics: {
        http_reqs: { count: 200, rate: 20 },
        http_req_duration: { avg: 5, min: 1, med: 4, max: 30, 'p(90)': 9, 'p(95)': 12 },
        http_req_failed: { passes: 10, fails: 190, value: 0.05 },
        data_received: { count: 1000, rate: 100 },
        checks: { passes: 5, fails: 2, value: 0.7 },
      },
      root_group: {
        name: '',
        groups: { in: { checks: { b: { name: 'b', passes: 1, fails: 2 } } } },
        checks: { a: { name: 'a', passes: 4, fails: 0 } },
      },
    };
    const handled = {
      root_group: {
        groups: [{ checks: [{ name: 'b', passes: 1, fails: 2 }] }],
        checks: [{ name: 'a', passes: 4, fails: 0 }],
      },
      state: { testRunDurationMs: 10_000 },
      metrics: Object.fromEntries(
        Object.entries(exported.metrics).map(([name, values]) => [
          name,
          { type: 'x', values: 'value' in values ? { ...values, rate: values.value } : values },
        ]),
      ),
    };
    for (const summary of [exported, handled]) {
      const { kind, result } = await read(await written('summary.json', JSON.stringify(summary)));
      expect(kind).toBe('k6-summary');
      expect(result).toMatchObject({
        endedUs: 10_000_000,
        totals: {
          requests: 200,
          meanRate: 20,
          non2xx: 10,
          // The two failed checks may be of the ten failed requests.
          badChecks: 0,
          bytes: 1000,
          checks: { a: { passed: 4, failed: 0 }, b: { passed: 1, failed: 2 } },
        },
      });
      expect(result.totals.latency).toEqual({
        minMs: 1,
        meanMs: 5,
        p50Ms: 4,
        p90Ms: 9,
        p95Ms: 12,
        maxMs: 30,
      });
    }
  });
});

describe('k6’s machine-readable summary', () => {
  // The form that k6 2.x writes (internal/lib/summary/machinereadable), and the schema’s own example.
  const metric = (name: string, type: string, values: object) => ({
    contains: 'default',
    name,
    type,
    values,
  });
  const written2 = {
    config: { duration: 60.5, execution: 'local', script: 'shop.js' },
    metadata: { generatedAt: '2026-09-01T10:30:45.123Z', k6Version: '2.3.0' },
    results: {
      checks: {
        metrics: [
          metric('checks_total', 'counter', { count: 3000 }),
          metric('checks_failed', 'rate', { matches: 150, rate: 0.05, total: 3000 }),
        ],
        results: [
          { fails: 30, name: 'status is 200', passes: 1470 },
          { fails: 120, name: 'quick', passes: 1380 },
        ],
      },
      metrics: [
        metric('http_reqs', 'counter', { count: 1500 }),
        metric('http_req_duration', 'trend', {
          avg: 245.67,
          max: 456.78,
          med: 234.56,
          min: 123.45,
          'p(90)': 387.65,
          'p(95)': 421.32,
        }),
        metric('http_req_failed', 'rate', { matches: 30, rate: 0.02, total: 1500 }),
        metric('iterations', 'counter', { count: 1500 }),
        metric('vus_max', 'gauge', { max: 10, min: 10, value: 10 }),
        metric('data_received', 'counter', { count: 15728640 }),
      ],
    },
    version: '1.0.0',
  };

  it('is read with its checks; what it does not tell is not told', async () => {
    const { kind, result } = await read(await written('new.json', JSON.stringify(written2, null, 2)));
    expect(kind).toBe('k6-summary');
    expect(result).toMatchObject({
      importedFrom: 'k6 2.3.0',
      users: 10,
      iterations: 1500,
      endedUs: 60_500_000,
      totals: {
        requests: 1500,
        non2xx: 30,
        // 120 requests were not quick; 30 of them may be those whose status was wrong.
        badChecks: 90,
        bytes: 15728640,
        checks: { 'status is 200': { passed: 1470, failed: 30 }, quick: { passed: 1380, failed: 120 } },
      },
    });
    expect(result.totals.meanRate).toBeCloseTo(1500 / 60.5);
    expect(result.totals.latency).toEqual({
      minMs: 123.45,
      meanMs: 245.67,
      p50Ms: 234.56,
      p90Ms: 387.65,
      p95Ms: 421.32,
      maxMs: 456.78,
    });
  });
});

it.each([
  ['a time below 0', { duration: -5 }],
  ['a count below 0', { non2xx: -1 }],
  ['more than there are numbers for', { duration: 1e-300, requests: { total: 1e300 } }],
])('%s is no result', async (_, wrong) => {
  const file = JSON.parse(await readFile(path.join(samples, 'autocannon.json'), 'utf8')) as object;
  const text = JSON.stringify({ ...file, ...wrong });
  await expect(read(await written('wrong.json', text))).rejects.toMatchObject({ code: 'PROFILE_MALFORMED' });
});

it('kinds of errors may be called like what every object has', async () => {
  const text = await readFile(path.join(samples, 'artillery.json'), 'utf8');
  const odd = text.replace(
    '"http.codes.200"',
    '"errors.constructor":2,"errors.__proto__":4,"http.codes.200"',
  );
  const { result } = await read(await written('odd.json', odd));
  expect(Object.entries(result.totals.errorKinds!)).toEqual([
    ['constructor', 2],
    ['__proto__', 4],
  ]);
});

it('a load of one period is drawn from its beginning to its end, with the rates of the time that it lasted', async () => {
  const { result, series } = await read(path.join(samples, 'artillery.json'));
  const seconds = result.endedUs / 1e6;
  expect(seconds).toBe(2.202);
  const values = (metric: string) => series.find((each) => each.metric === metric);
  expect(series.map(({ tUs }) => tUs)).toEqual(series.map(() => [0, result.endedUs]));
  const rate = expect.closeTo(25 / seconds, 9) as number;
  expect(values('requestRate')!.values).toEqual([rate, rate]);
  const errors = expect.closeTo(12 / seconds, 9) as number;
  expect(values('errorRate')!.values).toEqual([errors, errors]);
  expect(values('latencyP95')!.values).toEqual([13.9, 13.9]);

  const [head, , row] = (await readFile(path.join(samples, 'locust_stats_history.csv'), 'utf8')).split('\n');
  const history = await read(await written('one_stats_history.csv', `${head}\n${row}\n`));
  expect(history.series.map(({ metric, tUs }) => [metric, tUs])).toContainEqual(['requestRate', [0, 1e6]]);
});

it('the first and the last of several periods count as far as the load reaches into them, and a lone value keeps its own', async () => {
  const at = 1_795_284_740_000;
  const period = (startMs: number, counters: object, summaries = {}) => ({
    period: String(at + startMs),
    counters,
    summaries,
  });
  const file = await written(
    'three.json',
    JSON.stringify({
      aggregate: {
        counters: { 'http.responses': 160, 'http.codes.200': 160 },
        firstMetricAt: at + 6000,
        lastMetricAt: at + 22_000,
        summaries: {},
      },
      intermediate: [
        period(0, { 'http.responses': 40 }),
        period(10_000, { 'http.responses': 100 }, { 'http.response_time': { p50: 7 } }),
        period(20_000, { 'http.responses': 20 }),
      ],
    }),
  );
  const { series } = await read(file);
  expect(series.find(({ metric }) => metric === 'requestRate')).toMatchObject({
    tUs: [4e6, 14e6, 16e6],
    values: [10, 10, 10],
  });
  expect(series.find(({ metric }) => metric === 'latencyP50')).toMatchObject({
    tUs: [4e6, 14e6],
    values: [7, 7],
  });
});

it('what wrk printed may be copied with the command before it, and with the line ends of Windows', async () => {
  const text = await readFile(path.join(samples, 'wrk.txt'), 'utf8');
  const { kind, result } = await read(
    await written('copied.txt', `$ wrk --latency http://a/\n${text}`.replaceAll('\n', '\r\n')),
  );
  expect(kind).toBe('wrk');
  expect(result.totals).toMatchObject({ requests: 45_693, latency: { p99Ms: 5.98 } });
});

it('a file of something else is left to others, a torn one is told', async () => {
  expect(
    await loadFileKind(await written('a.cpuprofile', '{"nodes":[],"latency":1}'), false),
  ).toBeUndefined();
  expect(await loadFileKind(await written('a.csv', 'a,b\n1,2'), false)).toBeUndefined();
  const torn = await written('torn.json', '{"latency":{},"throughput":{},"non2xx":0,');
  await expect(read(torn)).rejects.toThrow('is not whole JSON');
});
