import type { Collections, Mark, Metric, Series, ThreadKey } from '../../main/api';
import type { SeriesWindow } from '../../profiles/series';
import type { TimeRange } from '../../profiles/types';

export const laneNames = [
  'cpu',
  'loop',
  'memory',
  'heap',
  'outside',
  'spaces',
  'gc',
  'users',
  'requests',
  'latency',
  'errors',
  'events',
] as const;
export type LaneName = (typeof laneNames)[number];

/** Which lanes are shown: those of every view, or those beside the memory view. */
export type LaneSet = 'run' | 'memory';

/** A series, reduced if it is long, and windows of it in finer detail. */
export interface LaneSource extends Series {
  pieces?: readonly (SeriesWindow & { series: Series })[];
}

export interface LanesData {
  /** All measured series; arrays may be grown in place. */
  series: readonly LaneSource[];
  /** Garbage collections; without them their lane shows what was measured of them. */
  collections?: readonly Collections[];
  /** Windows in finer detail, the newest last. */
  pieces?: readonly (SeriesWindow & { collections: readonly Collections[] })[];
  set?: LaneSet;
  marks: readonly Mark[];
  /** The right end of the time axis, µs since the run's start. */
  endUs: number;
  live: boolean;
  /** Whose data to show; null = everybody's. */
  threads: readonly ThreadKey[] | null;
  /** The CPU series was not measured but comes from a profile's samples. */
  cpuFromSamples?: boolean;
}

/** What is asked for so that moving about needs nothing new at once. */
export interface WantedView extends SeriesWindow {
  /** What is seen of it. */
  seen: SeriesWindow;
  /** About how many of a series the width can show. */
  points: number;
  /** What stands in the lanes. */
  metrics: readonly Metric[];
}

export interface LanesProps extends LanesData {
  /** Selected range; null = the whole run. */
  range: TimeRange | null;
  /** Called while dragging, at most once per animation frame. */
  onRangeChange(range: TimeRange | null): void;
  /** What is looked at; the whole run: null. */
  onView?(view: WantedView | null): void;
  /** One strip (CPU and events) instead of all lanes. */
  collapsed: boolean;
  onCollapsedChange(collapsed: boolean): void;
}
