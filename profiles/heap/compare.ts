/**
 * Two snapshots, A before B. Of A only a small extract is needed, so that both need not be held at once: V8's object ids, which
 * are the same in all snapshots of an isolate, with constructor and size.
 */
import {
  compareNames,
  constructorSums,
  isListed,
  membersOf,
  sortInstances,
  type InstanceSort,
} from './constructor-rows';
import { heapGraph, type HeapGraph } from './graph';
import { holdersOf } from './holders';
import { ascendingOrderOf, pageOf } from './order';
import type {
  ConstructorChange,
  SnapshotComparisonAnswer,
  SnapshotComparisonAnswers,
  SnapshotComparisonQuestion,
} from './questions';
import { nodeRow } from './rows';
import type { HeapIndex, HeapSnapshot } from './types';

/** What of A is needed: 10 bytes per object, 12 when there are more constructors than 16 bits can tell apart. */
export interface SnapshotExtract {
  /** Ascending. */
  ids: Uint32Array;
  /** Parallel to `ids`: index into `constructors`. */
  constructorOf: Uint16Array | Uint32Array;
  /** Parallel to `ids`: bytes. */
  shallow: Uint32Array;
  constructors: readonly string[];
  /** Bytes of all objects. */
  totalShallow: number;
}

/** Takes from a snapshot what a comparison needs; the snapshot can be closed afterwards. */
export function extractForComparison(snapshot: HeapSnapshot, index: HeapIndex): SnapshotExtract {
  const { nodeCount, nodeId, shallow } = snapshot;
  const order = ascendingOrderOf(nodeId);
  const ids = new Uint32Array(nodeCount);
  const constructorOf =
    index.constructors.length <= 0xffff ? new Uint16Array(nodeCount) : new Uint32Array(nodeCount);
  const sizes = new Uint32Array(nodeCount);
  let totalShallow = 0;
  for (let at = 0; at < nodeCount; at++) {
    const ordinal = order[at]!;
    ids[at] = nodeId[ordinal]!;
    constructorOf[at] = index.constructorOf[ordinal]!;
    sizes[at] = shallow[ordinal]!;
    totalShallow += shallow[ordinal]!;
  }
  return {
    ids,
    constructorOf,
    shallow: sizes,
    constructors: index.constructors,
    totalShallow,
  };
}

/** Objects with one id in both snapshots of one isolate are the same object; its constructor hardly ever changes. */
const sameConstructorShare = 0.99;
/** V8's own objects and Node's outlive everything: two snapshots of one isolate have much in common. */
const commonShare = 0.2;

/** The second snapshot against the extract of the first. Everything is worked out when it is first asked for. */
export class SnapshotComparison {
  private readonly graph: HeapGraph;
  private matched: Matched | undefined;
  private changes: ConstructorChange[] | undefined;
  private readonly orders = new Map<string, Uint32Array>();

  constructor(
    private readonly before: SnapshotExtract,
    snapshot: HeapSnapshot,
    index: HeapIndex,
  ) {
    this.graph = heapGraph(snapshot, index);
  }

  ask<Q extends SnapshotComparisonQuestion>(question: Q): SnapshotComparisonAnswer<Q> {
    return this.answerOf(question) as SnapshotComparisonAnswer<Q>;
  }

  private answerOf(
    question: SnapshotComparisonQuestion,
  ): SnapshotComparisonAnswers[SnapshotComparisonQuestion['kind']] {
    switch (question.kind) {
      case 'constructors':
        return this.constructorsPage(question);
      case 'newInstances': {
        const order = this.orderedNewObjects(question.group, question.sort);
        const rows = pageOf(order, question.offset, question.limit, question.descending);
        return { rows: rows.map((ordinal) => nodeRow(this.graph, ordinal)), total: order.length };
      }
      case 'holders':
        return holdersOf(this.graph, this.newObjects(question.group), question.limit);
    }
  }

  private constructorsPage(
    question: Extract<SnapshotComparisonQuestion, { kind: 'constructors' }>,
  ): SnapshotComparisonAnswers['constructors'] {
    const search = question.search.trim().toLowerCase();
    const { sort, descending, offset, limit } = question;
    const rows = this.allChanges().filter(({ name }) => isListed(name, search));
    const direction = descending ? -1 : 1;
    rows.sort((a, b) =>
      sort === 'name'
        ? direction * compareNames(a.name, b.name)
        : direction * (a[sort] - b[sort]) || compareNames(a.name, b.name),
    );
    return {
      rows: rows.slice(offset, offset + limit),
      total: rows.length,
      sameIsolate: this.match().sameIsolate,
      isReversed: this.match().isReversed,
      shallowA: this.before.totalShallow,
      shallowB: constructorSums(this.graph).totalShallow,
    };
  }

  private match(): Matched {
    this.matched ??= matchById(this.before, this.graph);
    return this.matched;
  }

