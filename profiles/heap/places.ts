/** Where functions and objects were defined. */
import type { HeapGraph } from './graph';

/** Of an object with a known place; line and column 1-based. V8 knows places of closures, generators and instances of classes. */
export function locationOf(
  graph: HeapGraph,
  ordinal: number,
): { script: number; line: number; column: number } | undefined {
  const { locationNode, locationPlace } = graph.snapshot;
  let low = 0;
  let high = locationNode.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (locationNode[middle]! < ordinal) low = middle + 1;
    else high = middle;
  }
  if (locationNode[low] !== ordinal) return undefined;
  const [script = 0, line = 0, column = 0] = locationPlace.subarray(low * 3, low * 3 + 3);
  return { script, line: line + 1, column: column + 1 };
}
