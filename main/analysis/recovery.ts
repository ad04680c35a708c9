/**
 * When all was as before again after a fault.
 *
 * It is looked for in windows of 100 ms (longer ones, up to 1 s, while fewer than 10 requests end in one). All was as before
 * when a stretch of windows begins in which throughput of good answers, mean response time and share of errors, over the
 * stretch, lie within what stretches of that length had in the 30 s before the fault (widened by 10 %; response times by at least
 * 1 ms: on one machine with its load a program that answers that much later is as before to all who ask it), and whose first window
 * has no greater share of errors and at least half of the usual throughput. A stretch has five windows; where less time is
 * left before or after the fault, down to three, always compared with stretches of the same length: a shorter one spreads
 * more before the fault as well, so the limits are as much wider.
 *
 * A load that was more or less meanwhile changes the numbers by itself: more users make answers slower, fewer make fewer
 * answers. Where that alone explains why a stretch is not as before, nothing is said of the recovery; more load does not
 * explain fewer good answers than there were, and less load neither slower ones nor more errors.
 *
 * `recoveryMs` is from the fault's end to the begin of that stretch; more exactly to the first good answer in it when there
 * was none in the window before, or to the first good answer of the window before when nothing but good ones came after it.
 */
import type { FaultReport } from '../api';
import { fineWindowUs, type FineWindow, type LoadAmount } from '../load/faults';
import { formatDurationMs, formatNumber } from '../../profiles/format';

const mostWindows = 5;
const fewestWindows = 3;
const fewestPerWindow = 10;
const longestWindowUs = 1e6;
const widening = 0.1;
const leastWideningUs = 1000;
/** With fewer stretches nothing is known of what is usual. */
const fewestStretches = 5;

export type Recovery = Pick<FaultReport, 'recoveryMs' | 'unjudged'>;

/** µs since the run's start: the reference from `fromUs`, the fault from `startUs` to `endUs`, and until when it may recover. */
export interface RecoveryTimes {
  fromUs: number;
  startUs: number;
  endUs: number;
  toUs: number;
}

export function recoveryOf(
  windows: readonly FineWindow[],
  { fromUs, startUs, endUs, toUs }: RecoveryTimes,
  amount?: LoadAmount,
): Recovery {
  const none = (unjudged: string): Recovery => ({ recoveryMs: null, unjudged });
  const usual = windows.filter(({ tUs, durationUs }) => tUs >= fromUs && tUs + durationUs <= startUs);
  const good = usual.reduce((sum, window) => sum + window.good, 0);
  if (good === 0) return none('Nothing was well before it, so nothing could be as before again.');
  const ended = usual.reduce((sum, window) => sum + window.good + window.bad, 0);
  const perFine = (ended * fineWindowUs) / (startUs - fromUs);
  const lengthUs = Math.min(longestWindowUs, Math.ceil(fewestPerWindow / perFine) * fineWindowUs);
  const before = merged(usual, fromUs, startUs, lengthUs);
  const after = merged(
    windows.filter(({ tUs, durationUs }) => tUs + durationUs > endUs && tUs < toUs),
    endUs,
    toUs,
    lengthUs,
  );
  const most = Math.min(mostWindows, before.length - fewestStretches + 1);
  const fewestBefore = fewestWindows + fewestStretches - 1;
  if (most < fewestWindows)
    return none(
      `What is usual is not known: ${tooLittle(startUs - fromUs, 'before', fewestBefore * lengthUs)}.`,
    );
  if (after.length < fewestWindows)
    return none(
      `Whether it was well again is not known: ${tooLittle(toUs - endUs, 'after', fewestWindows * lengthUs)}.`,
    );
  const ranges = new Map<number, Range>();
  const rangeFor = (length: number): Range => {
    let range = ranges.get(length);
    if (!range) ranges.set(length, (range = rangeOf(stretches(before, length), length)));
    return range;
  };
  const usually = amount?.between(fromUs, startUs) ?? null;
  let isExplained = false;
  for (let at = 0; at + fewestWindows <= after.length; at++) {
    const length = Math.min(most, after.length - at);
    const range = rangeFor(length);
    const first = after[at]!;
    const stretch = sumOver(after, at, length);
    if (!isWithin(stretch, range)) {
      const now = amount?.between(first.tUs, first.tUs + length * lengthUs) ?? null;
      if (!usually || !now || isAlike(usually, now)) isExplained = false;
      else isExplained ||= isByLoad(stretch, range, usually, now);
      continue;
    }
    if (first.good < range.goodPerWindow / 2 || errorShare(first) > range.mostErrors) continue;
    return { recoveryMs: Math.max(0, beginUs(first, after[at - 1]) - endUs) / 1000 };
  }
  return isExplained && amount && usually
    ? none(otherLoad(amount, usually, amount.between(endUs, toUs)!))
    : { recoveryMs: null };
}

type Span = NonNullable<ReturnType<LoadAmount['between']>>;

/** As many users, or arrivals, as before: give or take what is given to everything else. */
function isAlike(before: Span, now: Span): boolean {
  return now.least >= before.least * (1 - widening) && now.most <= before.most * (1 + widening);
}

