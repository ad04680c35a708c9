/** The sessions of one data folder. Start reading here; README.md says what lies where on disk. */
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { FileDescription } from '../../profiles/formats/describe-file';
import type { ParsedInput, RememberedTarget, RunSpec, SessionDetail, SessionFile, SessionMeta } from '../api';
import { AppError, toAppError, type AppErrorJson } from '../errors';
import type { Recorder, RecorderFactory, SessionStart } from '../run/recorder';
import type { AppendHandle } from './append-file';
import { listSessions, type ListQuery, type ListResult } from './catalog';
import { DataFolder, type DataFolderOptions, type Role } from './data-folder';
import { packSession } from './export-archive';
import type { UnpackLimits } from './import-archive';
import { describeForeign, type ReadForeign } from './describe-foreign';
import { importSession, type ImportOptions } from './import';
import { readLoadHere, type ReadLoadFile } from './import-load';
import { classifyFile, isSafeId, isSnapshotName, sessionFileName } from './layout';
import { readRange, type FileRange } from './read-range';
import { ownIdentity } from './process-identity';
import { FolderRecorder } from './recorder';
import {
  detailOf,
  formatVersion,
  metaOf,
  readSession,
  writeSession,
  type StoredSession,
} from './session-file';
import { inStaging, removeFolder } from './staging';
import { snapshotsOf } from './snapshot-list';
import { listStandardFiles, totalBytes } from './standard-files';
import type { TaskOptions } from './task';
import { Uploads } from './uploads';

export interface StoreOptions extends DataFolderOptions {
  /** For tests: smaller limits for archives, a disk that fails. */
  unpackLimits?: UnpackLimits;
  openFile?: (file: string) => Promise<AppendHandle>;
  /** Reads foreign profiles elsewhere (in a thread); by default here and now. */
  readForeign?: ReadForeign;
  /** Reads the files of load generators elsewhere (in a thread); by default here and now. */
  readLoad?: ReadLoadFile;
}

export interface SessionStore extends RecorderFactory {
  readonly role: Role;
  /** Things the person should know once. Grows. */
  readonly notices: string[];
  list(query: ListQuery): Promise<ListResult>;
  /** Rejects with NOT_FOUND, SESSION_NEWER or SESSION_DAMAGED. */
  get(id: string): Promise<SessionDetail>;
  /** The whole file, or the part of it that a range names (shorter at the file's end). Rejects with NOT_FOUND or BAD_INPUT. */
  readFile(id: string, file: string, range?: FileRange): Promise<Uint8Array>;
  /** Where the session's files lie. Rejects with NOT_FOUND. */
  folderOf(id: string): Promise<string>;
  update(change: ParsedInput<'sessions.update'>): Promise<SessionMeta>;
  /** Deletes one heap snapshot of a session for good. Rejects with NOT_FOUND, or BAD_INPUT while it is recorded. */
  removeSnapshot(id: string, file: string): Promise<void>;
  trash(ids: string[]): Promise<void>;
  restore(ids: string[]): Promise<void>;
  /** Deletes trashed sessions for good: these, or all. */
  emptyTrash(ids?: string[]): Promise<void>;
  exportSession(id: string, task?: TaskOptions): Promise<{ fileName: string; bytes: Uint8Array }>;
  importBytes(fileName: string, bytes: Uint8Array, task?: TaskOptions): Promise<SessionMeta>;
  importPath(file: string, task?: TaskOptions): Promise<SessionMeta>;
  /** A file or folder that comes piece by piece. */
  beginUpload(name: string, isFolder: boolean): Promise<string>;
  uploadPiece(uploadId: string, inside: string, bytes: Uint8Array): Promise<void>;
  /** `description`: what the sender, who has read the file already, says of it; then it is not read again. */
  importUpload(uploadId: string, task?: TaskOptions, description?: FileDescription): Promise<SessionMeta>;
  dropUpload(uploadId: string): Promise<void>;
  targets(): Promise<RememberedTarget[]>;
  rememberTarget(spec: RunSpec): Promise<void>;
  removeTarget(id: string): Promise<void>;
  /** Writes what is left to write and lets go of the folder. Idempotent. */
  close(): Promise<void>;
}

