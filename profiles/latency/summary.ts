import type { LatencyHistogram } from './histogram';

/** In ms. */
export interface LatencyNumbers {
  minMs: number;
  meanMs: number;
  p50Ms: number;
  p90Ms: number;
  p95Ms: number;
  p99Ms: number;
  p999Ms: number;
  maxMs: number;
}

/** The numbers people ask for; null when nothing was recorded. */
export function summaryOf(histogram: LatencyHistogram): LatencyNumbers | null {
  if (histogram.count === 0) return null;
  const percentileMs = (share: number) => histogram.valueAt(share) / 1000;
  return {
    minMs: histogram.minUs / 1000,
    meanMs: histogram.meanUs / 1000,
    p50Ms: percentileMs(0.5),
    p90Ms: percentileMs(0.9),
    p95Ms: percentileMs(0.95),
    p99Ms: percentileMs(0.99),
    p999Ms: percentileMs(0.999),
    maxMs: histogram.maxUs / 1000,
  };
}
