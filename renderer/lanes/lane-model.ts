/** Which lanes a run has and what stands in them. */
import type { Collections, GcKind, Mark, Metric, Series, ThreadKey } from '../../main/api';
import { collectionTotals, cut, firstAtOrAfter, type SeriesWindow } from '../../profiles/series';
import { timeWeightedMean, total } from '../../profiles/time-series';
import type { TimeRange } from '../../profiles/types';
import type { SeriesName } from '../theme/colors';
import { niceCeiling } from './axis';
import { combine, combineOnce, type Column } from './combine';
import { faultBands } from './fault-bands';
import { laneRecipes, laneSets, type SeriesRecipe } from './lane-recipes';
import type { LaneName, LanesData, LaneSource } from './types';

export interface LaneSeries extends Pick<SeriesRecipe, 'unit' | 'style' | 'summary' | 'ratio' | 'mode'> {
  /** Upper end of its own axis, when it has one. */
  ownMax?: number;
  name: SeriesName;
  label: string;
  /** One line of all that were measured. */
  column: Column;
  /** What was measured, one per process or thread. */
  parts: readonly LaneSource[];
  /** Garbage collections instead of measured values. */
  collections?: readonly Collections[];
  /** Far above everything else in the lane: only its value is written. */
  outOfSight?: boolean;
}

export interface Lane {
  name: LaneName;
  label: string;
  series: LaneSeries[];
  /** Whose values are written beside it; default: all series'. */
  legend?: LaneSeries[];
  /** Upper end of the value axis (0 is the lower), in the unit of the first series. */
  max: number;
  /** Stands in place of the lines. */
  note?: string;
}

export const gcKinds: readonly { kind: GcKind; name: SeriesName; label: string }[] = [
  { kind: 'minor', name: 'gcMinor', label: 'minor' },
  { kind: 'major', name: 'gcMajor', label: 'major' },
  { kind: 'incremental', name: 'gcIncremental', label: 'incremental' },
  { kind: 'weakcb', name: 'gcWeak', label: 'weak refs' },
];

/** The lanes with data, in their order; load lanes become one line of text when there was no load. */
export function buildLanes(data: LanesData): Lane[] {
  const lanes: Lane[] = [];
  const set = laneSets[data.set ?? 'run'];
  for (const name of set.target) {
    const lane = laneOf(name, data);
    if (lane.series.length > 0) lanes.push(lane);
    else if (data.live) lanes.push({ ...lane, note: 'waiting for the first measurement' });
  }
  const load = set.load.map((name) => laneOf(name, data));
  if (load.some((lane) => lane.series.length > 0))
    lanes.push(...load.filter((lane) => lane.series.length > 0));
  // Without load, what the memory is used for is told by the CPU alone.
  else if (data.set === 'memory')
    lanes.push(...[laneOf('cpu', data)].filter((lane) => lane.series.length > 0));
  else if ((data.series.length > 0 && !data.cpuFromSamples) || data.live)
    lanes.push({
      name: 'requests',
      label: 'Load',
      series: [],
      max: 1,
      note: data.live ? 'no load so far' : 'no load in this run',
    });
  if (data.marks.some((mark) => mark.kind !== 'gc'))
    lanes.push({ name: 'events', label: 'Events', series: [], max: 1 });
  return lanes;
}

function laneOf(name: Exclude<LaneName, 'events'>, data: LanesData): Lane {
  const { label, series: wanted } = laneRecipes[name];
  const byKind = name === 'gc' ? collectionSeries(data) : [];
  const series: LaneSeries[] = [...byKind];
  if (byKind.length === 0)
    for (const { metric, onlyInSight, ownAxis, ...rest } of wanted) {
      const parts = partsOf(data.series, metric, data.threads);
      // What is still measured grows in place.
      const column = (data.live ? combine : combineOnce)(parts, rest.mode);
      if (column.tUs.length === 0) continue;
      const outOfSight = onlyInSight === true && highestOf(column) > 1.5 * Math.max(...series.map(peakOf));
      series.push({
        ...rest,
        column,
        parts,
        ...(outOfSight && { outOfSight }),
        ...(ownAxis !== undefined && { ownMax: niceCeiling(Math.max(ownAxis, highestOf(column))) }),
      });
    }
  const legend = byKind.length > 0 && data.set !== 'memory' ? shortLegend(byKind) : null;
  const shown = name === 'cpu' && data.cpuFromSamples ? 'Busy' : label;
  return { name, label: shown, series, max: upperEnd(name, series), ...(legend && { legend }) };
}