/** Opens the data folder, repairs what a killed workbench left. Rejects with PERMISSION_DENIED, DISK_FULL, … */
export async function openStore(options: StoreOptions): Promise<SessionStore> {
  const data = new DataFolder(options);
  try {
    await data.open();
    return new FolderStore(data, options);
  } catch (error) {
    await data.close().catch(() => undefined);
    throw toAppError(error, `Opening the data folder ${options.folder}`);
  }
}

class FolderStore implements SessionStore {
  /** Recordings of this process whose end the disk refused: on disk they are still being recorded. */
  private readonly unwritten = new Map<string, StoredSession>();
  private readonly uploads: Uploads;

  constructor(
    private readonly data: DataFolder,
    private readonly options: StoreOptions,
  ) {
    this.uploads = new Uploads(data.layout.staging);
  }

  get role(): Role {
    return this.data.role;
  }

  get notices(): string[] {
    return this.data.notices;
  }

  // ── looking ──

  async list(query: ListQuery): Promise<ListResult> {
    await this.data.refresh();
    return listSessions(this.data.catalog.entries.values(), query);
  }

  async get(id: string): Promise<SessionDetail> {
    const folder = await this.folderOf(id);
    const written = await this.readStored(id, folder);
    const stored = written.status === 'recording' ? (this.unwritten.get(id) ?? written) : written;
    const trashedAt = this.data.catalog.entries.get(id)?.meta.trashedAt;
    const { trashedAt: _written, ...detail } = detailOf(stored);
    const isRecording = stored.status === 'recording';
    const files = isRecording ? await listStandardFiles(folder) : asKindsOfToday(detail.files);
    const snapshots = snapshotsOf(files, detail.snapshots, { isRecording });
    return { ...detail, id, files, snapshots, ...(trashedAt !== undefined && { trashedAt }) };
  }

  async readFile(id: string, file: string, range: FileRange = {}): Promise<Uint8Array> {
    const folder = await this.folderOf(id);
    if (file !== sessionFileName && !classifyFile(file))
      throw new AppError('BAD_INPUT', `"${file}" is not a file of a session.`);
    try {
      return await readRange(path.join(folder, file), range);
    } catch (error) {
      throw toAppError(error, `Reading ${file} of the session`);
    }
  }

  async folderOf(id: string): Promise<string> {
    let folder = this.data.catalog.folderOf(id);
    if (!folder) {
      await this.data.refresh();
      folder = this.data.catalog.folderOf(id);
    }
    if (!folder)
      throw new AppError('NOT_FOUND', `There is no session ${id}.`, {
        hint: 'It may have been deleted meanwhile; look in the list.',
      });
    return folder;
  }

  // ── changing ──

  async update({ id, name, note, tags }: ParsedInput<'sessions.update'>): Promise<SessionMeta> {
    await this.data.mustOwn('change a session');
    return this.changeSession(id, (session) => ({
      ...session,
      ...(name !== undefined && { name }),
      ...(note !== undefined && { note }),
      ...(tags !== undefined && { tags: [...new Set(tags)] }),
    }));
  }

  async removeSnapshot(id: string, file: string): Promise<void> {
    await this.data.mustOwn('delete a snapshot');
    await this.changeSession(id, async (session, folder) => {
      if (session.status === 'recording')
        throw new AppError('BAD_INPUT', 'The session is still being recorded.', {
          hint: 'Delete the snapshot when the run has ended.',
        });
      const known = snapshotsOf(asKindsOfToday(session.files), session.snapshots);
      if (!isSnapshotName(file) || !known.some((each) => each.file === file))
        throw new AppError('NOT_FOUND', `The session has no snapshot ${file}.`, {
          hint: 'It may have been deleted meanwhile.',
        });
      try {
        await rm(path.join(folder, file), { force: true });
      } catch (error) {
        throw toAppError(error, `Deleting ${file}`);
      }
      const files = session.files.filter(({ name }) => name !== file);
      const snapshots = known.filter((each) => each.file !== file);
      const { snapshots: _before, ...rest } = session.summary;
      const complete = snapshots.filter(({ state }) => state === 'complete').length;
      const summary = { ...rest, ...(complete > 0 && { snapshots: complete }) };
      return { ...session, files, snapshots, summary, sizeBytes: totalBytes(files) };
    });
  }

