/** Tells whether the process that wrote something still lives, also when its pid has been given to another one since. */
import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import os from 'node:os';
import { promisify } from 'node:util';
import { z } from 'zod';

export const processIdentitySchema = z.object({
  pid: z.number().int().positive(),
  /** When the process started, in whatever form the system tells; null where it cannot be told cheaply. */
  started: z.string().nullable(),
  /** Host and pid namespace: a pid of another container or machine says nothing here. */
  place: z.string(),
});
export type ProcessIdentity = z.infer<typeof processIdentitySchema>;

async function placeOfPids(): Promise<string> {
  const namespace = process.platform === 'linux' ? await readlink('/proc/self/ns/pid').catch(() => '') : '';
  return `${os.hostname()} ${namespace}`;
}

async function startOf(pid: number): Promise<string | null> {
  if (process.platform === 'linux') {
    try {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
      // proc(5): the command's name (field 2) may hold spaces and parentheses; field 22 is the start, in ticks since boot.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
      return `${boot.trim()} ${fields[19]}`;
    } catch {
      return null;
    }
  }
  if (process.platform === 'win32') return null;
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)], {
      env: { ...process.env, LC_ALL: 'C' },
    });
    return stdout.trim() || null;
  } catch {
    return null;
  }
}

let own: Promise<ProcessIdentity> | undefined;

export function ownIdentity(): Promise<ProcessIdentity> {
  own ??= (async () => ({
    pid: process.pid,
    started: await startOf(process.pid),
    place: await placeOfPids(),
  }))();
  return own;
}

/** `unknown`: it belongs to another machine or container, so only the age of its files can tell. */
export async function stateOf(identity: ProcessIdentity): Promise<'alive' | 'gone' | 'unknown'> {
  if (identity.place !== (await placeOfPids())) return 'unknown';
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    // EPERM: it lives, under another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return 'gone';
  }
  if (identity.started === null) return 'alive';
  const started = await startOf(identity.pid);
  if (process.platform === 'linux' && (await isZombie(identity.pid))) return 'gone';
  return started === null || started === identity.started ? 'alive' : 'gone';
}

/** A killed process whose parent has not collected it yet keeps its pid but does nothing any more. */
async function isZombie(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return ['Z', 'X'].includes(stat.charAt(stat.lastIndexOf(')') + 2));
}
