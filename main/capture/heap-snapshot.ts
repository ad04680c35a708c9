/**
 * Takes a heap snapshot of one isolate into a file. Start reading here.
 *
 * V8 writes it from inside the target straight into the file (`v8.writeHeapSnapshot` by the agent): nothing of it passes
 * through the workbench, and it was faster in most of what was measured (docs/measurements.md). Streaming is left for targets
 * that cannot do that: those in a container or of another user, who have no such file, and isolates without an agent.
 */
import { open, rename, rm, stat } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { AppError, toAppError } from '../errors';
import type { Clock, TargetThread } from '../target/types';
import { writeFromInside, type InsideOutcome } from './heap-snapshot-inside';
import { streamSnapshot } from './heap-snapshot-stream';
import { ownGcsOf } from './own-gcs';
import { messageOf } from './trouble';

export interface SnapshotOptions {
  /** Where it lies when it is complete; until then it is `<file>.part`. */
  file: string;
  clock: Clock;
  /** Bytes written so far; 0 while V8 still walks the heap. Called now and then. */
  onProgress?: (writtenBytes: number) => void;
  /** Gives up waiting (with the signal's reason, if that is an AppError) and removes what was written. V8 itself cannot be interrupted: the target goes on when it is done. */
  signal?: AbortSignal;
  /** Otherwise from inside where that is possible. */
  method?: SnapshotMethod;
  /** For tests: a disk that fails. Only when streaming is it us who write. */
  openFile?: typeof open;
}

export type SnapshotMethod = 'inside' | 'stream';

export interface TakenSnapshot {
  method: SnapshotMethod;
  sizeBytes: number;
  /** µs since the run's start. */
  startedUs: number;
  /** How long the isolate stood still, by its own clock. */
  pauseMs: number;
}

const progressEveryMs = 200;

/** The file that is written until the snapshot is complete. */
export function partFileOf(file: string): string {
  return `${file}.part`;
}

/**
 * Resolves when the snapshot is complete at `options.file`. Rejects, leaving no file behind, with DISK_FULL,
 * PERMISSION_DENIED, CANCELLED (by the signal), or SNAPSHOT_FAILED (the target ended or refused).
 */
export async function takeSnapshot(thread: TargetThread, options: SnapshotOptions): Promise<TakenSnapshot> {
  const { file, clock, signal, onProgress } = options;
  const part = partFileOf(file);
  const token = `scorchmark ${randomUUID()}`;
  const ownGcs = ownGcsOf(thread);
  const nowUs = (): number => clock.originUs + clock.nowUs();
  const beganUs = nowUs();
  const narrow = ownGcs?.open(beganUs);
  let window = { startUs: beganUs, endUs: beganUs };
  let watch: NodeJS.Timeout | undefined;
  let isOver = false;
  const tellProgress = async (): Promise<void> => {
    const bytes = await sizeOf(part);
    // The disk may answer after the end.
    if (!isOver) onProgress?.(bytes === token.length ? 0 : bytes);
  };
  try {
    await createWith(part, token);
    onProgress?.(0);
    watch = setInterval(() => void tellProgress(), progressEveryMs);
    const outcome = await unlessOver(write(thread, part, token, options), thread, signal);
    window = { startUs: outcome.startUs, endUs: outcome.startUs + outcome.durationUs };
    const sizeBytes = await sizeOf(part);
    await mustBeWhole(part);
    await rename(part, file);
    return {
      method: outcome.method,
      sizeBytes,
      startedUs: outcome.startUs - clock.originUs,
      pauseMs: outcome.durationUs / 1000,
    };
  } catch (error) {
    window = { startUs: beganUs, endUs: nowUs() };
    await rm(part, { force: true }).catch(() => undefined);
    throw snapshotError(error, thread.info.title);
  } finally {
    isOver = true;
    clearInterval(watch);
    narrow?.(window);
  }
}

async function write(
  thread: TargetThread,
  part: string,
  token: string,
  { method, openFile, clock, signal }: SnapshotOptions,
): Promise<InsideOutcome & { method: SnapshotMethod }> {
  if (method !== 'stream') {
    const inside = await writeFromInside(thread, part, token);
    if (inside) return { ...inside, method: 'inside' };
    // Given up, its file is gone: that is not a target that cannot write.
    signal?.throwIfAborted();
    if (method === 'inside')
      throw new AppError(
        'SNAPSHOT_FAILED',
        `${thread.info.title} cannot write a snapshot into this folder itself.`,
      );
  }
  return { ...(await streamSnapshot(thread, part, { clock, openFile })), method: 'stream' };
}

/** Nobody else may read what the heap of a program holds. */
async function createWith(file: string, token: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(token);
  } finally {
    await handle.close();
  }
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

/** V8 closes the JSON at the very end; a file that does not end so was cut off without a word. */
async function mustBeWhole(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const end = Buffer.alloc(Math.min(size, 16));
    await handle.read(end, 0, end.length, size - end.length);
    if (!/\]\s*\}\s*$/.test(end.toString('latin1')))
      throw new AppError('SNAPSHOT_FAILED', 'The snapshot ended before it was complete.');
  } finally {
    await handle.close();
  }
}

/** Rejects as soon as nothing can come any more. */
async function unlessOver<T>(
  work: Promise<T>,
  thread: TargetThread,
  signal: AbortSignal | undefined,
): Promise<T> {
  work.catch(() => undefined);
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () =>
      reject(
        signal?.reason instanceof AppError
          ? signal.reason
          : new AppError('CANCELLED', 'The snapshot was given up before it was complete.'),
      );
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
  const gone = thread.session.closed.then(() => {
    throw new AppError('SNAPSHOT_FAILED', `${thread.info.title} ended before its snapshot was complete.`, {
      hint: 'Writing a snapshot needs several times the heap in memory besides it; the system may have ended it for that.',
    });
  });
  gone.catch(() => undefined);
  try {
    return await Promise.race([work, aborted, gone]);
  } finally {
    if (onAbort) signal?.removeEventListener('abort', onAbort);
  }
}

const diskCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** What went wrong while the snapshot of `title` was written, in a person's words. */
export function snapshotError(thrown: unknown, title: string): AppError {
  if (thrown instanceof AppError) return thrown;
  const code = (thrown as NodeJS.ErrnoException | undefined)?.code ?? '';
  if (diskCodes.has(code))
    return new AppError('DISK_FULL', `The disk became full while the snapshot of ${title} was written.`, {
      hint: 'The part that was written has been removed; the recording goes on.',
      details: messageOf(thrown),
      cause: thrown,
    });
  // The agent's own word, before it begins one at the program's end.
  if (code === 'ENOMEM')
    return new AppError('OUT_OF_MEMORY', `No snapshot of ${title} was taken: ${messageOf(thrown)}`, {
      hint: 'Take it while the heap is smaller, or give the machine or the container more memory.',
      cause: thrown,
    });
  if (code !== '') return toAppError(thrown, 'Writing the snapshot');
  return new AppError('SNAPSHOT_FAILED', `The snapshot of ${title} failed: ${messageOf(thrown)}`, {
    cause: thrown,
  });
}
