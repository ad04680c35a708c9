/**
 * Caps the memory of a running program by what the system offers.
 *
 * Control groups count for all processes of the target together, and the kernel ends a process that needs more: what a
 * container with a memory limit does. A program that was put into its group right after its start is counted in full; one
 * that is put there later keeps what it has on the old account, so only the rest up to the cap is granted in the new one.
 * Without control groups, `prlimit` limits the data of each process for itself: the system then refuses memory. V8 is told
 * of neither: its heap does not shrink because of a cap, and it ends the process when it gets no memory.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { AppError } from '../../errors';
import type { Acting } from './acting';
import { keepUndo } from './keeper';
import { MemoryGroup } from './memory-group';
import { startsOf } from './pause';

const run = promisify(execFile);
const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

export interface MemoryCapOptions {
  /** The tree's living processes, the root first. */
  pids: number[];
  limitBytes: number;
  /** Made when the target was started, with the target in it. */
  group?: MemoryGroup | null;
  /** For tests: a machine without control groups. */
  makeGroup?: (pid: number) => Promise<MemoryGroup | null>;
}

/** Rejects with an AppError that says why when it cannot be done here, or when more is used already. */
export async function capMemory(options: MemoryCapOptions): Promise<Acting> {
  const { pids, limitBytes, makeGroup = (pid) => MemoryGroup.around(pid) } = options;
  const [root] = pids;
  if (root === undefined) throw new AppError('BAD_INPUT', 'There is no process of the target to cap.');
  if (process.platform !== 'linux')
    throw new AppError('BAD_INPUT', `Memory can be capped only on Linux, and this is ${process.platform}.`, {
      hint: 'Start the target with --max-old-space-size instead: it limits the JavaScript heap.',
    });
  if (options.group) return capGroup(options.group, limitBytes, 'of all it took since its start', true);
  const usedBytes = await usedBy(pids);
  if (usedBytes >= limitBytes)
    throw new AppError(
      'BAD_INPUT',
      `It uses ${megabytes(usedBytes)} already, more than the cap of ${megabytes(limitBytes)}.`,
      { hint: 'Choose a higher cap, or plan the fault in the scenario: then it counts from the start.' },
    );
  const group = await makeGroup(root);
  if (!group) return capByPrlimit(pids, limitBytes);
  try {
    for (const pid of pids.slice(1)) await group.add(pid);
    return await capGroup(
      group,
      limitBytes - usedBytes,
      `${megabytes(limitBytes - usedBytes)} beside the ${megabytes(usedBytes)} it had`,
      false,
    );
  } catch (error) {
    await group.remove();
    throw error;
  }
}

async function capGroup(group: MemoryGroup, bytes: number, of: string, keeps: boolean): Promise<Acting> {
  const killedBefore = await group.killed();
  // Version 1 refuses a limit below what is used and cannot be taken back; version 2 would end the program at once.
  if (group.version === 2 && (await group.heldBytes()) >= bytes) throw await tooMuch(group, bytes);
  const name = `control group (version ${group.version}, ${group.limitFile})`;
  try {
    await group.limit(bytes);
  } catch (error) {
    await group.lift().catch(() => undefined);
    if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error;
    throw await tooMuch(group, bytes, error);
  }
  return {
    means: `${name}: ${of}, all its processes together`,
    async end() {
      const killed = (await group.killed()) - killedBefore;
      if (keeps) await group.lift().catch(() => undefined);
      else await group.remove();
      if (killed > 0)
        return {
          means: `the kernel ended ${killed === 1 ? 'a process' : `${killed} processes`} that needed more`,
        };
    },
  };
}

async function tooMuch(group: MemoryGroup, bytes: number, cause?: unknown): Promise<AppError> {
  const used = megabytes(await group.usedBytes());
  return new AppError(
    'BAD_INPUT',
    `It uses ${used} already and gave nothing back: it was not capped at ${megabytes(bytes)}.`,
    { hint: 'Choose a higher cap.', cause },
  );
}

async function capByPrlimit(pids: number[], limitBytes: number): Promise<Acting> {
  const before = await softLimitOf(pids[0]!);
  if (before === null)
    throw new AppError(
      'BAD_INPUT',
      'Memory cannot be capped here: no control group may be made, and there is no prlimit.',
      {
        hint: 'Install util-linux, run Scorchmark where it may make control groups, or start the target with --max-old-space-size.',
      },
    );
  const processes = await startsOf(pids);
  for (const { pid } of processes) {
    const bytes = await statusBytes(pid, /^VmData:\s+(\d+) kB/m);
    if (bytes >= limitBytes)
      throw new AppError(
        'BAD_INPUT',
        `Process ${pid} has ${megabytes(bytes)} of data already, more than the cap of ${megabytes(limitBytes)}; it would end at once.`,
        { hint: 'Choose a higher cap.' },
      );
  }
  const forget = keepUndo({ processes, limits: `${before}:` });
  const set = async (limit: string): Promise<void> => {
    await Promise.all(
      processes.map(({ pid }) =>
        run('prlimit', ['--pid', String(pid), `--data=${limit}:`]).catch(() => undefined),
      ),
    );
  };
  await set(String(Math.round(limitBytes)));
  return {
    means:
      'prlimit (RLIMIT_DATA), each process for itself: the system refuses more memory, and V8, which is not told, ends the process then',
    async end() {
      const living = new Set((await startsOf(pids)).map(({ pid, start }) => `${pid} ${start}`));
      if (processes.some(({ pid, start }) => living.has(`${pid} ${start}`))) await set(before);
      forget();
    },
  };
}

/** As text, `unlimited` included; null where there is no prlimit. */
async function softLimitOf(pid: number): Promise<string | null> {
  try {
    const { stdout } = await run('prlimit', [
      '--pid',
      String(pid),
      '--data',
      '--raw',
      '--noheadings',
      '-o',
      'SOFT',
    ]);
    return stdout.trim();
  } catch {
    return null;
  }
}

/** What would count in a group: memory of their own and shared, without files. */
async function usedBy(pids: number[]): Promise<number> {
  let bytes = 0;
  for (const pid of pids)
    bytes +=
      (await statusBytes(pid, /^RssAnon:\s+(\d+) kB/m)) + (await statusBytes(pid, /^RssShmem:\s+(\d+) kB/m));
  return bytes;
}

async function statusBytes(pid: number, what: RegExp): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(what.exec(text)?.[1] ?? 0) * 1024;
}
