/** A foreign profile of any format becomes the content of a session; its bytes are kept as they came. */
import { createReadStream, createWriteStream } from 'node:fs';
import { copyFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { ProcessInfo, SessionFile } from '../api';
import { AppError } from '../errors';
import type { DescribedProcess, FileDescription } from '../../profiles/formats/describe-file';
import type { ForeignRequest, ReadForeign } from './describe-foreign';
import { allocationsFileName, classifyFile, cpuFileName, newSessionId, profileFileName } from './layout';
import { formatVersion, type StoredSession } from './session-file';
import { listStandardFiles, totalBytes } from './standard-files';
import { throwIfCancelled, type TaskOptions } from './task';
import { unknownEnvironment } from './unknown-environment';

export interface ForeignImport {
  request: ForeignRequest;
  /** Where the session's files go. */
  folder: string;
  /** The files are ours to move (uploads); otherwise they are copied. */
  mayMove: boolean;
  isGzipped: boolean;
  readForeign: ReadForeign;
  description: FileDescription | undefined;
  task: TaskOptions;
}

/**
 * Fills the folder and says what the session is. Rejects with PROFILE_UNKNOWN_FORMAT or PROFILE_MALFORMED, naming the file
 * and the place in it, OUT_OF_MEMORY, CANCELLED or the system's error.
 */
export async function importForeign(options: ForeignImport): Promise<StoredSession> {
  const { request, folder, task } = options;
  if (!options.description) task.progress?.(0, `Reading ${request.name}`);
  // Whoever sent the file may have read it already.
  const description =
    options.description ??
    (await options.readForeign(request, {
      ...(task.signal && { signal: task.signal }),
      progress: (fraction) => task.progress?.(fraction && fraction * 0.9, `Reading ${request.name}`),
    }));
  throwIfCancelled(task.signal);
  task.progress?.(0.9, `Keeping ${request.name}`);
  if (request.kind === 'file') await keepFile(request, description, options);
  else
    for (const [inside, file] of Object.entries(request.files)) {
      throwIfCancelled(task.signal);
      await bring(file, path.join(folder, profileFileName(`${request.name}/${inside}`)), options.mayMove);
    }
  const files = await listStandardFiles(folder);
  return describe(request, description, files, options.isGzipped);
}

/** `.cpuprofile` and `.heapprofile` files are what our own sessions hold: they are kept under those names, unpacked. */
async function keepFile(
  { file, name }: Extract<ForeignRequest, { kind: 'file' }>,
  { format }: FileDescription,
  { folder, mayMove, isGzipped, task }: ForeignImport,
): Promise<void> {
  const isOurs = format === 'cpuprofile' || format === 'heapprofile';
  const kept =
    format === 'cpuprofile'
      ? cpuFileName('p0')
      : format === 'heapprofile'
        ? allocationsFileName('p0')
        : profileFileName(name);
  const to = path.join(folder, kept);
  if (isOurs && isGzipped)
    await pipeline(createReadStream(file), createGunzip(), createWriteStream(to, { flags: 'wx' }), {
      ...(task.signal && { signal: task.signal }),
    });
  else await bring(file, to, mayMove);
}

async function bring(from: string, to: string, mayMove: boolean): Promise<void> {
  if (classifyFile(path.basename(to)) === undefined)
    throw new AppError('BAD_INPUT', `${path.basename(to)} cannot be the name of a session's file.`);
  if (mayMove) await rename(from, to);
  else await copyFile(from, to);
}

function describe(
  { name }: ForeignRequest,
  { format, originUs, durationMs, numbers, processes, notes }: FileDescription,
  files: SessionFile[],
  isGzipped: boolean,
): StoredSession {
  const isOurs = format === 'cpuprofile' || format === 'heapprofile';
  const title = isOurs && isGzipped ? name.replace(/\.gz$/i, '') : name;
  return {
    formatVersion,
    id: newSessionId(),
    name: title.slice(0, 200) || 'Imported profile',
    createdAt: new Date().toISOString(),
    durationMs,
    status: 'imported',
    commandLine: '',
    cwd: '',
    tags: [],
    note: '',
    nodeVersion: '',
    sizeBytes: totalBytes(files),
    summary: numbers,
    // Kept foreign files are read with their first instant as 0.
    originUs: isOurs ? originUs : 0,
    spec: null,
    environment: unknownEnvironment(),
    processes: processes.map((process) => processOf(process, isOurs ? title : undefined)),
    listening: [],
    warnings: notes.map((message) => ({ tUs: 0, source: title, message, isNote: true })),
    files,
  };
}

/** @param title what to call it and its threads instead of the file's name */
function processOf(process: DescribedProcess, title: string | undefined): ProcessInfo {
  const threads = title === undefined ? process.threads : process.threads.map((each) => ({ ...each, title }));
  return { ...process, title: title ?? process.title, threads, ppid: 0, argv: [], nodeVersion: '' };
}
