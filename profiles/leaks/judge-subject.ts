/** Is one thread's memory leaking? Pure: floor points in, verdict with its reasons out. docs/leaks.md explains the method. */
import { continuation, type Continuation } from './level-off';
import { operationsWithin, type RateSeries } from './operations';
import { applyRules } from './rules';
import { sentenceOf } from './sentence';
import { blocked, trendOf, type Trend } from './trend';
import type { FloorPoint, LeakRule, LeakSubject, LeakThresholds, LeakTrend, SubjectVerdict } from './types';
import { judgedSpan, type Span } from './warm-up';
import { tooEarly } from './while-running';

export interface SubjectInput {
  thread: string;
  subject: LeakSubject;
  /** In time order. */
  points: readonly FloorPoint[];
  thresholds: LeakThresholds;
  /** As far as the load has run; null without one. */
  load: Span | null;
  /** Requests per second of the load; null without one. */
  operations: RateSeries | null;
  /** Left out at the beginning of what is judged; absent: found from the data. */
  warmUpMs?: number;
  /** While it is still being recorded: how long a growth must be seen before it is called, see `neededWhileRunningUs`. */
  neededUs?: number;
}

/** With fewer points no trend can be told from chance: five in order come once in 120. */
export const fewestPoints = 5;
export const shortestUs = 8e6;
/** With fewer than this many points, they must cover more time. */
const manyPoints = 8;
const shortestOfFewUs = 20e6;
/** Chance of calling a trend that is none. */
export const significance = 0.01;
/** Few points are significant only in perfect order: one that is out of it leaves a trend like this open instead of refuted. */
const openWithFewPoints = 0.2;
/**
 * Growth that a recording cannot tell from V8's own bookkeeping (feedback, code, hash tables, what profiling itself keeps):
 * too little for a verdict, whatever it would be in an hour.
 */
export const leastGrowthBytes = 512 * 1024;
/** Of a large heap that is so little that nothing is open: it stands still, as far as a recording of this length can tell. */
export const negligibleShare = 0.005;
/** For standing still no trend is needed: seen so often, over the time that few points must cover, is enough. */
const fewestStandingStill = 3;

/** Never throws: too little data is a verdict, too. */
export function judgeSubject(input: SubjectInput): SubjectVerdict {
  const span = judgedSpan(input.points, input.load, input.warmUpMs && input.warmUpMs * 1000);
  const within = input.points.filter(({ tUs }) => tUs >= span.startUs && tUs <= span.endUs);
  const used = blocked(preferForced(within));
  const base = { thread: input.thread, subject: input.subject, warmUpUs: Math.max(0, span.startUs) };
  const durationUs = (used[used.length - 1]?.tUs ?? 0) - (used[0]?.tUs ?? 0);
  const standsStill = durationUs >= shortestOfFewUs && rangeOf(used) <= negligibleBytes(used);
  const tooFew =
    used.length < fewestPoints || durationUs < (used.length < manyPoints ? shortestOfFewUs : shortestUs);
  if (tooFew && !(standsStill && used.length >= fewestStandingStill)) {
    const verdict = { ...base, outcome: 'not-enough-data' as const, trend: null, rules: [] };
    const outside = {
      before: input.points.filter(({ tUs }) => tUs < span.startUs).length,
      after: input.points.filter(({ tUs }) => tUs > span.endUs).length,
      beforeUs: base.warmUpUs,
    };
    return { ...verdict, sentence: sentenceOf(verdict, { points: used.length, durationUs, outside }) };
  }
  const trend = trendOf(used);
  const operations = span.underLoad && input.operations ? operationsWithin(input.operations, trend) : null;
  const rules = applyRules({ bytes: trend.growthBytes, slope: trend.slope, operations }, input.thresholds);
  const isGrowing = trend.p < significance && trend.low > 0;
  const after = isGrowing ? continuation(used, trend) : null;
  const goesOnFast = after !== null && firesLater(after, trend, operations, input.thresholds);
  const judged = outcomeOf({ trend, rules, after, goesOnFast, standsStill });
  const early =
    input.neededUs !== undefined && judged === 'leaking' ? tooEarly(used, trend, input.neededUs) : null;
  const verdict = {
    ...base,
    outcome: early ? ('not-enough-data' as const) : judged,
    trend: described(trend, operations, after?.kind === 'levelled-off'),
    rules,
  };
  return {
    ...verdict,
    sentence: sentenceOf(verdict, {
      points: used.length,
      durationUs,
      after,
      goesOnFast,
      early,
      neededUs: input.neededUs,
      rangeBytes: standsStill ? rangeOf(used) : undefined,
    }),
  };
}

/** What a recording cannot tell from bookkeeping, and a large heap not from nothing. */
function negligibleBytes(points: readonly FloorPoint[]): number {
  return Math.min(leastGrowthBytes, negligibleShare * (points[0]?.bytes ?? 0));
}

function rangeOf(points: readonly FloorPoint[]): number {
  let least = Infinity;
  let most = -Infinity;
  for (const { bytes } of points) {
    least = Math.min(least, bytes);
    most = Math.max(most, bytes);
  }
  return points.length > 0 ? most - least : 0;
}

function outcomeOf(facts: {
  trend: Trend;
  rules: LeakRule[];
  after: Continuation | null;
  goesOnFast: boolean;
  standsStill: boolean;
}): SubjectVerdict['outcome'] {
  const { trend, rules, after, goesOnFast, standsStill } = facts;
  if (standsStill) return 'not-leaking';
  if (!rules.some(({ fired }) => fired)) return 'not-leaking';
  if (after === null) {
    const isOpen = trend.points < manyPoints && trend.p < openWithFewPoints && trend.high > 0;
    return isOpen && trend.growthBytes >= leastGrowthBytes ? 'not-enough-data' : 'not-leaking';
  }
  if (after.kind === 'levelled-off' || after.kind === 'freed') return 'not-leaking';
  if (after.kind === 'unclear' || trend.growthBytes < leastGrowthBytes) return 'not-enough-data';
  return goesOnFast ? 'leaking' : 'not-leaking';
}

/** Whether a rule still fires at the later half's speed: a warm-up that ended in slow growth is judged by the slow growth. */
function firesLater(
  { later }: Continuation,
  whole: Trend,
  operations: number | null,
  thresholds: LeakThresholds,
): boolean {
  const slope = Math.min(whole.slope, later.slope);
  const bytes = slope * (whole.endUs - whole.startUs);
  return applyRules({ bytes, slope, operations }, thresholds).some(({ fired }) => fired);
}

/** The program's own full collections run beside it and leave some garbage: with enough forced ones, those alone count. */
function preferForced(points: readonly FloorPoint[]): readonly FloorPoint[] {
  const forced = points.filter((point) => point.forced);
  return forced.length >= manyPoints ? forced : points;
}

function described(trend: Trend, operations: number | null, levelledOff: boolean): LeakTrend {
  const hourUs = 3600e6;
  return {
    points: trend.points,
    startUs: trend.startUs,
    endUs: trend.endUs,
    slopeBytesPerHour: trend.slope * hourUs,
    slopeLow: trend.low * hourUs,
    slopeHigh: trend.high * hourUs,
    p: trend.p,
    growthBytes: trend.growthBytes,
    bytesPerOperation: operations ? trend.growthBytes / operations : null,
    levelledOff,
  };
}
