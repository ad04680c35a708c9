/** “Did you mean …?” */

/** The one of `known` that is most like the text, when one is near enough to be a slip of the fingers. */
export function nearest(text: string, known: readonly string[]): string | undefined {
  const wanted = text.toLowerCase();
  const most = Math.max(1, Math.floor(wanted.length / 3));
  let best: string | undefined;
  let bestDistance = most + 1;
  for (const each of known) {
    const lower = each.toLowerCase();
    const sameBeginning = wanted.length >= 3 && (lower.startsWith(wanted) || wanted.startsWith(lower));
    const distance = sameBeginning
      ? Math.min(most, editDistance(wanted, lower, most))
      : editDistance(wanted, lower, most);
    if (distance < bestDistance) {
      best = each;
      bestDistance = distance;
    }
  }
  return best;
}

/** Letters added, left out, changed or swapped with their neighbour (optimal string alignment); more than `most` is `most + 1`. */
export function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, before[j - 2]! + 1);
      next.push(cost);
    }
    before = row;
    row = next;
  }
  return Math.min(row[b.length]!, most + 1);
}
