/**
 * A data folder as it is shared with other processes: who owns it, what lies in it, keeping up with what others do to it,
 * and completing what killed ones left. What is done with the sessions in it is in `store.ts`.
 */
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { RememberedTarget, RunSpec, SessionMeta } from '../api';
import { AppError, toAppError } from '../errors';
import { FolderCatalog } from './folder-catalog';
import { acquireFolderLock, type FolderLock } from './folder-lock';
import { dropTarget, takeTargets } from './inbox';
import { IndexFile } from './index-file';
import { journalFileName, layoutOf, type Layout } from './layout';
import { KeyedMutex } from './keyed-mutex';
import type { Summarise } from './recorder';
import { needsRepair, repairSession } from './repair';
import { readSession, type StoredSession } from './session-file';
import { cleanStaging } from './staging';
import { rememberedTarget, withTarget } from './targets';

/** `owner` may do everything; `guest` shares the folder with an owner; `reader` was opened for reading. */
export type Role = 'owner' | 'guest' | 'reader';

export interface DataFolderOptions {
  folder: string;
  /** For commands that only read: takes no lock, repairs nothing, writes nothing. */
  readOnly?: boolean;
  summarise: Summarise;
  /** Something in the list changed. */
  onChanged: (ids: string[]) => void;
}

export class DataFolder {
  readonly notices: string[] = [];
  readonly layout: Layout;
  readonly catalog: FolderCatalog;
  /** By session id: everything that changes one. */
  readonly mutex = new KeyedMutex();
  /** Sessions this process is recording. */
  readonly recording = new Set<string>();
  private readonly index: IndexFile;
  private remembered: RememberedTarget[] = [];
  private lock: FolderLock | undefined;
  private refreshing: Promise<void> | undefined;
  private indexStamp = '';
  private closed = false;

  constructor(private readonly options: DataFolderOptions) {
    this.layout = layoutOf(path.resolve(options.folder));
    this.catalog = new FolderCatalog(this.layout);
    this.index = new IndexFile(this.layout.index, (error) =>
      this.notice(
        `The list of sessions could not be written: ${toAppError(error).message} The sessions themselves are safe.`,
      ),
    );
  }

  get role(): Role {
    if (this.options.readOnly) return 'reader';
    return this.lock ? 'owner' : 'guest';
  }

  async open(): Promise<void> {
    if (!this.options.readOnly) {
      const { sessions, trash, staging } = this.layout;
      for (const folder of [sessions, trash, staging]) await mkdir(folder, { recursive: true });
      await this.takeLock();
      if (!this.lock)
        this.notice(
          'Another Scorchmark is using this data folder: here you can look at sessions, record and import, but not rename or delete.',
        );
    }
    await this.readFolder({ fromIndex: true });
  }

  /** Writes what is left to write and lets go of the folder. Idempotent. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.refreshing?.catch(() => undefined);
    await this.index.flush();
    const lock = this.lock;
    this.lock = undefined;
    await lock?.release();
  }

  /** Announces and keeps a change made by this process. */
  changed(ids: string[]): void {
    if (ids.length === 0) return;
    this.scheduleIndex();
    this.options.onChanged(ids);
  }

  /** Takes in what other processes did. Calls at the same time share one look. */
  refresh(): Promise<void> {
    this.refreshing ??= this.lookAgain().finally(() => (this.refreshing = undefined));
    return this.refreshing;
  }

  // ── rights ──

  mustWrite(): void {
    if (this.options.readOnly) throw new AppError('INTERNAL', 'The data folder was opened for reading only.');
    if (this.closed) throw new AppError('CANCELLED', 'The data folder has been closed.');
  }

  /** A guest becomes the owner as soon as the owner is gone. */
  async mustOwn(doing: string): Promise<void> {
    this.mustWrite();
    if (this.lock) return;
    await this.mutex.run('\0lock', async () => {
      if (this.lock) return;
      await this.takeLock();
      if (this.lock) await this.readFolder({ fromIndex: false });
    });
    if (!this.lock)
      throw new AppError(
        'DATA_FOLDER_IN_USE',
        `Another Scorchmark is using the data folder, so this one cannot ${doing}.`,
        {
          hint: 'Do it there, or close it and try again.',
          details: this.layout.root,
        },
      );
  }

  // ── targets ──

  async targets(): Promise<RememberedTarget[]> {
    await this.refresh();
    return this.remembered;
  }

  async rememberTarget(spec: RunSpec): Promise<void> {
    this.mustWrite();
    const target = rememberedTarget(spec, new Date().toISOString());
    this.remembered = withTarget(this.remembered, target);
    if (this.lock) this.scheduleIndex();
    else await dropTarget(this.layout.inbox, target);
  }

