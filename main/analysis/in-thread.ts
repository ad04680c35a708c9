/**
 * Work of seconds in a thread of its own, so that runs go on being recorded meanwhile. A thread that runs out of memory ends
 * alone.
 */
import { parentPort, Worker } from 'node:worker_threads';
import { AppError, toAppError, type AppErrorJson } from '../errors';
import type { TaskOptions } from '../sessions';

export type FromThread =
  | { kind: 'progress'; fraction: number | null; text: string }
  | { kind: 'done'; value: unknown }
  | { kind: 'error'; error: AppErrorJson };

/**
 * Runs a thread that answers with `answerMainThread`. The caller knows what type its answer has.
 * @param doing for messages: `Reading shop.cpuprofile`
 * Rejects with the thread's error, OUT_OF_MEMORY, CANCELLED or INTERNAL.
 */
export function inThread<T>(
  workerFile: string,
  workerData: unknown,
  { doing, task }: { doing: string; task: TaskOptions },
): Promise<T> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerFile, { workerData, execArgv: [] });
    const cancel = (): void => {
      void worker.terminate();
      reject(new AppError('CANCELLED', 'Cancelled.'));
    };
    task.signal?.addEventListener('abort', cancel, { once: true });
    const end = (): void => {
      task.signal?.removeEventListener('abort', cancel);
      void worker.terminate();
    };
    worker.on('message', (message: FromThread) => {
      if (message.kind === 'progress') {
        task.progress?.(message.fraction, message.text);
        return;
      }
      end();
      if (message.kind === 'done') resolve(message.value as T);
      else reject(AppError.fromJSON(message.error));
    });
    worker.on('error', (error: NodeJS.ErrnoException) => {
      end();
      reject(
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? new AppError('OUT_OF_MEMORY', `${doing} needs more memory than there is.`, {
              hint: 'Close other programs, or start the workbench with NODE_OPTIONS=--max-old-space-size=8192.',
              details: error.message,
            })
          : new AppError('INTERNAL', `${doing} failed: ${error.message}`, { details: error.stack }),
      );
    });
    worker.on('exit', (code) => {
      end();
      reject(new AppError('INTERNAL', `${doing} ended early (exit code ${code}).`));
    });
    if (task.signal?.aborted) cancel();
  });
}

/** In the thread: does the work and sends what comes of it. `doing`: what an unexpected error's message begins with. */
export async function answerMainThread(
  doing: string,
  work: (progress: NonNullable<TaskOptions['progress']>) => unknown,
): Promise<void> {
  const tell = (message: FromThread): void => parentPort?.postMessage(message);
  try {
    const value = await work((fraction, text) => tell({ kind: 'progress', fraction, text }));
    tell({ kind: 'done', value });
  } catch (error) {
    tell({ kind: 'error', error: toAppError(error, doing).toJSON() });
  }
}
