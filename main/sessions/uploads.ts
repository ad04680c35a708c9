/** Files that come piece by piece (a window's drop), collected on disk until they are complete: they never lie in memory. */
import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../errors';
import { importError } from './import-error';

export interface Upload {
  /** The file's or folder's name, as the person knows it. */
  name: string;
  /** Where its content lies: a file, or a folder of the same inner structure. */
  path: string;
}

interface Open extends Upload {
  isFolder: boolean;
  files: Set<string>;
  /** Pieces are written one after the other, in the order they came. */
  writing: Promise<void>;
  forgetTimer: NodeJS.Timeout;
}

/** Nobody sends the next piece after this long: the window is gone. */
const forgottenAfterMs = 10 * 60_000;
const mostAtOnce = 20;
const mostFiles = 500;

export class Uploads {
  private readonly open = new Map<string, Open>();

  constructor(private readonly staging: string) {}

  /** Rejects with BAD_INPUT when too many are open, or the system's error. */
  async begin(name: string, isFolder: boolean): Promise<string> {
    if (this.open.size >= mostAtOnce)
      throw new AppError('BAD_INPUT', 'Too many files are being sent at once.', {
        hint: 'Wait for the others.',
      });
    const id = randomBytes(12).toString('hex');
    const place = path.join(this.staging, `${process.pid}-upload-${id}`);
    try {
      await mkdir(place, { recursive: true });
    } catch (error) {
      await rm(place, { recursive: true, force: true }).catch(() => undefined);
      throw importError(error, `Receiving ${name}`, this.staging);
    }
    this.open.set(id, {
      name,
      path: place,
      isFolder,
      files: new Set(),
      writing: Promise.resolve(),
      forgetTimer: this.forgetLater(id),
    });
    return id;
  }

  /** Appends to a file of the upload; `inside` is its path in the folder. Rejects with NOT_FOUND, BAD_INPUT or the system's error. */
  async piece(id: string, inside: string, bytes: Uint8Array): Promise<void> {
    const upload = this.find(id);
    clearTimeout(upload.forgetTimer);
    upload.forgetTimer = this.forgetLater(id);
    const file = this.placeOf(upload, inside);
    if (!upload.files.has(file) && upload.files.size >= mostFiles)
      throw new AppError(
        'BAD_INPUT',
        `${upload.name} holds more than ${mostFiles} files, so no profiler wrote it.`,
      );
    upload.files.add(file);
    const write = upload.writing.then(async () => {
      await mkdir(path.dirname(file), { recursive: true });
      await appendFile(file, bytes);
    });
    upload.writing = write.catch(() => undefined);
    try {
      await write;
    } catch (error) {
      // A file with a hole is of no use, and its first half would keep a full disk full.
      await this.drop(id).catch(() => undefined);
      throw importError(error, `Receiving ${upload.name}`, this.staging);
    }
  }

  /** Gives the complete upload to `work`; whatever is left of it afterwards is removed. */
  async take<T>(id: string, work: (upload: Upload) => Promise<T>): Promise<T> {
    const upload = this.find(id);
    clearTimeout(upload.forgetTimer);
    await upload.writing;
    try {
      return await work({
        name: upload.name,
        path: upload.isFolder ? upload.path : path.join(upload.path, singleFile),
      });
    } finally {
      await this.drop(id);
    }
  }

  /** Gives an upload up. Unknown ones are none any more. */
  async drop(id: string): Promise<void> {
    const upload = this.open.get(id);
    if (!upload) return;
    this.open.delete(id);
    clearTimeout(upload.forgetTimer);
    await upload.writing;
    await rm(upload.path, { recursive: true, force: true });
  }

  async close(): Promise<void> {
    for (const id of [...this.open.keys()]) await this.drop(id).catch(() => undefined);
  }

  private find(id: string): Open {
    const upload = this.open.get(id);
    if (!upload)
      throw new AppError('NOT_FOUND', 'The file that was being sent is not known any more.', {
        hint: 'Open it again.',
      });
    return upload;
  }

  private placeOf(upload: Open, inside: string): string {
    if (!upload.isFolder) return path.join(upload.path, singleFile);
    const parts = inside.split('/');
    const isSafe = parts.every(
      (part) => part !== '' && part !== '.' && part !== '..' && !/[\\:\0]/.test(part),
    );
    if (!isSafe || parts.length > 8)
      throw new AppError('BAD_INPUT', `"${inside}" cannot be the place of a file in a folder.`);
    return path.join(upload.path, ...parts);
  }

  private forgetLater(id: string): NodeJS.Timeout {
    return setTimeout(() => void this.drop(id).catch(() => undefined), forgottenAfterMs).unref();
  }
}

const singleFile = 'content';
