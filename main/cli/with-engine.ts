/** Commands own an engine for as long as they run. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { SessionMeta } from '../api';
import { createEngine, type Engine } from '../engine';
import { AppError } from '../errors';

export interface DataFolderOption {
  dataFolder?: string;
}

/** Opens the engine, does the work, closes it whatever happens. */
export async function withEngine<T>(
  options: DataFolderOption & { readOnly?: boolean },
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = await createEngine({
    shell: 'cli',
    dataFolder: options.dataFolder,
    readOnly: options.readOnly,
  });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

/** Whether what a person named is a file or folder on this machine, to be imported. */
export function isPath(named: string): boolean {
  return existsSync(named);
}

/**
 * The session a person named as for `findSession`, or by the path of a profile or folder, of which a session is made.
 * @throws AppError as `findSession`, or why the file cannot be imported
 */
export async function findOrImport(engine: Engine, named: string): Promise<SessionMeta> {
  if (!isPath(named)) return findSession(engine, named);
  return engine.call('sessions.importPath', { path: path.resolve(named) });
}

/**
 * The session a person named: its id, an unambiguous beginning of it, its exact name, or `last`.
 * @throws AppError NOT_FOUND, BAD_INPUT when several match
 */
export async function findSession(engine: Engine, named: string, trash = false): Promise<SessionMeta> {
  const { sessions } = await engine.call('sessions.list', { trash });
  if (named === 'last' && sessions[0]) return sessions[0];
  const exact = sessions.find((session) => session.id === named);
  if (exact) return exact;
  const matching = sessions.filter((session) => session.id.startsWith(named) || session.name === named);
  if (matching.length === 1) return matching[0]!;
  if (matching.length > 1)
    throw new AppError('BAD_INPUT', `"${named}" names ${matching.length} sessions.`, {
      hint: 'Give the id, or more of it.',
      details: matching
        .slice(0, 10)
        .map((session) => `${session.id}  ${session.name}`)
        .join('\n'),
    });
  throw new AppError('NOT_FOUND', `There is no session "${named}".`, {
    hint: '`scorchmark sessions list` shows what is there.',
  });
}
