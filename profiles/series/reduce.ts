/**
 * Fewer points for the same picture and the same numbers: of each bucket of time the first, the lowest, the highest and the
 * last value stay, in time order, and say how many values they stand for and what those add up to.
 */
import type { ExactColumns, ReducibleSeries, SeriesWindow } from './types';

/** Of a bucket stay at most this many points. */
export const pointsPerBucket = 4;

export interface ReduceOptions extends Partial<SeriesWindow> {
  /** About the most points that come out; what has no more than that comes out as it is. */
  points: number;
}

/** A new series of the points inside the window (default: all), at most about `points` of them. */
export function reduceSeries(series: Readonly<ReducibleSeries>, options: ReduceOptions): ReducibleSeries {
  const { tUs } = series;
  const from = options.startUs === undefined ? 0 : firstAtOrAfter(tUs, options.startUs);
  const to = options.endUs === undefined ? tUs.length : firstAtOrAfter(tUs, options.endUs);
  if (to - from <= options.points) return cut(series, from, to);
  const buckets = Math.max(1, Math.floor(options.points / pointsPerBucket) - 1);
  const bucketUs = Math.max(1, (tUs[to - 1]! - tUs[from]!) / buckets);
  return reduceByWidth(series, bucketUs, from, to);
}

/** The points at `from` up to `to` of a series, in buckets at multiples of `bucketUs`. */
export function reduceByWidth(
  series: Readonly<ReducibleSeries>,
  bucketUs: number,
  from = 0,
  to = series.tUs.length,
): ReducibleSeries & { exact: ExactColumns } {
  const out = {
    tUs: [] as number[],
    values: [] as number[],
    exact: { counts: [], sums: [], areas: [], spansUs: [] } as ExactColumns,
  };
  for (let at = from; at < to;) {
    const endsUs = (Math.floor(series.tUs[at]! / bucketUs) + 1) * bucketUs;
    let end = at + 1;
    while (end < to && series.tUs[end]! < endsUs) end++;
    appendBucket(series, at, end, out);
    at = end;
  }
  return out;
}

/** Adds what stays of the points at `from` up to `to` to the end of `out`. */
export function appendBucket(
  series: Readonly<ReducibleSeries>,
  from: number,
  to: number,
  out: { tUs: number[]; values: number[]; exact: ExactColumns },
): void {
  const { tUs, values, exact } = series;
  let lowest = -1;
  let highest = -1;
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    if (lowest < 0 || value < values[lowest]!) lowest = i;
    if (highest < 0 || value > values[highest]!) highest = i;
  }
  const last = to - 1;
  let count = 0;
  let sum = 0;
  let area = 0;
  let spanUs = 0;
  for (let i = from; i < to; i++) {
    if (exact) {
      count += exact.counts[i]!;
      sum += exact.sums[i]!;
      area += exact.areas[i]!;
      spanUs += exact.spansUs[i]!;
    } else if (!Number.isNaN(values[i]!)) {
      const forUs = spanOf(tUs, i);
      count++;
      sum += values[i]!;
      area += values[i]! * forUs;
      spanUs += forUs;
    }
    if (i !== from && i !== lowest && i !== highest && i !== last) continue;
    out.tUs.push(tUs[i]!);
    out.values.push(values[i]!);
    out.exact.counts.push(count);
    out.exact.sums.push(sum);
    out.exact.areas.push(area);
    out.exact.spansUs.push(spanUs);
    count = sum = area = spanUs = 0;
  }
}

/** How long a measured value speaks for, µs: since the one before; the first for as long as the second. */
export function spanOf(tUs: readonly number[], index: number): number {
  if (index > 0) return tUs[index]! - tUs[index - 1]!;
  return tUs.length > 1 ? tUs[1]! - tUs[0]! : 1;
}

/** The points at `from` up to `to`. Their first value keeps the time it speaks for. */
export function cut(series: Readonly<ReducibleSeries>, from: number, to: number): ReducibleSeries {
  const { tUs, values, exact } = series;
  return {
    tUs: tUs.slice(from, to),
    values: values.slice(from, to),
    ...(exact && {
      exact: {
        counts: exact.counts.slice(from, to),
        sums: exact.sums.slice(from, to),
        areas: exact.areas.slice(from, to),
        spansUs: exact.spansUs.slice(from, to),
      },
    }),
  };
}

/** Index of the first instant that is not before `atUs`; the length when there is none. */
export function firstAtOrAfter(tUs: ArrayLike<number>, atUs: number): number {
  let low = 0;
  let high = tUs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tUs[middle]! < atUs) low = middle + 1;
    else high = middle;
  }
  return low;
}
