/**
 * The workbench's side of the thread that holds opened snapshots: started by the first question, ended when nobody asks for
 * a while. When it runs out of memory it dies alone, and the next question starts it anew.
 */
import { Worker, type ResourceLimits } from 'node:worker_threads';
import { AppError } from '../errors';
import type { TaskOptions } from '../sessions';
import type { FromThread, SnapshotRequest, ThreadOptions, ToThread } from './messages';

/** Opened snapshots take memory that the person may want for something else. */
const idleMs = 10 * 60_000;
/**
 * A thread that nobody waits for and that does not react to being cancelled is ended. Not at once: what it has open took long
 * to open, and some answers about gigabytes take seconds, in which it cannot be told anything.
 */
const reactsWithinMs = 20_000;

export interface SnapshotThreadOptions extends ThreadOptions {
  workerFile: string;
  resourceLimits: ResourceLimits;
}

interface Pending {
  /** For messages: `Reading start.heapsnapshot`. */
  doing: string;
  resolve(value: unknown): void;
  reject(error: AppError): void;
  task: TaskOptions;
}

export class SnapshotThread {
  private worker: Worker | undefined;
  private readonly pending = new Map<number, Pending>();
  private readonly cancelling = new Set<number>();
  private nextId = 1;
  private idle: NodeJS.Timeout | undefined;
  private stuck: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(private readonly options: SnapshotThreadOptions) {}

  /** Rejects with the thread's error, OUT_OF_MEMORY, CANCELLED or INTERNAL. */
  request(request: SnapshotRequest, doing: string, task: TaskOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.closed || task.signal?.aborted) {
        reject(cancelled());
        return;
      }
      const id = this.nextId++;
      const worker = (this.worker ??= this.start());
      const cancel = (): void => this.cancel(id);
      const done = (): void => task.signal?.removeEventListener('abort', cancel);
      this.pending.set(id, {
        doing,
        task,
        resolve: (value) => {
          done();
          resolve(value);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      });
      task.signal?.addEventListener('abort', cancel, { once: true });
      clearTimeout(this.idle);
      clearTimeout(this.stuck);
      // As long as somebody waits, the process lives.
      worker.ref();
      this.tell({ kind: 'request', id, request });
    });
  }

  /** Who waits until it is open gets NOT_FOUND; when nothing else is open, the thread ends and its memory is free at once. */
  forget(path: string): void {
    this.tell({ kind: 'forget', path });
  }

  /** Ends the thread; who waits gets CANCELLED. Idempotent. */
  async close(): Promise<void> {
    this.closed = true;
    await this.end(cancelled);
  }

  private start(): Worker {
    const { workerFile, resourceLimits, mostOpenBytes } = this.options;
    const workerData: ThreadOptions = { mostOpenBytes };
    const worker = new Worker(workerFile, { workerData, resourceLimits, execArgv: [] });
    worker.on('message', (message: FromThread) => {
      if (worker === this.worker) this.take(message);
    });
    worker.on('error', (error: NodeJS.ErrnoException) => {
      if (worker === this.worker) void this.end(({ doing }) => deathError(error, doing));
    });
    worker.on('exit', (code) => {
      if (worker === this.worker)
        void this.end(({ doing }) => new AppError('INTERNAL', `${doing} ended early (exit code ${code}).`));
    });
    return worker;
  }

  private tell(message: ToThread): void {
    this.worker?.postMessage(message);
  }

  private take(message: FromThread): void {
    if (message.kind === 'empty') {
      // Somebody may have asked meanwhile.
      if (this.pending.size === 0) void this.end(cancelled);
      return;
    }
    const waiting = this.pending.get(message.id);
    if (message.kind === 'progress') {
      waiting?.task.progress?.(message.fraction, message.text);
      return;
    }
    this.pending.delete(message.id);
    this.cancelling.delete(message.id);
    if (message.kind === 'done') waiting?.resolve(message.value);
    else waiting?.reject(AppError.fromJSON(message.error));
    this.rest();
  }

  private cancel(id: number): void {
    const waiting = this.pending.get(id);
    if (!waiting) return;
    this.pending.delete(id);
    this.cancelling.add(id);
    this.tell({ kind: 'cancel', id });
    waiting.reject(cancelled());
    this.rest();
  }

  /** Nobody waits: the thread does not keep the process alive, and not itself for long. */
  private rest(): void {
    if (this.pending.size > 0) return;
    this.worker?.unref();
    clearTimeout(this.idle);
    clearTimeout(this.stuck);
    const end = (): void => void this.end(cancelled);
    this.idle = setTimeout(end, idleMs).unref();
    if (this.cancelling.size > 0) this.stuck = setTimeout(end, reactsWithinMs).unref();
  }

  private async end(errorOf: (waiting: Pending) => AppError): Promise<void> {
    const worker = this.worker;
    this.worker = undefined;
    clearTimeout(this.idle);
    clearTimeout(this.stuck);
    this.cancelling.clear();
    const waiting = [...this.pending.values()];
    this.pending.clear();
    for (const each of waiting) each.reject(errorOf(each));
    await worker?.terminate();
  }
}

function cancelled(): AppError {
  return new AppError('CANCELLED', 'Cancelled.');
}

function deathError(error: NodeJS.ErrnoException, doing: string): AppError {
  return error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? new AppError('OUT_OF_MEMORY', `${doing} needs more memory than there is.`, {
        hint: 'Nothing else was disturbed. Close other programs and ask again.',
        details: error.message,
      })
    : new AppError('INTERNAL', `${doing} failed: ${error.message}`, { details: error.stack });
}
