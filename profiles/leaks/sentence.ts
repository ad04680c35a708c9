/** A subject's verdict in words, with the numbers it rests on. */
import { formatBytes, formatDurationUs, formatNumber } from '../format';
import type { Continuation } from './level-off';
import type { LeakRule, LeakTrend, SubjectVerdict } from './types';

interface Circumstances {
  points: number;
  durationUs: number;
  after?: Continuation | null;
  goesOnFast?: boolean;
  /** Why a growth is not called a leak while the recording runs. */
  early?: 'short' | 'uneven' | null;
  neededUs?: number | undefined;
  /** Between the least and the most; undefined unless that is so little that it stands still. */
  rangeBytes?: number | undefined;
}

const subjectNames = { heap: 'heap', external: 'external memory' } as const;
const hourUs = 3600e6;
/** Of fewer points no slope is told. */
const fewestForTrend = 5;

/** One or two sentences. */
export function sentenceOf(verdict: Omit<SubjectVerdict, 'sentence'>, circumstances: Circumstances): string {
  const { points, durationUs, after, goesOnFast, rangeBytes } = circumstances;
  const name = subjectNames[verdict.subject];
  const { trend } = verdict;
  if (!trend)
    return points === 0
      ? `The ${name} has not been seen after a full collection yet.`
      : `The ${name} was seen after only ${count(points, 'full collection')} in ${formatDurationUs(durationUs)} after the warm-up: too little to tell.`;
  const span = formatDurationUs(trend.endUs - trend.startUs);
  if (rangeBytes !== undefined && trend.points < fewestForTrend)
    return `The ${name} was seen after only ${count(points, 'full collection')}, but stands still: in ${span} it moved by ${formatBytes(rangeBytes)}.`;
  if (!after)
    return `The ${name} after full collections does not grow: ${rate(trend)}, no significant trend (${chance(trend.p)}) in ${count(trend.points, 'collection')} over ${span}.`;
  const grew = `The ${name} after full collections grew by ${formatBytes(trend.growthBytes)} in ${span} (${rate(trend)}; ${chance(trend.p)})`;
  if (verdict.outcome === 'leaking') {
    const perOperation =
      trend.bytesPerOperation === null ? '' : `, ${formatBytes(trend.bytesPerOperation)} per request`;
    return `${grew}${perOperation}, and does not level off. That is more than ${firedRules(verdict.rules)}.`;
  }
  if (circumstances.early) return `${grew}. ${earlySentence(circumstances.early, circumstances.neededUs)}`;
  const lastRate = `${signedBytes(after.last.slope * hourUs)} per hour`;
  const lastSpan = formatDurationUs(after.last.endUs - after.last.startUs);
  if (after.kind === 'levelled-off') return `${grew}, but levelled off: ${lastRate} in the last ${lastSpan}.`;
  if (after.kind === 'freed') return `${grew}, but what grew was freed again in between: an up and down.`;
  if (verdict.outcome === 'not-leaking' && after.kind === 'goes-on' && rangeBytes !== undefined)
    return `${grew}: no more than V8's own bookkeeping takes. Only a longer recording shows a slower leak.`;
  if (verdict.outcome === 'not-leaking')
    return goesOnFast === false && verdict.rules.some(({ fired }) => fired)
      ? `${grew}, but goes on with ${lastRate} only, which is within all limits.`
      : `${grew}, which is within all limits.`;
  return after.kind === 'unclear'
    ? `${grew}; whether that goes on cannot be told yet from the last part.`
    : `${grew}: so little that V8's own bookkeeping could be it.`;
}

function earlySentence(early: 'short' | 'uneven', neededUs = 0): string {
  return early === 'short'
    ? `It is too early to tell a leak from a cache that is filling up: that takes ${formatDurationUs(neededUs)} of growth after the warm-up.`
    : 'It does not grow evenly: it is too early to tell a leak from something that is being filled or will be freed.';
}

function rate(trend: LeakTrend): string {
  const [low, high] = [signedBytes(trend.slopeLow), signedBytes(trend.slopeHigh)];
  return `${signedBytes(trend.slopeBytesPerHour)} per hour, 95 % confidence ${low} to ${high}`;
}

function chance(p: number): string {
  return p < 0.0001 ? 'p\u202F<\u202F0.0001' : `p\u202F=\u202F${p.toFixed(p < 0.01 ? 4 : 2)}`;
}

function firedRules(rules: readonly LeakRule[]): string {
  const names: Record<LeakRule['rule'], (limit: string) => string> = {
    growthBytes: (limit) => `${limit} in the run`,
    bytesPerHour: (limit) => `${limit} per hour`,
    bytesPer1000Operations: (limit) => `${limit} per 1,000 requests`,
    bytesPerOperation: (limit) => `${limit} per request`,
  };
  const fired = rules.filter((rule) => rule.fired).map(({ rule, limit }) => names[rule](formatBytes(limit)));
  return fired.length < 2
    ? fired.join('')
    : `${fired.slice(0, -1).join(', ')} and ${fired[fired.length - 1]}`;
}

/** A change: `+1.2 MB`, `−40 kB`. */
function signedBytes(bytes: number): string {
  return bytes > 0 ? `+${formatBytes(bytes)}` : formatBytes(bytes);
}

function count(value: number, noun: string): string {
  return `${formatNumber(value)} ${noun}${value === 1 ? '' : 's'}`;
}
