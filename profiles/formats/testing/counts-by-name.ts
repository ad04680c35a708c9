/** For tests of importers. */
import type { Profile } from '../../types';

/** The weight of all samples by the name of the innermost function. */
export function countsByName({ samples, nodes, frames }: Profile): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i < samples.length; i++) {
    const name = frames.name[nodes.frame[samples.node[i]!]!]!;
    counts.set(name, (counts.get(name) ?? 0) + samples.weight[i]!);
  }
  return counts;
}
