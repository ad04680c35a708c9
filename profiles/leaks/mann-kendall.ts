/**
 * Is a series growing? Mann-Kendall test for a monotonic trend (Mann 1945, "Nonparametric tests against trend"; Kendall
 * 1975, "Rank correlation methods"), which asks only whether later values tend to be larger and so minds neither the shape
 * of the growth nor outliers.
 */
import { upperTail } from './normal-distribution';

export interface MannKendall {
  /** Pairs in which the later value is larger minus pairs in which it is smaller. */
  s: number;
  /** Of S when there is no trend: corrected for ties, and for autocorrelation where a correction was given. */
  variance: number;
  /** One-sided: the chance of an S this large or larger when there is no trend. */
  p: number;
}

/** Up to here p is exact when no values are equal; beyond, S is normal enough (Kendall 1975 tabulates up to 10). */
const exactUpTo = 30;

/**
 * @param values in time order
 * @param inflation factor of the variance for autocorrelation, at least 1: see `varianceInflation`
 */
export function mannKendall(values: ArrayLike<number>, inflation = 1): MannKendall {
  const n = values.length;
  let s = 0;
  for (let j = 1; j < n; j++) for (let i = 0; i < j; i++) s += Math.sign(values[j]! - values[i]!);
  const ties = tieTerm(values);
  const variance = ((n * (n - 1) * (2 * n + 5) - ties) / 18) * inflation;
  if (ties === 0 && inflation === 1 && n <= exactUpTo) return { s, variance, p: exactUpperTail(n, s) };
  if (variance <= 0) return { s, variance: 0, p: 1 };
  // Continuity correction: S moves in steps of two.
  return { s, variance, p: upperTail((s - 1) / Math.sqrt(variance)) };
}

/** Σ t(t-1)(2t+5) over groups of t equal values. */
function tieTerm(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  let term = 0;
  for (let i = 0; i < sorted.length;) {
    let end = i + 1;
    while (end < sorted.length && sorted[end] === sorted[i]) end++;
    const t = end - i;
    if (t > 1) term += t * (t - 1) * (2 * t + 5);
    i = end;
  }
  return term;
}

/**
 * P(S ≥ s) over all orders of n different values. S = n(n-1)/2 - 2 × inversions, and the number of orders with k
 * inversions grows by one value at a time.
 */
function exactUpperTail(n: number, s: number): number {
  const pairs = (n * (n - 1)) / 2;
  const atMost = (pairs - s) / 2;
  let share = new Float64Array(pairs + 1);
  share[0] = 1;
  for (let m = 2; m <= n; m++) {
    const next = new Float64Array(pairs + 1);
    let window = 0;
    for (let k = 0; k <= (m * (m - 1)) / 2; k++) {
      window += share[k]!;
      if (k >= m) window -= share[k - m]!;
      next[k] = window / m;
    }
    share = next;
  }
  let sum = 0;
  for (let k = 0; k <= atMost; k++) sum += share[k]!;
  return Math.min(1, sum);
}
