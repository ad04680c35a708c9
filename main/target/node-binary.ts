/** The Node binary a person chose instead of the one on PATH. */
import { execFile } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../errors';

const versionTimeoutMs = 10_000;
export const oldestNodeMajor = 18;

export function nodeTooOld(version: string, what: string): AppError {
  return new AppError(
    'NODE_TOO_OLD',
    `${what} is Node ${version.replace(/^v/, '')}; Scorchmark needs Node ${oldestNodeMajor} or newer.`,
    {
      hint: 'Run the program with a newer Node: choose another Node binary for this run, or change the one on PATH.',
    },
  );
}

/**
 * Asks the binary for its version.
 * @throws AppError NODE_BINARY_INVALID, NODE_TOO_OLD
 */
export async function checkNodeBinary(file: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { NODE_OPTIONS: _notForThis, ...plainEnv } = env;
  const answer = await new Promise<string>((resolve, reject) => {
    execFile(
      file,
      ['--version'],
      { timeout: versionTimeoutMs, env: plainEnv, windowsHide: true },
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- it is an Error; the rule misses ExecFileException
      (error, stdout) => (error ? reject(error) : resolve(stdout.trim())),
    );
  }).catch((error: Error) => {
    throw new AppError('NODE_BINARY_INVALID', `${file} cannot be run as a Node binary.`, {
      hint: 'Give the absolute path of a node executable, for example the output of: which node',
      details: error.message,
    });
  });
  const major = /^v(\d+)\.\d+\.\d+/.exec(answer)?.[1];
  if (major === undefined)
    throw new AppError(
      'NODE_BINARY_INVALID',
      `${file} is not Node: it answers --version with “${answer.slice(0, 100)}”.`,
      {
        hint: 'Give the absolute path of a node executable, for example the output of: which node',
      },
    );
  if (Number(major) < oldestNodeMajor) throw nodeTooOld(answer, file);
}

/** A folder to put first on PATH, in which `node` is that binary: then npm, tsx and `#!/usr/bin/env node` use it too. */
export async function nodeOnPath(nodeBinary: string, privateFolder: string): Promise<string> {
  if (process.platform === 'win32') return path.dirname(nodeBinary);
  const folder = path.join(privateFolder, 'bin');
  await mkdir(folder, { mode: 0o700 });
  await symlink(nodeBinary, path.join(folder, 'node'));
  return folder;
}
