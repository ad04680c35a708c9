import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combinedP99, maximum, minimum, timeWeightedMean } from './time-series';

describe('series', () => {
  it('have a mean weighted by time', () => {
    expect(timeWeightedMean({ tUs: [100, 200, 600], values: [10, 20, 50] })).toBeCloseTo(
      (10 * 100 + 20 * 100 + 50 * 400) / 600,
    );
    expect(timeWeightedMean({ tUs: [5], values: [7] })).toBe(7);
    expect(timeWeightedMean({ tUs: [], values: [] })).toBeUndefined();
    expect(timeWeightedMean({ tUs: [5, 5], values: [1, 3] })).toBe(2);
  });

  it('have extremes, or none', () => {
    expect([maximum([1, 9, 3]), minimum([4, 2, 8]), maximum([]), minimum([])]).toEqual([
      9,
      2,
      undefined,
      undefined,
    ]);
  });
});

describe('the P99 over many intervals', () => {
  const times = (count: number) => Array.from({ length: count }, (_, i) => (i + 1) * 250_000);

  it('is the interval’s own when all are equal', () => {
    expect(combinedP99(times(8), Array(8).fill(2), Array(8).fill(30), Array(8).fill(90))).toBeCloseTo(30, 6);
  });

  it('is hardly moved by one bad interval in a thousand, and reaches the bad ones when they are many', () => {
    const mixed = (bad: number) => {
      const of = (good: number, worse: number) =>
        Array.from({ length: 1000 }, (_, i) => (i < bad ? worse : good));
      return combinedP99(times(1000), of(1, 100), of(10, 200), of(20, 210))!;
    };
    expect(mixed(1)).toBeLessThan(20);
    expect(mixed(100)).toBeGreaterThan(150);
  });

  it('lies between the lowest and the highest interval P99', () => {
    const interval = fc.tuple(
      fc.double({ min: 0, max: 50, noNaN: true }),
      fc.double({ min: 0, max: 50, noNaN: true }),
      fc.double({ min: 0, max: 50, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(interval, { minLength: 1, maxLength: 20 }), (intervals) => {
        const p50 = intervals.map(([a]) => a);
        const p99 = intervals.map(([a, b]) => a + b);
        const max = intervals.map(([a, b, c]) => a + b + c);
        const combined = combinedP99(times(intervals.length), p50, p99, max)!;
        expect(combined).toBeGreaterThanOrEqual(Math.min(...p99) - 1e-6);
        expect(combined).toBeLessThanOrEqual(Math.max(...p99) + 1e-6);
      }),
    );
  });

  it('is unknown when columns are missing', () => {
    expect(combinedP99(times(3), [], [1, 2, 3], [1, 2, 3])).toBeUndefined();
    expect(combinedP99([], [], [], [])).toBeUndefined();
  });
});
