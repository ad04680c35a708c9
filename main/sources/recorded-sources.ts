/** Reads a session's `sources.ndjson`, also while it is still being written: only complete lines count, bad ones are skipped. */
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { asFileUrl } from '../capture/source-map-comment';
import { z } from 'zod';
import type { PackageRecord, ScriptRecord } from '../capture/source-record';

const scriptSchema = z.object({
  k: z.literal('script'),
  url: z.string().min(1),
  hash: z.string(),
  text: z.string(),
  sourceMapUrl: z.string().optional(),
  inlineMap: z.literal(true).optional(),
  copied: z.literal(true).optional(),
  map: z.string().optional(),
  originals: z.record(z.string(), z.string()).optional(),
  root: z.string().optional(),
});
const packageSchema = z.object({
  k: z.literal('package'),
  folder: z.string(),
  name: z.string(),
  version: z.string(),
});
const verifiedSchema = z.object({ k: z.literal('verified'), url: z.string(), hash: z.string() });
const recordSchema = z.discriminatedUnion('k', [scriptSchema, verifiedSchema, packageSchema]);

/** Where a script's line lies in the file, and what lists show of it. */
export interface ScriptEntry {
  url: string;
  hash: string;
  /** Of the text alone, in UTF-8. */
  sizeBytes: number;
  offset: number;
  lengthBytes: number;
  /** From the disk while recording, and V8 has not said that this is what ran. */
  isCopy: boolean;
}

const newline = 10;
const chunkBytes = 1024 * 1024;
const noLinks = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);

/** Debugger and CPU profiles name files of `require` by URL, allocation profiles by path: both find them. */
class ScriptTable extends Map<string, ScriptEntry> {
  override get(url: string): ScriptEntry | undefined {
    return super.get(url) ?? super.get(asFileUrl(url));
  }

  override has(url: string): boolean {
    return this.get(url) !== undefined;
  }
}

export class RecordedSources {
  /** The newest text of each URL. */
  readonly scripts: Map<string, ScriptEntry> = new ScriptTable();
  readonly packages: PackageRecord[] = [];
  /** Everything before is in the tables. */
  private indexedBytes = 0;
  private reading: Promise<void> | undefined;

  constructor(private readonly file: string) {}

  /** Takes in what has been appended since the last time. A missing file is an empty one. */
  refresh(): Promise<void> {
    this.reading ??= this.readNew().finally(() => (this.reading = undefined));
    return this.reading;
  }

  /** The whole record of a script; undefined when there is none, or its line cannot be read any more. */
  async read(url: string): Promise<ScriptRecord | undefined> {
    const entry = this.scripts.get(url);
    if (!entry) return undefined;
    const handle = await this.openFile();
    if (!handle) return undefined;
    try {
      const bytes = Buffer.alloc(entry.lengthBytes);
      await handle.read(bytes, 0, entry.lengthBytes, entry.offset);
      const record = parseLine(bytes);
      return record?.k === 'script' ? record : undefined;
    } finally {
      await handle.close();
    }
  }

  private async readNew(): Promise<void> {
    const handle = await this.openFile();
    if (!handle) return;
    try {
      const { size } = await handle.stat();
      if (size <= this.indexedBytes) return;
      let pending: Buffer[] = [];
      let lineStart = this.indexedBytes;
      for (let position = this.indexedBytes; position < size;) {
        const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, size - position));
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
        if (bytesRead === 0) break;
        let from = 0;
        for (let end; (end = buffer.subarray(0, bytesRead).indexOf(newline, from)) !== -1; from = end + 1) {
          const line = Buffer.concat([...pending, buffer.subarray(from, end)]);
          pending = [];
          this.take(line, lineStart);
          lineStart += line.length + 1;
        }
        pending.push(buffer.subarray(from, bytesRead));
        position += bytesRead;
      }
      this.indexedBytes = lineStart;
    } finally {
      await handle.close();
    }
  }

  private take(line: Buffer, offset: number): void {
    const record = parseLine(line);
    if (record?.k === 'package') this.packages.push(record);
    else if (record?.k === 'verified') {
      const entry = this.scripts.get(record.url);
      if (entry) entry.isCopy = false;
    } else if (record && !(record.copied && this.scripts.has(record.url)))
      this.scripts.set(record.url, {
        url: record.url,
        hash: record.hash,
        sizeBytes: Buffer.byteLength(record.text),
        offset,
        lengthBytes: line.length,
        isCopy: record.copied === true,
      });
  }

  private async openFile(): Promise<FileHandle | undefined> {
    try {
      return await open(this.file, noLinks);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }
}

/** A torn or foreign line is none of ours. */
function parseLine(line: Buffer): z.output<typeof recordSchema> | undefined {
  try {
    return recordSchema.parse(JSON.parse(line.toString('utf8')));
  } catch {
    return undefined;
  }
}
