/** As `LoadTotals` of the load's results. */
export interface TotalsFacts {
  requests: number;
  errors: number;
  timeouts: number;
  non2xx: number;
  badChecks?: number;
  errorKinds?: Record<string, number>;
}

/**
 * Kinds of what went wrong with their counts, most frequent first. Sessions of earlier versions know only errors, timeouts and
 * answers other than 2xx.
 */
export function whatWentWrong(totals: TotalsFacts): { kind: string; count: number }[] {
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
