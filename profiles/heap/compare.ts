/**
 * Two snapshots, A before B. Of A only a small extract is needed, so that both need not be held at once: V8's object ids, which
 * are the same in all snapshots of an isolate, with constructor and size.
 */
import { constructorSums } from './constructor-rows';
import { heapGraph, type HeapGraph } from './graph';
import type { HeapIndex, HeapSnapshot } from './types';
import type {
  SnapshotComparisonAnswer,
  SnapshotComparisonAnswers,
  SnapshotComparisonQuestion,
} from './questions';
import { ascendingOrder } from './order';

/** What of A is needed: 12 bytes per object. */
export interface SnapshotExtract {
  /** Ascending. */
  ids: Uint32Array;
  /** Parallel to `ids`: index into `constructors`. */
  constructorOf: Uint32Array;
  /** Parallel to `ids`: bytes. */
  shallow: Uint32Array;
  constructors: readonly string[];
  totalShallow: number;
}

export function extractForComparison(snapshot: HeapSnapshot, index: HeapIndex): SnapshotExtract {
  const all = new Uint32Array(snapshot.nodeCount);
  for (let node = 0; node < all.length; node++) all[node] = node;
  const order = ascendingOrder(all, (ordinal) => snapshot.nodeId[ordinal]!);
  let totalShallow = 0;
  for (const bytes of snapshot.shallow) totalShallow += bytes;
  return {
    ids: order.map((ordinal) => snapshot.nodeId[ordinal]!),
    constructorOf: order.map((ordinal) => index.constructorOf[ordinal]!),
    shallow: order.map((ordinal) => snapshot.shallow[ordinal]!),
    constructors: index.constructors,
    totalShallow,
  };
}

export class SnapshotComparison {
  private readonly graph: HeapGraph;

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
        return {
          rows: [],
          total: 0,
          sameIsolate: false,
          shallowA: this.before.totalShallow,
          shallowB: constructorSums(this.graph).totalShallow,
        };
      case 'newInstances':
        return { rows: [], total: 0 };
      case 'holders':
        return [];
    }
  }
}
