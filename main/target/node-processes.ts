/** The running Node processes one could attach to. */
import { execFile } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { commandLineOfPid } from './inspector-finder';
import { listProcesses } from './process-table';

export interface NodeProcessEntry {
  pid: number;
  /** Its command line, shortened. */
  title: string;
  /** Like `20.11.1`; undefined where the program cannot be asked. */
  nodeVersion?: string;
}

const nodeName = /^(node|nodejs)(-?\d+)?(\.exe)?( \(deleted\))?$/;
const titleLength = 160;
const versionTimeoutMs = 2000;

interface Found {
  pid: number;
  argv: string[];
  /** The program's file, where the system tells. */
  program?: string;
}

function fromProc(): Found[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const program = readlinkSync(`/proc/${name}/exe`);
      return nodeName.test(path.basename(program))
        ? [{ pid: Number(name), argv: commandLineOfPid(Number(name)), program }]
        : [];
    } catch {
      // Another user's, or gone.
      return [];
    }
  });
}

function fromPs(): Promise<Found[]> {
  return new Promise((resolve) => {
    execFile('ps', ['-A', '-o', 'pid=,args='], { maxBuffer: 16 * 1024 * 1024 }, (_error, stdout) =>
      resolve(
        stdout.split('\n').flatMap((line) => {
          const match = /^\s*(\d+)\s+(\S+)(.*)$/.exec(line);
          if (!match || !nodeName.test(path.basename(match[2] ?? ''))) return [];
          return [{ pid: Number(match[1]), argv: [match[2] ?? '', ...(match[3] ?? '').trim().split(/\s+/)] }];
        }),
      ),
    );
  });
}

/** Asks a program for its version, once for all processes that run it. */
function versionOf(program: string): Promise<string | undefined> {
  if (program === process.execPath) return Promise.resolve(process.versions.node);
  const { NODE_OPTIONS: _notForThis, ...env } = process.env;
  return new Promise((resolve) => {
    execFile(program, ['--version'], { timeout: versionTimeoutMs, env, windowsHide: true }, (error, stdout) =>
      resolve(error ? undefined : /^v(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1]),
    );
  });
}

/** Node processes of this user, newest pid first; without Scorchmark itself and its helpers. */
export async function listNodeProcesses(): Promise<NodeProcessEntry[]> {
  const found = process.platform === 'linux' ? fromProc() : await fromPs();
  const parents = new Map((await listProcesses()).map((row) => [row.pid, row.ppid]));
  const isOurs = (pid: number): boolean => pid === process.pid || parents.get(pid) === process.pid;
  const shown = found
    .filter(({ pid, argv }) => argv.length > 0 && !isOurs(pid))
    .sort((a, b) => b.pid - a.pid);
  const programs = [...new Set(shown.flatMap(({ program }) => program ?? []))];
  const versions = new Map(
    await Promise.all(programs.map(async (program) => [program, await versionOf(program)] as const)),
  );
  return shown.map(({ pid, argv, program }) => {
    const nodeVersion = program === undefined ? undefined : versions.get(program);
    return {
      pid,
      title: [path.basename(argv[0] ?? ''), ...argv.slice(1)].join(' ').slice(0, titleLength),
      ...(nodeVersion !== undefined && { nodeVersion }),
    };
  });
}
