/** The sessions of one data folder. Start reading here; README.md says what lies where on disk. */
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { ParsedInput, RememberedTarget, RunSpec, SessionDetail, SessionMeta } from '../api';
import { AppError, toAppError, type AppErrorJson } from '../errors';
import type { Recorder, RecorderFactory, SessionStart } from '../run/recorder';
import type { AppendHandle } from './append-file';
import { listSessions, type ListQuery, type ListResult } from './catalog';
import { packSession } from './export-archive';
import { FolderCatalog } from './folder-catalog';
import { acquireFolderLock, type FolderLock } from './folder-lock';
import type { UnpackLimits } from './import-archive';
import { importSession, readImportFile } from './import';
import { dropTarget, takeTargets } from './inbox';
import { IndexFile } from './index-file';
import { classifyFile, isSafeId, journalFileName, layoutOf, sessionFileName, type Layout } from './layout';
import { KeyedMutex } from './keyed-mutex';
import { plainBytes } from './plain-bytes';
import { ownIdentity } from './process-identity';
import { FolderRecorder, type Summarise } from './recorder';
import { needsRepair, repairSession } from './repair';
import {
  detailOf,
  formatVersion,
  metaOf,
  readSession,
  writeSession,
  type StoredSession,
} from './session-file';
import { cleanStaging, inStaging, removeFolder } from './staging';
import { listStandardFiles } from './standard-files';
import { rememberedTarget, withTarget } from './targets';
import type { TaskOptions } from './task';

export interface StoreOptions {
  folder: string;
  /** For commands that only read: takes no lock, repairs nothing, writes nothing. */
  readOnly?: boolean;
  summarise: Summarise;
  /** Something in the list changed. */
  onChanged: (ids: string[]) => void;
  /** For tests: smaller limits for archives, a disk that fails. */
  unpackLimits?: UnpackLimits;
  openFile?: (file: string) => Promise<AppendHandle>;
}

export interface SessionStore extends RecorderFactory {
  /** `owner` may do everything; `guest` shares the folder with an owner; `reader` was opened for reading. */
  readonly role: 'owner' | 'guest' | 'reader';
  /** Things the person should know once. Grows. */
  readonly notices: string[];
  list(query: ListQuery): Promise<ListResult>;
  /** Rejects with NOT_FOUND, SESSION_NEWER or SESSION_DAMAGED. */
  get(id: string): Promise<SessionDetail>;
  readFile(id: string, file: string): Promise<Uint8Array>;
  /** Where the session's files lie. Rejects with NOT_FOUND. */
  folderOf(id: string): Promise<string>;
  update(change: ParsedInput<'sessions.update'>): Promise<SessionMeta>;
  trash(ids: string[]): Promise<void>;
  restore(ids: string[]): Promise<void>;
  /** Deletes trashed sessions for good: these, or all. */
  emptyTrash(ids?: string[]): Promise<void>;
  exportSession(id: string, task?: TaskOptions): Promise<{ fileName: string; bytes: Uint8Array }>;
  importBytes(fileName: string, bytes: Uint8Array, task?: TaskOptions): Promise<SessionMeta>;
  importPath(file: string, task?: TaskOptions): Promise<SessionMeta>;
  targets(): Promise<RememberedTarget[]>;
  rememberTarget(spec: RunSpec): Promise<void>;
  removeTarget(id: string): Promise<void>;
  /** Writes what is left to write and lets go of the folder. Idempotent. */
  close(): Promise<void>;
}

/** Opens the data folder, repairs what a killed workbench left. Rejects with PERMISSION_DENIED, DISK_FULL, … */
export async function openStore(options: StoreOptions): Promise<SessionStore> {
  const store = new FolderStore(options);
  try {
    await store.open();
  } catch (error) {
    await store.close().catch(() => undefined);
    throw toAppError(error, `Opening the data folder ${options.folder}`);
  }
  return store;
}

class FolderStore implements SessionStore {
  readonly notices: string[] = [];
  private readonly layout: Layout;
  private readonly catalog: FolderCatalog;
  private readonly index: IndexFile;
  private readonly mutex = new KeyedMutex();
  /** Sessions this store is recording. */
  private readonly recording = new Set<string>();
  private remembered: RememberedTarget[] = [];
  private lock: FolderLock | undefined;
  private refreshing: Promise<void> | undefined;
  private indexStamp = '';
  private closed = false;

  constructor(private readonly options: StoreOptions) {
    this.layout = layoutOf(path.resolve(options.folder));
    this.catalog = new FolderCatalog(this.layout);
    this.index = new IndexFile(this.layout.index);
  }

  get role(): SessionStore['role'] {
    if (this.options.readOnly) return 'reader';
    return this.lock ? 'owner' : 'guest';
  }

  async open(): Promise<void> {
    if (!this.options.readOnly) {
      const { sessions, trash, staging } = this.layout;
      for (const folder of [sessions, trash, staging]) await mkdir(folder, { recursive: true });
      await this.takeLock();
      if (!this.lock)
        this.notices.push(
          'Another Scorchmark is using this data folder: here you can look at sessions, record and import, but not rename or delete.',
        );
    }
    await this.readFolder({ fromIndex: true });
  }

