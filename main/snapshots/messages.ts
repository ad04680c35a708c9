/** What the workbench and the thread that holds opened snapshots tell each other. */
import type { SnapshotComparisonQuestion, SnapshotQuestion } from '../../profiles/heap/questions';
import type { AppErrorJson } from '../errors';

/** A snapshot as it lies on this machine. */
export interface SnapshotFile {
  path: string;
  /** For messages. */
  name: string;
  sizeBytes: number;
  /** Another content has another one. */
  version: string;
}

export type SnapshotRequest =
  | { kind: 'ask'; file: SnapshotFile; question: SnapshotQuestion }
  | { kind: 'compare'; a: SnapshotFile; b: SnapshotFile; question: SnapshotComparisonQuestion };

export type ToThread =
  | { kind: 'request'; id: number; request: SnapshotRequest }
  | { kind: 'cancel'; id: number }
  /** The file is being deleted. */
  | { kind: 'forget'; path: string };

export type FromThread =
  | { kind: 'progress'; id: number; fraction: number | null; text: string }
  | { kind: 'done'; id: number; value: unknown }
  | { kind: 'error'; id: number; error: AppErrorJson }
  /** After something was let go of: nothing is held any more and nobody is answered. */
  | { kind: 'empty' };

/** `workerData` of the thread. */
export interface ThreadOptions {
  mostOpenBytes: number;
}
