/** Who refers to an object, the objects nearest to a root first. */
import { edgeFrom, edgeLabel } from './edges';
import { derivedByKey, type HeapGraph } from './graph';
import { ascendingOrder } from './order';
import type { HeapEdgeRow, Page } from './questions';
import { nodeRow } from './rows';

/** Retaining edges of an object: strong before weak ones, each nearest first; kept for the objects looked at last. */
const orderedRetainers = derivedByKey(16, (graph, key) => {
  const { snapshot, index, edge } = graph;
  const ordinal = Number(key);
  const edges = index.retainerEdge.slice(index.firstRetainer[ordinal], index.firstRetainer[ordinal + 1]);
  // Distances are below 2^32; what nothing leads to has 2^32 - 1 and comes last of its kind.
  return ascendingOrder(edges, (at) => {
    const distance = index.distance[edgeFrom(graph, at)]!;
    return snapshot.edgeType[at] === edge.weak ? distance + 2 ** 32 : distance;
  });
});

export function retainersOf(
  graph: HeapGraph,
  ordinal: number,
  offset: number,
  limit: number,
): Page<HeapEdgeRow> {
  const edges = orderedRetainers(graph, String(ordinal));
  const rows: HeapEdgeRow[] = [];
  for (const at of edges.subarray(offset, offset + limit))
    rows.push({
      type: graph.snapshot.edgeTypes[graph.snapshot.edgeType[at]!] ?? '',
      name: edgeLabel(graph, at),
      node: nodeRow(graph, edgeFrom(graph, at)),
    });
  return { rows, total: edges.length };
}
