/** The dominator tree in preorder: a subtree is a run of the order, so what an object keeps alive is an interval. */
import { derived, type HeapGraph, unreachable } from './graph';

export interface DominatorOrder {
  /** Ordinals, dominators before what they dominate; what nothing strong leads to comes last, each for itself. */
  node: Uint32Array;
  /** Place of each ordinal in `node`. */
  place: Uint32Array;
  /** Place after the last one of each ordinal's subtree. */
  end: Uint32Array;
}

export const dominatorOrder = derived(({ snapshot, index }): DominatorOrder => {
  const { nodeCount } = snapshot;
  const { dominator, distance } = index;
  const place = new Uint32Array(nodeCount);
  const end = new Uint32Array(nodeCount);
  const node = new Uint32Array(nodeCount);
  const isBelow = (ordinal: number) => dominator[ordinal] !== ordinal && distance[ordinal] !== unreachable;
  // Children as linked lists, in `end` and `place` until those get their values: head of the list, next sibling.
  const none = unreachable;
  const head = end.fill(none);
  const next = place.fill(none);
  for (let ordinal = nodeCount - 1; ordinal > 0; ordinal--) {
    if (!isBelow(ordinal)) continue;
    const above = dominator[ordinal]!;
    next[ordinal] = head[above]!;
    head[above] = ordinal;
  }
  let filled = 0;
  const stack = new Uint32Array(nodeCount);
  let depth = 0;
  if (nodeCount > 0) stack[depth++] = 0;
  while (depth > 0) {
    const ordinal = stack[depth - 1]!;
    node[filled++] = ordinal;
    depth--;
    // The sibling is visited after everything below this one: it lies deeper in the stack.
    if (next[ordinal] !== none) stack[depth++] = next[ordinal]!;
    if (head[ordinal] !== none) stack[depth++] = head[ordinal]!;
  }
  const reachable = filled;
  for (let ordinal = 1; ordinal < nodeCount; ordinal++) if (!isBelow(ordinal)) node[filled++] = ordinal;
  for (let at = 0; at < nodeCount; at++) place[node[at]!] = at;
  // Sizes of subtrees, from the last to the first; then where they end.
  end.fill(1);
  for (let at = reachable - 1; at > 0; at--) end[dominator[node[at]!]!]! += end[node[at]!]!;
  for (let at = 0; at < nodeCount; at++) end[node[at]!]! += at;
  return { node, place, end };
});

/** Calls back with each object that an object dominates directly. */
export function forEachDominated(graph: HeapGraph, ordinal: number, visit: (below: number) => void): void {
  const { node, place, end } = dominatorOrder(graph);
  const last = end[ordinal]!;
  for (let at = place[ordinal]! + 1; at < last; at = end[node[at]!]!) visit(node[at]!);
}
