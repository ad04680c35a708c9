import { describe, expect, it } from 'vitest';
import { varianceInflation } from './autocorrelation';
import { mannKendall } from './mann-kendall';
import { upperTail } from './normal-distribution';
import { senSlope } from './sen-slope';
import { gaussFrom, randomFrom } from './testing';
import { blocked, mostPoints, trendOf } from './trend';

const seconds = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe('the normal distribution', () => {
  it('has the tails that tables give', () => {
    expect(upperTail(0)).toBeCloseTo(0.5, 12);
    expect(upperTail(1.959963984540054)).toBeCloseTo(0.025, 12);
    expect(upperTail(-1)).toBeCloseTo(0.8413447460685429, 12);
    expect(upperTail(6) / 9.865876450376946e-10).toBeCloseTo(1, 6);
  });
});

describe('the Mann-Kendall test', () => {
  it('is exact for few different values: four in order come by chance once in 24', () => {
    expect(mannKendall([1, 2, 3, 4])).toMatchObject({ s: 6, p: 1 / 24 });
    // Kendall 1975, table 1: n = 8, S = 16 has 0.031.
    expect(mannKendall([2, 1, 4, 3, 6, 8, 7, 5]).s).toBe(16);
    expect(mannKendall([2, 1, 4, 3, 6, 8, 7, 5]).p).toBeCloseTo(0.031, 3);
  });

  it('counts the share of all orders that have at least this S', () => {
    const orders = permutations([1, 2, 3, 4, 5, 6]);
    const { s, p } = mannKendall([1, 3, 2, 5, 4, 6]);
    const atLeast = orders.filter((order) => mannKendall(order).s >= s).length;
    expect(p).toBeCloseTo(atLeast / orders.length, 12);
  });

  it('corrects the variance for equal values', () => {
    // n = 5 without ties: 5 × 4 × 15 / 18; a pair takes 2 × 1 × 9 / 18 away.
    expect(mannKendall([1, 2, 3, 4, 5]).variance).toBeCloseTo(300 / 18, 12);
    expect(mannKendall([1, 2, 2, 4, 5]).variance).toBeCloseTo((300 - 18) / 18, 12);
    expect(mannKendall([7, 7, 7, 7])).toEqual({ s: 0, variance: 0, p: 1 });
  });

  it('does not care about the scale, only about the order', () => {
    const gauss = gaussFrom(3);
    const values = seconds(20).map(() => gauss());
    const { s, p } = mannKendall(values);
    expect(mannKendall(values.map((value) => Math.exp(value) * 1e9 + 5))).toMatchObject({ s, p });
    expect(mannKendall(values.map((value) => -value)).s).toBe(-s);
  });
});

describe("Sen's slope", () => {
  it('is the slope of a straight line, with an interval of no width', () => {
    expect(
      senSlope(
        seconds(10),
        seconds(10).map((t) => 3 * t + 7),
      ),
    ).toEqual({ slope: 3, low: 3, high: 3 });
  });

  it('is hardly moved by a quarter of wild points', () => {
    const values = seconds(20).map((t) => (t % 4 === 1 ? 1e6 : 2 * t));
    expect(senSlope(seconds(20), values).slope).toBeCloseTo(2, 0);
  });

  it('is the median of the slopes of all pairs; two values at the same time make no slope', () => {
    const { slope, low, high } = senSlope([0, 1, 2, 3], [10, 22, 21, 30]);
    // Slopes in order: -1, 4, 5.5, 6.67, 9, 12.
    expect(slope).toBeCloseTo((5.5 + 20 / 3) / 2, 10);
    expect(low).toBeGreaterThanOrEqual(-1);
    expect(high).toBeLessThanOrEqual(12);
    expect(senSlope([0, 0, 1], [1, 5, 3]).slope).toBeCloseTo(0, 10);
  });

  it('shifts and scales with what it is given', () => {
    const random = randomFrom(5);
    const values = seconds(30).map((t) => t + random() * 10);
    const plain = senSlope(seconds(30), values);
    const moved = senSlope(
      seconds(30).map((t) => t * 4 + 100),
      values.map((value) => value * 8 - 50),
    );
    expect(moved.slope).toBeCloseTo(plain.slope * 2, 8);
    expect(moved.low).toBeCloseTo(plain.low * 2, 8);
    expect(moved.high).toBeCloseTo(plain.high * 2, 8);
  });

  it('covers the true slope in about 95 of 100 noisy series', () => {
    const gauss = gaussFrom(11);
    let covered = 0;
    for (let trial = 0; trial < 400; trial++) {
      const { low, high } = senSlope(
        seconds(20),
        seconds(20).map((t) => 0.3 * t + gauss()),
      );
      if (low <= 0.3 && 0.3 <= high) covered++;
    }
    expect(covered / 400).toBeGreaterThan(0.91);
    expect(covered / 400).toBeLessThan(0.99);
  });
});

describe('autocorrelation', () => {
  it('of independent points changes little; of a slow wave it widens the variance', () => {
    const gauss = gaussFrom(2);
    const noise = seconds(60).map(() => gauss());
    expect(varianceInflation(seconds(60), noise, 0)).toBeLessThan(1.5);
    const wave = seconds(60).map((t) => Math.sin(t / 6));
    expect(varianceInflation(seconds(60), wave, 0)).toBeGreaterThan(3);
    expect(varianceInflation(seconds(5), [1, 2, 3, 2, 1], 0)).toBe(1);
  });
});

describe('very many points', () => {
  it('are judged by the least of each block, in time order', () => {
    const gauss = gaussFrom(9);
    const points = seconds(50_000).map((t) => ({
      tUs: t * 1e6,
      bytes: t * 10 + Math.abs(gauss()) * 1e5,
      forced: true,
    }));
    const blocks = blocked(points);
    expect(blocks.length).toBeLessThanOrEqual(mostPoints);
    expect(blocks.every((block, i) => i === 0 || block.tUs > blocks[i - 1]!.tUs)).toBe(true);
    expect(trendOf(blocks).slope * 1e6).toBeCloseTo(10, 1);
  });
});

function permutations(values: number[]): number[][] {
  if (values.length <= 1) return [values];
  return values.flatMap((value, i) =>
    permutations([...values.slice(0, i), ...values.slice(i + 1)]).map((rest) => [value, ...rest]),
  );
}
