/** How far objects are from the root. */
import type { HeapSnapshot } from './types';

export const unreachable = 0xffffffff;

/** Steps from the root by the shortest path over references that are not weak; `unreachable` for the rest. */
export function distancesFromRoot({
  nodeCount,
  edgeTypes,
  edgeType,
  edgeTo,
  firstEdge,
}: HeapSnapshot): Uint32Array {
  const weak = edgeTypes.indexOf('weak');
  const distance = new Uint32Array(nodeCount).fill(unreachable);
  const queue = new Uint32Array(nodeCount);
  distance[0] = 0;
  let length = 1;
  for (let at = 0; at < length; at++) {
    const node = queue[at]!;
    const next = distance[node]! + 1;
    const end = firstEdge[node + 1]!;
    for (let edge = firstEdge[node]!; edge < end; edge++) {
      const to = edgeTo[edge]!;
      if (distance[to] !== unreachable || edgeType[edge] === weak) continue;
      distance[to] = next;
      queue[length++] = to;
    }
  }
  return distance;
}
