/** Finds the program of a command the way a shell would, before anything is started. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../errors';

async function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** The file names a command may have: on Windows with the extensions of PATHEXT. */
function namesOf(command: string, env: NodeJS.ProcessEnv): string[] {
  if (process.platform !== 'win32' || path.extname(command) !== '') return [command];
  return [
    ...(env['PATHEXT'] ?? '.COM;.EXE;.BAT;.CMD').split(';').map((extension) => command + extension),
    command,
  ];
}

/** @throws AppError CWD_NOT_FOUND */
export async function checkCwd(cwd: string): Promise<void> {
  const found = await stat(cwd).catch(() => undefined);
  if (found?.isDirectory()) return;
  throw new AppError(
    'CWD_NOT_FOUND',
    `The working folder ${cwd} ${found ? 'is not a folder' : 'does not exist'}.`,
    {
      hint: 'Choose the folder in which you would type the command.',
    },
  );
}

/**
 * The file to start for `command`: a path relative to `cwd`, a program on PATH, or a program of the project
 * (`node_modules/.bin`, as npx does).
 * @throws AppError COMMAND_NOT_FOUND, PERMISSION_DENIED
 */
export async function resolveCommand(command: string, cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  const isPath = /[/\\]/.test(command);
  const searchPath = env['PATH'] ?? env['Path'] ?? '';
  const folders = isPath ? [''] : searchPath.split(path.delimiter).filter(Boolean);
  if (!isPath) folders.push(path.join(cwd, 'node_modules', '.bin'));
  let forbidden: string | undefined;
  for (const folder of folders) {
    for (const name of namesOf(command, env)) {
      const file = path.resolve(cwd, folder, name);
      if (!(await isFile(file))) continue;
      if (await isExecutable(file)) return file;
      forbidden ??= file;
    }
  }
  const isScript = /\.[cm]?[jt]sx?$/.test(command) && (await isFile(path.resolve(cwd, command)));
  const scriptHint = `To run a script, put its runtime in front: ${/ts/.test(path.extname(command)) ? 'tsx' : 'node'} ${command}`;
  if (forbidden !== undefined)
    throw new AppError('PERMISSION_DENIED', `${forbidden} may not be executed.`, {
      hint: isScript ? scriptHint : `Make it executable: chmod +x '${forbidden}'`,
    });
  throw new AppError(
    'COMMAND_NOT_FOUND',
    `The command ${command} was not found${isPath ? ` in ${cwd}` : ' on PATH'}.`,
    {
      hint: isScript
        ? scriptHint
        : `Check the spelling, or give the program's full path. Looked from ${cwd}.`,
    },
  );
}
