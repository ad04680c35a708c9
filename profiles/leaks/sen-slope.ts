/**
 * How fast does a series grow? The median of the slopes between all pairs of points: Theil 1950; Sen 1968, "Estimates of
 * the regression coefficient based on Kendall's tau", JASA 63. Up to 29 % of the points may be anything.
 */
import { z95 } from './normal-distribution';

export interface SenSlope {
  /** Per unit of time. */
  slope: number;
  /** 95 % confidence interval. */
  low: number;
  high: number;
}

/**
 * @param variance of the Mann-Kendall S of the same values: what the confidence interval is made from (Sen 1968, section 4)
 */
export function senSlope(times: ArrayLike<number>, values: ArrayLike<number>, variance?: number): SenSlope {
  const slopes = pairSlopes(times, values);
  const n = times.length;
  if (slopes.length === 0) return { slope: 0, low: 0, high: 0 };
  const spread = z95 * Math.sqrt(variance ?? (n * (n - 1) * (2 * n + 5)) / 18);
  const last = slopes.length - 1;
  // Counted from one: the (N - C)/2-th and the (N + C)/2 + 1-th of N slopes, between two of them interpolated.
  return {
    slope: at(slopes, last / 2),
    low: at(slopes, Math.max(0, (slopes.length - spread) / 2 - 1)),
    high: at(slopes, Math.min(last, (slopes.length + spread) / 2)),
  };
}

/** In ascending order. */
function pairSlopes(times: ArrayLike<number>, values: ArrayLike<number>): Float64Array {
  const n = times.length;
  const slopes = new Float64Array((n * (n - 1)) / 2);
  let count = 0;
  for (let j = 1; j < n; j++)
    for (let i = 0; i < j; i++) {
      const duration = times[j]! - times[i]!;
      if (duration > 0) slopes[count++] = (values[j]! - values[i]!) / duration;
    }
  return slopes.subarray(0, count).sort();
}

function at(sorted: Float64Array, place: number): number {
  const below = Math.floor(place);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below]! + (sorted[above]! - sorted[below]!) * (place - below);
}
