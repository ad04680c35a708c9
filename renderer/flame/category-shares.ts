import type { CallTree } from '../../profiles/call-tree';
import { categories, type Category } from '../../profiles/types';

/** Share of a tree's weight by kind of code, 0..1, the most first. One walk over columns: trees have many thousand nodes. */
export function categoryShares({
  nodes,
  frames,
  self,
  totalWeight,
}: CallTree): { category: Category; share: number }[] {
  const sums = new Float64Array(categories.length);
  for (let node = 1; node < nodes.length; node++) {
    const weight = self[node]!;
    if (weight > 0) sums[frames.category[nodes.frame[node]!]!]! += weight;
  }
  if (totalWeight <= 0) return [];
  return categories
    .map((category, index) => ({ category, share: sums[index]! / totalWeight }))
    .filter(({ share }) => share > 0)
    .sort((one, other) => other.share - one.share);
}
