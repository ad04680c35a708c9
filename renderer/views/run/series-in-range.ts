/** Measured series, cut to what is selected. Pure. */
import type { Metric, Series, ThreadKey } from '../../../main/api';
import type { TimeRange } from '../../../profiles/types';
import { timeWeightedMean } from '../../../profiles/time-series';

/** The points inside a range. */
export function inRange(series: Series, range: TimeRange | null): Series {
  if (!range) return series;
  let from = 0;
  let to = series.tUs.length;
  while (from < to && (series.tUs[from] ?? 0) < range.startUs) from++;
  while (to > from && (series.tUs[to - 1] ?? 0) >= range.endUs) to--;
  return { ...series, tUs: series.tUs.slice(from, to), values: series.values.slice(from, to) };
}

/**
 * The series of a metric for the chosen threads. CPU and RSS belong to processes: the whole tree's when all
 * threads are chosen, else those of the processes that have a chosen thread.
 */
export function pick(
  series: readonly Series[],
  metric: Metric,
  threads: readonly ThreadKey[] | null,
): Series[] {
  const all = series.filter((each) => each.metric === metric);
  if (threads === null) {
    const tree = all.filter((each) => each.scope === 'tree');
    return tree.length > 0 ? tree : all;
  }
  const processes = new Set(threads.map((thread) => thread.replace(/-w\d+$/, '')));
  const perProcess = metric === 'cpu' || metric === 'rss';
  return all.filter((each) =>
    each.scope === 'load' ? true : perProcess ? processes.has(each.scope) : threads.includes(each.scope),
  );
}

/** Largest value of all, undefined when there is none. */
export function maxOf(series: readonly Series[]): number | undefined {
  let max: number | undefined;
  for (const { values } of series)
    for (const value of values) if (max === undefined || value > max) max = value;
  return max;
}

/** Time-weighted mean of each, averaged. */
export function meanOf(series: readonly Series[]): number | undefined {
  const means = series.map((each) => timeWeightedMean(each)).filter((mean) => mean !== undefined);
  return means.length === 0 ? undefined : means.reduce((sum, mean) => sum + mean, 0) / means.length;
}

export function lastOf(series: readonly Series[]): number | undefined {
  return series.map((each) => each.values.at(-1)).findLast((value) => value !== undefined);
}
