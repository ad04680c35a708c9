/** Measured series, cut to what is selected. Pure. */
import type { Collections, Metric, Series, ThreadKey } from '../../../main/api';
import { collectionTotals, cut, firstAtOrAfter, type CollectionTotals } from '../../../profiles/series';
import type { TimeRange } from '../../../profiles/types';
import { timeWeightedMean, total } from '../../../profiles/time-series';
import type { HeldSeries } from '../../state/finer-timeline';
import type { RecordingModel } from '../../state/recording';

/**
 * The points inside a range. Of a long recording's series: exactly measured once the engine has answered for this range,
 * until then as exactly as the held points tell.
 */
export function inRange(series: HeldSeries, range: TimeRange | null): Series {
  if (!range) return series;
  const { startUs, endUs } = range;
  const exact = series.pieces?.findLast((piece) => piece.startUs === startUs && piece.endUs === endUs);
  if (exact && series.exact) return exact.series;
  const { metric, scope, tUs } = series;
  return { metric, scope, ...cut(series, firstAtOrAfter(tUs, startUs), firstAtOrAfter(tUs, endUs)) };
}

/** What the garbage collections of the chosen threads in a range come to; `ours`: only those that we caused. */
export function collectionsIn(
  model: Pick<RecordingModel, 'collections' | 'pieces'>,
  threads: readonly ThreadKey[] | null,
  range: TimeRange | null,
  { ours = null }: { ours?: boolean | null } = {},
): CollectionTotals {
  const chosen = ({ thread, ours: byUs }: Collections): boolean =>
    (threads === null || threads.includes(thread)) && (ours === null || ours === byUs);
  const piece =
    range &&
    model.pieces.findLast(({ startUs, endUs }) => startUs === range.startUs && endUs === range.endUs);
  return collectionTotals((piece ?? model).collections.filter(chosen), range);
}

/**
 * The series of a metric for the chosen threads. CPU and RSS belong to processes: the whole tree's when all
 * threads are chosen, else those of the processes that have a chosen thread.
 */
export function pick(
  series: readonly HeldSeries[],
  metric: Metric,
  threads: readonly ThreadKey[] | null,
): HeldSeries[] {
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

/** All values of all added up, undefined when there is none. */
export function sumOf(series: readonly Series[]): number | undefined {
  const measured = series.filter(({ values }) => values.length > 0);
  return measured.length === 0 ? undefined : measured.reduce((sum, each) => sum + total(each), 0);
}

export function lastOf(series: readonly Series[]): number | undefined {
  return series.map((each) => each.values.at(-1)).findLast((value) => value !== undefined);
}
