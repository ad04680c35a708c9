import { AppError } from '../../main/errors';
import type { Profile } from '../../profiles/types';
import type { ParseAnswer, ParseRequest } from './parse-profile';

/** Parses a profile file in a worker of its own; aborting ends the worker. Rejects with an AppError. */
export function parseInWorker(request: ParseRequest, signal: AbortSignal): Promise<Profile> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./parse-profile.worker.ts', import.meta.url), { type: 'module' });
    const abort = (): void => {
      worker.terminate();
      reject(new AppError('CANCELLED', 'Cancelled.'));
    };
    const finish = (): void => {
      worker.terminate();
      signal.removeEventListener('abort', abort);
    };
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort);
    worker.onmessage = ({ data }: MessageEvent<ParseAnswer>) => {
      finish();
      if (data.ok) resolve(data.profile);
      else reject(AppError.fromJSON(data.error));
    };
    worker.onerror = (event) => {
      finish();
      reject(new AppError('INTERNAL', `Reading ${request.fileName} failed.`, { details: event.message }));
    };
    worker.postMessage(request, transferList(request.bytes));
  });
}

/** The bytes may be a view into a larger message of the transport, which must not be taken away. */
function transferList(bytes: Uint8Array): ArrayBuffer[] {
  return bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer
    ? [bytes.buffer]
    : [];
}
