import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Collections, GcKind, Metric, Series } from '../../main/api';
import { reduceSeries } from '../../profiles/series';
import { liveWindowEnd, niceCeiling, timeTicks } from './axis';
import { combine, combineOnce, indexAt, type Column } from './combine';
import { decimate as decimateInto, PointBuffer } from './decimate';
import { faultBands } from './fault-bands';
import { buildLanes, inWindow, laneMarks, summarise } from './lane-model';
import { panned, zoomed } from './lane-window';
import type { LanesData } from './types';

const buffer = new PointBuffer();
function decimate(column: Column, bucketUs: number): { x: number; y: number }[] {
  decimateInto(column, bucketUs, buffer);
  return Array.from({ length: buffer.length }, (_, i) => ({ x: buffer.x[i]!, y: buffer.y[i]! }));
}

const plain = ({ tUs, values }: Column) => ({ tUs: Array.from(tUs), values: Array.from(values) });

describe('decimation', () => {
  const columns = fc
    .array(
      fc.tuple(fc.integer({ min: 1, max: 2_000_000 }), fc.double({ min: -1e6, max: 1e6, noNaN: true })),
      { minLength: 1, maxLength: 300 },
    )
    .map((steps) => {
      let at = 0;
      return { tUs: steps.map(([step]) => (at += step)), values: steps.map(([, value]) => value) };
    });

  test('keeps the lowest and the highest value of every bucket, and never invents a point', () => {
    fc.assert(
      fc.property(columns, fc.integer({ min: 1000, max: 50_000_000 }), (column, bucketUs) => {
        const points = decimate(column, bucketUs).filter((point) => !Number.isNaN(point.y));
        const bucket = (at: number) => Math.floor(at / bucketUs);
        const extremes = (entries: { x: number; y: number }[]) => {
          const found = new Map<number, [number, number]>();
          for (const { x, y } of entries) {
            const [low, high] = found.get(bucket(x)) ?? [y, y];
            found.set(bucket(x), [Math.min(low, y), Math.max(high, y)]);
          }
          return found;
        };
        const raw = column.tUs.map((x, i) => ({ x, y: column.values[i]! }));
        expect(extremes(points)).toEqual(extremes(raw));
        expect(points.length).toBeLessThanOrEqual(4 * extremes(raw).size);
        for (const point of points) expect(column.values[column.tUs.indexOf(point.x)]).toBe(point.y);
        expect(points.map((point) => point.x)).toEqual(points.map((point) => point.x).sort((a, b) => a - b));
      }),
    );
  });

  test('an hour at four values a second becomes a few points per pixel, with its one spike', () => {
    const tUs = Array.from({ length: 14_400 }, (_, i) => i * 250_000);
    const values = tUs.map((_, i) => (i === 7777 ? 900 : 1));
    const points = decimate({ tUs, values }, 3_600_000_000 / 1000);
    expect(points.length).toBeLessThanOrEqual(4000);
    expect(Math.max(...points.map((point) => point.y))).toBe(900);
  });

  test('the line breaks where nothing was measured for long', () => {
    const points = decimate({ tUs: [0, 1e6, 2e6, 60e6, 61e6], values: [1, 1, 1, 2, 2] }, 1000);
    expect(points.some((point) => Number.isNaN(point.y))).toBe(false); // five intervals of 15 s on average
    const tUs = [...Array.from({ length: 100 }, (_, i) => i * 250_000), 60e6];
    expect(
      decimate({ tUs, values: tUs.map(() => 1) }, 1000).filter((point) => Number.isNaN(point.y)),
    ).toHaveLength(1);
  });
});