/** Garbage collections by kind; those that we caused are not the program's own doing. */
function collectionSeries({ collections = [], threads }: LanesData): LaneSeries[] {
  const seen = collections.filter(({ thread }) => threads === null || threads.includes(thread));
  const series: LaneSeries[] = [];
  const add = (name: SeriesName, label: string, groups: Collections[]): void => {
    if (groups.some(({ tUs }) => tUs.length > 0))
      series.push({
        name,
        label,
        unit: 'ms',
        mode: 'sum',
        style: 'bars',
        summary: 'sum',
        column: longestOf(groups),
        parts: [],
        collections: groups,
      });
  };
  add(
    'gcOurs',
    'by profiling',
    seen.filter(({ ours }) => ours),
  );
  for (const { kind, name, label } of gcKinds)
    add(
      name,
      label,
      seen.filter(({ gcKind, ours }) => gcKind === kind && !ours),
    );
  return series;
}

/** Where there is no room for each kind: all pauses, and those by profiling. */
function shortLegend(series: readonly LaneSeries[]): LaneSeries[] {
  const [first] = series;
  const ours = series.filter(({ name }) => name === 'gcOurs');
  const all = series.flatMap(({ collections }) => collections ?? []);
  return first ? [{ ...first, name: 'gc', label: 'pause', collections: all }, ...ours] : [];
}

function longestOf(groups: readonly Collections[]): Column {
  const length = groups.reduce((sum, { tUs }) => sum + tUs.length, 0);
  const tUs = new Float64Array(length);
  const values = new Float64Array(length);
  let at = 0;
  for (const group of groups) {
    tUs.set(group.tUs, at);
    values.set(group.durationMs, at);
    at += group.tUs.length;
  }
  return { tUs, values };
}

function upperEnd(name: LaneName, series: readonly LaneSeries[]): number {
  const highest = Math.max(0, ...series.map(peakOf));
  // A core measured a little over its 100 % does not make a second one.
  if (name === 'cpu') return Math.max(highest, 100, Math.ceil(highest / 100 - 0.1) * 100);
  // An idle loop's delay of a millisecond must not look like a mountain.
  if (name === 'loop') return niceCeiling(Math.max(20, highest));
  return niceCeiling(highest);
}

function peakOf({ column, ratio, ownMax, outOfSight }: LaneSeries): number {
  return ratio || outOfSight || ownMax !== undefined ? 0 : highestOf(column);
}

function highestOf({ values }: Column): number {
  let highest = 0;
  for (let i = 0; i < values.length; i++) if (values[i]! > highest) highest = values[i]!;
  return highest;
}

/** Series of a metric for the wanted threads: the tree's own where everybody is wanted, else one per process or thread. */
function partsOf(
  series: readonly LaneSource[],
  metric: Metric,
  threads: readonly ThreadKey[] | null,
): LaneSource[] {
  const all = series.filter((candidate) => candidate.metric === metric && candidate.tUs.length > 0);
  const tree = all.filter(({ scope }) => scope === 'tree' || scope === 'load');
  if (threads === null) return tree.length > 0 ? tree : all;
  const load = all.filter(({ scope }) => scope === 'load');
  if (load.length > 0) return load;
  const wanted = new Set<string>(threads);
  const own = all.filter(({ scope }) => wanted.has(scope));
  if (own.length > 0) return own;
  // CPU and RSS are known per process only: a worker's lane shows its process.
  const processes = new Set(threads.map((thread) => thread.split('-')[0] ?? thread));
  return all.filter(({ scope }) => processes.has(scope));
}

/** The lane in the finest detail that is known of a window (and of what is around it). Its axis stays. */
export function inWindow(lane: Lane, window: SeriesWindow, pieces: LanesData['pieces'] = []): Lane {
  return {
    ...lane,
    series: lane.series.map((series) => {
      if (!series.collections) return { ...series, column: finestOf(series, window) };
      if (!series.collections.some(({ stands }) => stands)) return series;
      const piece = finestCovering(pieces, window, 0, ({ collections }) =>
        collections.length > 0 && collections.every(({ stands }) => !stands)
          ? Number.POSITIVE_INFINITY
          : collections.reduce((sum, { tUs }) => sum + tUs.length, 0),
      );
      return piece ? { ...series, collections: groupsOf(series.collections, piece) } : series;
    }),
  };
}

/** One line of all parts, in the finest detail that is known of the window. */
function finestOf(series: LaneSeries, window: SeriesWindow): Column {
  const { parts, mode } = series;
  const sources = parts.map((part): Column => {
    if (!part.exact) return part;
    const { tUs } = part;
    const whole = tUs.length / Math.max(1, tUs[tUs.length - 1]! - tUs[0]!);
    const finer = finestCovering(part.pieces, window, whole, ({ series: { tUs: known, exact } }) =>
      exact || known.length === 0 ? known.length : Number.POSITIVE_INFINITY,
    );
    return finer?.series ?? part;
  });
  if (sources.every((source, i) => source === parts[i])) return series.column;
  return combineOnce(sources, mode);
}

