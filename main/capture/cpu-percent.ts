/** CPU use between two readings of a process. */
import type { Usage } from './process-usage';

/** The system tells the start in ticks of 10 ms, and its own uptime as coarsely. */
const startToleranceUs = 20_000;

/** CPU time is told in ticks of 10 ms: what is shorter than a few of them says nothing. */
export const shortestElapsedUs = 50_000;

/**
 * Percent of one core, 100 = one core busy; can exceed 100 with threads. Undefined for the first reading of a process
 * that is older than the last sample: what it used before is not this interval's.
 * Undefined, too, when the readings are closer together than `shortestElapsedUs`.
 * A process that began after the last sample (`sinceUs`, µs since the run's start) has used all its time since then.
 */
export function cpuPercent(now: Usage, before: Usage | undefined, sinceUs: number): number | undefined {
  // A reused pid has less CPU time than its predecessor had.
  const same = before !== undefined && now.cpuUs >= before.cpuUs;
  if (same) {
    const elapsedUs = now.atUs - before.atUs;
    return elapsedUs >= shortestElapsedUs ? ((now.cpuUs - before.cpuUs) / elapsedUs) * 100 : undefined;
  }
  if (now.startedUs === undefined || now.startedUs < sinceUs - startToleranceUs) return undefined;
  const elapsedUs = now.atUs - sinceUs;
  return elapsedUs >= shortestElapsedUs ? (now.cpuUs / elapsedUs) * 100 : undefined;
}
