/**
 * The catalog of what lies in the data folder: every session's metadata in memory, brought up to date from the folders
 * cheaply. Where a session's folder lies (`sessions/` or `trash/`) decides whether it is in the trash.
 */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { SessionMeta } from '../api';
import { toAppError } from '../errors';
import { entryOf, type CatalogEntry } from './catalog';
import { isSafeId, sessionFileName, type Layout } from './layout';
import { metaOf, metaOfUnreadable, readSession } from './session-file';
import { listStandardFiles, totalBytes } from './standard-files';

/** A change within this time of looking may carry the same folder time as the look: look again. */
const settleMs = 2000;
const parallelReads = 32;

export class FolderCatalog {
  readonly entries = new Map<string, CatalogEntry>();
  private seenFolders = '';

  constructor(private readonly layout: Layout) {}

  folderOf(id: string): string | undefined {
    const entry = this.entries.get(id);
    return entry && this.place(id, entry.meta.trashedAt !== undefined);
  }

  place(id: string, inTrash: boolean): string {
    return path.join(inTrash ? this.layout.trash : this.layout.sessions, id);
  }

  /** Takes the session as it was just written. */
  async put(meta: SessionMeta): Promise<void> {
    const folder = this.place(meta.id, meta.trashedAt !== undefined);
    this.entries.set(meta.id, entryOf(metaOf(meta), await stampOf(folder)));
  }

  /** Starts from an index; `sweep('all')` afterwards corrects what is outdated in it. */
  load(sessions: SessionMeta[], stamps: Record<string, string>): void {
    this.entries.clear();
    for (const meta of sessions)
      if (isSafeId(meta.id)) this.entries.set(meta.id, entryOf(metaOf(meta), stamps[meta.id] ?? ''));
  }

  /** Takes what another process's index knows newer than we do. Returns the ids of what changed. */
  merge(sessions: SessionMeta[], stamps: Record<string, string>): string[] {
    const changed: string[] = [];
    for (const meta of sessions) {
      const stamp = stamps[meta.id] ?? '';
      const known = this.entries.get(meta.id);
      // New and vanished sessions show in the folders themselves.
      if (!known || !(Number.parseFloat(stamp) > Number.parseFloat(known.stamp))) continue;
      this.entries.set(meta.id, entryOf(metaOf(meta), stamp));
      changed.push(meta.id);
    }
    return changed;
  }

  /**
   * Brings the entries up to date. `changes`: folders that came or went, and sessions still recording. `all`: also every
   * known session whose `session.json` has changed. Returns the ids of what changed.
   */
  async sweep(what: 'changes' | 'all'): Promise<string[]> {
    const changed = what === 'all' ? await this.sweepFolders(true) : await this.sweepChangedFolders();
    if (what === 'changes')
      for (const [id, { meta }] of [...this.entries])
        if (meta.status === 'recording' && (await this.refresh(id, meta.trashedAt !== undefined)))
          changed.push(id);
    return changed;
  }

  private async sweepChangedFolders(): Promise<string[]> {
    const now = Date.now();
    const times = await Promise.all(
      [this.layout.sessions, this.layout.trash].map((folder) =>
        stat(folder).then(
          ({ mtimeMs }) => mtimeMs,
          () => 0,
        ),
      ),
    );
    const seen = times.join(' ');
    if (seen === this.seenFolders) return [];
    const changed = await this.sweepFolders(false);
    this.seenFolders = Math.max(...times) < now - settleMs ? seen : '';
    return changed;
  }

  private async sweepFolders(checkKnown: boolean): Promise<string[]> {
    const changed: string[] = [];
    const trashed = new Set(await sessionFolders(this.layout.trash));
    const kept = new Set(await sessionFolders(this.layout.sessions));
    for (const id of [...this.entries.keys()])
      if (!trashed.has(id) && !kept.has(id)) {
        this.entries.delete(id);
        changed.push(id);
      }
    const places: [string, boolean][] = [
      ...[...kept].map((id): [string, boolean] => [id, false]),
      ...[...trashed].filter((id) => !kept.has(id)).map((id): [string, boolean] => [id, true]),
    ];
    const doubtful = places.filter(([id, inTrash]) => {
      const entry = this.entries.get(id);
      return checkKnown || !entry || (entry.meta.trashedAt !== undefined) !== inTrash;
    });
    for (let start = 0; start < doubtful.length; start += parallelReads) {
      const batch = doubtful.slice(start, start + parallelReads);
      const results = await Promise.all(batch.map(([id, inTrash]) => this.refresh(id, inTrash)));
      batch.forEach(([id], i) => results[i] && changed.push(id));
    }
    return changed;
  }

  /** True when the entry was not up to date. */
  private async refresh(id: string, inTrash: boolean): Promise<boolean> {
    const folder = this.place(id, inTrash);
    const stamp = await stampOf(folder);
    const known = this.entries.get(id);
    if (known && known.stamp === stamp && (known.meta.trashedAt !== undefined) === inTrash) return false;
    const meta = await readMeta(folder);
    // Written by ourselves meanwhile: that is newer than what was read.
    if (this.entries.get(id) !== known) return false;
    // Gone again while we looked.
    if (!meta) return this.entries.delete(id);
    const { trashedAt, ...rest } = meta;
    const shown = inTrash ? { ...rest, trashedAt: trashedAt ?? (await movedAt(folder)) } : rest;
    this.entries.set(id, entryOf({ ...shown, id }, stamp));
    return true;
  }
}

async function readMeta(folder: string): Promise<SessionMeta | undefined> {
  try {
    return metaOf(await readSession(folder));
  } catch (thrown) {
    const error = toAppError(thrown);
    try {
      const meta = await metaOfUnreadable(folder, error);
      return { ...meta, sizeBytes: totalBytes(await listStandardFiles(folder)) };
    } catch {
      return undefined;
    }
  }
}

async function sessionFolders(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && isSafeId(entry.name)).map(({ name }) => name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function stampOf(folder: string): Promise<string> {
  return stat(path.join(folder, sessionFileName)).then(
    ({ mtimeMs, size }) => `${mtimeMs}:${size}`,
    () => 'missing',
  );
}

async function movedAt(folder: string): Promise<string> {
  return stat(folder).then(
    ({ ctime }) => ctime.toISOString(),
    () => new Date().toISOString(),
  );
}
