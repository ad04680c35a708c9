/** Where a recording was made: shown with every session, so that two of them can be judged comparable. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Environment } from '../api';
import { version } from '../paths';

const run = promisify(execFile);

async function git(cwd: string, ...args: string[]): Promise<string | undefined> {
  try {
    const { stdout } = await run('git', ['-C', cwd, ...args], { timeout: 1500, windowsHide: true });
    return stdout.trim();
  } catch {
    return undefined; // no git, not a repository, or too slow: the revision is simply not known
  }
}

/** The host, and the git revision of `cwd` when there is one. `nodeVersion` is filled in once a target process has announced itself. */
export async function describeEnvironment(cwd: string): Promise<Environment> {
  const [gitRevision, status] = await Promise.all([
    git(cwd, 'rev-parse', 'HEAD'),
    git(cwd, 'status', '--porcelain', '--untracked-files=no'),
  ]);
  const cpus = os.cpus();
  return {
    nodeVersion: '',
    scorchmarkVersion: version,
    os: `${os.type()} ${os.release()}`,
    arch: os.arch(),
    cpuModel: cpus[0]?.model.trim() ?? 'unknown',
    cpuCount: cpus.length,
    memoryBytes: os.totalmem(),
    ...(gitRevision && { gitRevision, gitDirty: Boolean(status) }),
  };
}

/** The name a person would call the project in `cwd`: its package name, else the folder's. */
export async function projectName(cwd: string): Promise<string> {
  try {
    const manifest = JSON.parse(await readFile(path.join(cwd, 'package.json'), 'utf8')) as { name?: unknown };
    if (typeof manifest.name === 'string' && manifest.name) return manifest.name;
  } catch {
    // no readable package.json: the folder's name serves
  }
  return path.basename(path.resolve(cwd)) || 'target';
}
