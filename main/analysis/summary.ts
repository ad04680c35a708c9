/** The few numbers of a session that lists, search and comparison show. */
import type { Collections, LoadResult, Mark, Series, SessionSummary, ThreadKey } from '../api';
import type { Recorded } from '../sessions';
import { aggregate, mergeCallTrees } from '../../profiles/call-tree';
import type { CallTree } from '../../profiles/call-tree';
import { categorise } from '../../profiles/categories';
import { functionTable } from '../../profiles/functions';
import { collectionTotals } from '../../profiles/series';
import { combinedP99, maximum, timeWeightedMean } from '../../profiles/time-series';
import type { Profile, V8HeapProfile } from '../../profiles/types';
import { failedShare, isRealFunction } from '../../profiles/verdict';

/** The profiles of a run, by thread or just one after the other. */
export type CpuProfiles = ReadonlyMap<ThreadKey, Profile> | Iterable<Profile>;

export interface SummaryInput {
  cpu: CpuProfiles;
  series: readonly Series[];
  marks: readonly Mark[];
  /** All garbage collections; absent where `marks` has them. */
  collections?: readonly Collections[] | undefined;
  /** Last live allocation profile of each thread. */
  allocations: ReadonlyMap<ThreadKey, V8HeapProfile | Profile> | Iterable<V8HeapProfile | Profile>;
  loadResult: LoadResult | null;
}

/**
 * A number is there only when it was measured.
 *
 * - `cpuSamples`: busy and idle samples of all threads; `cpuBusyMs`: their busy time (without Scorchmark's own code).
 * - `cpuMeanPercent`: time-weighted mean over the process tree; 100 is one busy core.
 * - `heapMaxBytes`: the highest heap of any one thread (threads are not measured at the same instants).
 * - `loopDelayMaxMs`: the highest of all threads. `loopDelayP99Ms`: of the worst thread, over all its intervals
 *   together as `combinedP99` defines; the highest interval P99 where the columns for that were not recorded.
 * - `loopUtilizationMean`: time-weighted mean of the busiest thread, 0..1: an idle worker says nothing about it.
 * - `gcPauseTotalMs`, `gcCount`: all threads.
 * - `allocatedLiveBytes`: sampled estimate of what was alive at the last allocation profile, all threads.
 * - `topFunction.share`: of all busy time, 0..1; `topAllocator.share`: of `allocatedLiveBytes`, 0..1.
 */
export function summarise(input: SummaryInput): SessionSummary {
  const summary: SessionSummary = {
    ...cpuNumbers([...profilesOf(input.cpu)]),
    ...resourceNumbers(input.series),
    ...loopNumbers(input.series),
    ...gcNumbers(input.series, input.marks, input.collections),
    ...loadNumbers(input.loadResult),
    ...allocationNumbers([...valuesOf(input.allocations)]),
  };
  return Object.fromEntries(Object.entries(summary).filter(([, value]) => value !== undefined));
}

/** The same for what the session store knows as recorded. */
export function summariseRecorded(recorded: Recorded): SessionSummary {
  return summarise({
    cpu: [...recorded.cpu.values()].map(({ profile }) => profile),
    series: [...recorded.series.values()],
    marks: recorded.marks,
    collections: recorded.collections,
    allocations: recorded.allocations,
    loadResult: recorded.loadResult,
  });
}

/** Busy time of all threads and processes as one tree, or null when there are no samples. */
export function cpuTree(cpu: CpuProfiles): CallTree | null {
  const profiles = [...profilesOf(cpu)].filter((profile) => profile.samples.length > 0);
  return profiles.length === 0 ? null : mergeCallTrees(profiles.map((profile) => aggregate(profile)));
}

export function profilesOf(cpu: CpuProfiles): Iterable<Profile> {
  return valuesOf<Profile>(cpu);
}

function valuesOf<T>(source: ReadonlyMap<string, T> | Iterable<T>): Iterable<T> {
  return source instanceof Map ? (source as ReadonlyMap<string, T>).values() : (source as Iterable<T>);
}

function cpuNumbers(profiles: Profile[]): SessionSummary {
  const tree = cpuTree(profiles);
  if (!tree) return {};
  const top = functionTable(tree).find(isRealFunction);
  return {
    cpuSamples: profiles.reduce((sum, { samples }) => sum + samples.length, 0),
    cpuBusyMs: tree.totalWeight / 1000,
    ...(top &&
      top.self > 0 && {
        topFunction: {
          name: top.name,
          url: top.url,
          line: top.line,
          selfMs: top.self / 1000,
          share: top.selfShare,
        },
      }),
  };
}