/** Looked for once. */
const groupsIn = new WeakMap<object, WeakMap<object, Collections[]>>();

/** What a piece knows of the same threads, kinds and causes. */
export function groupsOf(
  groups: readonly Collections[],
  piece: { collections: readonly Collections[] },
): Collections[] {
  const known = groupsIn.get(piece) ?? new WeakMap<object, Collections[]>();
  groupsIn.set(piece, known);
  let found = known.get(groups);
  if (!found) {
    found = piece.collections.filter((one) => groups.some((other) => isSameGroup(one, other)));
    known.set(groups, found);
  }
  return found;
}

function isSameGroup(one: Collections, other: Collections): boolean {
  return one.thread === other.thread && one.gcKind === other.gcKind && one.ours === other.ours;
}

/**
 * Of the pieces that have all of a window the one with the most of it; of equal ones the newest; null when none has more
 * than `densest` (entries per µs).
 */
function finestCovering<P extends SeriesWindow>(
  pieces: readonly P[] | undefined,
  window: SeriesWindow,
  densest: number,
  entriesOf: (piece: P) => number,
): P | null {
  let finest: P | null = null;
  for (const piece of pieces ?? []) {
    if (piece.startUs > window.startUs || piece.endUs < window.endUs) continue;
    const density = entriesOf(piece) / Math.max(1, piece.endUs - piece.startUs);
    if (density < densest || density === 0) continue;
    densest = density;
    finest = piece;
  }
  return finest;
}

/** One number for a stretch of time (the whole run when null); NaN when nothing was measured in it. */
export function summarise(series: LaneSeries, range: TimeRange | null): number {
  if (series.collections) {
    const { count, pauseMs } = collectionTotals(series.collections, range);
    return count > 0 ? pauseMs : range ? 0 : Number.NaN;
  }
  const { parts, summary, mode } = series;
  const seen = parts.map((part) => partIn(part, range)).filter(({ tUs }) => tUs.length > 0);
  const [first] = seen;
  if (!first) return Number.NaN;
  if (summary === 'sum') return seen.reduce((sum, part) => sum + total(part), 0);
  if (summary === 'mean' && seen.length === 1) return timeWeightedMean(first) ?? Number.NaN;
  return overTime(combine(seen, mode), summary);
}

/** A part's points in a range, measured exactly where the range has been asked for. */
function partIn(part: LaneSource, range: TimeRange | null): Series {
  if (!range) return part;
  const { startUs, endUs } = range;
  const exact = part.pieces?.findLast((piece) => piece.startUs === startUs && piece.endUs === endUs);
  if (exact && part.exact) return exact.series;
  const { metric, scope, tUs } = part;
  return { metric, scope, ...cut(part, firstAtOrAfter(tUs, startUs), firstAtOrAfter(tUs, endUs)) };
}

function overTime({ tUs, values }: Column, summary: LaneSeries['summary']): number {
  let sum = 0;
  let weight = 0;
  let highest = Number.NaN;
  let lowest = Number.NaN;
  let last = Number.NaN;
  for (let i = 0; i < tUs.length; i++) {
    const value = values[i] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    const at = tUs[i] ?? 0;
    const duration = i > 0 ? at - (tUs[i - 1] ?? 0) : (tUs[1] ?? at + 1) - at;
    sum += value * duration;
    weight += duration;
    if (!(value <= highest)) highest = value;
    if (!(value >= lowest)) lowest = value;
    last = value;
  }
  if (summary === 'max') return highest;
  if (summary === 'min') return lowest;
  if (summary === 'last') return last;
  return weight > 0 ? sum / weight : Number.NaN;
}

/**
 * Marks for the events lane: all but garbage collections, of the wanted threads. A fault that was told twice (when it began,
 * and with its length) is one; one that lasts reaches to the end.
 */
export function laneMarks(
  marks: readonly Mark[],
  threads: readonly ThreadKey[] | null,
  endUs = Number.POSITIVE_INFINITY,
): Exclude<Mark, { kind: 'gc' }>[] {
  const faults = new Map(faultBands(marks, endUs).map((band) => [band.faultId, band]));
  const seen = marks.filter(
    (mark): mark is Exclude<Mark, { kind: 'gc' }> =>
      mark.kind !== 'gc' && (!('thread' in mark) || threads === null || threads.includes(mark.thread)),
  );
  return seen.flatMap((mark): Exclude<Mark, { kind: 'gc' }>[] => {
    if (mark.kind !== 'fault') return [mark];
    const band = faults.get(mark.faultId);
    faults.delete(mark.faultId);
    return band ? [{ ...mark, tUs: band.startUs, durationMs: (band.endUs - band.startUs) / 1000 }] : [];
  });
}
