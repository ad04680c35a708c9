import type { LoadTotals } from '../../../../main/api';
import { failedShare } from '../../../../profiles/verdict';

/**
 * Kinds of what went wrong with their counts, most frequent first. Sessions of earlier versions know only errors, timeouts and
 * answers other than 2xx.
 */
export function whatWentWrong(totals: LoadTotals): { kind: string; count: number }[] {
  const kinds = totals.errorKinds
    ? Object.entries(totals.errorKinds)
    : [
        ['errors', totals.errors] as const,
        ['timeouts', totals.timeouts] as const,
        ['answers other than 2xx', totals.non2xx] as const,
      ];
  return kinds
    .map(([kind, count]) => ({ kind, count }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
}

/** Share of what was tried that failed, 0..1: by the kinds where they are known, so that checks count as they were written. */
export function failedShareOf(totals: LoadTotals): number {
  if (!totals.errorKinds) return failedShare(totals);
  const failed = Object.values(totals.errorKinds).reduce((sum, count) => sum + count, 0);
  const tried = totals.requests + totals.errors + totals.timeouts;
  return tried > 0 ? Math.min(1, failed / tried) : 0;
}
