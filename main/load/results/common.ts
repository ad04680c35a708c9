/** What all readers of other tools' results share. */
import type { LatencySummary, LoadResult, LoadTotals, Metric, Series } from '../../api';
import { AppError } from '../../errors';

export interface ReadLoad {
  result: LoadResult;
  series: Series[];
  /** Writes what it tells of each second to `load-seconds.ndjson`; absent where a file does not tell. */
  keepSeconds?: (file: string) => Promise<void>;
}

type Json = Record<string, unknown>;

export function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/**
 * What a file tells of latencies. Values that it does not have are absent, not 0: readers of summaries write a dash for them.
 */
export function latencyOf(
  given: Partial<Record<keyof LatencySummary, number | undefined>>,
): LatencySummary | null {
  const told = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return Object.keys(told).length > 0 ? told : null;
}

export function emptyTotals(): LoadTotals {
  return {
    requests: 0,
    errors: 0,
    timeouts: 0,
    non2xx: 0,
    bytes: 0,
    meanRate: 0,
    latency: null,
    statusClasses: {},
  };
}

export function resultOf(
  tool: string,
  given: Partial<LoadResult> & { totals: LoadTotals; durationMs: number },
): LoadResult {
  const { durationMs, ...rest } = given;
  return {
    preset: tool.split(' ')[0] ?? tool,
    users: 0,
    plannedDurationMs: durationMs,
    startedUs: 0,
    endedUs: Math.round(durationMs * 1000),
    cancelled: false,
    perRequest: [],
    importedFrom: tool,
    ...rest,
  };
}

/** Series of the load from rows of [µs, value], in time order. */
export function seriesOf(columns: Partial<Record<Metric, [number, number][]>>): Series[] {
  return Object.entries(columns)
    .filter(([, rows]) => rows.length > 0)
    .map(([metric, rows]) => ({
      metric: metric as Metric,
      scope: 'load',
      tUs: rows.map(([tUs]) => tUs),
      values: rows.map(([, value]) => value),
    }));
}

export function classOf(status: number): string {
  return `${Math.floor(status / 100)}xx`;
}

export function addTo(counts: Record<string, number>, key: string, count: number): void {
  if (count === 0) return;
  // Keys come from files: one may be called `constructor`, or `__proto__`, which only this way becomes a key.
  const value = (Object.hasOwn(counts, key) ? counts[key]! : 0) + count;
  Object.defineProperty(counts, key, { value, enumerable: true, writable: true, configurable: true });
}

/**
 * Answers that a check failed on and that did not fail anyway. Tools that count checks apart from requests do not say which
 * requests those were: both are taken to be the same as far as they can be, so that no request counts twice.
 * @param failedChecks how often each check failed; one is made at most once on a request
 */
export function badChecksOf(
  failedChecks: Iterable<number>,
  { requests, errors, timeouts, non2xx }: Pick<LoadTotals, 'requests' | 'errors' | 'timeouts' | 'non2xx'>,
): number {
  let worst = 0;
  for (const failed of failedChecks) worst = Math.max(worst, failed);
  return Math.max(0, Math.min(worst, requests + errors + timeouts) - errors - timeouts - non2xx);
}

export function malformed(fileName: string, tool: string, what: string): AppError {
  return new AppError('PROFILE_MALFORMED', `${fileName} looks like a result of ${tool}, but ${what}.`, {
    hint: 'Was the file written to its end?',
  });
}
