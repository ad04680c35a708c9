import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LatencyHistogram } from '../../profiles/latency/histogram';
import type { LoadSecond } from '../api';
import { endpointLines, secondLines } from '../load/seconds-file';
import { loadBetween } from './load-range';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'load-range-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const store = { folderOf: () => Promise.resolve(folder) };
const write = (text: string) => writeFile(path.join(folder, 'load-seconds.ndjson'), text);

function histogram(ms: number, count: number): string {
  const latencies = new LatencyHistogram();
  for (let at = 0; at < count; at++) latencies.record(ms * 1000);
  return latencies.encode();
}

/** A second with `answered` answers that took `ms` from when they were due and half of it from when they were sent. */
function second(
  at: number,
  endpoint: number,
  ms: number,
  answered: number,
  more: Partial<LoadSecond> = {},
): LoadSecond {
  return {
    tUs: at * 1e6,
    durationUs: 1e6,
    endpoint,
    answered,
    errors: 0,
    timeouts: 0,
    non2xx: 0,
    badChecks: 0,
    bytes: answered * 100,
    statusClasses: { '2xx': answered },
    response: histogram(ms, answered),
    service: histogram(ms / 2, answered),
    ...more,
  };
}

const endpoints = endpointLines([
  { method: 'GET', url: '/a' },
  { method: 'POST', url: '/b', name: 'buy' },
]);

test('merges the seconds of a range by endpoint, with the curve and the map of all', async () => {
  const failed = { errors: 2, errorKinds: { ECONNRESET: 2 }, statusClasses: { '5xx': 1 }, non2xx: 1 };
  await write(
    endpoints +
      secondLines([
        second(1, 0, 10, 50),
        second(2, 0, 10, 50),
        second(2, 1, 200, 1, failed),
        // A second in which nothing was answered has no line.
        second(4, 0, 20, 30),
        second(5, 0, 1000, 7),
      ]),
  );
  const found = await loadBetween(store, 'x', { startUs: 2_300_000, endUs: 5_000_000 });
  expect(found).toMatchObject({
    startUs: 2e6,
    endUs: 5e6,
    totals: { requests: 81, errors: 2, non2xx: 1, bytes: 8100, statusClasses: { '2xx': 80, '5xx': 1 } },
    perRequest: [
      { method: 'GET', url: '/a', totals: { requests: 80 } },
      { method: 'POST', url: '/b', name: 'buy', totals: { requests: 1, errorKinds: { ECONNRESET: 2 } } },
    ],
    outcomes: {
      statusClasses: { '2xx': [50, 0, 30], '5xx': [1, 0, 0] },
      errorKinds: { ECONNRESET: [2, 0, 0] },
    },
  });
  expect(found?.totals).not.toHaveProperty('bytesSent');
  expect(found?.totals.meanRate).toBeCloseTo(27, 6);
  expect(found?.totals.latency?.p50Ms).toBeCloseTo(10, 1);
  expect(found?.totals.service?.maxMs).toBeCloseTo(100, 6);
  expect(found?.curve.at(-1)).toMatchObject({ share: 1, responseMs: 200 });
  expect(found?.heatMap.columnsUs).toEqual([2e6, 3e6, 4e6]);
  expect(found?.heatMap.counts.reduce((sum, count) => sum + count)).toBe(81);
});

test('tells what was sent, and checks by their words, where all seconds tell it', async () => {
  const lines = endpointLines([
    { method: 'GET', url: '/a', checks: ['status 200', 'body contains “x”'] },
    { method: 'GET', url: '/b', checks: ['status 200'] },
  ]);
  const told = [
    second(1, 0, 10, 3, { bytesSent: 30, checksHeld: [3, 1], checksFailed: [0, 2] }),
    second(1, 1, 10, 2, { bytesSent: 20, checksHeld: [2] }),
    second(2, 0, 10, 1, { bytesSent: 10, checksFailed: [1] }),
  ];
  await write(lines + secondLines(told));
  const found = await loadBetween(store, 'x', { startUs: 0, endUs: 1e9 });
  expect(found?.totals).toMatchObject({
    bytesSent: 60,
    checks: { 'status 200': { passed: 5, failed: 1 }, 'body contains “x”': { passed: 1, failed: 2 } },
  });
  expect(found?.perRequest[1]?.totals).toMatchObject({
    bytesSent: 20,
    checks: { 'status 200': { passed: 2, failed: 0 } },
  });
});

test('is null where there is nothing, and without the file', async () => {
  expect(await loadBetween(store, 'x', { startUs: 0, endUs: 1e9 })).toBeNull();
  await write(endpoints + secondLines([second(3, 0, 1, 1)]));
  expect(await loadBetween(store, 'x', { startUs: 0, endUs: 3e6 })).toBeNull();
  expect(await loadBetween(store, 'x', { startUs: 4e6, endUs: 9e6 })).toBeNull();
});

test('a torn last line and lines that are none are left out', async () => {
  const good = secondLines([second(1, 0, 10, 5)]);
  const bad = secondLines([second(2, 0, 10, 5, { response: '!!' })]);
  await write(`${endpoints}nonsense\n${good}${bad}${good.slice(0, 40)}`);
  expect((await loadBetween(store, 'x', { startUs: 0, endUs: 1e9 }))?.totals.requests).toBe(5);
});

test('a range in the middle of hours is found without reading all of it', async () => {
  const line = (at: number) => secondLines([second(at, 0, 3, 1, { errorKinds: { ['x'.repeat(200)]: 1 } })]);
  const text = Array.from({ length: 5000 }, (_, at) => line(at)).join('');
  await write(endpoints + text);
  const found = await loadBetween(store, 'x', { startUs: 4000e6, endUs: 4010e6 });
  expect(found).toMatchObject({ startUs: 4000e6, endUs: 4010e6, totals: { requests: 10 } });
  const all = await loadBetween(store, 'x', { startUs: 0, endUs: 1e12 });
  expect(all?.totals.requests).toBe(5000);
  expect(all?.heatMap.columnsUs.length).toBeLessThanOrEqual(150);
});

test('what was measured over more than one column is counted by its time in them', async () => {
  const from = (tUs: number, durationUs: number, answered: number) =>
    second(0, 0, 10, answered, { tUs, durationUs });
  await write(
    endpoints +
      secondLines([
        from(0, 1_005_000, 100),
        // A few ms late are no column.
        from(1_005_000, 700_000, 70),
        from(1_705_000, 1_295_000, 130),
        from(3_000_000, 1_000_000, 100),
      ]),
  );
  const found = await loadBetween(store, 'x', { startUs: 0, endUs: 1e9 });
  const counts = found?.outcomes?.statusClasses['2xx'] ?? [];
  expect(counts).toEqual([100, 100, 100, 100]);
  expect(found?.heatMap.counts.reduce((sum, count) => sum + count)).toBe(400);
});
