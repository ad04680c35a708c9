/** How an object is held: the way from a root to it. */
import { edgeLabel } from './edges';
import type { HeapGraph } from './graph';
import type { HeapEdgeRow } from './questions';
import { nodeRow } from './rows';
import { wayTo } from './ways';

/** A list's way is as long as the list: of longer ones the beginning and the end are told. */
const fromRoot = 200;
const toObject = 300;

/**
 * From the root to the object: each row's edge leads to the row's object. Empty when nothing strong holds it. Of a way of more than
 * 500 steps the middle is left out; the row after the gap says how many steps (`skipped`).
 */
export function pathTo(graph: HeapGraph, ordinal: number): HeapEdgeRow[] {
  const { edges, skipped } = wayTo(graph, ordinal, fromRoot, toObject);
  return edges.map((at, step) => ({
    type: graph.snapshot.edgeTypes[graph.snapshot.edgeType[at]!] ?? '',
    name: edgeLabel(graph, at),
    node: nodeRow(graph, graph.snapshot.edgeTo[at]!),
    ...(skipped > 0 && step === fromRoot && { skipped }),
  }));
}