function resourceNumbers(series: readonly Series[]): SessionSummary {
  const tree = (metric: Series['metric']) =>
    series.find((one) => one.metric === metric && one.scope === 'tree');
  const cpu = tree('cpu');
  return {
    cpuMeanPercent: cpu && timeWeightedMean(cpu),
    rssMaxBytes: maximum(tree('rss')?.values ?? []),
    heapMaxBytes: highest(series, 'heapUsed', ({ values }) => maximum(values)),
  };
}

function loopNumbers(series: readonly Series[]): SessionSummary {
  const of = (metric: Series['metric'], scope: string) =>
    series.find((one) => one.metric === metric && one.scope === scope)?.values ?? [];
  return {
    loopDelayMaxMs: highest(series, 'loopDelayMax', ({ values }) => maximum(values)),
    loopDelayP99Ms: highest(
      series,
      'loopDelayP99',
      ({ tUs, values, scope }) =>
        combinedP99(tUs, of('loopDelayP50', scope), values, of('loopDelayMax', scope)) ?? maximum(values),
    ),
    loopUtilizationMean: highest(series, 'loopUtilization', timeWeightedMean),
  };
}

function gcNumbers(
  series: readonly Series[],
  marks: readonly Mark[],
  columns: readonly Collections[] = [],
): SessionSummary {
  const sum = (metric: Series['metric']) => {
    const columns = series.filter((one) => one.metric === metric && one.values.length > 0);
    return columns.length === 0
      ? undefined
      : columns.reduce((total, { values }) => total + values.reduce((part, value) => part + value, 0), 0);
  };
  const known = collectionTotals(columns, null);
  for (const mark of marks) {
    if (mark.kind !== 'gc') continue;
    known.count++;
    known.pauseMs += mark.durationMs;
  }
  return {
    gcPauseTotalMs: sum('gcPause') ?? (known.count > 0 ? known.pauseMs : undefined),
    gcCount: sum('gcCount') ?? (known.count > 0 ? known.count : undefined),
  };
}

function loadNumbers(load: LoadResult | null): SessionSummary {
  if (!load) return {};
  const { totals } = load;
  return {
    requests: totals.requests,
    requestRate: totals.meanRate,
    latencyP50Ms: totals.latency?.p50Ms,
    latencyP95Ms: totals.latency?.p95Ms,
    latencyP99Ms: totals.latency?.p99Ms,
    errorRatio: failedShare(totals),
  };
}

function allocationNumbers(profiles: (V8HeapProfile | Profile)[]): SessionSummary {
  if (profiles.length === 0) return {};
  let liveBytes = 0;
  const byFunction = new Map<string, { name: string; url: string; line: number; selfBytes: number }>();
  const open: V8HeapProfile['head'][] = [];
  for (const profile of profiles)
    if ('head' in profile) open.push(profile.head);
    else for (let i = 0; i < profile.samples.length; i++) liveBytes += profile.samples.weight[i]!;
  for (let node = open.pop(); node; node = open.pop()) {
    liveBytes += node.selfSize;
    const { functionName, url, lineNumber, columnNumber } = node.callFrame;
    const key = `${functionName}\n${url}\n${lineNumber}\n${columnNumber}`;
    const known = byFunction.get(key);
    if (known) known.selfBytes += node.selfSize;
    else
      byFunction.set(key, {
        name: functionName === '' ? '(anonymous)' : functionName,
        url,
        line: lineNumber + 1,
        selfBytes: node.selfSize,
      });
    for (const child of node.children) open.push(child);
  }
  const top = topAllocator(byFunction.values());
  return {
    allocatedLiveBytes: liveBytes,
    ...(top && { topAllocator: { ...top, share: top.selfBytes / liveBytes } }),
  };
}

/** Pseudo-functions like `(V8 API)` and our own code in the target are nobody's to change. */
function topAllocator<F extends { name: string; url: string; selfBytes: number }>(
  functions: Iterable<F>,
): F | undefined {
  let top: F | undefined;
  for (const one of functions) {
    if (one.selfBytes <= (top?.selfBytes ?? 0)) continue;
    const isPseudo = one.url === '' && one.name.startsWith('(');
    if (!isPseudo && categorise(one.name, one.url).category !== 'profiler') top = one;
  }
  return top;
}

/** The highest number that any scope's series of the metric gives, undefined when none gives one. */
function highest(
  series: readonly Series[],
  metric: Series['metric'],
  of: (one: Series) => number | undefined,
): number | undefined {
  return maximum(series.filter((one) => one.metric === metric).flatMap((one) => of(one) ?? []));
}
