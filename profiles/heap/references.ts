/** What objects refer to: edges with the names that people know them by. */
import type { HeapGraph } from './graph';
import type { HeapEdgeRow, Page } from './questions';
import { nodeRow } from './rows';
import { edgeLabel } from './edges';

/** A page of the references of an object, in the order of the file with V8's own (`internal`, `hidden`) last. */
export function referencesOf(
  graph: HeapGraph,
  ordinal: number,
  offset: number,
  limit: number,
): Page<HeapEdgeRow> {
  const { snapshot, edge } = graph;
  const { firstEdge, edgeType, edgeTo } = snapshot;
  const first = firstEdge[ordinal]!;
  const end = firstEdge[ordinal + 1]!;
  const rank = (type: number) =>
    type === edge.hidden || type === edge.weak ? 2 : type === edge.internal ? 1 : 0;
  const page: number[] = [];
  let seen = 0;
  for (let wanted = 0; wanted < 3 && page.length < limit; wanted++)
    for (let at = first; at < end && page.length < limit; at++) {
      if (rank(edgeType[at]!) !== wanted) continue;
      if (seen++ >= offset) page.push(at);
    }
  const rows = page.map((at) => ({
    type: snapshot.edgeTypes[edgeType[at]!] ?? '',
    name: edgeLabel(graph, at),
    node: nodeRow(graph, edgeTo[at]!),
  }));
  return { rows, total: end - first };
}
