/** Unpacks a `.scorchmark` file into an empty folder, trusting nothing in it. */
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import { AppError } from '../errors';
import { classifyFile, sessionFileName } from './layout';
import { readSession, type StoredSession } from './session-file';
import { throwIfCancelled, type TaskOptions } from './task';
import { malformedZip, readZipDirectory, type ZipEntry } from './zip-directory';

export interface UnpackLimits {
  /** Unpacked size of everything together. */
  maxTotalBytes: number;
  /** Unpacked to packed size, looked at only beyond `freeBytes`: highly repetitive small files are normal. */
  maxRatio: number;
  freeBytes: number;
}

export const defaultLimits: UnpackLimits = {
  maxTotalBytes: 4 * 1024 ** 3,
  maxRatio: 1000,
  freeBytes: 100 * 1024 ** 2,
};

/**
 * Writes the files that belong into a session to `folder` and returns its `session.json` (also there).
 * Rejects with SESSION_DAMAGED, SESSION_NEWER, CANCELLED or the system's error; `folder` is then half full and to be removed.
 */
export async function unpackSession(
  bytes: Uint8Array,
  folder: string,
  task: TaskOptions,
  limits = defaultLimits,
): Promise<StoredSession> {
  const entries = readZipDirectory(bytes);
  for (const { name } of entries) refuseEscape(name);
  const wanted = entries.filter(({ name }) => name === sessionFileName || classifyFile(name) !== undefined);
  if (!wanted.some(({ name }) => name === sessionFileName))
    throw malformedZip('there is no session.json in it, so it is some other zip');
  const budget = new Budget(limits, bytes.length);
  budget.claim(wanted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
  const packedTotal = Math.max(
    1,
    wanted.reduce((sum, { packedBytes }) => sum + packedBytes, 0),
  );
  let packedDone = 0;
  for (const entry of wanted) {
    throwIfCancelled(task.signal);
    task.progress?.(packedDone / packedTotal, `Unpacking ${entry.name}`);
    await unpackEntry(bytes, entry, path.join(folder, entry.name), { budget, signal: task.signal });
    packedDone += entry.packedBytes;
  }
  return await readUnpacked(folder);
}

async function readUnpacked(folder: string): Promise<StoredSession> {
  try {
    return await readSession(folder);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const message =
      error.code === 'SESSION_NEWER'
        ? 'The file was exported by a newer Scorchmark.'
        : 'The session.json in the file cannot be read as a session.';
    throw new AppError(error.code, message, {
      hint: error.code === 'SESSION_NEWER' ? 'Update Scorchmark to import it.' : error.hint,
      details: error.details,
    });
  }
}

/** No file of ours has a path: anything that has one was not made by an export, and must not be written anywhere. */
function refuseEscape(name: string): void {
  const parts = name.split(/[\\/]/);
  if (parts.includes('..') || /^([\\/]|[A-Za-z]:)/.test(name) || name.includes('\0'))
    throw malformedZip(`it names a file outside its own folder ("${name}")`);
}

/** Counts what really comes out; what the archive says about itself is only the first check. */
class Budget {
  private unpacked = 0;

  constructor(
    private readonly limits: UnpackLimits,
    private readonly packedBytes: number,
  ) {}

  claim(bytes: number): void {
    this.check(bytes);
  }

  spend(bytes: number): void {
    this.unpacked += bytes;
    this.check(this.unpacked);
  }

  private check(bytes: number): void {
    const { maxTotalBytes, maxRatio, freeBytes } = this.limits;
    if (bytes > maxTotalBytes) throw malformedZip(`it unpacks to more than ${maxTotalBytes} bytes`);
    if (bytes > freeBytes && bytes > this.packedBytes * maxRatio)
      throw malformedZip(`it unpacks to more than ${maxRatio} times its size`);
  }
}

async function unpackEntry(
  bytes: Uint8Array,
  entry: ZipEntry,
  file: string,
  { budget, signal }: { budget: Budget; signal: AbortSignal | undefined },
): Promise<void> {
  let crc = 0;
  let size = 0;
  const checked = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        throwIfCancelled(signal);
        budget.spend(chunk.length);
      } catch (error) {
        done(error as Error);
        return;
      }
      crc = crc32(chunk, crc);
      size += chunk.length;
      done(null, chunk);
    },
  });
  const source = Readable.from(
    slices(bytes.subarray(entry.dataOffset, entry.dataOffset + entry.packedBytes)),
  );
  const out = createWriteStream(file, { flags: 'wx' });
  try {
    if (entry.method === 'deflated') await pipeline(source, createInflateRaw(), checked, out);
    else await pipeline(source, checked, out);
  } catch (error) {
    await rm(file, { force: true });
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code.startsWith('Z_') || code === 'ERR_BUFFER_TOO_LARGE')
      throw malformedZip(`"${entry.name}" is damaged`);
    throw error;
  }
  if (size !== entry.sizeBytes || crc !== entry.crc) throw malformedZip(`"${entry.name}" is damaged`);
}

function* slices(bytes: Uint8Array, step = 256 * 1024): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += step) yield bytes.subarray(start, start + step);
}
