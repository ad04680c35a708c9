/** What the isolates of one run share about sources: which scripts are kept already, how much room is left, package versions. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../target/types';
import { sourcesNamedBy, sourcesWithoutContent } from './map-sources';
import { findBundlerRoot, originalUrl } from './original-urls';
import { filePathOf, inlineSourceMap, namedSourceMap, sourceMapPath } from './source-map-comment';
import { maxAllCharacters, maxMapCharacters, maxScriptCharacters, type ScriptRecord } from './source-record';
import type { CaptureSink } from './types';

/** A script's text, as it came from the target. */
export interface FetchedScript {
  url: string;
  hash: string;
  text: string;
  /** As V8 tells it: '' when there is none, a `data:` URL when the map is inside. */
  sourceMapUrl: string;
}

/** What the disk has of a script. */
export type DiskCopy =
  /** Kept. `changedAtMs` is the file's, ms since 1970. */
  | { kind: 'copied'; changedAtMs: number }
  /** What ran is made of the file by a loader, so only V8 has it, and without it no place can be mapped. */
  | { kind: 'transpiled' }
  | { kind: 'none' };

const source = 'sources';
/** Node runs these as they are; for all others something makes JavaScript of them. */
const plainExtension = /^\.[cm]?js$|^$/;

export class RunSources {
  private readonly claimed = new Set<string>();
  private readonly told = new Set<string>();
  /** package.json files by folder; null where there is none that says name and version. */
  private readonly packageFolders = new Map<string, Promise<void>>();
  /** What was taken from the disk, by URL. */
  private readonly copies = new Map<string, Promise<DiskCopy>>();
  private readonly copiedHashes = new Map<string, string>();
  private readonly recorded = new Set<string>();
  private left = maxAllCharacters;

  constructor(
    private readonly sink: CaptureSink,
    private readonly clock: Clock,
  ) {}

  /** True for exactly one caller per text: it is to fetch it. */
  claim(script: { url: string; hash: string; length?: number }): boolean {
    const key = `${script.url}\n${script.hash}`;
    if (this.claimed.has(key)) return false;
    const length = script.length ?? 0;
    if (length > maxScriptCharacters) {
      this.claimed.add(key);
      this.tellOnce(
        'large',
        `The source of ${script.url} was not kept: it is larger than ${maxScriptCharacters / 1e6} MB.`,
        'The source view shows it from the disk, where it may change.',
      );
      return false;
    }
    if (length > this.left) {
      this.tellOnce(
        'full',
        `Sources beyond ${maxAllCharacters / 1e6} MB were not kept, the first one is ${script.url}.`,
        'The source view shows the others from the disk, where they may change.',
      );
      return false;
    }
    this.claimed.add(key);
    return true;
  }

  /** It could not be fetched after all; another isolate may try. */
  release(script: { url: string; hash: string }): void {
    this.claimed.delete(`${script.url}\n${script.hash}`);
  }

  /**
   * Keeps a script's text as the disk has it now, until V8 can be asked: that stops the target, this does not.
   * Never rejects.
   */
  copy(url: string): Promise<DiskCopy> {
    let copy = this.copies.get(url);
    if (!copy) this.copies.set(url, (copy = this.copyNow(url).catch(() => ({ kind: 'none' }))));
    return copy;
  }

  private async copyNow(url: string): Promise<DiskCopy> {
    const file = filePathOf(url);
    if (file === undefined || this.recorded.has(url)) return { kind: 'none' };
    if (!plainExtension.test(path.extname(file))) return { kind: 'transpiled' };
    const { mtimeMs } = await stat(file);
    const text = await readText(file, Math.min(this.left, maxScriptCharacters));
    if (text === undefined) return { kind: 'none' };
    const hash = `disk:${hashOf(text)}`;
    const record = await this.completed({ url, hash, text, sourceMapUrl: namedSourceMap(text) });
    if (this.recorded.has(url)) return { kind: 'none' };
    this.copiedHashes.set(url, hash);
    this.left -= sizeOf(record);
    this.sink.source({ ...record, copied: true });
    return { kind: 'copied', changedAtMs: mtimeMs };
  }

