import { expect, test } from 'vitest';
import { scenarioSchema, type LoadInRange, type LoadResult, type LoadTotals } from '../api';
import { loadSection } from './load-section';

const latency = { minMs: 1, meanMs: 4, p50Ms: 3, p90Ms: 9, p95Ms: 18, p99Ms: 61, p999Ms: 200, maxMs: 244 };
const totals: LoadTotals = {
  requests: 1000,
  errors: 30,
  errorKinds: { ECONNREFUSED: 30, '<b>made up</b>': 1 },
  timeouts: 0,
  non2xx: 0,
  badChecks: 1,
  checks: { 'status is <201>': { passed: 999, failed: 1 } },
  bytes: 1e6,
  meanRate: 100,
  latency,
  service: { ...latency, p99Ms: 20 },
  statusClasses: { '2xx': 1000 },
};
const phase = {
  startUs: 0,
  endUs: 1e6,
  requests: 10,
  rps: 10,
  p50Ms: 3,
  p95Ms: null,
  errorRatio: 0.5,
  errorKinds: { ECONNRESET: 5 },
};
const load: LoadResult = {
  preset: 'custom',
  users: 10,
  plannedDurationMs: 10_000,
  startedUs: 0,
  endedUs: 10e6,
  cancelled: false,
  totals,
  perRequest: [{ method: 'GET', url: '/{{ "<img>" }}', totals }],
  scenario: scenarioSchema.parse({
    version: 1,
    name: 'Shoppers',
    load: { model: 'open', stages: [{ durationMs: 10_000, rate: 100 }] },
    flows: [{ name: 'a', steps: [{ kind: 'request', url: '/' }] }],
  }),
  generator: {
    cpuMeanPercent: 97,
    cpuMaxPercent: 101,
    loopLagP99Ms: 180,
    loopLagMaxMs: 700,
    slipP99Ms: 240,
    slipMaxMs: 1100,
    due: 1030,
    begun: 1000,
    limitedSeconds: 6,
    wasLimit: true,
    verdict: 'It used a whole core for 6 of 10 s.',
  },
  thresholds: [{ expression: 'errors < 1%', ok: false, value: 0.03, abortedAtUs: 9e6 }],
  knee: {
    steps: [
      {
        users: 1,
        startUs: 0,
        endUs: 1e6,
        rps: 10,
        p50Ms: 1,
        p95Ms: 2,
        p99Ms: 3,
        errorRatio: 0,
        p95Change: 0,
      },
      {
        users: 4,
        startUs: 1e6,
        endUs: 2e6,
        rps: 30,
        p50Ms: 2,
        p95Ms: 20,
        p99Ms: 30,
        errorRatio: 0.1,
        p95Change: 9,
      },
    ],
    kneeUsers: 4,
    capacityRps: 10,
    capacityUsers: 1,
    usersWithin15Percent: null,
    endedBy: 'errors',
  },
  faults: [
    {
      text: 'killed',
      kind: 'kill',
      byHand: true,
      startedUs: 4e6,
      endedUs: 5e6,
      before: phase,
      during: phase,
      after: phase,
      recoveryMs: 400,
      downMs: 1400,
    },
  ],
};
const seconds: LoadInRange = {
  startUs: 0,
  endUs: 10e6,
  totals,
  perRequest: [],
  curve: [
    { share: 0.5, responseMs: 3, serviceMs: 3 },
    { share: 0.99, responseMs: 61, serviceMs: 20 },
    { share: 1, responseMs: 244, serviceMs: 244 },
  ],
  heatMap: { columnsUs: [0, 1e6], columnWidthUs: 1e6, rowsMs: [1, 2, 4], counts: [0, 5, 0, 0, 7, 1] },
};
const words = (markup: string): string => markup.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

test('tells what was asked, both latencies, what went wrong, thresholds, the knee, faults, and that the generator was the limit', () => {
  const text = words(loadSection(load, seconds).text);
  for (const part of [
    'Shoppers, open model, 100 /s',
    'The generator was the limit. It used a whole core for 6 of 10 s.',
    'Response time from when each was due',
    'Service time from when each was really sent',
    '30 ECONNREFUSED',
    'Thresholds: 1 of 1 broken',
    '3 %',
    'ended the load at 9 s',
    'The knee is at 4 users',
    '×10',
    'Fault: killed',
    'From the kill until the first good answer it took 1.4 s.',
    '5 ECONNRESET',
  ])
    expect(text).toContain(part);
});

test('draws the curve, the heat map and the knee without a script', () => {
  const { text } = loadSection(load, seconds);
  expect(text.match(/<svg /g)).toHaveLength(3);
  expect(text).toContain('<polyline class="response"');
  expect(text.match(/<path class="heat/g)?.length).toBeGreaterThan(0);
  expect(text).toContain('aria-label="Throughput and latency by users"');
  expect(text).toMatch(/class="knee[^"]*">\s*knee\s*</);
  // What was found by steps is known without the seconds.
  expect(loadSection(load, null).text.match(/<svg /g)).toHaveLength(1);
  expect(loadSection({ ...load, knee: { ...load.knee!, steps: [] } }, null).text).not.toContain('<svg');
});

test('names of the load are text, never markup', () => {
  const { text } = loadSection(load, seconds);
  expect(text).not.toContain('<b>made up');
  expect(text).not.toContain('<img>');
  expect(text).toContain('status is &lt;201&gt;');
});

test('of an earlier version it tells what that knew', () => {
  const old: LoadResult = {
    preset: 'smoke',
    users: 5,
    plannedDurationMs: 10_000,
    startedUs: 0,
    endedUs: 10e6,
    cancelled: true,
    totals: {
      requests: 5,
      errors: 1,
      timeouts: 0,
      non2xx: 0,
      bytes: 10,
      meanRate: 1,
      latency,
      statusClasses: {},
    },
    perRequest: [],
  };
  const text = words(loadSection(old).text);
  expect(text).toContain('smoke, 5 users');
  expect(text).toContain('ended early');
  expect(text).not.toContain('Generator');
  expect(text).not.toContain('Thresholds');
});
