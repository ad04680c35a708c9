/** A subject's verdict in words, with the numbers it rests on. */
import { formatBytes, formatDurationUs, formatNumber } from '../format';
import type { Continuation } from './level-off';
import type { LeakRule, LeakTrend, SubjectVerdict } from './types';

interface Circumstances {
  points: number;
  durationUs: number;
  /** Points that do not count: how many before the end of the warm-up (µs since the run's start), and after the load's end. */
  outside?: { before: number; after: number; beforeUs: number };
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
  const { points, after, goesOnFast, rangeBytes } = circumstances;
  const name = subjectNames[verdict.subject];
  const { trend } = verdict;
  if (!trend) return tooFewSentence(name, circumstances);
  const span = formatDurationUs(trend.endUs - trend.startUs);
  if (rangeBytes !== undefined && trend.points < fewestForTrend)
    return `The ${name} was seen after only ${count(points, 'full collection')}, but stands still: in ${span} it moved by ${formatBytes(rangeBytes)}.`;
  if (!after && verdict.outcome === 'not-enough-data')
    return `The ${name} after full collections may be growing: ${rate(trend)}; in only ${count(trend.points, 'collection')} over ${span} that cannot be told from chance (${chance(trend.p)}).`;
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

/** What was seen is drawn in the timeline: it must not be said that nothing was. */
function tooFewSentence(name: string, { points, durationUs, outside }: Circumstances): string {
  const { before = 0, after = 0, beforeUs = 0 } = outside ?? {};
  const seen = points + before + after;
  if (seen === 0) return `The ${name} has not been seen after a full collection yet.`;
  const places = [
    before > 0
      ? `${before === seen ? '' : `${formatNumber(before)} `}before the warm-up ended, ${formatDurationUs(beforeUs)} after the start`
      : '',
    after > 0 ? `${after === seen ? '' : `${formatNumber(after)} `}after the load had ended` : '',
  ].filter((place) => place !== '');
  if (points === 0)
    return `The ${name} was seen after ${count(seen, 'full collection')}, but ${seen === 1 || places.length > 1 ? '' : 'always '}${places.join(' and ')}: none of that tells whether it leaks.`;
  const span = points > 1 ? ` in ${formatDurationUs(durationUs)}` : '';
  const others = places.length > 0 ? ` (${places.join(' and ')}, do not count)` : '';
  return `The ${name} was seen after only ${count(points, 'full collection')}${span} after the warm-up${others}: too little to tell.`;
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
