/** Arithmetic over measured series: means weighted by time, extremes, and a percentile of percentiles. */
import type { ExactColumns } from './series';

/** A series as columns in time order; µs since the run's start. Each value speaks for the time since the one before. */
export interface SeriesColumns {
  metric: string;
  scope: string;
  tUs: readonly number[];
  values: readonly number[];
  /** Of a reduced series: what its points stand for (see `series/types.ts`). */
  exact?: ExactColumns;
}

/** How long each value speaks for, µs. The first has no value before it: it gets as long as the second. */
export function intervalsUs(tUs: readonly number[]): number[] {
  return tUs.map((t, i) => (i > 0 ? t - tUs[i - 1]! : tUs.length > 1 ? tUs[1]! - t : 1));
}

/** Mean weighted by time, undefined for an empty series. Of a reduced series: of all values its points stand for. */
export function timeWeightedMean({
  tUs,
  values,
  exact,
}: Pick<SeriesColumns, 'tUs' | 'values' | 'exact'>): number | undefined {
  if (values.length === 0) return undefined;
  if (exact) {
    const spanUs = added(exact.spansUs);
    if (spanUs > 0) return added(exact.areas) / spanUs;
    const count = added(exact.counts);
    return count > 0 ? added(exact.sums) / count : undefined;
  }
  const weights = intervalsUs(tUs);
  let sum = 0;
  let weight = 0;
  for (let i = 0; i < values.length; i++) {
    sum += values[i]! * weights[i]!;
    weight += weights[i]!;
  }
  return weight > 0 ? sum / weight : values.reduce((total, value) => total + value, 0) / values.length;
}

/** All values added up. Of a reduced series: all values its points stand for. */
export function total({ values, exact }: Pick<SeriesColumns, 'values' | 'exact'>): number {
  return added(exact ? exact.sums : values);
}

function added(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) if (!Number.isNaN(value)) sum += value;
  return sum;
}

export function maximum(values: readonly number[]): number | undefined {
  let highest: number | undefined;
  for (const value of values) if (highest === undefined || value > highest) highest = value;
  return highest;
}

export function minimum(values: readonly number[]): number | undefined {
  let lowest: number | undefined;
  for (const value of values) if (lowest === undefined || value < lowest) lowest = value;
  return lowest;
}

/**
 * The 99th percentile over all intervals together, from each interval's P50, P99 and maximum.
 *
 * Percentiles cannot be averaged, and the highest interval P99 would be little else than the maximum. So each interval's
 * distribution is taken as piecewise linear through (0, 0), (P50, 50 %), (P99, 99 %), (max, 100 %), weighted by the
 * interval's length, and the value is found that 1 % of this mixture exceeds. It is exact when all intervals are equal.
 * Columns must be of equal length; undefined when they are not or are empty.
 */
export function combinedP99(
  tUs: readonly number[],
  p50: readonly number[],
  p99: readonly number[],
  max: readonly number[],
): number | undefined {
  const count = p99.length;
  if (count === 0 || [tUs, p50, max].some((column) => column.length !== count)) return undefined;
  const weights = intervalsUs(tUs);
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const exceeding = (value: number) => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += weights[i]! * shareAbove(value, p50[i]!, p99[i]!, max[i]!);
    return sum / whole;
  };
  let low = 0;
  let high = Math.max(maximum(max)!, maximum(p99)!);
  // 50 halvings are below the resolution of any histogram.
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (exceeding(middle) > 0.01 + 1e-12) low = middle;
    else high = middle;
  }
  return high;
}

function shareAbove(value: number, p50: number, p99: number, max: number): number {
  if (value >= max) return 0;
  if (value >= p99) return 0.01 * ((max - value) / (max - p99));
  if (value >= p50) return 0.01 + 0.49 * ((p99 - value) / (p99 - p50));
  return 0.5 + 0.5 * ((p50 - value) / p50);
}