  async trash(ids: string[]): Promise<void> {
    await this.data.mustOwn('delete sessions');
    await this.mustExist(ids);
    for (const id of ids)
      if (this.data.catalog.entries.get(id)?.meta.status === 'recording')
        throw new AppError('BAD_INPUT', 'The session is still being recorded.', {
          hint: 'Stop the run first.',
        });
    for (const id of ids) await this.move(id, new Date().toISOString());
    this.data.changed(ids);
  }

  async restore(ids: string[]): Promise<void> {
    await this.data.mustOwn('restore sessions');
    await this.mustExist(ids);
    for (const id of ids) await this.move(id, undefined);
    this.data.changed(ids);
  }

  async emptyTrash(ids?: string[]): Promise<void> {
    await this.data.mustOwn('delete sessions');
    if (ids) await this.mustExist(ids);
    else await this.data.refresh();
    const trashed = [...this.data.catalog.entries.values()]
      .map(({ meta }) => meta)
      .filter((meta) => meta.trashedAt);
    const doomed = (ids ?? trashed.map(({ id }) => id)).filter((id) =>
      trashed.some((meta) => meta.id === id),
    );
    try {
      for (const id of doomed)
        await this.data.mutex.run(id, async () => {
          await removeFolder(this.data.layout.staging, this.data.catalog.place(id, true));
          this.data.catalog.entries.delete(id);
        });
    } catch (error) {
      throw toAppError(error, 'Deleting a session');
    } finally {
      this.data.changed(doomed);
    }
  }

  // ── recording ──

