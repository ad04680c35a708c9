/** The scripts of sessions and running recordings: their texts, where they come from, and opening them. Start reading here. */
import { lstat, stat } from 'node:fs/promises';
import path from 'node:path';
import type {
  PackageVersion,
  ParsedInput,
  ResolvedPositions,
  SessionDetail,
  SourceInfo,
  SourceOrigin,
  SourcePlace,
} from '../api';
import { AppError } from '../errors';
import { openEditor } from './editor';
import { isFile, fileOf } from './disk';
import { SessionSources } from './session-sources';

/** What is needed of the session store. */
export interface SourcesStore {
  /** Rejects with NOT_FOUND. */
  folderOf(id: string): Promise<string>;
  get(id: string): Promise<SessionDetail>;
}

export interface Sources {
  /** The scripts whose text was recorded. */
  list(id: string): Promise<SourceInfo[]>;
  /** The versions of npm packages that were seen while recording. */
  packages(id: string): Promise<PackageVersion[]>;
  /** Rejects with NOT_FOUND when the session does not name the URL, or its text is nowhere any more. */
  read(
    id: string,
    url: string,
    which?: { original?: boolean },
  ): Promise<{ text: string; origin: SourceOrigin; mapProblem?: string }>;
  resolve(input: ParsedInput<'sources.resolve'>): Promise<ResolvedPositions>;
  generated(input: ParsedInput<'sources.generated'>): Promise<SourcePlace | null>;
  openInEditor(input: ParsedInput<'sources.openInEditor'>): Promise<void>;
}

/** Sessions whose tables are kept in memory; the one used longest ago goes first. */
const sessionsKept = 4;

export function createSources(store: SourcesStore): Sources {
  const open = new Map<string, SessionSources>();

  async function of(id: string): Promise<SessionSources> {
    const folder = await store.folderOf(id);
    // An imported or trashed session can be another folder of the same name.
    const { ino } = await stat(folder).catch(() => lstat(path.dirname(folder)));
    const key = `${folder} ${ino}`;
    let session = open.get(key);
    open.delete(key);
    session ??= new SessionSources({ folder, cwd: async () => (await store.get(id)).cwd });
    open.set(key, session);
    for (const oldest of open.keys()) {
      if (open.size <= sessionsKept) break;
      open.delete(oldest);
    }
    return session;
  }

  return {
    list: async (id) => (await of(id)).list(),
    packages: async (id) => (await of(id)).packages(),
    read: async (id, url, which) => (await of(id)).read(url, which),
    resolve: async ({ id, urls, positions }) => (await of(id)).resolve(urls, positions),
    generated: async ({ id, ...place }) => (await of(id)).generated(place),
    async openInEditor({ id, url, line, column, editor }) {
      const session = await of(id);
      if (!(await session.names(url)))
        throw new AppError('NOT_FOUND', `The session does not name "${url}".`, {
          hint: 'Only files that a session’s profiles or source maps name can be opened.',
        });
      const file = fileOf(url, await session.cwd());
      if (file === undefined)
        throw new AppError('NOT_FOUND', `"${url}" is not a file of this machine.`, {
          hint: 'Node’s own code and bundled modules without a file have nothing to open.',
        });
      if (!(await isFile(file)))
        throw new AppError('NOT_FOUND', `${file} is not on this machine any more.`, {
          hint: 'The text as it ran may still be shown in the source view.',
        });
      await openEditor(editor, { file, line, column });
    },
  };
}
