/**
 * Which URLs the profiles of a session name: only their files may be read from the disk or opened, whoever asks. Every JSON
 * string of the profile files counts (and of the journal, while a run is being recorded); in files of other kinds the
 * URL is looked for as a whole word.
 */
import { createReadStream, constants } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { createGunzip } from 'node:zlib';

const quote = 34;
const backslash = 92;
const longestUrl = 4096;
/** A profile that unpacks to more is not looked through. */
const maxUnpackedBytes = 2 * 1024 ** 3;
const maxTextBytes = 512 * 1024 ** 2;
const noLinks = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);

interface Scanned {
  /** Bytes looked at; a journal grows. */
  sizeBytes: number;
  modifiedMs: number;
  isJson: boolean;
}

export class NamedUrls {
  private readonly strings = new Set<string>();
  private readonly scanned = new Map<string, Scanned>();
  private scanning: Promise<void> | undefined;

  /** `isProfile`: whether a file of the folder names scripts. */
  constructor(
    private readonly folder: string,
    private readonly isProfile: (fileName: string) => boolean,
  ) {}

  /** The ones of `urls` that the session's profiles name. */
  async filter(urls: readonly string[]): Promise<Set<string>> {
    const found = new Set(urls.filter((url) => this.strings.has(url)));
    if (found.size === urls.length) return found;
    this.scanning ??= this.scan().finally(() => (this.scanning = undefined));
    await this.scanning;
    for (const url of urls) if (this.strings.has(url)) found.add(url);
    const missing = urls.filter((url) => !found.has(url));
    if (missing.length > 0) await this.searchTexts(missing, found);
    return found;
  }

  private async scan(): Promise<void> {
    for (const name of await readdir(this.folder).catch(() => [])) {
      if (!this.isProfile(name)) continue;
      const file = path.join(this.folder, name);
      const info = await lstat(file).catch(() => undefined);
      if (!info?.isFile()) continue;
      const before = this.scanned.get(name);
      if (before?.sizeBytes === info.size && before.modifiedMs === info.mtimeMs) continue;
      // The journal is only ever appended to; what is replaced is read anew.
      const from =
        before?.isJson && name.endsWith('.ndjson') && info.size > before.sizeBytes ? before.sizeBytes : 0;
      const isJson = await this.scanFile(file, Math.max(0, from - longestUrl));
      this.scanned.set(name, { sizeBytes: info.size, modifiedMs: info.mtimeMs, isJson });
    }
  }

  /** False when the file is not JSON. */
  private async scanFile(file: string, from: number): Promise<boolean> {
    let rest: Buffer = Buffer.alloc(0);
    let isFirst = true;
    for await (const chunk of contentOf(file, from)) {
      if (isFirst && from === 0 && !/^[\s\ufeff]*[[{]/.test(chunk.toString('utf8', 0, 64))) return false;
      isFirst = false;
      rest = this.takeStrings(rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk);
    }
    return true;
  }

  /** Returns what follows the last complete string. */
  private takeStrings(bytes: Buffer): Buffer {
    let position = 0;
    for (;;) {
      const start = bytes.indexOf(quote, position);
      if (start === -1) return bytes.subarray(bytes.length);
      let end = bytes.indexOf(quote, start + 1);
      while (end !== -1 && isEscaped(bytes, end, start)) end = bytes.indexOf(quote, end + 1);
      if (end === -1) return bytes.subarray(start);
      const length = end - start - 1;
      if (length > 2 && length <= longestUrl) this.take(bytes.subarray(start, end + 1));
      position = end + 1;
    }
  }

  private take(quoted: Buffer): void {
    const isPlain = !quoted.includes(backslash);
    // Property names and function names have neither.
    if (isPlain && !quoted.includes(47) && !quoted.includes(46)) return;
    try {
      this.strings.add(
        isPlain ? quoted.toString('utf8', 1, quoted.length - 1) : (JSON.parse(quoted.toString()) as string),
      );
    } catch {
      // Not JSON after all; such a string is no URL that a profile could have had.
    }
  }

  private async searchTexts(urls: readonly string[], found: Set<string>): Promise<void> {
    for (const [name, { isJson, sizeBytes }] of this.scanned) {
      if (isJson || sizeBytes > maxTextBytes) continue;
      const chunks: Buffer[] = [];
      for await (const chunk of contentOf(path.join(this.folder, name), 0)) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      for (const url of urls) if (isWord(bytes, Buffer.from(url))) found.add(url);
    }
  }
}

async function* contentOf(file: string, from: number): AsyncGenerator<Buffer> {
  const raw = createReadStream(file, {
    start: from,
    highWaterMark: 1024 * 1024,
    flags: noLinks as unknown as string,
  });
  let unpack: ReturnType<typeof createGunzip> | undefined;
  let total = 0;
  try {
    const first = await firstBytes(raw);
    unpack = from === 0 && first?.[0] === 0x1f && first[1] === 0x8b ? createGunzip() : undefined;
    if (unpack) raw.on('error', (error) => unpack?.destroy(error));
    for await (const chunk of (unpack ? raw.pipe(unpack) : raw) as AsyncIterable<Buffer>) {
      total += chunk.length;
      if (total > maxUnpackedBytes) return;
      yield chunk;
    }
  } catch {
    // A damaged or vanished file names nothing more.
  } finally {
    raw.destroy();
    unpack?.destroy();
  }
}

/** Looks at the beginning without consuming it. */
async function firstBytes(stream: ReturnType<typeof createReadStream>): Promise<Buffer | undefined> {
  await new Promise<void>((resolve, reject) => {
    stream.once('readable', resolve);
    stream.once('error', reject);
  });
  const chunk = stream.read() as Buffer | null;
  if (chunk) stream.unshift(chunk);
  return chunk ?? undefined;
}

function isEscaped(bytes: Buffer, at: number, from: number): boolean {
  let slashes = 0;
  for (let i = at - 1; i > from && bytes[i] === backslash; i--) slashes++;
  return slashes % 2 === 1;
}

/** Bounded by what cannot be part of a path, or with its own length before it (pprof's strings). */
function isWord(bytes: Buffer, word: Buffer): boolean {
  if (word.length < 3) return false;
  const length = varint(word.length);
  for (let at = bytes.indexOf(word); at !== -1; at = bytes.indexOf(word, at + 1)) {
    const before = bytes.subarray(Math.max(0, at - length.length), at);
    if (before.equals(length)) return true;
    if (!isPathByte(bytes[at - 1]) && !isPathByte(bytes[at + word.length])) return true;
  }
  return false;
}

function isPathByte(byte: number | undefined): boolean {
  return byte !== undefined && (byte > 127 || /[\w./\\%@~+-]/.test(String.fromCharCode(byte)));
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value & 127) | 128);
  bytes.push(value);
  return Buffer.from(bytes);
}
