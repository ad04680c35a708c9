import { describe, expect, it } from 'vitest';
import { distancesFromRoot, unreachable } from './distances';
import { parseHeapSnapshot } from './parse';
import { generateHeapSnapshot } from './testing/generate';
import type { HeapSnapshot } from './types';

const generated = (nodes: number): Promise<HeapSnapshot> =>
  parseHeapSnapshot(
    (async function* () {
      for (const piece of generateHeapSnapshot({ nodes })) yield await Promise.resolve(piece);
    })(),
    { fileName: 'generated.heapsnapshot' },
  );

/** Object by object. */
function byQueue({ nodeCount, edgeTypes, edgeType, edgeTo, firstEdge }: HeapSnapshot): Uint32Array {
  const distance = new Uint32Array(nodeCount).fill(unreachable);
  distance[0] = 0;
  const queue = [0];
  for (const node of queue)
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      const to = edgeTo[edge]!;
      if (distance[to] !== unreachable || edgeTypes[edgeType[edge]!] === 'weak') continue;
      distance[to] = distance[node]! + 1;
      queue.push(to);
    }
  return distance;
}

describe('distancesFromRoot', () => {
  // Of the larger ones most objects of a distance are visited in the order of the file.
  it.each([2, 31, 32, 33, 64, 1000, 20_000])('counts the steps in a heap of %i objects', async (nodes) => {
    const snapshot = await generated(nodes);
    expect(distancesFromRoot(snapshot)).toEqual(byQueue(snapshot));
  });
});
