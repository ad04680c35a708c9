/** The thread that reads one foreign profile; see foreign-reader.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { toAppError } from '../errors';
import { describeForeign, type ForeignRequest } from '../sessions';
import type { FromImportWorker } from './foreign-reader';

const request = workerData as ForeignRequest;
const tell = (message: FromImportWorker): void => parentPort?.postMessage(message);

let told = 0;
try {
  const value = describeForeign(request, (share) => {
    if (share - told < 0.01) return;
    told = share;
    tell({ kind: 'progress', share });
  });
  tell({ kind: 'done', value });
} catch (error) {
  tell({ kind: 'error', error: toAppError(error, `Importing ${request.name}`).toJSON() });
}
