/** The references to each node: the snapshot's own lists turned round (compressed sparse rows, filled by counting). */
import type { HeapSnapshot } from './types';

export interface Incoming {
  firstRetainer: Uint32Array;
  /** Edge indices, in ascending order for each node. */
  retainerEdge: Uint32Array;
  /** The node at the other end of each, as far as dominators need it: it is not kept. */
  retainerNode: Uint32Array;
}

export function incomingEdges({ nodeCount, edgeCount, firstEdge, edgeTo }: HeapSnapshot): Incoming {
  const firstRetainer = new Uint32Array(nodeCount + 1);
  for (let edge = 0; edge < edgeCount; edge++) firstRetainer[edgeTo[edge]!]!++;
  // Each entry becomes the end of its node's range and is counted down to its beginning.
  let end = 0;
  for (let node = 0; node < nodeCount; node++) {
    end += firstRetainer[node]!;
    firstRetainer[node] = end;
  }
  firstRetainer[nodeCount] = end;
  const retainerEdge = new Uint32Array(edgeCount);
  const retainerNode = new Uint32Array(edgeCount);
  for (let node = nodeCount - 1; node >= 0; node--) {
    const first = firstEdge[node]!;
    for (let edge = firstEdge[node + 1]! - 1; edge >= first; edge--) {
      const slot = --firstRetainer[edgeTo[edge]!]!;
      retainerEdge[slot] = edge;
      retainerNode[slot] = node;
    }
  }
  return { firstRetainer, retainerEdge, retainerNode };
}

/** @returns ordinal of the node that an edge leaves */
export function sourceOf({ firstEdge, nodeCount }: HeapSnapshot, edge: number): number {
  let low = 0;
  let high = nodeCount - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (firstEdge[middle]! <= edge) low = middle;
    else high = middle - 1;
  }
  return low;
}
