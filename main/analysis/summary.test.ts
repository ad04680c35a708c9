import { describe, expect, it } from 'vitest';
import { profileOf } from '../../profiles/testing';
import type { LoadResult, Series } from '../api';
import { summarise } from './summary';
import type { SummaryInput } from './summary';

const nothing: SummaryInput = { cpu: [], series: [], marks: [], allocations: [], loadResult: null };
const series = (metric: Series['metric'], scope: string, values: number[]): Series => ({
  metric,
  scope,
  tUs: values.map((_, i) => (i + 1) * 250_000),
  values,
});
const totals = {
  requests: 900,
  errors: 60,
  timeouts: 40,
  non2xx: 100,
  bytes: 1,
  meanRate: 90,
  statusClasses: {},
};
const latency = { minMs: 1, meanMs: 2, p50Ms: 3, p90Ms: 4, p95Ms: 5, p99Ms: 6, maxMs: 7 };
const loadResult: LoadResult = {
  preset: 'smoke',
  users: 5,
  plannedDurationMs: 1000,
  startedUs: 0,
  endedUs: 1,
  cancelled: false,
  totals: { ...totals, latency },
  perRequest: [],
};

describe('a session’s summary', () => {
  it('has no number that was not measured', () => {
    expect(summarise(nothing)).toEqual({});
  });

  it('adds up the CPU time of all threads and names the top function', () => {
    const cpu = new Map([
      ['p1', profileOf(['main:a > hot:a:41', 0], ['(idle)', 3000], ['', 10_000])],
      ['p1-w1', profileOf(['(garbage collector)', 0], ['hot:a:41', 5000], ['', 6000])],
    ]);
    expect(summarise({ ...nothing, cpu })).toEqual({
      cpuSamples: 4,
      cpuBusyMs: 9,
      topFunction: { name: 'hot', url: 'file:///app/a.js', line: 41, selfMs: 4, share: 4 / 9 },
    });
  });

  it('takes CPU and RSS of the whole tree, and the worst thread’s heap and event loop', () => {
    const summary = summarise({
      ...nothing,
      series: [
        series('cpu', 'tree', [50, 150]),
        series('cpu', 'p1', [900, 900]),
        series('rss', 'tree', [10, 30, 20]),
        series('heapUsed', 'p1', [5, 7]),
        series('heapUsed', 'p1-w1', [9, 1]),
        series('loopDelayP50', 'p1', [1, 1]),
        series('loopDelayP99', 'p1', [20, 20]),
        series('loopDelayMax', 'p1', [25, 44]),
        series('loopDelayP99', 'p1-w1', [2]),
        series('loopUtilization', 'p1', [0.2, 0.6]),
        series('loopUtilization', 'p1-w1', [0.1]),
        series('gcPause', 'p1', [1, 2]),
        series('gcPause', 'p1-w1', [3]),
        series('gcCount', 'p1', [4, 5]),
      ],
    });
    expect(summary).toMatchObject({
      cpuMeanPercent: 100,
      rssMaxBytes: 30,
      heapMaxBytes: 9,
      loopDelayMaxMs: 44,
      gcPauseTotalMs: 6,
      gcCount: 9,
    });
    expect(summary.loopDelayP99Ms).toBeCloseTo(20, 6);
    expect(summary.loopUtilizationMean).toBeCloseTo(0.4);
  });

  it('falls back to the GC marks where there is no series', () => {
    const marks = [2, 5].map((durationMs) => ({
      kind: 'gc' as const,
      tUs: 1,
      durationMs,
      gcKind: 'major' as const,
      thread: 'p1',
      ours: false,
    }));
    expect(summarise({ ...nothing, marks })).toEqual({ gcPauseTotalMs: 7, gcCount: 2 });
  });

  it('takes the load’s numbers, failed requests as a share of all tried', () => {
    expect(summarise({ ...nothing, loadResult })).toEqual({
      requests: 900,
      requestRate: 90,
      latencyP50Ms: 3,
      latencyP95Ms: 5,
      latencyP99Ms: 6,
      errorRatio: 0.2,
    });
    expect(
      summarise({ ...nothing, loadResult: { ...loadResult, totals: { ...totals, latency: null } } }),
    ).not.toHaveProperty('latencyP99Ms');
  });

  it('adds up live allocations, and tells who made most of them', () => {
    const callFrame = { functionName: 'f', scriptId: '1', url: '', lineNumber: 0, columnNumber: 0 };
    const api = { ...callFrame, functionName: '(V8 API)' };
    const leaf = { callFrame, selfSize: 30, children: [{ callFrame: api, selfSize: 900, children: [] }] };
    const profile = { head: { callFrame, selfSize: 1, children: [leaf, { ...leaf, children: [leaf] }] } };
    expect(summarise({ ...nothing, allocations: new Map([['p1', profile]]) })).toEqual({
      allocatedLiveBytes: 1891,
      topAllocator: { name: 'f', url: '', line: 1, selfBytes: 91, share: 91 / 1891 },
    });
  });
});