  async removeTarget(id: string): Promise<void> {
    await this.mustOwn('forget a target');
    this.remembered = this.remembered.filter((target) => target.id !== id);
    this.scheduleIndex();
  }

  // ── keeping up ──

  private async takeLock(): Promise<void> {
    this.lock = await acquireFolderLock(this.layout.root, () => {
      this.lock = undefined;
      this.notice(
        'Another Scorchmark has taken over the data folder; changes here are refused until it is closed.',
      );
    });
  }

  /** `fromIndex` false: a guest has become the owner and knows the sessions already. */
  private async readFolder({ fromIndex }: { fromIndex: boolean }): Promise<void> {
    this.indexStamp = await this.index.stamp();
    const { data, state } = await this.index.read();
    this.remembered = data.targets;
    if (fromIndex) this.catalog.load(data.sessions, data.stamps);
    const changed = await this.catalog.sweep('all');
    if (!this.lock) return;
    if (state === 'corrupt') {
      const name = await this.index.setAside();
      this.notices.push(
        `The list of sessions was damaged and has been made again from the session folders; the old one is kept as ${name}. Remembered targets were lost.`,
      );
    }
    await cleanStaging(this.layout.staging);
    for (const id of changed) await this.removeLeftJournal(id);
    const repaired = await this.repair(['recording', 'failed']);
    const received = await this.takeInbox();
    if (state !== 'read' || changed.length > 0 || repaired.length > 0 || received) this.scheduleIndex();
  }

  private async lookAgain(): Promise<void> {
    const changed = this.lock ? [] : await this.readOwnersIndex();
    changed.push(...(await this.catalog.sweep('changes')));
    if (this.lock) {
      changed.push(...(await this.repair(['recording'])));
      if (await this.takeInbox()) this.scheduleIndex();
    }
    this.changed([...new Set(changed)]);
  }

  /** An owner knows its own changes; others see them in its index. Returns the ids of what changed. */
  private async readOwnersIndex(): Promise<string[]> {
    const stamp = await this.index.stamp();
    if (stamp === this.indexStamp) return [];
    this.indexStamp = stamp;
    const { data, state } = await this.index.read();
    if (state !== 'read') return [];
    this.remembered = data.targets;
    return this.catalog.merge(data.sessions, data.stamps);
  }

  /** Completes the sessions nobody records any more. Returns their ids. */
  private async repair(statuses: SessionMeta['status'][]): Promise<string[]> {
    const repaired: string[] = [];
    const suspects = [...this.catalog.entries.values()]
      .map(({ meta }) => meta)
      .filter(({ id, status }) => statuses.includes(status) && !this.recording.has(id));
    for (const { id, name } of suspects) {
      try {
        const done = await this.mutex.run(id, () => this.repairOne(id));
        if (done) repaired.push(id);
      } catch (error) {
        this.notice(`The session "${name}" could not be recovered: ${toAppError(error).message}`);
      }
    }
    return repaired;
  }

  private async repairOne(id: string): Promise<boolean> {
    const folder = this.catalog.folderOf(id);
    if (!folder) return false;
    let stored: StoredSession;
    try {
      stored = await readSession(folder);
    } catch {
      // Damaged or newer: opening it tells why.
      return false;
    }
    if (!(await needsRepair(folder, stored))) return false;
    const { session, notice } = await repairSession(folder, stored, this.options.summarise);
    await this.catalog.put(session);
    this.notice(notice);
    return true;
  }

  /** Killed between saving a session and removing its journal: it is of no use any more. */
  private async removeLeftJournal(id: string): Promise<void> {
    const status = this.catalog.entries.get(id)?.meta.status;
    const folder = this.catalog.folderOf(id);
    if (folder && (status === 'complete' || status === 'recovered'))
      await rm(path.join(folder, journalFileName), { force: true }).catch(() => undefined);
  }

  private async takeInbox(): Promise<boolean> {
    const received = await takeTargets(this.layout.inbox);
    for (const target of received) this.remembered = withTarget(this.remembered, target);
    return received.length > 0;
  }

  private scheduleIndex(): void {
    if (!this.lock || this.closed) return;
    this.index.schedule(() => {
      const entries = [...this.catalog.entries.values()];
      return {
        version: 1,
        sessions: entries.map(({ meta }) => meta),
        stamps: Object.fromEntries(entries.map(({ meta, stamp }) => [meta.id, stamp])),
        targets: this.remembered,
      };
    });
  }

  private notice(text: string): void {
    if (!this.notices.includes(text)) this.notices.push(text);
  }
}
