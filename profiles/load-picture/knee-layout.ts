/**
 * Where the picture of a search for the knee lies: throughput above, latency below, both over the users. The users grow by a
 * factor from step to step, so their axis is logarithmic and the steps stand evenly. Fractions of the plots; pure.
 */
import { linearTicks, roundUp, type PlacedPoint } from './curve-layout';

/** As `DegradationStep` of the load's results. */
export interface KneeStep {
  users: number;
  rps: number;
  p95Ms: number;
  p99Ms: number;
  errorRatio: number;
}

/** One of the plots: its top value, its ticks, and its lines with a point per step. */
export interface KneePlot {
  high: number;
  yTicks: { y: number; value: number }[];
  lines: PlacedPoint[][];
}

export interface KneeLayout {
  /** In order of their users, which the lines' points follow. */
  steps: { x: number; users: number; failed: boolean }[];
  /** Those of `steps` that have room for a label. */
  xTicks: { x: number; users: number }[];
  rate: KneePlot;
  /** P95, then P99. */
  latency: KneePlot;
  kneeX: number | null;
  capacityX: number | null;
}

/** Of the width: room beside the first and the last step, so that their points are whole. */
const margin = 0.03;
/** Of the width: labels nearer to each other would run into one another. */
const labelWidth = 0.055;

/** Lays out a search of at least two steps; null when there are fewer, which draw no line. */
export function layOutKnee<Step extends KneeStep>({
  steps: measured,
  kneeUsers,
  capacityUsers,
}: {
  steps: readonly Step[];
  kneeUsers: number | null;
  capacityUsers: number;
}): (KneeLayout & { measured: Step[] }) | null {
  const ordered = measured.filter(({ users }) => users > 0).sort((a, b) => a.users - b.users);
  const first = ordered[0]?.users;
  const last = ordered[ordered.length - 1]?.users;
  if (first === undefined || last === undefined || last <= first) return null;
  const x = (users: number): number =>
    margin + ((1 - 2 * margin) * Math.log(users / first)) / Math.log(last / first);
  const steps = ordered.map(({ users, errorRatio }) => ({ x: x(users), users, failed: errorRatio > 0 }));
  const known = (users: number | null): number | null =>
    users !== null && ordered.some((step) => step.users === users) ? x(users) : null;
  const plot = (...series: ((step: Step) => number)[]): KneePlot => {
    let most = 0;
    for (const of of series) for (const step of ordered) most = Math.max(most, of(step));
    const high = most > 0 ? roundUp(most * 1.02) : 1;
    return {
      high,
      yTicks: linearTicks(high).map((value) => ({ y: value / high, value })),
      lines: series.map((of) => ordered.map((step) => ({ x: x(step.users), y: of(step) / high }))),
    };
  };
  return {
    measured: ordered,
    steps,
    xTicks: labelled(steps),
    rate: plot(({ rps }) => rps),
    latency: plot(
      ({ p95Ms }) => p95Ms,
      ({ p99Ms }) => p99Ms,
    ),
    kneeX: known(kneeUsers),
    capacityX: known(capacityUsers),
  };
}

/** From the last one backwards: the most users are what the search was for. */
function labelled(steps: KneeLayout['steps']): KneeLayout['xTicks'] {
  const ticks: KneeLayout['xTicks'] = [];
  for (let index = steps.length - 1; index >= 0; index--) {
    const { x, users } = steps[index]!;
    const right = ticks[0];
    if (!right || right.x - x >= labelWidth) ticks.unshift({ x, users });
  }
  return ticks;
}

/** Which step lies nearest to a place in the width. */
export function stepAt({ steps }: Pick<KneeLayout, 'steps'>, x: number): number {
  let nearest = 0;
  for (let index = 1; index < steps.length; index++)
    if (Math.abs(steps[index]!.x - x) < Math.abs(steps[nearest]!.x - x)) nearest = index;
  return nearest;
}

/** Where a key leads from a step (null: from none) of so many; null for keys that lead nowhere. */
export function stepByKey(key: string, at: number | null, count: number): number | null {
  if (count === 0) return null;
  const last = count - 1;
  switch (key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return at === null ? 0 : Math.min(last, at + 1);
    case 'ArrowLeft':
    case 'ArrowDown':
      return at === null ? last : Math.max(0, at - 1);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}