/** Whether more or less load alone may have made a stretch that is not as before. */
function isByLoad(stretch: Sums, range: Range, before: Span, now: Span): boolean {
  const isMore = now.most > before.most * (1 + widening);
  const isLess = now.least < before.least * (1 - widening);
  const hasThroughput = stretch.good > 0 && stretch.good >= range.leastGood;
  const isQuick = meanResponseUs(stretch) <= range.mostResponseUs;
  return (isMore && hasThroughput) || (isLess && isQuick && errorShare(stretch) <= range.mostErrors);
}

function otherLoad({ unit }: LoadAmount, before: Span, after: Span): string {
  const words = ({ least, most }: Span): string =>
    formatNumber(least) === formatNumber(most)
      ? formatNumber(least)
      : `${formatNumber(least)} to ${formatNumber(most)}`;
  return `Whether all was as before again cannot be told: the load was ${words(before)} ${unit} before it and ${words(after)} ${unit} after it, which changes the numbers by itself.`;
}

function tooLittle(hasUs: number, when: string, needsUs: number): string {
  return `there was too little ${when} it, ${formatDurationMs(hasUs / 1000)}, and at this rate ${formatDurationMs(needsUs / 1000)} is needed`;
}

/** When the first window of a good stretch became good, as exactly as the answers tell. */
function beginUs(first: Sums, before: Sums | undefined): number {
  if (!before) return first.tUs;
  if (before.good === 0) return first.firstGoodUs ?? first.tUs;
  const { firstGoodUs, lastBadUs } = before;
  const isTurn = firstGoodUs !== undefined && lastBadUs !== undefined && lastBadUs < firstGoodUs;
  return isTurn ? firstGoodUs : first.tUs;
}

/** Sums over a stretch of time. */
interface Sums {
  tUs: number;
  good: number;
  bad: number;
  answered: number;
  responseUs: number;
  firstGoodUs?: number;
  lastBadUs?: number;
}

interface Range {
  leastGood: number;
  /** On average. */
  goodPerWindow: number;
  mostResponseUs: number;
  mostErrors: number;
}

function rangeOf(stretchesBefore: readonly Sums[], length: number): Range {
  let leastGood = Infinity;
  let sumGood = 0;
  let mostResponseUs = 0;
  let mostErrors = 0;
  for (const stretch of stretchesBefore) {
    leastGood = Math.min(leastGood, stretch.good);
    sumGood += stretch.good;
    mostResponseUs = Math.max(mostResponseUs, meanResponseUs(stretch));
    mostErrors = Math.max(mostErrors, errorShare(stretch));
  }
  return {
    leastGood: leastGood * (1 - widening),
    goodPerWindow: sumGood / stretchesBefore.length / length,
    mostResponseUs: Math.max(mostResponseUs * (1 + widening), mostResponseUs + leastWideningUs),
    mostErrors: mostErrors * (1 + widening),
  };
}

function isWithin(stretch: Sums, { leastGood, mostResponseUs, mostErrors }: Range): boolean {
  return (
    stretch.good > 0 &&
    stretch.good >= leastGood &&
    meanResponseUs(stretch) <= mostResponseUs &&
    errorShare(stretch) <= mostErrors
  );
}

function meanResponseUs({ responseUs, answered }: Sums): number {
  return answered === 0 ? 0 : responseUs / answered;
}

function errorShare({ good, bad }: Sums): number {
  return good + bad === 0 ? 0 : bad / (good + bad);
}

/** Windows of `lengthUs` from `fromUs` on, whole ones only, empty ones included; a fine one belongs where its middle lies. */
function merged(windows: readonly FineWindow[], fromUs: number, toUs: number, lengthUs: number): Sums[] {
  const count = Math.max(0, Math.floor((toUs - fromUs) / lengthUs));
  const sums = Array.from({ length: count }, (_none, at): Sums => empty(fromUs + at * lengthUs));
  for (const window of windows) {
    const sum = sums[Math.floor((window.tUs + window.durationUs / 2 - fromUs) / lengthUs)];
    if (!sum) continue;
    sum.good += window.good;
    sum.bad += window.bad;
    sum.answered += window.answered;
    sum.responseUs += window.responseUs;
    sum.firstGoodUs ??= window.firstGoodUs;
    sum.lastBadUs = window.lastBadUs ?? sum.lastBadUs;
  }
  return sums;
}

function empty(tUs: number): Sums {
  return { tUs, good: 0, bad: 0, answered: 0, responseUs: 0 };
}

/** All runs of so many windows, beginning with each. */
function stretches(windows: readonly Sums[], length: number): Sums[] {
  const found: Sums[] = [];
  for (let at = 0; at + length <= windows.length; at++) found.push(sumOver(windows, at, length));
  return found;
}

function sumOver(windows: readonly Sums[], at: number, length: number): Sums {
  const sum = empty(windows[at]!.tUs);
  for (let i = at; i < at + length; i++) {
    const window = windows[i]!;
    sum.good += window.good;
    sum.bad += window.bad;
    sum.answered += window.answered;
    sum.responseUs += window.responseUs;
  }
  return sum;
}
