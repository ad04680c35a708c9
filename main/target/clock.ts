import type { Clock } from './types';

/** The host's monotonic clock in µs: what V8 profiles, `process.hrtime` and `performance` of every process count in. */
export function monotonicUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

/** A clock whose zero is now: the run's start. */
export function createClock(): Clock {
  const originUs = monotonicUs();
  return { originUs, nowUs: () => monotonicUs() - originUs };
}
