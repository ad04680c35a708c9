/** Fewer points for the same picture. */
import { typicalStep, type Column } from './combine';

export interface ChartPoint {
  x: number;
  y: number;
}

/** A silence of this many typical intervals (and at least 3 s) breaks the line. */
const gapIntervals = 5;
const shortestGapUs = 3_000_000;

/**
 * At most four points per bucket of `bucketUs`: the first, the lowest, the highest and the last, in time order, so that
 * no spike and no dip is lost. Buckets stand at multiples of their width, so that a growing series does not shimmer.
 * A NaN point breaks the line where nothing was measured.
 */
export function decimate({ tUs, values }: Column, bucketUs: number): ChartPoint[] {
  const points: ChartPoint[] = [];
  const keep = (index: number): void => {
    points.push({ x: tUs[index] ?? 0, y: values[index] ?? Number.NaN });
  };
  const gapUs = Math.max(shortestGapUs, gapIntervals * typicalStep(tUs));
  let from = 0;
  while (from < tUs.length) {
    const start = tUs[from] ?? 0;
    const previous = tUs[from - 1];
    if (previous !== undefined && start - previous > gapUs) points.push({ x: previous, y: Number.NaN });
    const bucketEnd = (Math.floor(start / bucketUs) + 1) * bucketUs;
    let to = from + 1;
    let lowest = from;
    let highest = from;
    while (to < tUs.length && (tUs[to] ?? 0) < bucketEnd) {
      if ((values[to] ?? 0) < (values[lowest] ?? 0)) lowest = to;
      if ((values[to] ?? 0) > (values[highest] ?? 0)) highest = to;
      to++;
    }
    const one = Math.min(lowest, highest);
    const other = Math.max(lowest, highest);
    keep(from);
    if (one !== from) keep(one);
    if (other !== one && other !== from) keep(other);
    if (to - 1 !== other && to - 1 !== from) keep(to - 1);
    from = to;
  }
  return points;
}
