/** What the operating system says about processes. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { promisify } from 'node:util';
import type { Clock } from '../target/types';

export interface Usage {
  /** CPU time of all threads since the process began, user and system, µs. */
  cpuUs: number;
  /** Resident set; pages shared between processes count in each of them. */
  rssBytes: number;
  /** When this was read, µs since the run's start. */
  atUs: number;
  /** When the process began, µs since the run's start (negative: before it); undefined where the system does not tell. */
  startedUs?: number;
}

/** Reads those of the given processes that still exist. */
export type ProcessReader = (pids: number[], clock: Clock) => Promise<Map<number, Usage>>;

export function platformReader(): ProcessReader {
  return process.platform === 'linux' ? linuxReader() : readWithPidusage;
}

/** USER_HZ, which Linux fixes at 100 for every interface to user space (man 5 proc). */
const ticksPerSecond = 100;

function linuxReader(): ProcessReader {
  let pageSize: Promise<number> | undefined;
  return async (pids, clock) => {
    const pageBytes = await (pageSize ??= readPageSize());
    const usages = new Map<number, Usage>();
    for (const pid of pids) {
      const usage = readProc(pid, pageBytes, clock);
      if (usage) usages.set(pid, usage);
    }
    return usages;
  };
}

/** A reading and its time must be of one moment; on a busy machine even two lines of code may be far apart. */
const longestReadingUs = 2_000;
const mostReadings = 5;

/**
 * Synchronously, which takes some 20 µs: what is read in another thread would be dated when this one gets to it, and CPU
 * use be far too low in one interval and far too high in the next.
 */
function readProc(pid: number, pageBytes: number, clock: Clock): Usage | undefined {
  try {
    for (let reading = 1; ; reading++) {
      const fromUs = clock.nowUs();
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      const atUs = clock.nowUs();
      if (atUs - fromUs > longestReadingUs && reading < mostReadings) continue;
      return usageOf(stat, readFileSync(`/proc/${pid}/statm`, 'latin1'), pageBytes, atUs);
    }
  } catch (error) {
    return vanished(error);
  }
}

function usageOf(stat: string, statm: string, pageBytes: number, atUs: number): Usage {
  // The name in parentheses may itself hold spaces and parentheses; the fields after it start with the third.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const ageUs = (uptime() - Number(fields[19]) / ticksPerSecond) * 1e6;
  return {
    cpuUs: (ticks / ticksPerSecond) * 1e6,
    rssBytes: Number(statm.split(' ')[1]) * pageBytes,
    atUs,
    startedUs: atUs - ageUs,
  };
}

function vanished(error: unknown): undefined {
  const code = (error as NodeJS.ErrnoException).code;
  // ESRCH: it ended between opening its file and reading it.
  if (code === 'ENOENT' || code === 'ESRCH') return undefined;
  throw error;
}

async function readPageSize(): Promise<number> {
  try {
    const { stdout } = await promisify(execFile)('getconf', ['PAGESIZE']);
    const bytes = Number(stdout);
    if (bytes > 0) return bytes;
  } catch {
    // Small images have no getconf.
  }
  return 4096;
}

async function readWithPidusage(pids: number[], clock: Clock): Promise<Map<number, Usage>> {
  const { default: pidusage } = await import('pidusage');
  const usages = new Map<number, Usage>();
  await Promise.all(
    pids.map(async (pid) => {
      try {
        const { ctime, memory, elapsed } = await pidusage(pid);
        const atUs = clock.nowUs();
        usages.set(pid, { cpuUs: ctime * 1000, rssBytes: memory, atUs, startedUs: atUs - elapsed * 1000 });
      } catch {
        // Ended since the tree was listed; pidusage does not say more.
      }
    }),
  );
  return usages;
}
