/** How far objects are from the root. */
import type { HeapSnapshot } from './types';

export const unreachable = 0xffffffff;

/**
 * From this share of all objects on, those of one distance are visited in the order of the file, found by a look at a bit of
 * each object, instead of in the order in which they were come upon: their references then lie one after the other in memory.
 * So many such looks are made at most.
 */
const looks = 256;

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
  const words = (nodeCount >>> 5) + 1;
  const seen = new Uint32Array(words);
  /** Those of the distance that is looked at, when they are many. */
  const current = new Uint32Array(words);
  const queue = new Uint32Array(nodeCount);
  const many = Math.max(64, Math.ceil(nodeCount / looks));
  distance[0] = 0;
  seen[0] = 1;
  let from = 0;
  let length = 1;
  for (let next = 1; from < length; next++) {
    const end = length;
    if (end - from >= many) {
      for (let at = from; at < end; at++) current[queue[at]! >>> 5]! |= 1 << (queue[at]! & 31);
      let at = from;
      for (let word = 0; word < words; word++) {
        let bits = current[word]!;
        current[word] = 0;
        while (bits !== 0) {
          const lowest = 31 - Math.clz32(bits & -bits);
          queue[at++] = word * 32 + lowest;
          bits &= bits - 1;
        }
      }
    }
    for (; from < end; from++) {
      const node = queue[from]!;
      const last = firstEdge[node + 1]!;
      for (let edge = firstEdge[node]!; edge < last; edge++) {
        const to = edgeTo[edge]!;
        const bit = 1 << (to & 31);
        if ((seen[to >>> 5]! & bit) !== 0 || edgeType[edge] === weak) continue;
        seen[to >>> 5]! |= bit;
        distance[to] = next;
        queue[length++] = to;
      }
    }
  }
  return distance;
}
