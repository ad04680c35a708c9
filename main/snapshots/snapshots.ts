/** Questions to the heap snapshots of sessions, and to files that lie anywhere. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { ResourceLimits } from 'node:worker_threads';
import type {
  SnapshotAnswer,
  SnapshotComparisonAnswer,
  SnapshotComparisonQuestion,
  SnapshotQuestion,
} from '../../profiles/heap/questions';
import { AppError } from '../errors';
import { isBuilt, snapshotWorkerFile } from '../paths';
import { isSnapshotName, type TaskOptions } from '../sessions';
import { heapReader } from './heap-reader';
import { mostOpenBytes } from './held-bytes';
import type { SnapshotFile, SnapshotRequest } from './messages';
import { OpenedSnapshots } from './opened-snapshots';
import { SnapshotThread } from './snapshot-thread';

/** One of a session. */
export interface SnapshotPlace {
  id: string;
  /** Its name in the session's folder. */
  file: string;
}

/**
 * All questions reject with NOT_FOUND (no such session or file), PROFILE_MALFORMED (cut off, damaged),
 * PROFILE_UNKNOWN_FORMAT, OUT_OF_MEMORY, CANCELLED or the system's error.
 */
export interface Snapshots {
  /** Opens the snapshot when needed (progress tells how far) and answers. Questions to an opened one take milliseconds. */
  ask<Q extends SnapshotQuestion>(
    place: SnapshotPlace,
    question: Q,
    task?: TaskOptions,
  ): Promise<SnapshotAnswer<Q>>;
  /** `a` is the earlier one. They may be of different sessions. */
  compare<Q extends SnapshotComparisonQuestion>(
    a: SnapshotPlace,
    b: SnapshotPlace,
    question: Q,
    task?: TaskOptions,
  ): Promise<SnapshotComparisonAnswer<Q>>;
  /** The same for files of this machine that belong to no session. */
  askFile<Q extends SnapshotQuestion>(
    file: string,
    question: Q,
    task?: TaskOptions,
  ): Promise<SnapshotAnswer<Q>>;
  compareFiles<Q extends SnapshotComparisonQuestion>(
    a: string,
    b: string,
    question: Q,
    task?: TaskOptions,
  ): Promise<SnapshotComparisonAnswer<Q>>;
  /** Lets go of a snapshot that is about to be deleted. */
  forget(place: SnapshotPlace): Promise<void>;
  /** Ends the thread; who waits gets CANCELLED. Idempotent. */
  close(): Promise<void>;
}

export interface SnapshotsOptions {
  /** For tests: another thread, tighter limits. */
  workerFile?: string;
  resourceLimits?: ResourceLimits;
  mostOpenBytes?: number;
}

/** A snapshot's columns lie outside of the thread's heap; inside are strings being decoded and rows being sorted. */
const defaultLimits: ResourceLimits = { maxOldGenerationSizeMb: 2048, maxYoungGenerationSizeMb: 64 };

/** @param store where sessions lie; only `folderOf` is used */
export function createSnapshots(
  store: { folderOf(id: string): Promise<string> },
  options: SnapshotsOptions = {},
): Snapshots {
  const request = requester(options);
  const placeOf = async ({ id, file }: SnapshotPlace): Promise<string> => {
    if (!isSnapshotName(file))
      throw new AppError('BAD_INPUT', `"${file}" is not a heap snapshot of a session.`);
    return path.join(await store.folderOf(id), file);
  };
  // The answer's type follows from the question's kind, which TypeScript cannot follow through the thread.
  const ask = async (file: string, question: SnapshotQuestion, task: TaskOptions = {}): Promise<never> =>
    (await request.send(
      { kind: 'ask', file: await describe(file), question },
      `Reading ${path.basename(file)}`,
      task,
    )) as never;
  const compare = async (
    a: string,
    b: string,
    question: SnapshotComparisonQuestion,
    task: TaskOptions = {},
  ): Promise<never> =>
    (await request.send(
      { kind: 'compare', a: await describe(a), b: await describe(b), question },
      `Comparing ${path.basename(a)} and ${path.basename(b)}`,
      task,
    )) as never;
  return {
    ask: async (place, question, task) => ask(await placeOf(place), question, task),
    compare: async (a, b, question, task) => compare(await placeOf(a), await placeOf(b), question, task),
    askFile: (file, question, task) => ask(path.resolve(file), question, task),
    compareFiles: (a, b, question, task) => compare(path.resolve(a), path.resolve(b), question, task),
    forget: async (place) => request.forget(await placeOf(place)),
    close: () => request.close(),
  };
}

interface Requester {
  send(request: SnapshotRequest, doing: string, task: TaskOptions): Promise<unknown>;
  forget(path: string): void;
  close(): Promise<void>;
}

/** In a thread of its own; from source, where there is no built thread, in place. */
function requester(options: SnapshotsOptions): Requester {
  const limit = options.mostOpenBytes ?? mostOpenBytes();
  const workerFile = options.workerFile ?? (isBuilt(snapshotWorkerFile) ? snapshotWorkerFile : undefined);
  if (workerFile !== undefined) {
    const resourceLimits = { ...defaultLimits, ...options.resourceLimits };
    const thread = new SnapshotThread({ workerFile, resourceLimits, mostOpenBytes: limit });
    return {
      send: (request, doing, task) => thread.request(request, doing, task),
      forget: (file) => thread.forget(file),
      close: () => thread.close(),
    };
  }
  const here = new OpenedSnapshots({ reader: heapReader, mostOpenBytes: limit });
  return {
    send: (request, _doing, task) =>
      request.kind === 'ask'
        ? here.ask(request.file, request.question, task)
        : here.compare(request.a, request.b, request.question, task),
    forget: (file) => here.forget(file),
    close: () => Promise.resolve(),
  };
}

async function describe(file: string): Promise<SnapshotFile> {
  const name = path.basename(file);
  try {
    const { size, mtimeMs, ino } = await stat(file);
    return { path: file, name, sizeBytes: size, version: `${size}-${mtimeMs}-${ino}` };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new AppError('NOT_FOUND', `There is no snapshot ${name} any more.`, {
      hint: 'Its file was deleted or moved.',
      details: file,
      cause: error,
    });
  }
}
