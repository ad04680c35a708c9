/** The references to each node: the snapshot's own lists turned round (compressed sparse rows, filled by counting). */
import { holdingTypes } from './essential-edges';
import type { HeapSnapshot } from './types';

export interface Incoming {
  firstRetainer: Uint32Array;
  /** Edge indices, in ascending order for each node. */
  retainerEdge: Uint32Array;
  /**
   * The node at the other end of each, with `holdsNot` added when the reference does not hold: what dominators need of an edge in
   * one place, because looking it up edge by edge would miss the cache each time. It is not kept.
   */
  retainerNode: Uint32Array;
}

/** The highest bit; ordinals stay well below it. */
export const holdsNot = 0x80000000;

export function incomingEdges(snapshot: HeapSnapshot): Incoming {
  const { nodeCount, edgeCount, firstEdge, edgeTo, edgeType } = snapshot;
  const holding = holdingTypes(snapshot);
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
    const least = node === 0 ? 2 : 1;
    for (let edge = firstEdge[node + 1]! - 1; edge >= first; edge--) {
      const to = edgeTo[edge]!;
      const slot = --firstRetainer[to]!;
      const kind = holding[edgeType[edge]!]!;
      retainerEdge[slot] = edge;
      retainerNode[slot] = (kind === 1 || kind === least) && to !== node ? node : node + holdsNot;
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
