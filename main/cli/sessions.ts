/** `scorchmark sessions …` */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { formatDurationMs, formatBytes } from '../../profiles/format';
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
    else if (sessions.length === 0)
      process.stdout.write('No sessions. Record one: scorchmark record -- node server.js\n');
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
      ['Node', detail.nodeVersion || detail.environment.nodeVersion],
      ['host', `${detail.environment.cpuModel} × ${detail.environment.cpuCount}, ${detail.environment.os}`],
      ...(detail.environment.gitRevision
        ? [
            [
              'git',
              `${detail.environment.gitRevision}${detail.environment.gitDirty ? ' (with changes)' : ''}`,
            ],
          ]
        : []),
      ...(detail.tags.length ? [['tags', detail.tags.join(', ')]] : []),
      ...(detail.note ? [['note', detail.note]] : []),
      ['folder', await engine.store.folderOf(id)],
    ];
    process.stdout.write(`${table(rows)}\n\n`);
    process.stdout.write(
      `${table([['FILE', 'SIZE'], ...detail.files.map((file) => [file.name, formatBytes(file.sizeBytes)])], [1])}\n`,
    );
    for (const warning of detail.warnings)
      process.stdout.write(`warning: ${warning.source}: ${warning.message}\n`);
    return exitCodes.ok;
  });
}

export function removeSessions(
  named: string[],
  options: DataFolderOption & { forever?: boolean },
): Promise<number> {
  return withEngine(options, async (engine) => {
    const ids: string[] = [];
    for (const name of named) ids.push((await findSession(engine, name)).id);
    await engine.call('sessions.trash', { ids });
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
    const file = path.resolve(options.output ?? fileName);
    await writeFile(file, bytes);
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
        : imported.map((session) => `${session.id}  ${session.name}\n`).join(''),
    );
    return exitCodes.ok;
  });
}
