/**
 * A heap snapshot from elsewhere becomes a session. Its bytes are only brought in and looked at from both ends: parsing a
 * gigabyte is left to whoever asks it something.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, gunzipSync } from 'node:zlib';
import { isHeapSnapshot } from '../../profiles/formats/heap-snapshot-head';
import { formatBytes } from '../../profiles/format';
import { AppError } from '../errors';
import { importedSnapshotFileName, newSessionId } from './layout';
import { formatVersion, type StoredSession } from './session-file';
import { snapshotsOf } from './snapshot-list';
import { listStandardFiles, totalBytes } from './standard-files';
import { throwIfCancelled, type TaskOptions } from './task';
import { unknownEnvironment } from './unknown-environment';

const headBytes = 4096;
const tailBytes = 4096;
const pieceBytes = 4 * 1024 ** 2;
/** Snapshots pack to a tenth or so; what unpacks to far more is no snapshot. */
const mostUnpackedRatio = 200;
const harmlessBytes = 64 * 1024 ** 2;

/** Whether the file, gzipped or not, begins as V8's heap snapshots do. Rejects with the system's error. */
export async function isSnapshotFile(file: string, isGzipped: boolean): Promise<boolean> {
  const head = await bytesAt(file, 0, isGzipped ? 16 * headBytes : headBytes);
  return isHeapSnapshot(new TextDecoder().decode(isGzipped ? beginningOfGzip(head) : head));
}

export interface SnapshotImport {
  /** The file's name, as the person knows it. */
  name: string;
  path: string;
  /** Where the session's files go. */
  folder: string;
  /** The file is ours to move (an upload); otherwise it is copied. */
  mayMove: boolean;
  isGzipped: boolean;
  task: TaskOptions;
}

/** Fills the folder and says what the session is. Rejects with PROFILE_MALFORMED (cut off), CANCELLED or the system's error. */
export async function importSnapshot(options: SnapshotImport): Promise<StoredSession> {
  const { name, path: file, folder, mayMove, isGzipped, task } = options;
  const to = path.join(folder, importedSnapshotFileName(name));
  // Without copying gigabytes of one that is cut off.
  if (!isGzipped) await mustBeWhole(file, name);
  if (mayMove && !isGzipped) await rename(file, to);
  else await copy(file, to, options);
  throwIfCancelled(task.signal);
  if (isGzipped) await mustBeWhole(to, name);
  return describe(isGzipped ? name.replace(/\.gz$/i, '') : name, await listStandardFiles(folder));
}

async function copy(
  from: string,
  to: string,
  { name, isGzipped, folder, task }: SnapshotImport,
): Promise<void> {
  const { size } = await stat(from);
  const { bavail, bsize } = await statfs(folder);
  if (size > bavail * bsize)
    throw Object.assign(new Error(`ENOSPC: ${formatBytes(size)} do not fit`), { code: 'ENOSPC' });
  const doing = isGzipped ? 'Unpacking' : 'Copying';
  let read = 0;
  let written = 0;
  const count = (chunk: Buffer): void => {
    read += chunk.length;
    task.progress?.(read / size, `${doing} ${formatBytes(read)} of ${formatBytes(size)}`);
  };
  const source = createReadStream(from, { highWaterMark: pieceBytes });
  const counted = through(count);
  const target = createWriteStream(to, { flags: 'wx', highWaterMark: pieceBytes });
  const options = { ...(task.signal && { signal: task.signal }) };
  if (!isGzipped) return pipeline(source, counted, target, options);
  const limited = through((chunk) => {
    written += chunk.length;
    if (written > harmlessBytes && written > read * mostUnpackedRatio)
      throw malformed(name, `it unpacks to more than ${mostUnpackedRatio} times its size`);
  });
  try {
    await pipeline(source, counted, createGunzip({ chunkSize: 1024 ** 2 }), limited, target, options);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (code.startsWith('Z_')) throw malformed(name, `it cannot be unpacked (${message})`);
    throw error;
  }
}

function through(see: (chunk: Buffer) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        see(chunk);
        done(null, chunk);
      } catch (error) {
        done(error as Error);
      }
    },
  });
}

/** V8 writes the list of strings last: a file that does not end in `]}` was cut off. */
async function mustBeWhole(file: string, name: string): Promise<void> {
  const { size } = await stat(file);
  const tail = await bytesAt(file, Math.max(0, size - tailBytes), tailBytes);
  if (!/\]\s*\}\s*$/.test(new TextDecoder('latin1').decode(tail)))
    throw malformed(name, `it ends in the middle, after ${formatBytes(size)}`);
}

function malformed(name: string, problem: string): AppError {
  return new AppError('PROFILE_MALFORMED', `The heap snapshot ${name} is not complete: ${problem}.`, {
    hint: 'It was cut off while it was written or copied (a full disk, a process that ended). Copy it again, or take another.',
  });
}

async function bytesAt(file: string, offset: number, length: number): Promise<Uint8Array> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** What the beginning of a gzipped file unpacks to; nothing when it is damaged. */
function beginningOfGzip(packed: Uint8Array): Uint8Array {
  try {
    // The rest is missing, which is not an error here.
    const options = { finishFlush: 2 /* Z_SYNC_FLUSH */, maxOutputLength: 64 * 1024 ** 2 };
    return gunzipSync(packed, options).subarray(0, headBytes);
  } catch {
    return new Uint8Array();
  }
}

function describe(name: string, files: StoredSession['files']): StoredSession {
  const title = name.slice(0, 200) || 'Imported heap snapshot';
  const span = { startedUs: 0, endedUs: 0 };
  return {
    formatVersion,
    id: newSessionId(),
    name: title,
    createdAt: new Date().toISOString(),
    durationMs: 0,
    status: 'imported',
    commandLine: '',
    cwd: '',
    tags: [],
    note: '',
    nodeVersion: '',
    sizeBytes: totalBytes(files),
    summary: { snapshots: 1 },
    originUs: 0,
    spec: null,
    environment: unknownEnvironment(),
    processes: [
      {
        pid: 0,
        ppid: 0,
        title,
        argv: [],
        nodeVersion: '',
        ...span,
        threads: [{ key: 'p0', pid: 0, workerId: 0, title, ...span }],
      },
    ],
    listening: [],
    warnings: [],
    files,
    snapshots: snapshotsOf(files),
  };
}
