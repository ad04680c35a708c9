/** How an object is held: the way from a root to it. */
import { edgeLabel } from './edges';
import type { HeapGraph } from './graph';
import type { HeapEdgeRow } from './questions';
import { nodeRow } from './rows';
import { wayTo } from './ways';

/** From the root to the object: each row's edge leads to the row's object. Empty when nothing strong holds it. */
export function pathTo(graph: HeapGraph, ordinal: number): HeapEdgeRow[] {
  return wayTo(graph, ordinal).map((at) => ({
    type: graph.snapshot.edgeTypes[graph.snapshot.edgeType[at]!] ?? '',
    name: edgeLabel(graph, at),
    node: nodeRow(graph, graph.snapshot.edgeTo[at]!),
  }));
}
