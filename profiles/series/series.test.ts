import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timeWeightedMean, total } from '../time-series';
import { BoundedSeries } from './bounded-series';
import { CollectionLog, collectionTotals, reduceCollections } from './collections';
import { reduceByWidth, reduceSeries } from './reduce';
import { reduceTimeline, thinBlocks } from './timeline';
import type { ReducibleSeries } from './types';

const measured = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 400_000 }), fc.double({ min: -1e9, max: 1e9, noNaN: true })), {
    minLength: 2,
    maxLength: 600,
  })
  .map((steps) => {
    let at = 0;
    return { tUs: steps.map(([step]) => (at += step)), values: steps.map(([, value]) => value) };
  });

function extremes({ tUs, values }: ReducibleSeries, bucketUs: number): Map<number, [number, number]> {
  const found = new Map<number, [number, number]>();
  tUs.forEach((at, i) => {
    const bucket = Math.floor(at / bucketUs);
    const [low, high] = found.get(bucket) ?? [Infinity, -Infinity];
    found.set(bucket, [Math.min(low, values[i]!), Math.max(high, values[i]!)]);
  });
  return found;
}

function expectSameNumbers(one: ReducibleSeries, whole: ReducibleSeries): void {
  const scale = whole.values.reduce((sum, value) => sum + Math.abs(value), 1);
  expect(Math.abs(total(one) - total(whole)) / scale).toBeLessThan(1e-9);
  expect(Math.abs(timeWeightedMean(one)! - timeWeightedMean(whole)!) / scale).toBeLessThan(1e-9);
}

describe('a reduced series', () => {
  it('keeps the lowest, the highest, the first and the last value of every bucket, its sum and its mean', () => {
    fc.assert(
      fc.property(measured, fc.integer({ min: 1, max: 20_000_000 }), (series, bucketUs) => {
        const reduced = reduceByWidth(series, bucketUs);
        expect(extremes(reduced, bucketUs)).toEqual(extremes(series, bucketUs));
        expect(reduced.tUs.length).toBeLessThanOrEqual(4 * extremes(series, bucketUs).size);
        expect([reduced.tUs[0], reduced.tUs.at(-1)]).toEqual([series.tUs[0], series.tUs.at(-1)]);
        expect(reduced.exact.counts.reduce((a, b) => a + b, 0)).toBe(series.tUs.length);
        expectSameNumbers(reduced, series);
        for (let i = 0; i < reduced.tUs.length; i++) {
          expect(reduced.values[i]).toBe(series.values[series.tUs.indexOf(reduced.tUs[i]!)]);
          if (i > 0) expect(reduced.tUs[i]).toBeGreaterThan(reduced.tUs[i - 1]!);
        }
      }),
    );
  });

  it('is the same whether it is reduced at once or in steps', () => {
    fc.assert(
      fc.property(measured, fc.integer({ min: 1, max: 1_000_000 }), (series, bucketUs) => {
        const steps = reduceByWidth(reduceByWidth(series, bucketUs), bucketUs * 4);
        expect(extremes(steps, bucketUs * 4)).toEqual(extremes(series, bucketUs * 4));
        expectSameNumbers(steps, series);
      }),
    );
  });

  it('of a window adds up exactly the values in it, and has about as many points as asked for', () => {
    fc.assert(
      fc.property(
        measured,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 12, max: 700 }),
        (series, share, points) => {
          const startUs = Math.floor(series.tUs.at(-1)! * share * 0.5);
          const endUs = Math.ceil(series.tUs.at(-1)! * (0.5 + share * 0.5));
          const inside = series.values.filter((_, i) => series.tUs[i]! >= startUs && series.tUs[i]! < endUs);
          const reduced = reduceSeries(series, { startUs, endUs, points });
          expect(reduced.tUs.length).toBeLessThanOrEqual(points);
          expect(total(reduced)).toBeCloseTo(
            inside.reduce((a, b) => a + b, 0),
            3,
          );
          expect(Math.max(...reduced.values)).toBe(Math.max(...inside));
          expect(Math.min(...reduced.values)).toBe(Math.min(...inside));
        },
      ),
    );
  });

  it('leaves out of its sums what could not be measured', () => {
    const series = { tUs: [1, 2, 3, 4], values: [5, NaN, 7, NaN] };
    const reduced = reduceByWidth(series, 100);
    expect([total(reduced), timeWeightedMean(reduced)]).toEqual([12, 6]);
    expect(reduced.values).toEqual([5, 7, NaN]);
  });
});