  /** Completes a script by what lies on the disk and hands it on. Never rejects. */
  async keep(script: FetchedScript): Promise<void> {
    try {
      await this.copies.get(script.url);
      this.recorded.add(script.url);
      if (this.copiedHashes.get(script.url) === `disk:${hashOf(script.text)}`)
        return this.sink.source({ k: 'verified', url: script.url, hash: script.hash });
      const record = await this.completed(script);
      this.left -= sizeOf(record);
      this.sink.source(record);
    } catch (error) {
      this.tellOnce(
        'kept',
        `The source of ${script.url} could not be kept: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  /** Notes the version of the package that the script belongs to. Never rejects. */
  seeUrl(url: string): Promise<void> {
    const file = filePathOf(url);
    return file === undefined ? Promise.resolve() : this.seeFolder(path.dirname(file));
  }

  private async completed({ url, hash, text, sourceMapUrl }: FetchedScript): Promise<ScriptRecord> {
    const record: ScriptRecord = { k: 'script', url, hash, text };
    if (sourceMapUrl === '') return record;
    let map = inlineSourceMap(sourceMapUrl);
    if (map !== undefined) record.inlineMap = true;
    else {
      record.sourceMapUrl = sourceMapUrl;
      map = await readMap(url, sourceMapUrl);
      if (map !== undefined) record.map = map;
    }
    if (map === undefined) return record;
    const names = sourcesNamedBy(map);
    const root = await findBundlerRoot(url, names);
    if (root !== undefined) record.root = root;
    const base = { scriptUrl: url, sourceMapUrl: record.sourceMapUrl ?? '', root };
    const originals = await this.readOriginals(map, base);
    if (originals) record.originals = originals;
    for (const name of names) if (name.includes('node_modules/')) await this.seeUrl(originalUrl(name, base));
    return record;
  }

  /** Texts that the map names without carrying them. */
  private async readOriginals(
    map: string,
    base: { scriptUrl: string; sourceMapUrl: string; root: string | undefined },
  ): Promise<Record<string, string> | undefined> {
    const originals: Record<string, string> = {};
    let isEmpty = true;
    let room = Math.min(maxMapCharacters, this.left);
    for (const { name, sourceRoot } of sourcesWithoutContent(map)) {
      const file = filePathOf(originalUrl(name, { ...base, sourceRoot }));
      const text = file === undefined ? undefined : await readText(file, Math.min(room, maxScriptCharacters));
      if (text === undefined) continue;
      originals[name] = text;
      room -= text.length;
      isEmpty = false;
    }
    return isEmpty ? undefined : originals;
  }

  private seeFolder(folder: string): Promise<void> {
    let seen = this.packageFolders.get(folder);
    if (!seen) this.packageFolders.set(folder, (seen = this.lookForPackage(folder)));
    return seen;
  }

  private async lookForPackage(folder: string): Promise<void> {
    const text = await readText(path.join(folder, 'package.json'), 1_000_000);
    const named = text === undefined ? undefined : nameAndVersion(text);
    if (named) return this.sink.source({ k: 'package', folder, ...named });
    const parent = path.dirname(folder);
    // Above `node_modules` begins another package.
    if (parent !== folder && path.basename(folder) !== 'node_modules') await this.seeFolder(parent);
  }

  private tellOnce(kind: string, message: string, hint?: string): void {
    if (this.told.has(kind)) return;
    this.told.add(kind);
    this.sink.warning({ tUs: this.clock.nowUs(), source, message, ...(hint !== undefined && { hint }) });
  }
}

/** V8 leaves a byte order mark out. */
function hashOf(text: string): string {
  return createHash('sha256')
    .update(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)
    .digest('hex');
}

function sizeOf({ text, map, originals }: ScriptRecord): number {
  return text.length + (map?.length ?? 0) + textsOf(originals);
}

/** undefined when there is none that can be read; looking at the source then says so. */
async function readMap(scriptUrl: string, sourceMapUrl: string): Promise<string | undefined> {
  const file = sourceMapPath(scriptUrl, sourceMapUrl);
  return file === undefined ? undefined : readText(file, maxMapCharacters);
}

async function readText(file: string, maxBytes: number): Promise<string | undefined> {
  try {
    const info = await stat(file);
    if (!info.isFile() || info.size > maxBytes) return undefined;
    return await readFile(file, 'utf8');
  } catch {
    // Not there, or not for us: then it is not kept.
    return undefined;
  }
}

function nameAndVersion(packageJson: string): { name: string; version: string } | undefined {
  try {
    const { name, version } = JSON.parse(packageJson) as { name?: unknown; version?: unknown };
    return typeof name === 'string' && typeof version === 'string' ? { name, version } : undefined;
  } catch {
    return undefined;
  }
}

function textsOf(originals: Record<string, string> | undefined): number {
  return Object.values(originals ?? {}).reduce((sum, text) => sum + text.length, 0);
}
