/** The references to each node: the snapshot's own lists turned round (compressed sparse rows, filled by counting). */
import type { HeapIndex, HeapSnapshot } from './types';

export type Incoming = Pick<HeapIndex, 'firstRetainer' | 'retainerEdge'>;

/** Edge indices in ascending order for each node. */
export function incomingEdges({ nodeCount, edgeCount, edgeTo }: HeapSnapshot): Incoming {
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
  for (let edge = edgeCount - 1; edge >= 0; edge--) retainerEdge[--firstRetainer[edgeTo[edge]!]!] = edge;
  return { firstRetainer, retainerEdge };
}
