/** Files and folders from elsewhere become sessions: `.scorchmark` archives, foreign profiles, heap snapshots and results of load generators. Nothing is left behind when it fails. */
import { open, readFile, rename, stat } from 'node:fs/promises';
import type { FileDescription } from '../../profiles/formats/describe-file';
import { AppError } from '../errors';
import { loadFileKind } from '../load/results/read';
import type { ForeignRequest, ReadForeign } from './describe-foreign';
import { filesOfFolder } from './folder-files';
import { importError } from './import-error';
import { unpackSession, type UnpackLimits } from './import-archive';
import { importLoad, type ReadLoadFile } from './import-load';
import { importForeign } from './import-profile';
import { importSnapshot, isSnapshotFile } from './import-snapshot';
import { isSafeId, newSessionId } from './layout';
import type { Summarise } from './recorder';
import { detailOf, writeSession, type StoredSession } from './session-file';
import { inStaging } from './staging';
import { listStandardFiles, totalBytes } from './standard-files';
import { throwIfCancelled, type TaskOptions } from './task';

/** An archive is unpacked from memory, and Node reads at most this much of a file at once. */
const maxArchiveBytes = 2 * 1024 ** 3 - 1;

export interface ImportOptions {
  /** What to call it: the file's or folder's name. */
  name: string;
  /** Where it lies. */
  path: string;
  /** It is an upload of ours, to be moved rather than copied. */
  mayMove: boolean;
  task: TaskOptions;
  staging: string;
  limits: UnpackLimits | undefined;
  readForeign: ReadForeign;
  readLoad: ReadLoadFile;
  summarise: Summarise;
  /** What the sender, who has read the file already, says of it. */
  description?: FileDescription | undefined;
  isTaken(id: string): boolean;
  placeOf(id: string): string;
}

/**
 * Rejects with NOT_FOUND, BAD_INPUT (a folder that no known tool wrote), PROFILE_UNKNOWN_FORMAT, PROFILE_MALFORMED,
 * SESSION_DAMAGED, SESSION_NEWER, OUT_OF_MEMORY, CANCELLED or the system's error.
 */
export async function importSession(options: ImportOptions): Promise<StoredSession> {
  const { name, task, staging } = options;
  throwIfCancelled(task.signal);
  if (!options.description) task.progress?.(null, `Reading ${name}`);
  try {
    const beginning = await beginningOf(options.path);
    return await inStaging(staging, async (folder) => {
      const session =
        beginning === 'archive'
          ? await fromArchive(folder, options)
          : await fromProfile(folder, beginning, options);
      throwIfCancelled(task.signal);
      const placed = await place(folder, session, options);
      task.progress?.(1, 'Imported');
      return placed;
    });
  } catch (error) {
    throwIfCancelled(task.signal);
    throw importError(error, `Importing ${name}`, staging);
  }
}

type Beginning = 'archive' | 'folder' | 'gzip' | 'plain';

async function beginningOf(file: string): Promise<Beginning> {
  try {
    const stats = await stat(file);
    if (stats.isDirectory()) return 'folder';
    if (!stats.isFile())
      throw new AppError('BAD_INPUT', `${file} is neither a file nor a folder.`, {
        hint: 'Give a .scorchmark file, a profile, a heap snapshot, a result of k6, Artillery, Locust, autocannon or wrk, or a folder of clinic flame or 0x.',
      });
    const handle = await open(file, 'r');
    try {
      const { buffer } = await handle.read(new Uint8Array(2), 0, 2, 0);
      if (buffer[0] === 0x50 && buffer[1] === 0x4b) return 'archive';
      return buffer[0] === 0x1f && buffer[1] === 0x8b ? 'gzip' : 'plain';
    } finally {
      await handle.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new AppError('NOT_FOUND', `There is no file ${file}.`, { cause: error });
    throw error;
  }
}

async function fromArchive(folder: string, options: ImportOptions): Promise<StoredSession> {
  const { path: file, name, task, limits } = options;
  const { size } = await stat(file);
  if (size > maxArchiveBytes)
    throw new AppError('BAD_INPUT', `${name} is too big to be imported (${(size / 1e9).toFixed(1)} GB).`, {
      hint: 'Archives up to 2 GB can be imported. Unpack it by hand and open its profiles one by one.',
    });
  const found = await unpackSession(await readFile(file, { signal: task.signal }), folder, task, limits);
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

async function fromProfile(
  folder: string,
  beginning: Beginning,
  options: ImportOptions,
): Promise<StoredSession> {
  const { name, path: file, mayMove, readForeign, task } = options;
  const isGzipped = beginning === 'gzip';
  if (beginning !== 'folder' && (await isSnapshotFile(file, isGzipped)))
    return importSnapshot({ name, path: file, folder, mayMove, isGzipped, task });
  const loadKind =
    beginning === 'folder' || options.description ? undefined : await loadFileKind(file, isGzipped);
  if (loadKind)
    return importLoad({
      name,
      path: file,
      folder,
      kind: loadKind,
      isGzipped,
      summarise: options.summarise,
      readLoad: options.readLoad,
      task,
    });
  const request: ForeignRequest =
    beginning === 'folder'
      ? { kind: 'folder', name, files: await filesOfFolder(file) }
      : { kind: 'file', name, file };
  try {
    return await importForeign({
      request,
      folder,
      mayMove,
      isGzipped,
      readForeign,
      description: options.description,
      task,
    });
  } catch (error) {
    // Any folder can be named; one that holds no profile is a mistake in what was asked for.
    if (request.kind === 'folder' && error instanceof AppError && error.code === 'PROFILE_UNKNOWN_FORMAT')
      throw new AppError('BAD_INPUT', error.message, {
        hint: error.hint,
        details: error.details,
        cause: error,
      });
    throw error;
  }
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
