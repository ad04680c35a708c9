/** Files from elsewhere become sessions: `.scorchmark` archives and foreign profiles. Nothing is left behind when it fails. */
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError, toAppError } from '../errors';
import { unpackSession, type UnpackLimits } from './import-archive';
import { readForeignProfile } from './import-profile';
import { isSafeId, newSessionId } from './layout';
import type { Summarise } from './recorder';
import { detailOf, writeSession, type StoredSession } from './session-file';
import { inStaging } from './staging';
import { listStandardFiles, totalBytes } from './standard-files';
import { throwIfCancelled, type TaskOptions } from './task';

/** Node reads at most this much of a file at once. */
const maxFileBytes = 2 * 1024 ** 3 - 1;

/** The bytes of a file to import. Rejects with NOT_FOUND, BAD_INPUT (a folder, too big), PERMISSION_DENIED or CANCELLED. */
export async function readImportFile(file: string, task: TaskOptions): Promise<Uint8Array> {
  task.progress?.(null, `Reading ${path.basename(file)}`);
  try {
    const stats = await stat(file);
    if (!stats.isFile())
      throw new AppError('BAD_INPUT', `${file} is not a file.`, {
        hint: 'Give a .scorchmark, .cpuprofile or .heapprofile file.',
      });
    if (stats.size > maxFileBytes)
      throw new AppError(
        'BAD_INPUT',
        `${file} is too big to be imported (${(stats.size / 1e9).toFixed(1)} GB).`,
        {
          hint: 'Files up to 2 GB can be imported.',
        },
      );
    return await readFile(file, { signal: task.signal });
  } catch (error) {
    throwIfCancelled(task.signal);
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new AppError('NOT_FOUND', `There is no file ${file}.`, { cause: error });
    throw toAppError(error, `Reading ${file}`);
  }
}

export interface ImportOptions {
  fileName: string;
  bytes: Uint8Array;
  task: TaskOptions;
  staging: string;
  limits: UnpackLimits | undefined;
  summarise: Summarise;
  isTaken(id: string): boolean;
  placeOf(id: string): string;
}

/** Rejects with PROFILE_UNKNOWN_FORMAT, PROFILE_MALFORMED, SESSION_DAMAGED, SESSION_NEWER, CANCELLED or the system's error. */
export async function importSession(options: ImportOptions): Promise<StoredSession> {
  const { fileName, bytes, task, staging } = options;
  throwIfCancelled(task.signal);
  try {
    return await inStaging(staging, async (folder) => {
      const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
      const session = isZip ? await fromArchive(folder, options) : await fromProfile(folder, options);
      throwIfCancelled(task.signal);
      const placed = await place(folder, session, options);
      task.progress?.(1, 'Imported');
      return placed;
    });
  } catch (error) {
    throw toAppError(error, `Importing ${fileName}`);
  }
}

async function fromArchive(folder: string, { bytes, task, limits }: ImportOptions): Promise<StoredSession> {
  const found = await unpackSession(bytes, folder, task, limits);
  // What only the store that recorded it could know does not travel.
  const { trashedAt: _trashedAt, ...detail } = detailOf(found);
  const files = await listStandardFiles(folder);
  return {
    ...detail,
    status: detail.status === 'recording' ? 'recovered' : detail.status,
    files,
    sizeBytes: totalBytes(files),
  };
}

async function fromProfile(folder: string, options: ImportOptions): Promise<StoredSession> {
  const { fileName, bytes, task, summarise } = options;
  task.progress?.(null, `Reading ${fileName}`);
  const { session, file } = await readForeignProfile(fileName, bytes, summarise);
  throwIfCancelled(task.signal);
  await writeFile(path.join(folder, file.name), file.bytes, { signal: task.signal });
  return session;
}

async function place(folder: string, session: StoredSession, options: ImportOptions): Promise<StoredSession> {
  let { id } = session;
  for (let tries = 0; ; tries++) {
    if (!isSafeId(id) || options.isTaken(id)) id = newSessionId();
    const placed = { ...session, id };
    await writeSession(folder, placed);
    try {
      await rename(folder, options.placeOf(id));
      return placed;
    } catch (error) {
      // Another process has put a session of this id in place since we looked.
      const code = (error as NodeJS.ErrnoException).code ?? '';
      if (tries >= 5 || !['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(code)) throw error;
      id = newSessionId();
    }
  }
}
