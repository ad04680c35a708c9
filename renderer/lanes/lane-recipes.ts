/** What stands in which lane, and which lanes stand beside which view. */
import type { Metric } from '../../main/api';
import type { FormatUnit } from '../../profiles/format';
import type { SeriesName } from '../theme/colors';
import type { LaneName, LaneSet } from './types';

export interface SeriesRecipe {
  metric: Metric;
  name: SeriesName;
  label: string;
  unit: FormatUnit;
  /** How many threads become one line: added up, or the worst of them. */
  mode: 'sum' | 'max';
  style: 'area' | 'line' | 'faint' | 'dots' | 'bars';
  /** What one number says best about a stretch of time. */
  summary: 'mean' | 'max' | 'min' | 'sum' | 'last';
  /** Has its own axis 0..1. */
  ratio?: boolean;
  /** Has its own axis, from 0 to its highest value or at least to this. */
  ownAxis?: number;
  /** Drawn where it is not far above everything else in its lane; its value is always written. */
  onlyInSight?: boolean;
}

export interface LaneRecipe {
  label: string;
  series: SeriesRecipe[];
}

type Rest = Partial<SeriesRecipe>;
const bytes = (metric: Metric, name: SeriesName, label: string, rest: Rest = {}): SeriesRecipe => ({
  metric,
  name,
  label,
  unit: 'bytes',
  mode: 'sum',
  style: 'line',
  summary: 'max',
  ...rest,
});
const ms = (metric: Metric, name: SeriesName, label: string, rest: Rest = {}): SeriesRecipe => ({
  metric,
  name,
  label,
  unit: 'ms',
  mode: 'max',
  style: 'line',
  summary: 'max',
  ...rest,
});
const rate = (metric: Metric, name: SeriesName): SeriesRecipe => ({
  metric,
  name,
  label: 'rate',
  unit: 'perSecond',
  mode: 'sum',
  style: 'area',
  summary: 'mean',
});

export const laneRecipes: Record<Exclude<LaneName, 'events'>, LaneRecipe> = {
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
      ms('loopDelayP99', 'loopDelay', 'P99', { style: 'area' }),
      ms('loopDelayMax', 'loopDelayMax', 'max'),
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
    series: [bytes('heapUsed', 'heap', 'heap', { style: 'area' }), bytes('rss', 'rss', 'RSS')],
  },
  heap: {
    label: 'Heap',
    series: [
      // Later ones are drawn below earlier ones.
      bytes('heapFloor', 'heapFloor', 'after GC', { style: 'dots', summary: 'last' }),
      bytes('heapUsed', 'heap', 'used', { style: 'area' }),
      bytes('heapTotal', 'heapTotal', 'total'),
      bytes('heapLimit', 'heapLimit', 'limit', { style: 'faint', onlyInSight: true }),
    ],
  },
  outside: {
    label: 'Process',
    series: [
      bytes('rss', 'rss', 'RSS'),
      bytes('external', 'external', 'external', { style: 'area' }),
      bytes('arrayBuffers', 'arrayBuffers', 'buffers'),
    ],
  },
  spaces: {
    label: 'Spaces',
    series: [bytes('oldSpace', 'oldSpace', 'old', { style: 'area' }), bytes('newSpace', 'newSpace', 'new')],
  },
  gc: {
    label: 'GC',
    series: [ms('gcPause', 'gc', 'pause', { mode: 'sum', style: 'bars', summary: 'sum' })],
  },
  users: {
    label: 'Users',
    series: [
      {
        metric: 'loadUsers',
        name: 'users',
        label: 'users',
        unit: 'count',
        mode: 'sum',
        style: 'area',
        summary: 'max',
      },
      // A few ms are no news: an axis of its own would make mountains of them.
      ms('loadSlip', 'slip', 'slip', { ownAxis: 50 }),
    ],
  },
  requests: { label: 'Requests', series: [rate('requestRate', 'requests')] },
  latency: {
    label: 'Latency',
    series: [ms('latencyP99', 'p99', 'P99'), ms('latencyP95', 'p95', 'P95'), ms('latencyP50', 'p50', 'P50')],
  },
  errors: { label: 'Errors', series: [rate('errorRate', 'errors')] },
};

/**
 * The lanes of the target and of its load, in their order. Beside the memory view others make room for those of memory, so
 * that the panel keeps its height.
 */
export const laneSets: Record<
  LaneSet,
  { target: Exclude<LaneName, 'events'>[]; load: Exclude<LaneName, 'events'>[] }
> = {
  run: { target: ['cpu', 'loop', 'memory', 'gc'], load: ['users', 'requests', 'latency', 'errors'] },
  memory: { target: ['heap', 'outside', 'spaces', 'gc'], load: ['requests'] },
};
