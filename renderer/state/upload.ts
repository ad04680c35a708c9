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
  { client, taskId, signal, described }: UploadOptions,
): Promise<SessionMeta> {
  const totalBytes = files.reduce((sum, { file }) => sum + file.size, 0) || 1;
  const { uploadId } = await client.call('sessions.importBegin', { name, folder });
  let sentBytes = 0;
  try {
    const send = sendFile(client);
    const tell = (bytes: number): void =>
      useTasks.getState().progress(taskId, { text: `Sending ${name}`, fraction: bytes / totalBytes / 2 });
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
        if (signal.aborted) throw new AppError('CANCELLED', 'Cancelled.');
        await client.call('sessions.importPiece', { uploadId, path, bytes });
        sentBytes += bytes.length;
        tell(sentBytes);
      }
    }
    if (signal.aborted) throw new AppError('CANCELLED', 'Cancelled.');
  } catch (thrown) {
    // Best effort: the engine forgets it anyway when nothing more comes.
    client.call('sessions.importDrop', { uploadId }).catch(() => undefined);
    throw thrown;
  }
  const description = await described;
  return client.call('sessions.importEnd', { uploadId, taskId, ...(description && { description }) });
}
