/** The trend of a stretch of floor points: slope with confidence interval and significance, minding ties and autocorrelation. */
import { varianceInflation } from './autocorrelation';
import { mannKendall } from './mann-kendall';
import { senSlope } from './sen-slope';
import type { FloorPoint } from './types';

export interface Trend {
  points: number;
  startUs: number;
  endUs: number;
  /** Bytes per µs, with its 95 % confidence interval. */
  slope: number;
  low: number;
  high: number;
  /** One-sided p of an upward trend. */
  p: number;
  /** Above 1: neighbouring points resemble each other, and `p` minds it. */
  inflation: number;
  /** Slope × time, bytes: robust against an odd first or last point. */
  growthBytes: number;
}

/** Points for which all pairs are looked at; more are put together in blocks. */
export const mostPoints = 240;

/**
 * At most `mostPoints` points: the least of each block of as many neighbours. A floor is a floor: what was in flight at
 * a collection is above it.
 */
export function blocked(points: readonly FloorPoint[]): readonly FloorPoint[] {
  if (points.length <= mostPoints) return points;
  const perBlock = Math.ceil(points.length / mostPoints);
  const blocks: FloorPoint[] = [];
  // The last, incomplete block would be a least of fewer, and so too high: the first is left out instead.
  const first = points.length % perBlock;
  for (let i = first; i < points.length; i += perBlock) {
    let least = points[i]!;
    for (let k = i + 1; k < i + perBlock; k++) if (points[k]!.bytes < least.bytes) least = points[k]!;
    blocks.push(least);
  }
  return blocks;
}

/** Of at most some hundred points (see `blocked`), in time order. */
export function trendOf(points: readonly FloorPoint[]): Trend {
  const times = Float64Array.from(points, ({ tUs }) => tUs);
  const values = Float64Array.from(points, ({ bytes }) => bytes);
  const startUs = times[0] ?? 0;
  const endUs = times[times.length - 1] ?? 0;
  const plain = senSlope(times, values);
  const inflation = varianceInflation(times, values, plain.slope);
  const { p, variance } = mannKendall(values, inflation);
  const { slope, low, high } = senSlope(times, values, variance);
  return {
    points: points.length,
    startUs,
    endUs,
    slope,
    low,
    high,
    p,
    inflation,
    growthBytes: slope * (endUs - startUs),
  };
}
