/** Pausing a tree of processes: SIGSTOP, and SIGCONT whatever happens to the workbench. */
import { AppError } from '../../errors';
import { listProcesses, signal } from '../../target/process-table';
import type { Acting } from './acting';
import { keepUndo, type KeptProcess } from './keeper';

/** A process may fork between the look and the signal. */
const mostRounds = 10;

export async function startsOf(pids: readonly number[]): Promise<KeptProcess[]> {
  const wanted = new Set(pids);
  return (await listProcesses())
    .filter(({ pid, zombie }) => wanted.has(pid) && !zombie)
    .map(({ pid, start }) => ({ pid, start }));
}

/** @param list the tree's living processes, the root first. Rejects where processes cannot be stopped. */
export async function pauseTree(list: () => Promise<number[]>): Promise<Acting> {
  if (process.platform === 'win32')
    throw new AppError('BAD_INPUT', 'Windows has no way to pause a process from outside.', {
      hint: 'Block its event loop instead.',
    });
  const stopped = new Map<number, string>();
  let forget: () => void = () => undefined;
  for (let round = 0; round < mostRounds; round++) {
    const fresh = (await startsOf(await list())).filter(({ pid }) => !stopped.has(pid));
    if (fresh.length === 0) break;
    // Before the signal: from here on they go on even if we are killed.
    const forgetBefore = forget;
    forget = keepUndo({ processes: [...[...stopped].map(([pid, start]) => ({ pid, start })), ...fresh] });
    forgetBefore();
    for (const { pid, start } of fresh) if (signal(pid, 'SIGSTOP')) stopped.set(pid, start);
  }
  if (stopped.size === 0) {
    forget();
    throw new AppError('BAD_INPUT', 'There is no process of the target to pause.');
  }
  return {
    async end() {
      const same = await startsOf([...stopped.keys()]);
      const left = same.filter(({ pid, start }) => stopped.get(pid) === start);
      for (const { pid } of left.reverse()) signal(pid, 'SIGCONT');
      forget();
      if (left.length === 0) return { problem: 'The processes that were paused had ended before it did.' };
    },
  };
}