  // ── looking ──

  async list(query: ListQuery): Promise<ListResult> {
    await this.refresh();
    return listSessions(this.catalog.entries.values(), query);
  }

  async get(id: string): Promise<SessionDetail> {
    const folder = await this.folderOf(id);
    const stored = await this.readStored(id, folder);
    const trashedAt = this.catalog.entries.get(id)?.meta.trashedAt;
    const { trashedAt: _written, ...detail } = detailOf(stored);
    const files = stored.status === 'recording' ? await listStandardFiles(folder) : detail.files;
    return { ...detail, id, files, ...(trashedAt !== undefined && { trashedAt }) };
  }

  async readFile(id: string, file: string): Promise<Uint8Array> {
    const folder = await this.folderOf(id);
    if (file !== sessionFileName && !classifyFile(file))
      throw new AppError('BAD_INPUT', `"${file}" is not a file of a session.`);
    try {
      return plainBytes(await readFile(path.join(folder, file)));
    } catch (error) {
      throw toAppError(error, `Reading ${file} of the session`);
    }
  }

  async folderOf(id: string): Promise<string> {
    let folder = this.catalog.folderOf(id);
    if (!folder) {
      await this.refresh();
      folder = this.catalog.folderOf(id);
    }
    if (!folder)
      throw new AppError('NOT_FOUND', `There is no session ${id}.`, {
        hint: 'It may have been deleted meanwhile; look in the list.',
      });
    return folder;
  }

  // ── changing ──

  async update({ id, name, note, tags }: ParsedInput<'sessions.update'>): Promise<SessionMeta> {
    await this.mustOwn('change a session');
    return this.changeSession(id, (session) => ({
      ...session,
      ...(name !== undefined && { name }),
      ...(note !== undefined && { note }),
      ...(tags !== undefined && { tags: [...new Set(tags)] }),
    }));
  }

  async trash(ids: string[]): Promise<void> {
    await this.mustOwn('delete sessions');
    await this.mustExist(ids);
    for (const id of ids)
      if (this.catalog.entries.get(id)?.meta.status === 'recording')
        throw new AppError('BAD_INPUT', 'The session is still being recorded.', {
          hint: 'Stop the run first.',
        });
    for (const id of ids) await this.move(id, new Date().toISOString());
    this.changed(ids);
  }

  async restore(ids: string[]): Promise<void> {
    await this.mustOwn('restore sessions');
    await this.mustExist(ids);
    for (const id of ids) await this.move(id, undefined);
    this.changed(ids);
  }

  async emptyTrash(ids?: string[]): Promise<void> {
    await this.mustOwn('delete sessions');
    if (ids) await this.mustExist(ids);
    else await this.refresh();
    const trashed = [...this.catalog.entries.values()]
      .map(({ meta }) => meta)
      .filter((meta) => meta.trashedAt);
    const doomed = (ids ?? trashed.map(({ id }) => id)).filter((id) =>
      trashed.some((meta) => meta.id === id),
    );
    try {
      for (const id of doomed)
        await this.mutex.run(id, async () => {
          await removeFolder(this.layout.staging, this.catalog.place(id, true));
          this.catalog.entries.delete(id);
        });
    } catch (error) {
      throw toAppError(error, 'Deleting a session');
    } finally {
      this.changed(doomed);
    }
  }

  // ── recording ──

  async begin(start: SessionStart, onTrouble: (error: AppErrorJson) => void): Promise<Recorder> {
    this.mustWrite();
    const { id } = start;
    if (!isSafeId(id)) throw new AppError('INTERNAL', `"${id}" cannot name a session.`);
    const folder = this.catalog.place(id, false);
    const session = await newSession(start);
    try {
      await inStaging(this.layout.staging, async (staged) => {
        await writeSession(staged, session);
        await rename(staged, folder);
      });
    } catch (error) {
      throw toAppError(error, 'Creating the session');
    }
    this.recording.add(id);
    await this.catalog.put(session);
    this.changed([id]);
    return new FolderRecorder({
      folder,
      session,
      summarise: this.options.summarise,
      onTrouble,
      openFile: this.options.openFile,
      exclusively: (work) => this.mutex.run(id, work),
      onSaved: async (saved) => {
        this.recording.delete(id);
        await this.catalog.put(saved);
        this.changed([id]);
      },
    });
  }

  // ── passing on ──

  async exportSession(id: string, task: TaskOptions = {}): Promise<{ fileName: string; bytes: Uint8Array }> {
    const folder = await this.folderOf(id);
    const stored = await this.readStored(id, folder);
    if (stored.status === 'recording')
      throw new AppError('BAD_INPUT', 'The session is still being recorded.', {
        hint: 'Stop the run first.',
      });
    const { trashedAt: _trashedAt, ...detail } = detailOf(stored);
    try {
      const bytes = await packSession(folder, `${JSON.stringify(detail, null, 2)}\n`, task);
      return { fileName: `${fileNameOf(stored.name)}.scorchmark`, bytes };
    } catch (error) {
      throw toAppError(error, `Exporting the session "${stored.name}"`);
    }
  }

