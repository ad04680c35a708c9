/**
 * Appends text to a file in batches, one write at a time: nothing waits in memory longer than the disk needs, nothing is
 * written twice, and a full disk loses nothing while it is short: the unwritten rest is kept (within a limit) and tried again.
 */
import { open, type FileHandle } from 'node:fs/promises';

/** The part of a file handle that is used; tests may put a failing one in its place. */
export type AppendHandle = Pick<FileHandle, 'write' | 'close'>;

export interface AppendFileOptions {
  file: string;
  /** Called at the first failure, and never again. */
  onTrouble: (error: Error) => void;
  openFile?: (file: string) => Promise<AppendHandle>;
  batchMs?: number;
  retryMs?: number;
  /** Text that may wait for a disk that does not take it, in bytes; beyond it the rest of the stream is lost. */
  maxWaitingBytes?: number;
}

export class AppendFile {
  private waiting: string[] = [];
  private waitingBytes = 0;
  /** Taken out of `waiting`, not yet completely on disk. */
  private rest: Buffer | undefined;
  private timer: NodeJS.Timeout | undefined;
  private busy: Promise<void> | undefined;
  private handle: AppendHandle | undefined;
  private failed = false;
  private closed = false;
  /** Something was thrown away because the disk did not take it. */
  lost = false;

  constructor(private readonly options: AppendFileOptions) {}

  append(text: string): void {
    if (this.closed || this.lost) return;
    const limit = this.options.maxWaitingBytes ?? 128 * 1024 * 1024;
    const bytes = Buffer.byteLength(text);
    if (this.waitingBytes + bytes + (this.rest?.length ?? 0) > limit) {
      this.lost = true;
      this.waiting = [];
      this.waitingBytes = 0;
      this.tell(new Error(`The disk does not take ${this.options.file} as fast as it comes.`));
      return;
    }
    this.waiting.push(text);
    this.waitingBytes += bytes;
    this.schedule(this.options.batchMs ?? 50);
  }

  /** Resolves when everything appended up to now is written, or has failed once more. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.busy;
    await this.drain();
  }

  /** Everything appended is on disk. */
  get complete(): boolean {
    return !this.lost && this.rest === undefined && this.waiting.length === 0;
  }

  async close(): Promise<void> {
    await this.flush();
    this.closed = true;
    clearTimeout(this.timer);
    this.timer = undefined;
    const handle = this.handle;
    this.handle = undefined;
    await handle?.close().catch((error: unknown) => this.tell(error as Error));
  }

  private schedule(delayMs: number): void {
    if (this.timer || this.busy || this.closed) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.drain();
    }, delayMs);
  }

  private drain(): Promise<void> {
    this.busy ??= this.writeWaiting().finally(() => {
      this.busy = undefined;
      if (this.rest) this.schedule(this.options.retryMs ?? 1000);
      else if (this.waiting.length > 0) this.schedule(this.options.batchMs ?? 50);
    });
    return this.busy;
  }

  private async writeWaiting(): Promise<void> {
    // A file of which there is nothing to say is not made.
    if (!this.rest && this.waiting.length === 0) return;
    try {
      this.handle ??= await (this.options.openFile ?? ((file) => open(file, 'a')))(this.options.file);
      while (this.rest || this.waiting.length > 0) {
        this.rest ??= this.takeWaiting();
        const { bytesWritten } = await this.handle.write(this.rest, 0, this.rest.length, null);
        this.rest = bytesWritten < this.rest.length ? this.rest.subarray(bytesWritten) : undefined;
      }
    } catch (error) {
      this.tell(error as Error);
    }
  }

  private takeWaiting(): Buffer {
    const batch = Buffer.from(this.waiting.join(''));
    this.waiting = [];
    this.waitingBytes = 0;
    return batch;
  }

  private tell(error: Error): void {
    if (this.failed) return;
    this.failed = true;
    this.options.onTrouble(error);
  }
}
