/** The dominator tree downwards: which objects each object alone keeps alive. */
import { derived, unreachable } from './graph';

export interface Dominated {
  /** nodeCount + 1 entries: what node i dominates directly is child[first[i]] … child[first[i + 1] - 1]. */
  first: Uint32Array;
  child: Uint32Array;
}

export const dominated = derived(({ snapshot, index }): Dominated => {
  const { nodeCount } = snapshot;
  const { dominator, distance } = index;
  const first = new Uint32Array(nodeCount + 1);
  const isChild = (node: number) => dominator[node] !== node && distance[node] !== unreachable;
  for (let node = 1; node < nodeCount; node++) if (isChild(node)) first[dominator[node]! + 1]!++;
  for (let node = 0; node < nodeCount; node++) first[node + 1]! += first[node]!;
  const child = new Uint32Array(first[nodeCount]!);
  const next = first.slice(0, nodeCount);
  for (let node = 1; node < nodeCount; node++) if (isChild(node)) child[next[dominator[node]!]!++] = node;
  return { first, child };
});
