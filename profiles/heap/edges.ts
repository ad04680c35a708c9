/** Names and kinds of edges. */
import type { HeapGraph } from './graph';
import { followInternal, nodeNames } from './names';

/** How an edge is written: a property's name, `[12]` of elements, `"a b"` of names that are no identifiers. */
export function edgeLabel(graph: HeapGraph, edge: number): string {
  const { snapshot } = graph;
  const type = snapshot.edgeType[edge]!;
  const name = snapshot.edgeName[edge]!;
  if (type === graph.edge.element) return `[${name}]`;
  if (type === graph.edge.hidden)
    return hiddenVariable(graph, edge, edgeFrom(graph, edge)) ?? `(hidden ${name})`;
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

/**
 * The variable of a context's hidden slot: V8 names only the variables of functions; those of blocks (a `const` in a loop) are
 * hidden, but their names are in the scope's info, in the same order. Undefined when the slot is no variable.
 */
export function hiddenVariable(graph: HeapGraph, edge: number, from: number): string | undefined {
  const { snapshot } = graph;
  if (snapshot.nodeName[from] !== nodeNames(graph)['system / Context']) return undefined;
  const scope = followInternal(graph, from, 'scope_info');
  if (scope === -1) return undefined;
  // A slot of its own for an extension comes before the variables.
  const shift = followInternal(graph, from, 'extension') === -1 ? 0 : 1;
  const slot = snapshot.edgeName[edge]! - shift;
  for (let at = snapshot.firstEdge[scope]!; at < snapshot.firstEdge[scope + 1]!; at++) {
    if (snapshot.edgeType[at] !== graph.edge.hidden || snapshot.edgeName[at] !== slot) continue;
    const name = snapshot.edgeTo[at]!;
    if (snapshot.nodeType[name] !== graph.node.string) return undefined;
    return snapshot.strings.start(snapshot.nodeName[name]!, 200) || undefined;
  }
  return undefined;
}
