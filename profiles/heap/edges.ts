/** Names and kinds of edges. */
import type { HeapGraph } from './graph';

/** How an edge is written: a property's name, `[12]` of elements, `"a b"` of names that are no identifiers. */
export function edgeLabel(graph: HeapGraph, edge: number): string {
  const { snapshot } = graph;
  const type = snapshot.edgeType[edge]!;
  const name = snapshot.edgeName[edge]!;
  if (type === graph.edge.element) return `[${name}]`;
  if (type === graph.edge.hidden) return `(hidden ${name})`;
  const text = snapshot.strings.start(name, 200);
  if (type === graph.edge.internal) {
    // An ephemeron: `2 / part of key (Object @1) -> value (Object @3) pair in WeakMap (table @5)`.
    const pair = / pair in (WeakMap|WeakSet|\w+)/.exec(text);
    if (pair !== null && text.includes('part of key')) return `value in ${pair[1]}`;
    return /^\d+$/.test(text) ? `(${text})` : text;
  }
  return text;
}

/** The ordinal from which an edge leaves (binary search in `firstEdge`). */
export function edgeFrom(graph: HeapGraph, edge: number): number {
  const { firstEdge, nodeCount } = graph.snapshot;
  let low = 0;
  let high = nodeCount;
  // The last node whose first edge is not after this one: nodes without edges share the next one's.
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (firstEdge[middle]! <= edge) low = middle;
    else high = middle;
  }
  return low;
}
