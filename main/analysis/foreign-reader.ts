/**
 * Reads foreign profiles in a thread of its own: 400 MB take seconds, in which runs must go on being recorded. A thread that
 * runs out of memory ends alone.
 */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { AppError, type AppErrorJson } from '../errors';
import { importWorkerFile } from '../paths';
import type { FileDescription } from '../../profiles/formats/describe-file';
import { describeForeign, type ForeignRequest, type ReadForeign } from '../sessions';
import type { TaskOptions } from '../sessions';

export type FromImportWorker =
  | { kind: 'progress'; share: number }
  | { kind: 'done'; value: FileDescription }
  | { kind: 'error'; error: AppErrorJson };

/** Starting a thread takes longer than reading a file this small. */
const smallBytes = 1024 ** 2;

/** Only the built engine has the built thread beside it; from source, files are read in place. */
const isBuilt =
  path.dirname(importWorkerFile) === outFolderOf(fileURLToPath(import.meta.url)) &&
  existsSync(importWorkerFile);

function outFolderOf(file: string): string {
  const folder = path.dirname(file);
  return path.basename(folder) === 'chunks' ? path.dirname(folder) : folder;
}

export const readForeign: ReadForeign = async (request, task) => {
  if (!isBuilt || (await sizeOf(request)) < smallBytes)
    return describeForeign(request, (share) => task.progress?.(share, ''));
  return inThread(request, task);
};

async function sizeOf(request: ForeignRequest): Promise<number> {
  const files = request.kind === 'file' ? [request.file] : Object.values(request.files);
  let bytes = 0;
  for (const file of files) bytes += (await stat(file)).size;
  return bytes;
}

function inThread(request: ForeignRequest, task: TaskOptions): Promise<FileDescription> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(importWorkerFile, { workerData: request, execArgv: [] });
    const cancel = (): void => {
      void worker.terminate();
      reject(new AppError('CANCELLED', 'Cancelled.'));
    };
    task.signal?.addEventListener('abort', cancel, { once: true });
    const end = (): void => {
      task.signal?.removeEventListener('abort', cancel);
      void worker.terminate();
    };
    worker.on('message', (message: FromImportWorker) => {
      if (message.kind === 'progress') task.progress?.(message.share, '');
      else {
        end();
        if (message.kind === 'done') resolve(message.value);
        else reject(AppError.fromJSON(message.error));
      }
    });
    worker.on('error', (error: NodeJS.ErrnoException) => {
      end();
      reject(
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? new AppError('OUT_OF_MEMORY', `There was not enough memory to read ${request.name}.`, {
              hint: 'Close other programs, or start the workbench with NODE_OPTIONS=--max-old-space-size=8192.',
              details: error.message,
            })
          : new AppError('INTERNAL', `Reading ${request.name} failed: ${error.message}`, {
              details: error.stack,
            }),
      );
    });
    worker.on('exit', (code) => {
      end();
      reject(new AppError('INTERNAL', `Reading ${request.name} ended early (exit code ${code}).`));
    });
  });
}
