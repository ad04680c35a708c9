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
}

const nodeName = /^(node|nodejs)(-?\d+)?(\.exe)?( \(deleted\))?$/;
const titleLength = 160;

function fromProc(): { pid: number; argv: string[] }[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const program = path.basename(readlinkSync(`/proc/${name}/exe`));
      return nodeName.test(program) ? [{ pid: Number(name), argv: commandLineOfPid(Number(name)) }] : [];
    } catch {
      // Another user's, or gone.
      return [];
    }
  });
}

function fromPs(): Promise<{ pid: number; argv: string[] }[]> {
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

/** Node processes of this user, newest pid first; without Scorchmark itself and its helpers. */
export async function listNodeProcesses(): Promise<NodeProcessEntry[]> {
  const found = process.platform === 'linux' ? fromProc() : await fromPs();
  const parents = new Map((await listProcesses()).map((row) => [row.pid, row.ppid]));
  const isOurs = (pid: number): boolean => pid === process.pid || parents.get(pid) === process.pid;
  return found
    .filter(({ pid, argv }) => argv.length > 0 && !isOurs(pid))
    .sort((a, b) => b.pid - a.pid)
    .map(({ pid, argv }) => ({
      pid,
      title: [path.basename(argv[0] ?? ''), ...argv.slice(1)].join(' ').slice(0, titleLength),
    }));
}
