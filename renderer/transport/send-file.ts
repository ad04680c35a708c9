/** Sends a file over HTTP: the browser reads it from the disk and sends it without this thread. */
import { uploadPath, type CallOutcome } from '../../main/api';
import { AppError } from '../../main/errors';
import type { SendFile } from './transport';

/** Rejects with the engine's error, CANCELLED, or INTERNAL when the workbench is gone. */
export function sendFileOverHttp(
  baseUrl: string,
  { uploadId, path, file, signal, onSent }: SendFile,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const url = new URL(`${uploadPath}/${encodeURIComponent(uploadId)}`, baseUrl);
    if (path) url.searchParams.set('path', path);
    const request = new XMLHttpRequest();
    request.open('PUT', url);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.upload.onprogress = ({ loaded }) => onSent(loaded);
    const cancel = (): void => request.abort();
    signal.addEventListener('abort', cancel, { once: true });
    request.onloadend = () => {
      signal.removeEventListener('abort', cancel);
      if (signal.aborted) reject(new AppError('CANCELLED', 'Cancelled.'));
      else if (request.status === 200) resolve();
      else reject(errorOf(request));
    };
    if (signal.aborted) reject(new AppError('CANCELLED', 'Cancelled.'));
    else request.send(file);
  });
}

function errorOf({ status, responseText }: XMLHttpRequest): AppError {
  try {
    const outcome = JSON.parse(responseText) as CallOutcome;
    if (!outcome.ok) return AppError.fromJSON(outcome.error);
  } catch {
    // Not an answer of the engine.
  }
  return new AppError('INTERNAL', 'The file could not be sent to the workbench.', {
    hint: 'Check that it still runs in its terminal, then try again.',
    details: `HTTP status ${status}`,
  });
}
