/** A session's folder as one `.scorchmark` file: a plain zip. Compression runs on Node's thread pool, file by file. */
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { createDeflateRaw } from 'node:zlib';
import { Zip, ZipPassThrough } from 'fflate';
import { AppError, toAppError } from '../errors';
import { sessionFileName } from './layout';
import { listStandardFiles, totalBytes } from './standard-files';
import { plainBytes } from './plain-bytes';
import { throwIfCancelled, type TaskOptions } from './task';

/** A zip without 64-bit extensions ends here; a session this big is passed on as a folder. */
const maxTotalBytes = 3.9 * 1024 ** 3;

/**
 * Rejects with BAD_INPUT when the session is too big for one file, CANCELLED, or the system's error.
 * @param sessionJson what to put in place of the folder's own `session.json`
 */
export async function packSession(
  folder: string,
  sessionJson: string,
  task: TaskOptions,
): Promise<Uint8Array> {
  const files = await listStandardFiles(folder);
  const total = totalBytes(files);
  if (total > maxTotalBytes)
    throw new AppError(
      'BAD_INPUT',
      `The session is too big to be exported as one file (${Math.round(total / 1e9)} GB).`,
      {
        hint: `Its folder holds ordinary files that can be copied: ${folder}`,
      },
    );
  const chunks: Uint8Array[] = [];
  let failed: Error | undefined;
  const zip = new Zip((error, chunk) => {
    if (error) failed = error;
    else chunks.push(chunk);
  });
  let readBytes = 0;
  const onRead = (bytes: number, name: string): void => {
    readBytes += bytes;
    task.progress?.(total === 0 ? null : Math.min(1, readBytes / total), `Packing ${name}`);
  };
  await addEntry(zip, sessionFileName, [Buffer.from(sessionJson)], { task, onRead: () => undefined });
  for (const { name } of files)
    await addEntry(zip, name, createReadStream(path.join(folder, name)), { task, onRead });
  zip.end();
  if (failed) throw toAppError(failed, 'Packing the session');
  return plainBytes(Buffer.concat(chunks));
}

interface EntryOptions {
  task: TaskOptions;
  onRead: (bytes: number, name: string) => void;
}

async function addEntry(
  zip: Zip,
  name: string,
  source: AsyncIterable<Buffer> | Iterable<Buffer>,
  { task, onRead }: EntryOptions,
): Promise<void> {
  const entry = new DeflatedEntry(name);
  zip.add(entry);
  try {
    for await (const chunk of source) {
      throwIfCancelled(task.signal);
      await entry.write(chunk);
      onRead(chunk.length, name);
    }
    await entry.end();
  } catch (error) {
    entry.deflate.destroy();
    throw error;
  }
}

/** fflate keeps the checksum, the sizes and the container; Node's zlib compresses. */
class DeflatedEntry extends ZipPassThrough {
  readonly deflate = createDeflateRaw({ level: 6 });
  private readonly ended: Promise<void>;
  private full = false;

  constructor(name: string) {
    super(name);
    this.compression = 8;
    this.ended = new Promise((resolve, reject) => {
      this.deflate.on('data', (chunk: Buffer) => this.ondata(null, new Uint8Array(chunk), false));
      this.deflate.on('end', () => {
        this.ondata(null, new Uint8Array(0), true);
        resolve();
      });
      this.deflate.on('error', reject);
    });
    // A failure is reported by `end`, which is not reached when reading the source failed first.
    this.ended.catch(() => undefined);
  }

  protected override process(chunk: Uint8Array, final: boolean): void {
    if (chunk.length > 0) this.full = !this.deflate.write(chunk);
    if (final) this.deflate.end();
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.push(chunk);
    if (!this.full) return;
    // Takes its listeners away again: a heap snapshot is thousands of pieces.
    await once(this.deflate, 'drain');
    this.full = false;
  }

  async end(): Promise<void> {
    this.push(new Uint8Array(0), true);
    await this.ended;
  }
}
