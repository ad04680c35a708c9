import type { Mark, Series, ThreadKey } from '../../main/api';
import type { TimeRange } from '../../profiles/types';

export const laneNames = ['cpu', 'loop', 'memory', 'gc', 'requests', 'latency', 'errors', 'events'] as const;
export type LaneName = (typeof laneNames)[number];

export interface LanesData {
  /** All measured series; arrays may be grown in place. */
  series: readonly Series[];
  marks: readonly Mark[];
  /** The right end of the time axis, µs since the run's start. */
  endUs: number;
  live: boolean;
  /** Whose data to show; null = everybody's. */
  threads: readonly ThreadKey[] | null;
  /** The CPU series was not measured but comes from a profile's samples. */
  cpuFromSamples?: boolean;
}

export interface LanesProps extends LanesData {
  /** Selected range; null = the whole run. */
  range: TimeRange | null;
  /** Called while dragging, at most once per animation frame. */
  onRangeChange(range: TimeRange | null): void;
  /** One strip (CPU and events) instead of all lanes. */
  collapsed: boolean;
  onCollapsedChange(collapsed: boolean): void;
}
