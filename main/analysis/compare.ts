/** Two sessions side by side: numbers, functions, and what makes the two hard to compare. */
import type { Comparison, FunctionChange, MetricChange, SessionMeta, SessionSummary } from '../api';
import { diffFunctions } from '../../profiles/diff';
import { emptyCallTree } from '../../profiles/call-tree';
import { caveats } from './caveats';
import type { ComparedRun } from './caveats';
import { cpuTree } from './summary';
import type { CpuProfiles } from './summary';

export interface ComparedSession extends ComparedRun {
  meta: SessionMeta;
  cpu: CpuProfiles;
}

export interface CompareOptions {
  /** How many functions to name; the rest changed less than all of these. */
  maxFunctions?: number;
}

type NumberKey = {
  [K in keyof SessionSummary]-?: SessionSummary[K] extends number | undefined ? K : never;
}[keyof SessionSummary];

const metricRows: {
  key: NumberKey;
  label: string;
  unit: MetricChange['unit'];
  better: MetricChange['better'];
}[] = [
  { key: 'requestRate', label: 'Requests per second', unit: 'perSecond', better: 'higher' },
  { key: 'latencyP50Ms', label: 'Latency P50', unit: 'ms', better: 'lower' },
  { key: 'latencyP95Ms', label: 'Latency P95', unit: 'ms', better: 'lower' },
  { key: 'latencyP99Ms', label: 'Latency P99', unit: 'ms', better: 'lower' },
  { key: 'errorRatio', label: 'Failed requests', unit: 'ratio', better: 'lower' },
  { key: 'requests', label: 'Requests', unit: 'count', better: 'neutral' },
  { key: 'cpuMeanPercent', label: 'CPU, mean', unit: 'percent', better: 'lower' },
  { key: 'cpuBusyMs', label: 'CPU time of JavaScript threads', unit: 'ms', better: 'lower' },
  { key: 'loopDelayP99Ms', label: 'Event-loop delay P99', unit: 'ms', better: 'lower' },
  { key: 'loopDelayMaxMs', label: 'Event-loop delay max', unit: 'ms', better: 'lower' },
  { key: 'loopUtilizationMean', label: 'Event-loop utilisation', unit: 'ratio', better: 'lower' },
  { key: 'gcPauseTotalMs', label: 'GC pause, total', unit: 'ms', better: 'lower' },
  { key: 'gcCount', label: 'GC count', unit: 'count', better: 'lower' },
  { key: 'rssMaxBytes', label: 'RSS, highest', unit: 'bytes', better: 'lower' },
  { key: 'heapMaxBytes', label: 'Heap used, highest', unit: 'bytes', better: 'lower' },
  { key: 'allocatedLiveBytes', label: 'Live allocations at the end', unit: 'bytes', better: 'lower' },
];

/** What a longer recording has more of by itself: neither better nor worse when durations differ. */
const growsWithDuration: ReadonlySet<string> = new Set([
  'cpuBusyMs',
  'gcPauseTotalMs',
  'gcCount',
  'requests',
]);

/**
 * Compares session `b` with session `a`. Metrics that neither side measured are left out, a side that lacks one has
 * null. Function times are ms; shares are of each session's busy time, which stays comparable when durations differ.
 */
export function compareSessions(
  { a, b }: { a: ComparedSession; b: ComparedSession },
  { maxFunctions = 500 }: CompareOptions = {},
): Comparison {
  return {
    a: a.meta,
    b: b.meta,
    metrics: metricChanges(a.meta, b.meta),
    functions: functionChanges(a, b).slice(0, maxFunctions),
    caveats: caveats(a, b),
  };
}

function metricChanges(a: SessionMeta, b: SessionMeta): MetricChange[] {
  const sameDuration = durationRatio(a, b) < 1.1;
  const rows: MetricChange[] = [
    {
      key: 'durationMs',
      label: 'Duration',
      unit: 'ms',
      a: a.durationMs,
      b: b.durationMs,
      change: relativeChange(a.durationMs, b.durationMs),
      better: 'neutral',
    },
  ];
  for (const { key, label, unit, better } of metricRows) {
    const valueA = a.summary[key] ?? null;
    const valueB = b.summary[key] ?? null;
    if (valueA === null && valueB === null) continue;
    const judged = growsWithDuration.has(key) && !sameDuration ? 'neutral' : better;
    rows.push({
      key,
      label,
      unit,
      a: valueA,
      b: valueB,
      change: relativeChange(valueA, valueB),
      better: judged,
    });
  }
  return rows;
}

/** (b - a) / a; from zero to zero nothing changed, from zero to something the change has no number. */
export function relativeChange(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return null;
  if (a === b) return 0;
  return a === 0 ? null : (b - a) / Math.abs(a);
}

function functionChanges(a: ComparedSession, b: ComparedSession): FunctionChange[] {
  const treeA = cpuTree(a.cpu) ?? emptyCallTree('microseconds');
  const treeB = cpuTree(b.cpu) ?? emptyCallTree('microseconds');
  return diffFunctions(treeA, treeB, { cwdA: a.meta.cwd, cwdB: b.meta.cwd }).map((row) => ({
    name: row.name,
    url: row.url,
    lineA: row.lineA,
    lineB: row.lineB,
    selfMsA: row.selfA / 1000,
    selfMsB: row.selfB / 1000,
    totalMsA: row.totalA / 1000,
    totalMsB: row.totalB / 1000,
    selfShareA: row.selfShareA,
    selfShareB: row.selfShareB,
  }));
}

function durationRatio(a: SessionMeta, b: SessionMeta): number {
  const shorter = Math.min(a.durationMs, b.durationMs);
  return shorter > 0
    ? Math.max(a.durationMs, b.durationMs) / shorter
    : a.durationMs === b.durationMs
      ? 1
      : Infinity;
}
