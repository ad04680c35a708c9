/** Lists of what matters most in a Node.js heap, each grouped by what its objects have in common. */
import { derivedByKey, type HeapGraph } from '../graph';
import type { HeapListKind, HeapListRow, Page } from '../questions';
import { nodeRow } from '../rows';
import { buffers } from './buffers';
import { caches } from './caches';
import { closures } from './closures';
import type { HeapListGroup } from './group';
import { listeners } from './listeners';
import { promises } from './promises';
import { sockets } from './sockets';
import { timers } from './timers';

const finders: Record<HeapListKind, (graph: HeapGraph) => HeapListGroup[]> = {
  closures,
  timers,
  listeners,
  promises,
  sockets,
  caches,
  buffers,
};

const groupsOf = derivedByKey(16, (graph, kind) => finders[kind as HeapListKind](graph));

/** How many objects a list has. */
export function listSize(graph: HeapGraph, kind: HeapListKind): number {
  let count = 0;
  for (const group of groupsOf(graph, kind)) count += group.count;
  return count;
}

export function listPage(
  graph: HeapGraph,
  kind: HeapListKind,
  search: string,
  offset: number,
  limit: number,
): Page<HeapListRow> {
  const wanted = search.trim().toLowerCase();
  const groups = groupsOf(graph, kind).filter(
    ({ label, detail }) => wanted === '' || `${label} ${detail}`.toLowerCase().includes(wanted),
  );
  return {
    rows: groups.slice(offset, offset + limit).map(({ example, ...group }) => ({
      ...group,
      example: nodeRow(graph, example),
    })),
    total: groups.length,
  };
}
