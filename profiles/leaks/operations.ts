/** How many operations the load did in a stretch of time. */
import type { Span } from './warm-up';

export interface RateSeries {
  tUs: readonly number[];
  /** Per second, over the interval that ended at `tUs`. */
  values: readonly number[];
}

/** Operations within the span: rates × the intervals they stand for, at the span's edges in part. */
export function operationsWithin(rates: RateSeries, span: Span): number {
  let sum = 0;
  for (let i = 0; i < rates.tUs.length; i++) {
    const endUs = rates.tUs[i]!;
    // The first one's interval is taken to be as long as the second's.
    const startUs = i > 0 ? rates.tUs[i - 1]! : endUs - ((rates.tUs[1] ?? endUs) - endUs);
    const overlap = Math.min(endUs, span.endUs) - Math.max(startUs, span.startUs);
    if (overlap > 0) sum += (rates.values[i]! * overlap) / 1e6;
  }
  return sum;
}