  /** Per constructor, by name: keys are of one snapshot only. */
  private allChanges(): ConstructorChange[] {
    if (this.changes !== undefined) return this.changes;
    const { before, graph } = this;
    const { isNew, isGone, sameIsolate } = this.match();
    const { snapshot, index } = graph;
    const sums = constructorSums(graph);
    const byName = new Map<string, ConstructorChange>();
    const rowOf = (name: string, key: number): ConstructorChange => {
      let row = byName.get(name);
      if (row === undefined) {
        row = {
          key,
          name,
          countA: 0,
          countB: 0,
          newCount: 0,
          deletedCount: 0,
          countChange: 0,
          shallowA: 0,
          shallowB: 0,
          newSize: 0,
          deletedSize: 0,
          sizeChange: 0,
          retainedB: 0,
        };
        byName.set(name, row);
      }
      return row;
    };
    const rowsOfB = index.constructors.map((name, key) => rowOf(name, key));
    const rowsOfA = before.constructors.map((name, key) => rowOf(name, index.constructors.length + key));
    for (let node = 0; node < snapshot.nodeCount; node++) {
      const row = rowsOfB[index.constructorOf[node]!]!;
      row.countB++;
      row.shallowB += snapshot.shallow[node]!;
      if (sameIsolate && isNew[node] === 1) {
        row.newCount++;
        row.newSize += snapshot.shallow[node]!;
      }
    }
    for (let at = 0; at < before.ids.length; at++) {
      const row = rowsOfA[before.constructorOf[at]!]!;
      row.countA++;
      row.shallowA += before.shallow[at]!;
      if (sameIsolate && isGone[at] === 1) {
        row.deletedCount++;
        row.deletedSize += before.shallow[at]!;
      }
    }
    for (let key = 0; key < index.constructors.length; key++) rowsOfB[key]!.retainedB = sums.retained[key]!;
    const changes: ConstructorChange[] = [];
    for (const row of byName.values()) {
      row.countChange = row.countB - row.countA;
      row.sizeChange = row.shallowB - row.shallowA;
      if (!sameIsolate) {
        row.newCount = Math.max(0, row.countChange);
        row.deletedCount = Math.max(0, -row.countChange);
        row.newSize = Math.max(0, row.sizeChange);
        row.deletedSize = Math.max(0, -row.sizeChange);
      }
      if (row.countA > 0 || row.countB > 0) changes.push(row);
    }
    this.changes = changes;
    return changes;
  }

  /** Objects of B's constructor that A does not have; of another isolate all of them, since objects cannot be followed. */
  private newObjects(group: number): Uint32Array {
    const { isNew, sameIsolate } = this.match();
    const members = membersOf(this.graph, group);
    return sameIsolate ? members.filter((node) => isNew[node] === 1) : members;
  }

  private orderedNewObjects(group: number, sort: InstanceSort): Uint32Array {
    const key = `${group} ${sort}`;
    let order = this.orders.get(key);
    if (order === undefined) {
      order = sortInstances(this.graph, this.newObjects(group), sort);
      // The two looked at last are enough: people change the sorting or the page.
      if (this.orders.size >= 2) this.orders.delete(this.orders.keys().next().value ?? '');
      this.orders.set(key, order);
    }
    return order;
  }
}

interface Matched {
  /** By ordinal of B. */
  isNew: Uint8Array;
  /** By place in A's extract. */
  isGone: Uint8Array;
  sameIsolate: boolean;
  isReversed: boolean;
}

/** Follows objects by their ids: both snapshots in order of ids, side by side. */
function matchById(before: SnapshotExtract, { snapshot, index }: HeapGraph): Matched {
  const { nodeCount, nodeId } = snapshot;
  const order = ascendingOrderOf(nodeId);
  const isNew = new Uint8Array(nodeCount).fill(1);
  const isGone = new Uint8Array(before.ids.length).fill(1);
  const keysInB = new Map(index.constructors.map((name, key) => [name, key]));
  const keyInB = before.constructors.map((name) => keysInB.get(name) ?? -1);
  let common = 0;
  let sameConstructor = 0;
  for (let a = 0, b = 0; a < before.ids.length && b < nodeCount;) {
    const idA = before.ids[a]!;
    const node = order[b]!;
    const idB = nodeId[node]!;
    if (idA < idB) a++;
    else if (idB < idA) b++;
    else {
      isNew[node] = 0;
      isGone[a] = 0;
      common++;
      if (keyInB[before.constructorOf[a]!] === index.constructorOf[node]) sameConstructor++;
      a++;
      b++;
    }
  }
  const smaller = Math.min(nodeCount, before.ids.length);
  const sameIsolate = common > smaller * commonShare && sameConstructor >= common * sameConstructorShare;
  return {
    isNew,
    isGone,
    sameIsolate,
    isReversed: sameIsolate && isLater(before.ids, nodeId, isNew),
  };
}

/**
 * V8 gives ids to objects of its heap in ascending order and never one again (`HeapObjectsMap::FindOrAddEntry`): what was
 * made after a snapshot has higher ids than all of it. So A is the later one when the highest id is its own, and B has
 * objects which A has no more. Only odd ids are of V8's heap: what an embedder adds has the even ones, made of addresses.
 */
function isLater(idsOfA: ArrayLike<number>, idsOfB: Uint32Array, isNew: Uint8Array): boolean {
  let last = idsOfA.length - 1;
  while (last >= 0 && idsOfA[last]! % 2 === 0) last--;
  const highestOfA = idsOfA[last] ?? 0;
  let somethingIsGone = false;
  for (let node = 0; node < idsOfB.length; node++) {
    const id = idsOfB[node]!;
    if (id % 2 === 0) continue;
    if (id > highestOfA) return false;
    if (isNew[node] === 1) somethingIsGone = true;
  }
  return somethingIsGone;
}
