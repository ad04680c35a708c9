/** Sends files of any size to the engine piece by piece; they become a session there. */
import type { Client, SessionMeta } from '../../main/api';
import { AppError } from '../../main/errors';
import type { FileDescription } from '../../profiles/formats/describe-file';
import { useTasks } from './tasks';
import { inPieces } from './pieces';
import { sendFile } from './shell';

export interface FileInFolder {
  /** Inside the folder, with `/`. */
  path: string;
  file: File;
}

export interface UploadOptions {
  client: Client;
  /** The task whose progress is told; see `runTask`. */
  taskId: string;
  signal: AbortSignal;
  /** Called as bytes arrive there: their share of all, 0..1. By default the task says how much was sent. */
  onSent?: ((share: number) => void) | undefined;
  /** What this window, which reads the file too, says of it: then the engine need not. null: it could not be read. */
  described?: Promise<FileDescription | null> | undefined;
}

/** Rejects with the engine's error, or CANCELLED. */
export function uploadFile(file: File, options: UploadOptions): Promise<SessionMeta> {
  return upload(file.name, false, [{ path: '', file }], options);
}

/** A folder that a tool wrote. Rejects with the engine's error, or CANCELLED. */
export function uploadFolder(
  name: string,
  files: readonly FileInFolder[],
  options: UploadOptions,
): Promise<SessionMeta> {
  return upload(name, true, files, options);
}

async function upload(
  name: string,
  folder: boolean,
  files: readonly FileInFolder[],
  { client, taskId, signal, described, onSent }: UploadOptions,
): Promise<SessionMeta> {
  const totalBytes = files.reduce((sum, { file }) => sum + file.size, 0) || 1;
  const { uploadId } = await client.call('sessions.importBegin', { name, folder });
  let sentBytes = 0;
  let description: FileDescription | null | undefined;
  try {
    const send = sendFile(client);
    const tell = (bytes: number): void => {
      const share = Math.min(1, bytes / totalBytes);
      if (onSent) onSent(share);
      else useTasks.getState().progress(taskId, { text: `Sending ${name}`, fraction: share / 2 });
    };
    for (const { path, file } of files) {
      if (send) {
        const before = sentBytes;
        await send({ uploadId, path, file, signal, onSent: (bytes) => tell(before + bytes) });
        sentBytes += file.size;
        continue;
      }
      const read = async (offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> =>
        new Uint8Array(await file.slice(offset, offset + length).arrayBuffer());
      // An empty file is a file, too.
      if (file.size === 0)
        await client.call('sessions.importPiece', { uploadId, path, bytes: new Uint8Array() });
      for await (const bytes of inPieces(file.size, read)) {
        stopIfAborted(signal);
        await client.call('sessions.importPiece', { uploadId, path, bytes });
        sentBytes += bytes.length;
        tell(sentBytes);
      }
    }
    description = await described;
    stopIfAborted(signal);
  } catch (thrown) {
    // Best effort: the engine forgets it anyway when nothing more comes.
    client.call('sessions.importDrop', { uploadId }).catch(() => undefined);
    throw thrown;
  }
  return client.call('sessions.importEnd', { uploadId, taskId, ...(description && { description }) });
}

function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new AppError('CANCELLED', 'Cancelled.');
}
