/** Which lanes a run has and what stands in them. */
import type { Mark, Metric, Series, ThreadKey } from '../../main/api';
import type { FormatUnit } from '../../profiles/format';
import type { TimeRange } from '../../profiles/types';
import type { SeriesName } from '../theme/colors';
import { niceCeiling } from './axis';
import { combine, type Column } from './combine';
import type { LaneName, LanesData } from './types';

export interface LaneSeries {
  name: SeriesName;
  label: string;
  unit: FormatUnit;
  column: Column;
  style: 'area' | 'line' | 'bars' | 'faint';
  /** What one number says best about a stretch of time. */
  summary: 'mean' | 'max' | 'sum';
  /** Has its own axis 0..1. */
  ratio?: boolean;
}

export interface Lane {
  name: LaneName;
  label: string;
  series: LaneSeries[];
  /** Upper end of the value axis (0 is the lower), in the unit of the first series. */
  max: number;
  /** Stands in place of the lines. */
  note?: string;
}

interface SeriesRecipe extends Omit<LaneSeries, 'column'> {
  metric: Metric;
  mode: 'sum' | 'max';
}

const recipes: Record<Exclude<LaneName, 'events'>, { label: string; series: SeriesRecipe[] }> = {
  cpu: {
    label: 'CPU',
    series: [
      {
        metric: 'cpu',
        name: 'cpu',
        label: 'CPU',
        unit: 'percent',
        mode: 'sum',
        style: 'area',
        summary: 'mean',
      },
    ],
  },
  loop: {
    label: 'Event loop',
    series: [
      {
        metric: 'loopDelayP99',
        name: 'loopDelay',
        label: 'P99',
        unit: 'ms',
        mode: 'max',
        style: 'area',
        summary: 'max',
      },
      {
        metric: 'loopDelayMax',
        name: 'loopDelayMax',
        label: 'max',
        unit: 'ms',
        mode: 'max',
        style: 'line',
        summary: 'max',
      },
      {
        metric: 'loopUtilization',
        name: 'loopUtilization',
        label: 'used',
        unit: 'ratio',
        mode: 'max',
        style: 'faint',
        summary: 'mean',
        ratio: true,
      },
    ],
  },
  memory: {
    label: 'Memory',
    series: [
      {
        metric: 'heapUsed',
        name: 'heap',
        label: 'heap',
        unit: 'bytes',
        mode: 'sum',
        style: 'area',
        summary: 'max',
      },
      { metric: 'rss', name: 'rss', label: 'RSS', unit: 'bytes', mode: 'sum', style: 'line', summary: 'max' },
    ],
  },
  gc: {
    label: 'GC',
    series: [
      {
        metric: 'gcPause',
        name: 'gc',
        label: 'pause',
        unit: 'ms',
        mode: 'sum',
        style: 'bars',
        summary: 'sum',
      },
    ],
  },
  requests: {
    label: 'Requests',
    series: [
      {
        metric: 'requestRate',
        name: 'requests',
        label: 'rate',
        unit: 'perSecond',
        mode: 'sum',
        style: 'area',
        summary: 'mean',
      },
    ],
  },
  latency: {
    label: 'Latency',
    series: [
      {
        metric: 'latencyP99',
        name: 'p99',
        label: 'P99',
        unit: 'ms',
        mode: 'max',
        style: 'line',
        summary: 'max',
      },
      {
        metric: 'latencyP95',
        name: 'p95',
        label: 'P95',
        unit: 'ms',
        mode: 'max',
        style: 'line',
        summary: 'max',
      },
      {
        metric: 'latencyP50',
        name: 'p50',
        label: 'P50',
        unit: 'ms',
        mode: 'max',
        style: 'line',
        summary: 'max',
      },
    ],
  },
  errors: {
    label: 'Errors',
    series: [
      {
        metric: 'errorRate',
        name: 'errors',
        label: 'rate',
        unit: 'perSecond',
        mode: 'sum',
        style: 'area',
        summary: 'mean',
      },
    ],
  },
};

