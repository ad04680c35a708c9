/** What is worked out once about an opened snapshot, for all questions. */
import { groupByConstructor } from './constructors';
import { distancesFromRoot } from './distances';
import { dominatorsOf } from './dominators';
import { incomingEdges } from './incoming';
import type { HeapIndex, HeapSnapshot } from './types';

export interface IndexOptions {
  /** Share that is done, 0..1. */
  onProgress?: (share: number) => void;
}

/** Temporary memory is given back before it returns. */
export function indexSnapshot(snapshot: HeapSnapshot, { onProgress }: IndexOptions = {}): HeapIndex {
  // First what needs most memory besides: the references to each node come when it has been given back.
  const { dominator, retained } = dominatorsOf(snapshot);
  onProgress?.(0.6);
  const { firstRetainer, retainerEdge } = incomingEdges(snapshot);
  onProgress?.(0.8);
  const distance = distancesFromRoot(snapshot);
  onProgress?.(0.95);
  const { constructorOf, constructors } = groupByConstructor(snapshot);
  onProgress?.(1);
  return {
    firstRetainer,
    retainerEdge,
    dominator,
    retained,
    distance,
    constructorOf,
    constructors,
  };
}
