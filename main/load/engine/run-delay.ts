/** How long this process was ready to run and had no core: what others on the machine take from it. */
import { closeSync, openSync, readSync } from 'node:fs';

const buffer = Buffer.alloc(128);
let file: number | null | undefined;

/** Of the main thread since its start, in ms; null where the system does not tell (only Linux does). */
export function waitedForCoreMs(): number | null {
  try {
    if (file === undefined)
      file = process.platform === 'linux' ? openSync('/proc/self/schedstat', 'r') : null;
    if (file === null) return null;
    // Three numbers: ns on a core, ns of waiting for one, how often (kernel's Documentation/scheduler/sched-stats.rst).
    const text = buffer.toString('latin1', 0, readSync(file, buffer, 0, buffer.length, 0));
    const waitedNs = Number(text.split(' ')[1]);
    return Number.isFinite(waitedNs) && waitedNs > 0 ? waitedNs / 1e6 : null;
  } catch {
    if (typeof file === 'number') closeSync(file);
    file = null;
    return null;
  }
}