  async begin(start: SessionStart, onTrouble: (error: AppErrorJson) => void): Promise<Recorder> {
    this.data.mustWrite();
    const { id } = start;
    if (!isSafeId(id)) throw new AppError('INTERNAL', `"${id}" cannot name a session.`);
    const folder = this.data.catalog.place(id, false);
    const session = await newSession(start);
    try {
      await inStaging(this.data.layout.staging, async (staged) => {
        await writeSession(staged, session);
        await rename(staged, folder);
      });
    } catch (error) {
      throw toAppError(error, 'Creating the session');
    }
    this.data.recording.add(id);
    await this.data.catalog.put(session);
    this.data.changed([id]);
    return new FolderRecorder({
      folder,
      session,
      summarise: this.options.summarise,
      onTrouble,
      openFile: this.options.openFile,
      exclusively: (work) => this.data.mutex.run(id, work),
      onSaved: async (saved) => {
        this.data.recording.delete(id);
        if (saved.error) this.unwritten.set(id, saved);
        await this.data.catalog.put(saved);
        this.data.changed([id]);
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
    const uploadId = await this.beginUpload(fileName, false);
    await this.uploadPiece(uploadId, '', bytes);
    return this.importUpload(uploadId, task);
  }

  async importPath(file: string, task: TaskOptions = {}): Promise<SessionMeta> {
    this.data.mustWrite();
    // `path.resolve` also takes the slash off a folder's end.
    const place = path.resolve(file);
    return this.importFrom({ name: path.basename(place), path: place, mayMove: false, task });
  }

  async beginUpload(name: string, isFolder: boolean): Promise<string> {
    this.data.mustWrite();
    return this.uploads.begin(name, isFolder);
  }

  uploadPiece(uploadId: string, inside: string, bytes: Uint8Array): Promise<void> {
    return this.uploads.piece(uploadId, inside, bytes);
  }

  importUpload(
    uploadId: string,
    task: TaskOptions = {},
    description?: FileDescription,
  ): Promise<SessionMeta> {
    return this.uploads.take(uploadId, (upload) =>
      this.importFrom({ ...upload, mayMove: true, task, description }),
    );
  }

  dropUpload(uploadId: string): Promise<void> {
    return this.uploads.drop(uploadId);
  }

  private async importFrom(
    from: Pick<ImportOptions, 'name' | 'path' | 'mayMove' | 'task' | 'description'>,
  ): Promise<SessionMeta> {
    await this.data.refresh();
    const { readForeign } = this.options;
    const session = await importSession({
      ...from,
      staging: this.data.layout.staging,
      limits: this.options.unpackLimits,
      summarise: this.options.summarise,
      readForeign:
        readForeign ??
        ((request, { progress }) =>
          Promise.resolve(describeForeign(request, (share) => progress?.(share, '')))),
      readLoad: this.options.readLoad ?? readLoadHere,
      isTaken: (id) => this.data.catalog.entries.has(id),
      placeOf: (id) => this.data.catalog.place(id, false),
    });
    await this.data.catalog.put(session);
    this.data.changed([session.id]);
    return metaOf(session);
  }

  // ── the folder ──

  targets(): Promise<RememberedTarget[]> {
    return this.data.targets();
  }

  rememberTarget(spec: RunSpec): Promise<void> {
    return this.data.rememberTarget(spec);
  }

  removeTarget(id: string): Promise<void> {
    return this.data.removeTarget(id);
  }

  async close(): Promise<void> {
    await this.uploads.close();
    await this.data.close();
  }

  // ── one session ──

  private async mustExist(ids: string[]): Promise<void> {
    for (const id of ids) await this.folderOf(id);
  }

  private async readStored(id: string, folder: string): Promise<StoredSession> {
    try {
      return await readSession(folder);
    } catch (error) {
      throw toAppError(error, `Reading the session ${id}`);
    }
  }

  private async changeSession(
    id: string,
    change: (session: StoredSession, folder: string) => StoredSession | Promise<StoredSession>,
  ): Promise<SessionMeta> {
    await this.folderOf(id);
    return this.data.mutex.run(id, async () => {
      // It may have moved to the trash while we waited.
      const folder = await this.folderOf(id);
      const session = await change(await this.readStored(id, folder), folder);
      try {
        await writeSession(folder, session);
      } catch (error) {
        throw toAppError(error, `Saving the session "${session.name}"`);
      }
      const trashedAt = this.data.catalog.entries.get(id)?.meta.trashedAt;
      const meta = metaOf({ ...session, id, trashedAt });
      await this.data.catalog.put(meta);
      this.data.changed([id]);
      return meta;
    });
  }

  /** Into the trash, or (`trashedAt` undefined) out of it. The rename decides; the date in `session.json` is for people. */
  private async move(id: string, trashedAt: string | undefined): Promise<void> {
    await this.data.mutex.run(id, async () => {
      const entry = this.data.catalog.entries.get(id);
      if (!entry || (entry.meta.trashedAt === undefined) === (trashedAt === undefined)) return;
      const folder = this.data.catalog.place(id, trashedAt !== undefined);
      try {
        await rename(this.data.catalog.place(id, trashedAt === undefined), folder);
      } catch (error) {
        throw toAppError(error, `Moving the session "${entry.meta.name}"`);
      }
      const { trashedAt: _before, ...meta } = entry.meta;
      await this.data.catalog.put({ ...meta, ...(trashedAt !== undefined && { trashedAt }) });
      try {
        const { trashedAt: _written, ...session } = await readSession(folder);
        await writeSession(folder, { ...session, ...(trashedAt !== undefined && { trashedAt }) });
        await this.data.catalog.put({ ...meta, ...(trashedAt !== undefined && { trashedAt }) });
      } catch {
        // Damaged, newer or no space: the folder's place tells all that is needed.
      }
    });
  }
}

/** Older workbenches knew nothing of snapshots: a file that lay in a session was some other file. */
function asKindsOfToday(files: readonly SessionFile[]): SessionFile[] {
  return files.map((file) =>
    file.kind === 'other' && isSnapshotName(file.name) ? { ...file, ...classifyFile(file.name)! } : file,
  );
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