  async importBytes(fileName: string, bytes: Uint8Array, task: TaskOptions = {}): Promise<SessionMeta> {
    this.mustWrite();
    await this.refresh();
    const session = await importSession({
      fileName,
      bytes,
      task,
      staging: this.layout.staging,
      limits: this.options.unpackLimits,
      summarise: this.options.summarise,
      isTaken: (id) => this.catalog.entries.has(id),
      placeOf: (id) => this.catalog.place(id, false),
    });
    await this.catalog.put(session);
    this.changed([session.id]);
    return metaOf(session);
  }

  async importPath(file: string, task: TaskOptions = {}): Promise<SessionMeta> {
    this.mustWrite();
    const bytes = await readImportFile(file, task);
    return this.importBytes(path.basename(file), bytes, task);
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

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.refreshing?.catch(() => undefined);
    await this.index.flush();
    const lock = this.lock;
    this.lock = undefined;
    await lock?.release();
  }

  // ── keeping up with the folder ──

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

  /** Takes in what other processes did. Calls at the same time share one look. */
  private refresh(): Promise<void> {
    this.refreshing ??= this.lookAgain().finally(() => (this.refreshing = undefined));
    return this.refreshing;
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

  private changed(ids: string[]): void {
    if (ids.length === 0) return;
    this.scheduleIndex();
    this.options.onChanged(ids);
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

  // ── rights ──

  private async takeLock(): Promise<void> {
    this.lock = await acquireFolderLock(this.layout.root, () => {
      this.lock = undefined;
      this.notice(
        'Another Scorchmark has taken over the data folder; changes here are refused until it is closed.',
      );
    });
  }

  private mustWrite(): void {
    if (this.options.readOnly) throw new AppError('INTERNAL', 'The data folder was opened for reading only.');
    if (this.closed) throw new AppError('CANCELLED', 'The data folder has been closed.');
  }

  /** A guest becomes the owner as soon as the owner is gone. */
  private async mustOwn(doing: string): Promise<void> {
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

  private async mustExist(ids: string[]): Promise<void> {
    for (const id of ids) await this.folderOf(id);
  }

  // ── one session ──

  private async readStored(id: string, folder: string): Promise<StoredSession> {
    try {
      return await readSession(folder);
    } catch (error) {
      throw toAppError(error, `Reading the session ${id}`);
    }
  }

  private async changeSession(
    id: string,
    change: (session: StoredSession) => StoredSession,
  ): Promise<SessionMeta> {
    const folder = await this.folderOf(id);
    return this.mutex.run(id, async () => {
      const session = change(await this.readStored(id, folder));
      try {
        await writeSession(folder, session);
      } catch (error) {
        throw toAppError(error, `Saving the session "${session.name}"`);
      }
      const trashedAt = this.catalog.entries.get(id)?.meta.trashedAt;
      const meta = metaOf({ ...session, id, trashedAt });
      await this.catalog.put(meta);
      this.changed([id]);
      return meta;
    });
  }

  /** Into the trash, or (`trashedAt` undefined) out of it. The rename decides; the date in `session.json` is for people. */
  private async move(id: string, trashedAt: string | undefined): Promise<void> {
    await this.mutex.run(id, async () => {
      const entry = this.catalog.entries.get(id);
      if (!entry || (entry.meta.trashedAt === undefined) === (trashedAt === undefined)) return;
      const folder = this.catalog.place(id, trashedAt !== undefined);
      try {
        await rename(this.catalog.place(id, trashedAt === undefined), folder);
      } catch (error) {
        throw toAppError(error, `Moving the session "${entry.meta.name}"`);
      }
      const { trashedAt: _before, ...meta } = entry.meta;
      await this.catalog.put({ ...meta, ...(trashedAt !== undefined && { trashedAt }) });
      try {
        const { trashedAt: _written, ...session } = await readSession(folder);
        await writeSession(folder, { ...session, ...(trashedAt !== undefined && { trashedAt }) });
        await this.catalog.put({ ...meta, ...(trashedAt !== undefined && { trashedAt }) });
      } catch {
        // Damaged, newer or no space: the folder's place tells all that is needed.
      }
    });
  }
}

async function newSession(start: SessionStart): Promise<StoredSession> {
  const { id, name, tags, spec, commandLine, cwd, startedAt, originUs, environment } = start;
  return {
    formatVersion,
    id,
    name,
    createdAt: startedAt,
    durationMs: 0,
    status: 'recording',
    commandLine,
    cwd,
    tags,
    note: '',
    nodeVersion: environment.nodeVersion,
    sizeBytes: 0,
    summary: {},
    originUs,
    spec,
    environment,
    processes: [],
    listening: [],
    warnings: [],
    files: [],
    recorder: await ownIdentity(),
  };
}

/** A name people gave, as a file name that every system takes. */
function fileNameOf(name: string): string {
  const safe = name
    .replace(/[^\p{L}\p{N} ._-]+/gu, '-')
    .replace(/^[.\s-]+|[.\s-]+$/g, '')
    .slice(0, 80);
  return safe || 'session';
}
