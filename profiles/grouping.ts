/** Adds a call tree up over groups of frames (functions, packages, …), counting recursion once. */
import type { CallTree } from './call-tree';

export interface GroupTotals {
  self: Float64Array;
  /** Weight of all stacks that the group is on, each counted once. */
  total: Float64Array;
  sampleCount: Float64Array;
}

/**
 * Sums per group. `groupOf[frame]` is the frame's group, -1 for none.
 *
 * A node's total counts for its group only when no ancestor is of the same group; a walk over the tree with one counter
 * per group finds that in linear time, without recursion.
 */
export function totalsByGroup(tree: CallTree, groupOf: Int32Array, groupCount: number): GroupTotals {
  const { nodes } = tree;
  const self = new Float64Array(groupCount);
  const total = new Float64Array(groupCount);
  const sampleCount = new Float64Array(groupCount);
  const open = new Int32Array(groupCount);
  const { firstChild, nextSibling } = childLists(tree);
  let node = 0;
  while (node !== -1) {
    const group = groupOf[nodes.frame[node]!]!;
    if (group !== -1) {
      self[group]! += tree.self[node]!;
      sampleCount[group]! += tree.sampleCount[node]!;
      if (open[group]!++ === 0) total[group]! += tree.total[node]!;
    }
    if (firstChild[node] !== -1) {
      node = firstChild[node]!;
      continue;
    }
    // Leave this node and every ancestor whose last child it was.
    while (node !== -1) {
      const left = groupOf[nodes.frame[node]!]!;
      if (left !== -1) open[left]!--;
      if (nextSibling[node] !== -1) {
        node = nextSibling[node]!;
        break;
      }
      node = nodes.parent[node]!;
    }
  }
  return { self, total, sampleCount };
}

/** The children of every node as linked lists in index order; -1 ends a list. */
export function childLists({ nodes }: Pick<CallTree, 'nodes'>): {
  firstChild: Int32Array;
  nextSibling: Int32Array;
} {
  const firstChild = new Int32Array(nodes.length).fill(-1);
  const nextSibling = new Int32Array(nodes.length).fill(-1);
  for (let node = nodes.length - 1; node > 0; node--) {
    const parent = nodes.parent[node]!;
    nextSibling[node] = firstChild[parent]!;
    firstChild[parent] = node;
  }
  return { firstChild, nextSibling };
}
