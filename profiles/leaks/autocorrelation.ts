/**
 * Neighbouring floors resemble each other (a cache that breathes, a slow oscillation), which makes chance look like a trend.
 * Hamed & Rao 1998, "A modified Mann-Kendall trend test for autocorrelated data", J. Hydrology 204: the variance of S grows
 * by what the autocorrelation of the ranks, the trend taken out, tells.
 */
import { z95 } from './normal-distribution';

/** Below this many points an autocorrelation cannot be told from chance. */
const fewest = 10;

/**
 * Factor for the variance of the Mann-Kendall S. Only significant autocorrelations of the first quarter of lags count, and
 * it never makes a test more eager: at least 1.
 * @param times of the values, any unit
 * @param slope of the trend, per unit of `times`
 */
export function varianceInflation(
  times: ArrayLike<number>,
  values: ArrayLike<number>,
  slope: number,
): number {
  const n = values.length;
  if (n < fewest) return 1;
  const ranks = ranksOf(Float64Array.from({ length: n }, (_, i) => values[i]! - slope * times[i]!));
  const mean = (n + 1) / 2;
  let spread = 0;
  for (const rank of ranks) spread += (rank - mean) ** 2;
  if (spread === 0) return 1;
  let sum = 0;
  for (let lag = 1; lag <= n / 4; lag++) {
    let product = 0;
    for (let i = lag; i < n; i++) product += (ranks[i]! - mean) * (ranks[i - lag]! - mean);
    const correlation = product / spread;
    if (Math.abs(correlation) <= z95 / Math.sqrt(n)) continue;
    sum += (n - lag) * (n - lag - 1) * (n - lag - 2) * correlation;
  }
  return Math.max(1, 1 + (2 * sum) / (n * (n - 1) * (n - 2)));
}

/** 1-based; equal values share the mean of their ranks. */
function ranksOf(values: Float64Array): Float64Array {
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  for (let i = 0; i < order.length;) {
    let end = i + 1;
    while (end < order.length && values[order[end]!] === values[order[i]!]) end++;
    for (let k = i; k < end; k++) ranks[order[k]!] = (i + end + 1) / 2;
    i = end;
  }
  return ranks;
}
