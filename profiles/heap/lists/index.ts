/** Lists of what matters most in a Node.js heap, each grouped by what its objects have in common. */
import { derived, derivedByKey, type HeapGraph } from '../graph';
import { heapListKinds, type HeapListKind, type HeapListRow, type Page } from '../questions';
import { nodeRow } from '../rows';
import { buffers, eachBuffer } from './buffers';
import { caches, eachCache } from './caches';
import { closures, eachClosure } from './closures';
import type { HeapListGroup } from './group';
import { eachListener, listeners } from './listeners';
import { eachPromise, promises } from './promises';
import { eachSocket, sockets } from './sockets';
import { eachTimer, timers } from './timers';

const finders: Record<HeapListKind, (graph: HeapGraph) => HeapListGroup[]> = {
  closures,
  timers,
  listeners,
  promises,
  sockets,
  caches,
  buffers,
};

/** Each calls back once per object of its list; how they are held, which takes long, is not looked at. */
const visitors: Record<HeapListKind, (graph: HeapGraph, visit: () => void) => void> = {
  closures: eachClosure,
  timers: eachTimer,
  listeners: eachListener,
  promises: eachPromise,
  sockets: eachSocket,
  caches: eachCache,
  buffers: eachBuffer,
};

const groupsOf = derivedByKey(16, (graph, kind) => finders[kind as HeapListKind](graph));

/** How many objects each list has. Looks at every object of the heap, once per snapshot. */
export const listCounts = derived((graph: HeapGraph): Record<HeapListKind, number> => {
  const count = (kind: HeapListKind): number => {
    let objects = 0;
    visitors[kind](graph, () => objects++);
    return objects;
  };
  return Object.fromEntries(heapListKinds.map((kind) => [kind, count(kind)])) as Record<HeapListKind, number>;
});

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