describe('many threads in one lane', () => {
  test('bytes are summed with what each thread said last, delays take the worst', () => {
    const one = { tUs: [0, 10, 20], values: [1, 2, 3] };
    const other = { tUs: [5, 15], values: [10, 20] };
    expect(plain(combine([one, other], 'sum'))).toEqual({
      tUs: [0, 5, 10, 15, 20],
      values: [1, 11, 12, 22, 23],
    });
    expect(plain(combine([one, other], 'max')).values).toEqual([1, 10, 10, 20, 20]);
  });

  test('a thread that ended no longer counts', () => {
    const ended = { tUs: [0, 10], values: [100, 100] };
    const going = {
      tUs: Array.from({ length: 20 }, (_, i) => i * 10),
      values: Array.from({ length: 20 }, () => 1),
    };
    const { values } = plain(combine([ended, going], 'sum'));
    expect(values[1]).toBe(101);
    expect(values.at(-1)).toBe(1);
  });

  test('what stays is combined once; what has grown since is combined again', () => {
    const one = { tUs: [0, 10], values: [1, 2] };
    const other = { tUs: [0, 10], values: [10, 20] };
    const before = combineOnce([one, other], 'sum');
    expect(combineOnce([one, other], 'sum')).toBe(before);
    for (const column of [one, other]) {
      column.tUs.push(20);
      column.values.push(30);
    }
    expect(plain(combineOnce([one, other], 'sum')).values).toEqual([11, 22, 60]);
  });

  test('the value at an instant is the last one said', () => {
    expect([-1, 0, 5, 10, 99].map((at) => indexAt([0, 10], at))).toEqual([-1, 0, 0, 1, 1]);
  });
});

describe('the lanes of a run', () => {
  const base: LanesData = { series: [], marks: [], endUs: 10e6, live: false, threads: null };
  const cpu = { metric: 'cpu' as const, scope: 'tree', tUs: [1e6, 2e6], values: [40, 180] };
  const cpuOfProcess = { metric: 'cpu' as const, scope: 'p7', tUs: [1e6, 2e6], values: [30, 60] };

  test('a saved run without load says so in one line and leaves out what was not measured', () => {
    const lanes = buildLanes({ ...base, series: [cpu] });
    expect(lanes.map((lane) => [lane.label, lane.note])).toEqual([
      ['CPU', undefined],
      ['Load', 'no load in this run'],
    ]);
  });

  test('the CPU axis is a whole number of cores', () => {
    expect(buildLanes({ ...base, series: [cpu] })[0]?.max).toBe(200);
  });

  test('selected threads show their process where only that is measured', () => {
    const lane = buildLanes({ ...base, series: [cpu, cpuOfProcess], threads: ['p7-w1'] })[0];
    expect(plain(lane!.series[0]!.column).values).toEqual([30, 60]);
  });

  test('one number for a range weighs values by their time', () => {
    const [lane] = buildLanes({ ...base, series: [{ ...cpu, tUs: [1e6, 2e6, 5e6], values: [0, 100, 20] }] });
    expect(summarise(lane!.series[0]!, null)).toBeCloseTo((0 * 1 + 100 * 1 + 20 * 3) / 5);
    expect(summarise(lane!.series[0]!, { startUs: 1.5e6, endUs: 3e6 })).toBe(100);
    expect(summarise(lane!.series[0]!, { startUs: 7e6, endUs: 8e6 })).toBeNaN();
  });
});

