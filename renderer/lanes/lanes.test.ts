import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { liveWindowEnd, niceCeiling, timeTicks } from './axis';
import { combine, indexAt } from './combine';
import { decimate } from './decimate';
import { buildLanes, summarise } from './lane-model';
import type { LanesData } from './types';

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
    expect(combine([one, other], 'sum')).toEqual({ tUs: [0, 5, 10, 15, 20], values: [1, 11, 12, 22, 23] });
    expect(combine([one, other], 'max').values).toEqual([1, 10, 10, 20, 20]);
  });

  test('a thread that ended no longer counts', () => {
    const ended = { tUs: [0, 10], values: [100, 100] };
    const going = {
      tUs: Array.from({ length: 20 }, (_, i) => i * 10),
      values: Array.from({ length: 20 }, () => 1),
    };
    const { values } = combine([ended, going], 'sum');
    expect(values[1]).toBe(101);
    expect(values.at(-1)).toBe(1);
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
    expect(lane?.series[0]?.column.values).toEqual([30, 60]);
  });

  test('one number for a range weighs values by their time', () => {
    const [lane] = buildLanes({ ...base, series: [{ ...cpu, tUs: [1e6, 2e6, 5e6], values: [0, 100, 20] }] });
    expect(summarise(lane!.series[0]!, null)).toBeCloseTo((0 * 1 + 100 * 1 + 20 * 3) / 5);
    expect(summarise(lane!.series[0]!, { startUs: 1.5e6, endUs: 3e6 })).toBe(100);
    expect(summarise(lane!.series[0]!, { startUs: 7e6, endUs: 8e6 })).toBeNaN();
  });
});

test('axes have round ticks and the live window grows in steps', () => {
  expect(timeTicks(0, 10e6, 6)).toEqual({ stepUs: 2e6, ticks: [0, 2e6, 4e6, 6e6, 8e6, 10e6] });
  expect(timeTicks(12.4e6, 13.1e6, 8).stepUs).toBe(100_000);
  expect([0, 0.25, 1, 1.2, 7, 182e6].map(niceCeiling)).toEqual([1, expect.closeTo(0.3), 1, 1.5, 8, 2e8]);
  expect([1e6, 11e6, 3599e6].map(liveWindowEnd)).toEqual([10e6, 15e6, 3600e6]);
});