describe('a bounded series', () => {
  it('never holds more points than it may, and loses no extreme, no sum and no mean', () => {
    fc.assert(
      fc.property(measured, fc.integer({ min: 16, max: 100 }), (series, mostPoints) => {
        const store = new BoundedSeries<ReducibleSeries>({ tUs: [], values: [] }, mostPoints);
        series.tUs.forEach((at, i) => {
          store.push(at, series.values[i]!);
          expect(store.series.tUs.length).toBeLessThanOrEqual(mostPoints);
        });
        const held = store.series;
        expect(Math.max(...held.values)).toBe(Math.max(...series.values));
        expect(Math.min(...held.values)).toBe(Math.min(...series.values));
        expect(held.tUs.at(-1)).toBe(series.tUs.at(-1));
        expectSameNumbers(held, series);
      }),
    );
  });

  it('goes on from a series that came reduced, and takes no value twice', () => {
    const whole: ReducibleSeries = { tUs: [], values: [] };
    for (let i = 0; i < 5000; i++) {
      whole.tUs.push((i + 1) * 1000);
      whole.values.push(Math.sin(i));
    }
    const first = { tUs: whole.tUs.slice(0, 3000), values: whole.values.slice(0, 3000) };
    const store = new BoundedSeries(reduceSeries(first, { points: 400 }), 500);
    const taken = whole.tUs.map((at, i) => store.push(at, whole.values[i]!));
    expect(taken.filter((was) => was)).toHaveLength(2000);
    expectSameNumbers(store.series, whole);
  });

  it('holds four hours at four values a second in a few thousand points', () => {
    const store = new BoundedSeries<ReducibleSeries>({ tUs: [], values: [] });
    let most = 0;
    for (let i = 0; i < 57_600; i++) {
      store.push((i + 1) * 250_000, i === 31_234 ? 9e9 : i % 100);
      most = Math.max(most, store.series.tUs.length);
    }
    expect(most).toBeLessThanOrEqual(4096);
    expect(store.series.tUs.length).toBeGreaterThan(1500);
    expect(Math.max(...store.series.values)).toBe(9e9);
    expect(store.series.exact!.counts.reduce((a, b) => a + b, 0)).toBe(57_600);
  });
});

describe('garbage collections', () => {
  const pause = (i: number): number => (i === 777_777 ? 900 : 1 + (i % 7) * 0.1);
  const fill = (log: CollectionLog, count: number): void => {
    for (let i = 0; i < count; i++)
      log.push({
        thread: 'p1',
        gcKind: i % 50 === 0 ? 'major' : 'minor',
        ours: false,
        tUs: i * 10_000,
        durationMs: pause(i),
        beforeBytes: 2e6,
        afterBytes: 1e6,
      });
  };

  it('a hundred a second for four hours: a few thousand entries, with the longest and all sums', () => {
    const log = new CollectionLog(2048);
    fill(log, 1_440_000);
    expect(log.all()).toHaveLength(2);
    for (const { tUs } of log.all()) expect(tUs.length).toBeLessThanOrEqual(2048);
    const totals = collectionTotals(log.all(), null);
    expect(totals.count).toBe(1_440_000);
    expect(totals.longestMs).toBe(900);
    expect(totals.freedBytes).toBe(1_440_000 * 1e6);
    let sum = 0;
    for (let i = 0; i < 1_440_000; i++) sum += pause(i);
    expect(totals.pauseMs).toBeCloseTo(sum, 2);
  });

  it('reduced to a window, they count exactly those in it', () => {
    const log = new CollectionLog();
    fill(log, 10_000);
    const window = { startUs: 12_345_678, endUs: 67_890_123 };
    const reduced = log.all().map((group) => reduceCollections(group, { ...window, points: 100 }));
    expect(collectionTotals(reduced, null)).toEqual({
      ...collectionTotals(log.all(), window),
      pauseMs: expect.closeTo(collectionTotals(log.all(), window).pauseMs, 6) as number,
    });
    for (const { tUs } of reduced) expect(tUs.length).toBeLessThanOrEqual(102);
  });

  it('a late one is put where it belongs', () => {
    const log = new CollectionLog();
    for (const tUs of [5, 9, 7])
      log.push({ thread: 'p1', gcKind: 'minor', ours: false, tUs, durationMs: tUs });
    expect(log.all()[0]).toMatchObject({ tUs: [5, 7, 9], durationMs: [5, 7, 9] });
  });
});

describe('a part of a timeline', () => {
  const of = (metric: string) => ({ metric, tUs: [1, 2], values: [1, 2] });
  const gc = { thread: 'p', gcKind: 'minor', ours: false };
  const collections = [{ ...gc, tUs: [1], durationMs: [1], beforeBytes: [1], afterBytes: [1] }];
  const marks = [{ kind: 'listen', tUs: 1 }];
  const timeline = { series: [of('cpu'), of('rss')], collections, marks };

  it('is only what was asked for', () => {
    const only = (metrics: string[], withCollections: boolean) =>
      reduceTimeline(timeline, { points: 100, only: { metrics, collections: withCollections } });
    expect(only(['rss'], false)).toEqual({ series: [of('rss')], collections: [], marks: [] });
    expect(only([], true)).toEqual({ series: [], collections, marks: [] });
    expect(reduceTimeline(timeline, { points: 100 })).toEqual(timeline);
  });
});

describe('a timeline of very many stalls', () => {
  const marks = Array.from({ length: 100_000 }, (_, i) => ({
    kind: 'blocked',
    thread: i % 2 ? 'p1' : 'p2',
    tUs: i * 100_000,
    durationMs: i === 54_321 ? 5000 : 60,
  }));

  it('keeps the longest ones, and they say how many they stand for', () => {
    const thinned: { durationMs: number; others?: number }[] = thinBlocks(marks);
    expect(thinned.length).toBeLessThanOrEqual(4000);
    expect(Math.max(...thinned.map(({ durationMs }) => durationMs))).toBe(5000);
    expect(thinned.reduce((sum, { others = 0 }) => sum + 1 + others, 0)).toBe(100_000);
  });

  it('few are left as they are', () => {
    expect(thinBlocks(marks.slice(0, 10))).toEqual(marks.slice(0, 10));
  });
});
