import { readFile } from 'node:fs/promises';

/** Highest resident set of this process so far, in MB; Linux's own count, without what the process was before `exec`. */
export async function peakMb(): Promise<number> {
  try {
    const status = await readFile('/proc/self/status', 'utf8');
    return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1]) / 1e3;
  } catch {
    return process.resourceUsage().maxRSS / 1e3;
  }
}
