/** Ending a whole tree of processes. */
import { signal } from './process-table';

const pollMs = 20;
/** After SIGKILL only a process stuck in the kernel is left; it is not waited for. */
const killLimitMs = 5000;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * SIGTERM once to each process, then SIGKILL to all that are left after `graceMs`. On Windows there is no polite
 * signal for a process without a console: `process.kill` ends it at once.
 */
export async function endTree(list: () => Promise<number[]>, graceMs: number): Promise<void> {
  let left = await list();
  // One signal each, not one to the group and one to the process: many programs take a second one for “at once”.
  for (const pid of left) signal(pid, 'SIGTERM');
  const graceEnd = Date.now() + graceMs;
  while (left.length > 0 && Date.now() < graceEnd) {
    await sleep(pollMs);
    left = await list();
  }
  const killEnd = Date.now() + killLimitMs;
  while (left.length > 0 && Date.now() < killEnd) {
    for (const pid of left) signal(pid, 'SIGKILL');
    await sleep(pollMs);
    left = await list();
  }
}