describe('the lanes beside the memory view', () => {
  const of = (metric: Metric, scope: string, values: number[]): Series => ({
    metric,
    scope,
    tUs: values.map((_, i) => (i + 1) * 1e6),
    values,
  });
  const gc = (gcKind: GcKind, ours: boolean, durationMs: number[]): Collections => ({
    thread: 'p1',
    gcKind,
    ours,
    tUs: durationMs.map((_, i) => (i + 1) * 1e6),
    durationMs,
    beforeBytes: durationMs.map(() => 5e6),
    afterBytes: durationMs.map(() => 1e6),
  });
  const data: LanesData = {
    series: [
      of('heapUsed', 'p1', [10e6, 20e6]),
      of('heapUsed', 'p1-w1', [1e6, 2e6]),
      of('heapTotal', 'p1', [30e6, 30e6]),
      of('heapLimit', 'p1', [4e9, 4e9]),
      of('rss', 'tree', [80e6, 90e6]),
      of('gcPause', 'p1', [1, 2]),
      of('gcPause', 'p1-w1', [10, 20]),
    ],
    collections: [gc('minor', false, [1, 2, 3]), gc('major', false, [9]), gc('major', true, [4])],
    marks: [],
    endUs: 3e6,
    live: false,
    threads: null,
  };

  test('are heap, process and collections by kind, in as much room as the others', () => {
    const lanes = buildLanes({ ...data, set: 'memory' });
    expect(lanes.map(({ label, series }) => [label, series.map((one) => one.label)])).toEqual([
      ['Heap', ['used', 'total', 'limit']],
      ['Process', ['RSS']],
      ['GC', ['by profiling', 'minor', 'major']],
    ]);
  });

  test('a limit far above the heap is a number and no line, and does not squeeze the heap', () => {
    const [heap] = buildLanes({ ...data, set: 'memory' });
    expect(heap?.series.at(-1)).toMatchObject({ label: 'limit', outOfSight: true });
    expect(heap?.max).toBe(30e6);
    const near = data.series.map((one) => (one.metric === 'heapLimit' ? of('heapLimit', 'p1', [40e6]) : one));
    const [tight] = buildLanes({ ...data, series: near, set: 'memory' });
    expect(tight?.series.at(-1)?.outOfSight).toBeUndefined();
    expect(tight?.max).toBe(40e6);
  });

  test('threads are added up, or one of them is shown', () => {
    const used = (threads: string[] | null) =>
      plain(buildLanes({ ...data, threads, set: 'memory' })[0]!.series[0]!.column).values;
    expect(used(null)).toEqual([11e6, 22e6]);
    expect(used(['p1-w1'])).toEqual([1e6, 2e6]);
  });

  test('elsewhere the collections have one number, and ours another; the other lanes keep theirs', () => {
    const lanes = buildLanes(data);
    const lane = lanes.find(({ name }) => name === 'gc');
    expect(lane?.legend?.map((one) => [one.label, summarise(one, null)])).toEqual([
      ['pause', 19],
      ['by profiling', 4],
    ]);
    expect(lanes.filter(({ name }) => name !== 'gc').map(({ legend }) => legend)).toEqual([
      undefined,
      undefined,
    ]);
  });

  test('pauses of many threads that were only measured as sums are added once each', () => {
    const lane = buildLanes({ ...data, collections: [] }).find(({ name }) => name === 'gc');
    expect(summarise(lane!.series[0]!, null)).toBe(33);
  });

  test('zoomed, a lane shows the finest detail that covers the window, and keeps its axis', () => {
    const long = reduceSeries(
      of(
        'heapUsed',
        'p1',
        Array.from({ length: 5000 }, (_, i) => i),
      ),
      { points: 400 },
    );
    const window = { startUs: 1000e6, endUs: 1010e6 };
    const finer = of(
      'heapUsed',
      'p1',
      Array.from({ length: 2000 }, (_, i) => i),
    );
    const held = { metric: 'heapUsed' as const, scope: 'p1', ...long };
    const pieces = [{ startUs: 0, endUs: 2000e6, series: finer }];
    const [lane] = buildLanes({ ...data, series: [{ ...held, pieces }], set: 'memory', collections: [] });
    const seen = inWindow(lane!, window);
    expect(plain(seen.series[0]!.column)).toEqual({ tUs: finer.tUs, values: finer.values });
    expect(seen.max).toBe(lane!.max);
    const beyond = inWindow(lane!, { startUs: 1990e6, endUs: 2010e6 });
    expect(plain(beyond.series[0]!.column).tUs).toEqual(long.tUs);
  });

  test('of several pieces the one that says most is drawn, whichever came last', () => {
    const every = (metric: Metric, length: number, stepUs: number): Series => ({
      metric,
      scope: 'p1',
      tUs: Array.from({ length }, (_, i) => i * stepUs),
      values: Array.from({ length }, (_, i) => i),
    });
    const raw = every('heapUsed', 20_000, 1e6);
    const held = { ...raw, ...reduceSeries(raw, { points: 400 }) };
    const piece = (endUs: number, points: number) => ({
      startUs: 0,
      endUs,
      series: { ...raw, ...reduceSeries(raw, { startUs: 0, endUs, points }) },
    });
    const fine = piece(4000e6, 2000);
    const coarse = piece(16_000e6, 2000);
    const coarser = piece(20_000e6, 100);
    const shown = (pieces: (typeof fine)[]) => {
      const [lane] = buildLanes({ ...data, series: [{ ...held, pieces }], set: 'memory', collections: [] });
      return plain(inWindow(lane!, { startUs: 1000e6, endUs: 1100e6 }).series[0]!.column).tUs;
    };
    expect(shown([fine, coarse])).toEqual(fine.series.tUs);
    expect(shown([coarse, fine])).toEqual(fine.series.tUs);
    expect(shown([coarser])).toEqual(held.tUs);
  });
});

