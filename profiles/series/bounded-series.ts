/**
 * A series that can be added to for hours and never holds more than so many points: when it is full, its buckets become
 * twice as wide. No extreme is lost, and sums and means stay those of all values.
 */
import { appendBucket, pointsPerBucket, reduceByWidth, spanOf } from './reduce';
import type { ExactColumns, ReducibleSeries } from './types';

/** Enough for two buckets per three pixels of a wide window; a series of a quarter of an hour stays whole. */
export const defaultMostPoints = 4096;

/**
 * So many for the `index`th of series that grow together: a little fewer for each, so that they are not all full, and
 * reduced, at the same moment.
 */
export function staggeredMostPoints(index: number): number {
  return defaultMostPoints - (index % 64) * 16;
}

export class BoundedSeries<S extends ReducibleSeries = ReducibleSeries> {
  /** Grows and shrinks in place: whoever holds it sees what there is now. */
  readonly series: S;
  private readonly mostPoints: number;
  /** 0 while every point is one measured value. */
  private bucketUs: number;
  /** Where the newest bucket's points begin. */
  private openFrom: number;

  /** Takes over `series`, reduced or not, and changes it. */
  constructor(series: S, mostPoints = defaultMostPoints) {
    this.series = series;
    this.mostPoints = Math.max(4 * pointsPerBucket, mostPoints);
    this.bucketUs = series.exact ? this.typicalBucketUs() : 0;
    this.openFrom = series.tUs.length;
    if (series.tUs.length > this.mostPoints) this.makeRoom();
  }

  /** Values must come in time order; one that is not newer than the newest is not taken (false). */
  push(tUs: number, value: number): boolean {
    const { series } = this;
    const { length } = series.tUs;
    const lastUs = length > 0 ? series.tUs[length - 1]! : -Infinity;
    if (!(tUs > lastUs)) return false;
    if (!series.exact) {
      series.tUs.push(tUs);
      series.values.push(value);
      if (series.tUs.length > this.mostPoints) this.makeRoom();
      return true;
    }
    const open = this.openFrom < length ? Math.floor(series.tUs[this.openFrom]! / this.bucketUs) : -1;
    if (Math.floor(tUs / this.bucketUs) !== open) this.openFrom = length;
    const isNumber = !Number.isNaN(value);
    const spanUs = Number.isFinite(lastUs) ? tUs - lastUs : 1;
    series.tUs.push(tUs);
    series.values.push(value);
    series.exact.counts.push(isNumber ? 1 : 0);
    series.exact.sums.push(isNumber ? value : 0);
    series.exact.areas.push(isNumber ? value * spanUs : 0);
    series.exact.spansUs.push(isNumber ? spanUs : 0);
    if (series.tUs.length - this.openFrom > pointsPerBucket) this.reduceOpen(series.exact);
    if (series.tUs.length > this.mostPoints) this.makeRoom();
    return true;
  }

  private reduceOpen(exact: ExactColumns): void {
    const { series, openFrom } = this;
    const kept = { tUs: [], values: [], exact: { counts: [], sums: [], areas: [], spansUs: [] } };
    appendBucket(series, openFrom, series.tUs.length, kept);
    replaceTail(series.tUs, openFrom, kept.tUs);
    replaceTail(series.values, openFrom, kept.values);
    for (const column of columns) replaceTail(exact[column], openFrom, kept.exact[column]);
  }

  /** To half of what there may be, so that it need not be done again soon. */
  private makeRoom(): void {
    const { series } = this;
    const wanted = Math.floor(this.mostPoints / 2);
    const spanUs = series.tUs[series.tUs.length - 1]! - series.tUs[0]!;
    let bucketUs = Math.max(this.bucketUs * 2, powerOfTwoUpTo((spanUs * pointsPerBucket) / wanted));
    let reduced = reduceByWidth(series, bucketUs);
    while (reduced.tUs.length > wanted) {
      bucketUs *= 2;
      reduced = reduceByWidth(series, bucketUs);
    }
    this.bucketUs = bucketUs;
    replaceTail(series.tUs, 0, reduced.tUs);
    replaceTail(series.values, 0, reduced.values);
    series.exact = reduced.exact;
    const newest = Math.floor(series.tUs[series.tUs.length - 1]! / bucketUs);
    let from = series.tUs.length - 1;
    while (from > 0 && Math.floor(series.tUs[from - 1]! / bucketUs) === newest) from--;
    this.openFrom = from;
  }

  /** A series that came reduced goes on in buckets of about its own width. */
  private typicalBucketUs(): number {
    const { tUs } = this.series;
    if (tUs.length < 2) return 1;
    return Math.max(
      1,
      powerOfTwoUpTo((spanOf([tUs[0]!, tUs[tUs.length - 1]!], 1) * pointsPerBucket) / tUs.length),
    );
  }
}

const columns = ['counts', 'sums', 'areas', 'spansUs'] as const;

function replaceTail(array: number[], from: number, tail: readonly number[]): void {
  array.length = from;
  for (const value of tail) array.push(value);
}

function powerOfTwoUpTo(value: number): number {
  return 2 ** Math.floor(Math.log2(Math.max(1, value)));
}
