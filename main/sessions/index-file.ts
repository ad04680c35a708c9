/**
 * `index.json`, kept by lowdb: a cache of every session's metadata (each session's own `session.json` is the truth)
 * and the remembered targets. lowdb's writer puts a whole temporary file in place by a rename; bursts become one write.
 */
import { rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { Low } from 'lowdb';
import { DataFile } from 'lowdb/node';
import { z } from 'zod';
import { runSpecSchema, type RememberedTarget, type SessionMeta } from '../api';
import { sessionMetaSchema } from './session-file';

export interface IndexData {
  version: 1;
  sessions: SessionMeta[];
  /** Per session: modification time and size of its `session.json` when the entry was made; tells stale entries. */
  stamps: Record<string, string>;
  targets: RememberedTarget[];
}

const indexSchema = z.looseObject({
  version: z.literal(1),
  sessions: z.array(z.object(sessionMetaSchema.shape)),
  stamps: z.record(z.string(), z.string()),
  targets: z.array(
    z.looseObject({ id: z.string(), label: z.string(), spec: runSpecSchema, lastUsedAt: z.string() }),
  ),
});

const writeDelayMs = 60;

function emptyIndex(): IndexData {
  return { version: 1, sessions: [], stamps: {}, targets: [] };
}

export class IndexFile {
  private readonly db: Low<IndexData>;
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();
  private provide: (() => IndexData) | undefined;

  /** `onTrouble`: a write failed; the folders stay the truth, so nothing else fails by it. */
  constructor(
    private readonly file: string,
    private readonly onTrouble: (error: Error) => void,
  ) {
    this.db = new Low<IndexData>(
      new DataFile<IndexData>(file, {
        parse: (text) => JSON.parse(text) as IndexData,
        stringify: JSON.stringify,
      }),
      emptyIndex(),
    );
  }

  /** `corrupt`: the file is there but cannot be used. Never rejects for what the file holds. */
  async read(): Promise<{ data: IndexData; state: 'read' | 'missing' | 'corrupt' }> {
    try {
      await stat(this.file);
    } catch {
      return { data: emptyIndex(), state: 'missing' };
    }
    try {
      await this.db.read();
      const parsed = indexSchema.parse(this.db.data);
      return { data: parsed as unknown as IndexData, state: 'read' };
    } catch (error) {
      const systemCode = (error as NodeJS.ErrnoException).code;
      if (systemCode === 'EACCES' || systemCode === 'EIO') throw error;
      return { data: emptyIndex(), state: 'corrupt' };
    }
  }

  /** Changes with every write of any process; '' when there is no file. */
  async stamp(): Promise<string> {
    return stat(this.file).then(
      ({ mtimeMs, size, ino }) => `${mtimeMs}:${size}:${ino}`,
      () => '',
    );
  }

  /** Puts an unusable index out of the way, for a person who wants to look. Returns its new name. */
  async setAside(): Promise<string> {
    const name = `index.corrupt-${new Date().toISOString().replace(/[:.]/g, '-')}.json`;
    await rename(this.file, path.join(path.dirname(this.file), name));
    return name;
  }

  /** Writes what `provide` gives when the burst is over. */
  schedule(provide: () => IndexData): void {
    this.provide = provide;
    this.timer ??= setTimeout(() => void this.flush(), writeDelayMs);
  }

  /** Resolves when everything scheduled is on disk, or could not be written (`onTrouble`). */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const provide = this.provide;
    this.provide = undefined;
    if (provide)
      this.writing = this.writing.then(async () => {
        try {
          this.db.data = provide();
          await this.db.write();
        } catch (error) {
          this.onTrouble(error as Error);
        }
      });
    await this.writing;
  }
}
