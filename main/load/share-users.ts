/**
 * Splits users over hosts in proportion to each host's requests (largest remainder), at least one each.
 * @param requestCounts requests per host; not more hosts than users
 */
export function shareUsers(users: number, requestCounts: readonly number[]): number[] {
  const total = requestCounts.reduce((sum, count) => sum + count, 0);
  const spare = users - requestCounts.length;
  const exact = requestCounts.map((count) => (spare * count) / total);
  const shares = exact.map((share) => 1 + Math.floor(share));
  const left = users - shares.reduce((sum, share) => sum + share, 0);
  const byRemainder = exact
    .map((share, index) => ({ index, remainder: share % 1 }))
    .sort((a, b) => b.remainder - a.remainder);
  for (const { index } of byRemainder.slice(0, left)) shares[index] = (shares[index] ?? 0) + 1;
  return shares;
}