/** The lanes with data, in their order; load lanes become one line of text when there was no load. */
export function buildLanes(data: LanesData): Lane[] {
  const lanes: Lane[] = [];
  for (const name of ['cpu', 'loop', 'memory', 'gc'] as const) {
    const lane = laneOf(name, data);
    if (lane.series.length > 0) lanes.push(lane);
    else if (data.live) lanes.push({ ...lane, note: 'waiting for the first measurement' });
  }
  const load = (['requests', 'latency', 'errors'] as const).map((name) => laneOf(name, data));
  if (load.some((lane) => lane.series.length > 0))
    lanes.push(...load.filter((lane) => lane.series.length > 0));
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
  const { label, series: wanted } = recipes[name];
  const series: LaneSeries[] = [];
  for (const { metric, mode, ...rest } of wanted) {
    const column = combine(columnsOf(data.series, metric, data.threads), mode);
    if (column.tUs.length > 0) series.push({ ...rest, column });
  }
  if (name === 'gc') {
    const ours = ownCollections(data);
    // Drawn over the pauses they are part of.
    if (ours && series.length > 0) series.unshift(ours);
  }
  const shown = name === 'cpu' && data.cpuFromSamples ? 'Busy' : label;
  return { name, label: shown, series, max: upperEnd(name, series) };
}

/** The collections that our allocation profile caused: not the program's own doing. */
function ownCollections({ marks, threads }: LanesData): LaneSeries | null {
  const tUs: number[] = [];
  const values: number[] = [];
  for (const mark of marks) {
    if (mark.kind !== 'gc' || !mark.ours || (threads && !threads.includes(mark.thread))) continue;
    tUs.push(mark.tUs);
    values.push(mark.durationMs);
  }
  if (tUs.length === 0) return null;
  return {
    name: 'gcOurs',
    label: 'by profiling',
    unit: 'ms',
    style: 'bars',
    summary: 'sum',
    column: { tUs, values },
  };
}

function upperEnd(name: LaneName, series: readonly LaneSeries[]): number {
  let highest = 0;
  for (const { column, ratio } of series)
    if (!ratio) for (const value of column.values) if (value > highest) highest = value;
  // A core measured a little over its 100 % does not make a second one.
  if (name === 'cpu') return Math.max(highest, 100, Math.ceil(highest / 100 - 0.1) * 100);
  // An idle loop's delay of a millisecond must not look like a mountain.
  if (name === 'loop') return niceCeiling(Math.max(20, highest));
  return niceCeiling(highest);
}

/** Series of a metric for the wanted threads: the tree's own where everybody is wanted, else one per process or thread. */
function columnsOf(
  series: readonly Series[],
  metric: Metric,
  threads: readonly ThreadKey[] | null,
): Column[] {
  const all = series.filter((candidate) => candidate.metric === metric);
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

/** One number for a stretch of time (the whole run when null); NaN when nothing was measured in it. */
export function summarise({ column, summary }: LaneSeries, range: TimeRange | null): number {
  const { tUs, values } = column;
  let sum = 0;
  let weight = 0;
  let highest = Number.NaN;
  for (let i = 0; i < tUs.length; i++) {
    const at = tUs[i] ?? 0;
    const value = values[i] ?? Number.NaN;
    if (Number.isNaN(value) || (range && (at < range.startUs || at >= range.endUs))) continue;
    const duration = i > 0 ? at - (tUs[i - 1] ?? 0) : (tUs[1] ?? at + 1) - at;
    sum += summary === 'sum' ? value : value * duration;
    weight += duration;
    if (!(value <= highest)) highest = value;
  }
  if (weight === 0) return Number.NaN;
  return summary === 'max' ? highest : summary === 'sum' ? sum : sum / weight;
}

/** Marks for the events lane: all but garbage collections, of the wanted threads. */
export function laneMarks(
  marks: readonly Mark[],
  threads: readonly ThreadKey[] | null,
): Exclude<Mark, { kind: 'gc' }>[] {
  return marks.filter(
    (mark): mark is Exclude<Mark, { kind: 'gc' }> =>
      mark.kind !== 'gc' && (mark.kind !== 'blocked' || threads === null || threads.includes(mark.thread)),
  );
}
