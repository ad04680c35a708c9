/** Objects grouped by constructor: counts, sizes, members. */
import { dominatorOrder } from './dominated';
import { derived, derivedByKey, type HeapGraph } from './graph';
import { ascendingOrder, pageOf } from './order';
import type { ConstructorRow, HeapNodeRow, Page, SnapshotQuestion } from './questions';
import { nodeMatches, nodeRow } from './rows';

export interface ConstructorSums {
  count: Float64Array;
  shallow: Float64Array;
  /** What would be freed if all of them went: objects below another of the same constructor count with that one. */
  retained: Float64Array;
  totalShallow: number;
}

export const constructorSums = derived((graph): ConstructorSums => {
  const { snapshot, index } = graph;
  const { nodeCount, shallow } = snapshot;
  const { constructorOf, retained: retainedOf } = index;
  const groups = index.constructors.length;
  const sums = {
    count: new Float64Array(groups),
    shallow: new Float64Array(groups),
    retained: new Float64Array(groups),
    totalShallow: 0,
  };
  for (let node = 0; node < nodeCount; node++) {
    const group = constructorOf[node]!;
    sums.shallow[group]! += shallow[node]!;
    sums.totalShallow += shallow[node]!;
    sums.count[group]!++;
  }
  // In preorder of the dominator tree an object lies below another of its constructor when that one's subtree has not ended yet.
  const order = dominatorOrder(graph);
  const covered = new Uint32Array(groups);
  for (let at = 0; at < nodeCount; at++) {
    const node = order.node[at]!;
    const group = constructorOf[node]!;
    if (at < covered[group]!) continue;
    sums.retained[group]! += retainedOf[node]!;
    covered[group] = order.end[node]!;
  }
  return sums;
});

/** groups + 1 entries and the ordinals: the members of group g are member[first[g]] … member[first[g + 1] - 1]. */
export const membersByConstructor = derived(({ snapshot, index }) => {
  const { constructorOf, constructors } = index;
  const first = new Uint32Array(constructors.length + 1);
  for (let node = 0; node < snapshot.nodeCount; node++) first[constructorOf[node]! + 1]!++;
  for (let group = 0; group < constructors.length; group++) first[group + 1]! += first[group]!;
  const member = new Uint32Array(snapshot.nodeCount);
  const next = first.slice(0, constructors.length);
  for (let node = 0; node < snapshot.nodeCount; node++) member[next[constructorOf[node]!]!++] = node;
  return { first, member };
});

/** Ordinals of a group's objects, ascending; empty for groups that are not there. */
export function membersOf(graph: HeapGraph, group: number): Uint32Array {
  const { first, member } = membersByConstructor(graph);
  return member.subarray(first[group] ?? 0, first[group + 1] ?? first[group] ?? 0);
}

const constructorRows = derived((graph): ConstructorRow[] => {
  const sums = constructorSums(graph);
  const rows: ConstructorRow[] = [];
  for (let key = 0; key < graph.index.constructors.length; key++)
    if (sums.count[key]! > 0)
      rows.push({
        key,
        name: graph.index.constructors[key]!,
        count: sums.count[key]!,
        shallow: sums.shallow[key]!,
        retained: sums.retained[key]!,
        share: sums.totalShallow === 0 ? 0 : sums.retained[key]! / sums.totalShallow,
      });
  return rows;
});

/**
 * V8's and Node.js's own roots are no constructors: as in DevTools' summary, where they have no size, they are not listed. Who
 * searches for them finds them.
 */
const rootsGroup = '(synthetic)';

/** Whether a constructor of this name is listed; the search in lower case. */
export function isListed(name: string, search: string): boolean {
  return name.toLowerCase().includes(search) && (name !== rootsGroup || search.includes('synthetic'));
}

export function constructorsPage(
  graph: HeapGraph,
  question: Extract<SnapshotQuestion, { kind: 'constructors' }>,
): Page<ConstructorRow> {
  const { sort, descending, offset, limit } = question;
  const search = question.search.trim().toLowerCase();
  const rows = constructorRows(graph).filter(({ name }) => isListed(name, search));
  const direction = descending ? -1 : 1;
  rows.sort((a, b) =>
    sort === 'name'
      ? direction * compareNames(a.name, b.name)
      : direction * (a[sort] - b[sort]) || compareNames(a.name, b.name),
  );
  return { rows: rows.slice(offset, offset + limit), total: rows.length };
}

export function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export type InstanceSort = Extract<SnapshotQuestion, { kind: 'instances' }>['sort'];

/** Sorts objects ascending by what a column shows. */
export function sortInstances(graph: HeapGraph, ordinals: Uint32Array, sort: InstanceSort): Uint32Array {
  const { snapshot, index } = graph;
  const column = {
    id: snapshot.nodeId,
    distance: index.distance,
    shallow: snapshot.shallow,
    retained: index.retained,
  }[sort];
  return ascendingOrder(ordinals, (ordinal) => column[ordinal]!);
}

const orderedInstances = derivedByKey(4, (graph, key) => {
  const { group, sort, search } = JSON.parse(key) as { group: number; sort: InstanceSort; search: string };
  const members = membersOf(graph, group);
  const matching = search === '' ? members : members.filter((ordinal) => nodeMatches(graph, ordinal, search));
  return sortInstances(graph, matching, sort);
});

export function instancesPage(
  graph: HeapGraph,
  question: Extract<SnapshotQuestion, { kind: 'instances' }>,
): Page<HeapNodeRow> {
  const { group, sort, descending, offset, limit } = question;
  const search = question.search.trim().toLowerCase();
  const order = orderedInstances(graph, JSON.stringify({ group, sort, search }));
  return {
    rows: pageOf(order, offset, limit, descending).map((ordinal) => nodeRow(graph, ordinal)),
    total: order.length,
  };
}