test('zooming stays about the pointer and inside the run, and ends at the whole', () => {
  const whole = { startUs: 0, endUs: 100e6 };
  const closer = zoomed(whole, whole, 0.5, 25e6)!;
  expect(closer).toEqual({ startUs: 12.5e6, endUs: 62.5e6 });
  expect(panned(closer, whole, -50e6)).toEqual({ startUs: 0, endUs: 50e6 });
  expect(panned(closer, whole, 90e6)).toEqual({ startUs: 50e6, endUs: 100e6 });
  expect(zoomed(closer, whole, 3, 0)).toBeNull();
});

test('axes have round ticks and the live window grows in steps', () => {
  expect(timeTicks(0, 10e6, 6)).toEqual({ stepUs: 2e6, ticks: [0, 2e6, 4e6, 6e6, 8e6, 10e6] });
  expect(timeTicks(12.4e6, 13.1e6, 8).stepUs).toBe(100_000);
  expect([0, 0.25, 1, 1.2, 7, 182e6].map(niceCeiling)).toEqual([1, expect.closeTo(0.3), 1, 1.5, 8, 2e8]);
  expect([1e6, 11e6, 3599e6].map(liveWindowEnd)).toEqual([10e6, 15e6, 3600e6]);
});

describe('faults', () => {
  const begun = {
    kind: 'fault',
    tUs: 2e6,
    text: 'latency 200 ms',
    faultId: 'f1',
    faultKind: 'latency',
  } as const;
  const other = { kind: 'fault', tUs: 1e6, text: 'pause', faultId: 'f2', faultKind: 'pause' } as const;

  test('told at the start and again at the end are one band', () => {
    const bands = faultBands([begun, other, { ...begun, durationMs: 500 }], 9e6);
    expect(bands.map(({ faultId, startUs, endUs, lasts }) => [faultId, startUs, endUs, lasts])).toEqual([
      ['f2', 1e6, 9e6, true],
      ['f1', 2e6, 2.5e6, false],
    ]);
    expect(laneMarks([begun, { ...begun, durationMs: 500 }], null, 9e6)).toEqual([
      { ...begun, durationMs: 500 },
    ]);
  });

  test('one that lasts reaches to the end of what is known', () => {
    expect(laneMarks([begun], null, 5e6)).toMatchObject([{ durationMs: 3000 }]);
  });
});

describe('the users lane', () => {
  const series = (metric: Metric, values: number[]): Series => ({
    metric,
    scope: 'load',
    tUs: values.map((_, i) => i * 1e6),
    values,
  });
  const lane = (slip: number[]) =>
    buildLanes({
      series: [series('loadUsers', [5, 10, 20]), series('loadSlip', slip)],
      marks: [],
      endUs: 3e6,
      live: false,
      threads: null,
    }).find(({ name }) => name === 'users');

  test('has users on its axis, and the slip of the generator on one of its own that makes no mountain of a few ms', () => {
    expect(lane([1, 2, 1])?.max).toBe(20);
    expect(lane([1, 2, 1])?.series[1]?.ownMax).toBe(50);
    expect(lane([1, 900, 1])?.series[1]?.ownMax).toBe(1000);
    expect(lane([1, 900, 1])?.max).toBe(20);
  });
});
