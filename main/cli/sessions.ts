/** `scorchmark sessions …` */
import path from 'node:path';
import { formatDurationMs, formatBytes } from '../../profiles/format';
import type { SessionDetail } from '../api';
import { toAppError } from '../errors';
import { writeOutputFile } from './output-file';
import { printable } from './printable';
import { exitCodes, summaryRows, table } from './terminal';
import { findSession, withEngine, type DataFolderOption } from './with-engine';

export function listSessions(
  words: string[],
  options: DataFolderOption & { tag?: string[]; trash?: boolean; json?: boolean },
): Promise<number> {
  return withEngine({ ...options, readOnly: true }, async (engine) => {
    const { sessions } = await engine.call('sessions.list', {
      search: words.join(' '),
      tags: options.tag ?? [],
      trash: options.trash ?? false,
    });
    if (options.json) process.stdout.write(`${JSON.stringify(sessions)}\n`);
    else if (sessions.length === 0) process.stdout.write(`${nothingListed(words, options)}\n`);
    else
      process.stdout.write(
        `${table(
          [
            ['ID', 'WHEN', 'DURATION', 'STATUS', 'SIZE', 'NAME', 'COMMAND', 'TAGS'],
            ...sessions.map((session) => [
              session.id,
              session.createdAt.slice(0, 16).replace('T', ' '),
              formatDurationMs(session.durationMs),
              session.status,
              formatBytes(session.sizeBytes),
              session.name,
              session.commandLine,
              session.tags.join(', '),
            ]),
          ],
          [2, 4],
        )}\n`,
      );
    return exitCodes.ok;
  });
}

function nothingListed(words: string[], options: { tag?: string[]; trash?: boolean }): string {
  if (words.length > 0 || options.tag?.length) return 'No session matches.';
  if (options.trash) return 'The trash is empty.';
  return 'No sessions. Record one: scorchmark record -- node server.js';
}

export function showSession(named: string, options: DataFolderOption & { json?: boolean }): Promise<number> {
  return withEngine({ ...options, readOnly: true }, async (engine) => {
    const { id } = await findSession(engine, named);
    const detail = await engine.call('sessions.get', { id });
    if (options.json) {
      process.stdout.write(`${JSON.stringify(detail)}\n`);
      return exitCodes.ok;
    }
    const rows = [
      ...summaryRows(detail),
      ...environmentRows(detail),
      ...(detail.tags.length ? [['tags', detail.tags.join(', ')]] : []),
      ...(detail.note ? [['note', detail.note]] : []),
      ['folder', await engine.store.folderOf(id)],
    ];
    process.stdout.write(`${table(rows)}\n\n`);
    process.stdout.write(
      `${table([['FILE', 'SIZE'], ...detail.files.map((file) => [file.name, formatBytes(file.sizeBytes)])], [1])}\n`,
    );
    for (const warning of detail.warnings)
      process.stdout.write(
        `${warning.isNote ? 'note' : 'warning'}: ${printable(`${warning.source}: ${warning.message}`)}\n`,
      );
    if (detail.error) process.stdout.write(`error: ${printable(detail.error.message)}\n`);
    return exitCodes.ok;
  });
}

/** A foreign profile says nothing about where it was recorded. */
function environmentRows({ nodeVersion, environment }: SessionDetail): string[][] {
  const { cpuModel, cpuCount, os, gitRevision, gitDirty } = environment;
  const node = nodeVersion || environment.nodeVersion;
  const rows: string[][] = [];
  if (node) rows.push(['Node', node]);
  const host = [cpuModel && `${cpuModel} × ${cpuCount}`, os].filter(Boolean).join(', ');
  if (host) rows.push(['host', host]);
  if (gitRevision) rows.push(['git', `${gitRevision}${gitDirty ? ' (with changes)' : ''}`]);
  return rows;
}

export function removeSessions(
  named: string[],
  options: DataFolderOption & { forever?: boolean },
): Promise<number> {
  return withEngine(options, async (engine) => {
    const ids: string[] = [];
    const inTrash: string[] = [];
    for (const name of new Set(named)) {
      // What lies in the trash already can only be deleted for good.
      const found = await findSession(engine, name).catch((error: unknown) => {
        if (options.forever && toAppError(error).code === 'NOT_FOUND') return findSession(engine, name, true);
        throw error;
      });
      if (!ids.includes(found.id)) ids.push(found.id);
      if (found.trashedAt !== undefined) inTrash.push(found.id);
    }
    const toMove = ids.filter((id) => !inTrash.includes(id));
    if (toMove.length > 0) await engine.call('sessions.trash', { ids: toMove });
    if (options.forever) await engine.call('sessions.emptyTrash', { ids });
    process.stdout.write(
      `${ids.length} ${ids.length === 1 ? 'session' : 'sessions'} ${options.forever ? 'deleted' : 'moved to the trash'}\n`,
    );
    return exitCodes.ok;
  });
}

export function exportSession(
  named: string,
  options: DataFolderOption & { output?: string },
): Promise<number> {
  return withEngine({ ...options, readOnly: true }, async (engine) => {
    const { id } = await findSession(engine, named);
    const { fileName, bytes } = await engine.call('sessions.export', { id });
    const file = await writeOutputFile(options.output ?? fileName, bytes);
    process.stdout.write(`${file}\n`);
    return exitCodes.ok;
  });
}

export function importSessions(
  files: string[],
  options: DataFolderOption & { json?: boolean },
): Promise<number> {
  return withEngine(options, async (engine) => {
    const imported = [];
    for (const file of files) {
      imported.push(await engine.call('sessions.importPath', { path: path.resolve(file) }));
    }
    process.stdout.write(
      options.json
        ? `${JSON.stringify(imported)}\n`
        : imported.map((session) => `${session.id}  ${printable(session.name)}\n`).join(''),
    );
    return exitCodes.ok;
  });
}
