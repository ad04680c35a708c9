/** Fewer points for the same picture. */
import { typicalStep, type Column } from './combine';

/** Points in time order, used again for the next line: a line is made at every frame, and an object per point is slow. */
export class PointBuffer {
  /** Instants, µs. */
  x = new Float64Array(4096);
  /** Values; NaN breaks the line. */
  y = new Float64Array(4096);
  length = 0;

  clear(): void {
    this.length = 0;
  }

  push(x: number, y: number): void {
    if (this.length === this.x.length) {
      this.x = grown(this.x);
      this.y = grown(this.y);
    }
    this.x[this.length] = x;
    this.y[this.length++] = y;
  }
}

function grown(values: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(values.length * 2);
  larger.set(values);
  return larger;
}

/** A silence of this many typical intervals (and at least 3 s) breaks the line. */
const gapIntervals = 5;
const shortestGapUs = 3_000_000;

/** How long a silence among these points must be to break their line, µs. */
export function gapOf(tUs: ArrayLike<number>, from = 0, end = tUs.length): number {
  const typicalUs =
    from === 0 && end === tUs.length
      ? typicalStep(tUs)
      : end - from > 1
        ? (tUs[end - 1]! - tUs[from]!) / (end - from - 1)
        : shortestGapUs;
  return Math.max(shortestGapUs, gapIntervals * typicalUs);
}

/**
 * At most four points per bucket of `bucketUs`: the first, the lowest, the highest and the last, in time order, so that
 * no spike and no dip is lost. Buckets stand at multiples of their width, so that a growing series does not shimmer.
 * A NaN point breaks the line where nothing was measured.
 *
 * @param into is cleared first
 * @param from index of the first point that is looked at
 * @param end index after the last one
 * @param gapUs the silence that breaks the line
 */
export function decimate(
  { tUs, values }: Column,
  bucketUs: number,
  into: PointBuffer,
  from = 0,
  end = tUs.length,
  gapUs = gapOf(tUs, from, end),
): void {
  into.clear();
  const beginning = from;
  while (from < end) {
    const start = tUs[from]!;
    if (from > beginning && start - tUs[from - 1]! > gapUs) into.push(tUs[from - 1]!, Number.NaN);
    const bucketEnd = (Math.floor(start / bucketUs) + 1) * bucketUs;
    let to = from + 1;
    let lowest = from;
    let highest = from;
    let low = values[from]!;
    let high = low;
    for (; to < end && tUs[to]! < bucketEnd; to++) {
      const value = values[to]!;
      if (value < low) {
        low = value;
        lowest = to;
      }
      if (value > high) {
        high = value;
        highest = to;
      }
    }
    const one = Math.min(lowest, highest);
    const other = Math.max(lowest, highest);
    into.push(start, values[from]!);
    if (one !== from) into.push(tUs[one]!, values[one]!);
    if (other !== one && other !== from) into.push(tUs[other]!, values[other]!);
    if (to - 1 !== other && to - 1 !== from) into.push(tUs[to - 1]!, values[to - 1]!);
    from = to;
  }
}
