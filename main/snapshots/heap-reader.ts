/** The parts of `profiles/heap` that the thread works with. */
import { answer } from '../../profiles/heap/answer';
import { extractForComparison, SnapshotComparison, type SnapshotExtract } from '../../profiles/heap/compare';
import { indexSnapshot } from '../../profiles/heap/index-snapshot';
import { parseHeapSnapshot } from '../../profiles/heap/parse';
import type {
  SnapshotAnswers,
  SnapshotComparisonAnswers,
  SnapshotComparisonQuestion,
  SnapshotQuestion,
} from '../../profiles/heap/questions';
import type { HeapIndex, HeapSnapshot } from '../../profiles/heap/types';

export interface ParseOptions {
  fileName: string;
  sizeBytes: number;
  onProgress: (bytesRead: number) => void;
  signal: AbortSignal;
}

/** Two snapshots, one before the other, ready for questions. */
export interface HeapComparison {
  ask(question: SnapshotComparisonQuestion): SnapshotComparisonAnswers[keyof SnapshotComparisonAnswers];
}

/** `Extract`: the little of the earlier snapshot that a comparison needs, so that it can be let go. */
export interface HeapReader<Extract> {
  parse(source: AsyncIterable<Uint8Array>, options: ParseOptions): Promise<HeapSnapshot>;
  index(snapshot: HeapSnapshot, options: { onProgress: (share: number) => void }): HeapIndex;
  answer(
    snapshot: HeapSnapshot,
    index: HeapIndex,
    question: SnapshotQuestion,
  ): SnapshotAnswers[keyof SnapshotAnswers];
  extract(snapshot: HeapSnapshot, index: HeapIndex): Extract;
  compare(a: Extract, snapshot: HeapSnapshot, index: HeapIndex): HeapComparison;
}

export const heapReader: HeapReader<SnapshotExtract> = {
  parse: parseHeapSnapshot,
  index: indexSnapshot,
  answer,
  extract: extractForComparison,
  compare: (a, snapshot, index) => new SnapshotComparison(a, snapshot, index),
};
