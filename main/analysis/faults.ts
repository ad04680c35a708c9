/**
 * What faults did to a load: before, during and after, and how long it took until all was as before.
 *
 * Phases tile the load's time: *before* is up to 60 s before the fault that no other fault touches and no warm-up is,
 * *during* lasts from its start to its end, *after* from its end to the next fault's start or the load's end, at most 10
 * minutes. Their numbers come from the load's seconds, which are cut where a fault begins or ends; a second belongs to the
 * phase that has the greater part of it, and a phase without such a second has that of its middle.
 *
 * Recovery is looked for in windows of 100 ms (longer ones, up to 1 s, while fewer than 10 requests end in one). All was
 * as before when a stretch of five windows begins in which throughput of good answers, mean response time and share of
 * errors, over the stretch, lie within what stretches of that length had in the 30 s before the fault (widened by 10 %), and
 * whose first window has no greater share of errors and at least half of the usual throughput. `recoveryMs` is from
 * the fault's end to the begin of that stretch; more exactly to the first good answer in it when there was none in the window
 * before, or to the first good answer of the window before when nothing but good ones came after it.
 *
 * `downMs` of a kill is from the kill until the first good answer after the restart, by the instants of the answers.
 */
import type { FaultReport, LoadSecond, PhaseNumbers } from '../api';
import type { FaultEvidence, FineWindow, HappenedFault } from '../load/faults';
import { LatencyHistogram } from '../../profiles/latency/histogram';

const beforeUs = 60e6;
const afterUs = 600e6;
const referenceUs = 30e6;
const stretchWindows = 5;
const fewestPerWindow = 10;
const longestWindowUs = 1e6;
const widening = 0.1;
/** With fewer stretches nothing is known of what is usual. */
const fewestStretches = 5;

/** One report per fault, in their order. Those that never acted have only their problem and what was before. */
export function faultReports(evidence: FaultEvidence): FaultReport[] {
  const { faults, endedUs: loadEndUs } = evidence;
  const fromUs = evidence.countedFromUs ?? evidence.startedUs;
  const acted = faults.filter(({ startedUs, endedUs }) => endedUs !== startedUs);
  return faults.map((fault): FaultReport => {
    const startUs = fault.startedUs;
    const endUs = fault.endedUs ?? loadEndUs;
    const others = acted.filter((other) => other !== fault);
    const lastEndUs = latest(
      others.flatMap((other) => endOf(other, loadEndUs)).filter((tUs) => tUs <= startUs),
    );
    const nextStartUs = earliest(others.map((other) => other.startedUs).filter((tUs) => tUs >= endUs));
    // Another one that reaches into the time before leaves none.
    const isTouched = others.some((other) => other.startedUs < startUs && endOf(other, loadEndUs) > startUs);
    const beforeFromUs = isTouched ? startUs : Math.max(fromUs, lastEndUs, startUs - beforeUs);
    const afterToUs = Math.min(loadEndUs, nextStartUs, endUs + afterUs);
    const phase = (a: number, b: number): PhaseNumbers => numbersOf(evidence.seconds, a, Math.max(a, b));
    const didAct = acted.includes(fault);
    return {
      text: fault.text,
      kind: fault.fault.kind,
      byHand: fault.byHand,
      startedUs: startUs,
      endedUs: endUs,
      ...(fault.problem !== undefined && { problem: fault.problem }),
      ...(fault.means !== undefined && { means: fault.means }),
      before: phase(beforeFromUs, startUs),
      during: phase(startUs, Math.min(endUs, loadEndUs)),
      after: phase(endUs, afterToUs),
      recoveryMs:
        didAct && fault.endedUs !== undefined
          ? recoveryMs(
              evidence.windows,
              Math.max(beforeFromUs, startUs - referenceUs),
              startUs,
              endUs,
              afterToUs,
            )
          : null,
      ...(fault.fault.kind === 'kill' && downOf(evidence.windows, startUs, endUs)),
    };
  });
}

function endOf({ endedUs }: HappenedFault, loadEndUs: number): number {
  return endedUs ?? loadEndUs;
}

function latest(times: readonly number[]): number {
  return times.reduce((a, b) => Math.max(a, b), -Infinity);
}

function earliest(times: readonly number[]): number {
  return times.reduce((a, b) => Math.min(a, b), Infinity);
}

// ── phases ──

function numbersOf(seconds: readonly LoadSecond[], startUs: number, endUs: number): PhaseNumbers {
  let chosen = seconds.filter((second) => {
    const commonUs = Math.min(second.tUs + second.durationUs, endUs) - Math.max(second.tUs, startUs);
    return commonUs > second.durationUs / 2;
  });
  const middleUs = (startUs + endUs) / 2;
  if (chosen.length === 0 && endUs > startUs)
    chosen = seconds.filter(({ tUs, durationUs }) => tUs <= middleUs && middleUs < tUs + durationUs);
  const latency = new LatencyHistogram();
  const errorKinds: Record<string, number> = {};
  const covered = new Map<number, number>();
  let requests = 0;
  let unanswered = 0;
  let wrong = 0;
  for (const second of chosen) {
    covered.set(second.tUs, second.durationUs);
    requests += second.answered;
    unanswered += second.errors + second.timeouts;
    wrong += second.errors + second.timeouts + second.non2xx + second.badChecks;
    latency.add(LatencyHistogram.decode(second.response));
    for (const [kind, count] of Object.entries(second.errorKinds ?? {}))
      errorKinds[kind] = (errorKinds[kind] ?? 0) + count;
  }
  const passedUs = sumOf(covered.values()) + silentUs(seconds, startUs, endUs);
  const at = (share: number): number | null => (latency.count === 0 ? null : latency.valueAt(share) / 1000);
  return {
    startUs,
    endUs,
    requests,
    rps: passedUs > 0 ? requests / (passedUs / 1e6) : 0,
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    errorRatio: requests + unanswered > 0 ? wrong / (requests + unanswered) : 0,
    errorKinds,
  };
}

/** How much of a stretch no second covers: in those nothing came to an end, but they have passed. */
function silentUs(seconds: readonly LoadSecond[], startUs: number, endUs: number): number {
  const common = new Map<number, number>();
  for (const { tUs, durationUs } of seconds)
    common.set(tUs, Math.max(0, Math.min(tUs + durationUs, endUs) - Math.max(tUs, startUs)));
  return Math.max(0, endUs - startUs - sumOf(common.values()));
}

function sumOf(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

// ── recovery ──

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

function recoveryMs(
  windows: readonly FineWindow[],
  fromUs: number,
  startUs: number,
  endUs: number,
  toUs: number,
): number | null {
  const fineUs = windows[0]?.durationUs ?? 100_000;
  const usual = windows.filter(({ tUs, durationUs }) => tUs >= fromUs && tUs + durationUs <= startUs);
  const ended = usual.reduce((sum, { good, bad }) => sum + good + bad, 0);
  if (ended === 0 || startUs - fromUs < fineUs * stretchWindows) return null;
  const perFine = (ended * fineUs) / (startUs - fromUs);
  const lengthUs = Math.min(longestWindowUs, Math.ceil(fewestPerWindow / perFine) * fineUs);
  const before = stretches(merged(usual, fromUs, startUs, lengthUs));
  if (before.length < fewestStretches) return null;
  const range = rangeOf(before);
  const after = merged(
    windows.filter(({ tUs, durationUs }) => tUs + durationUs > endUs && tUs < toUs),
    endUs,
    toUs,
    lengthUs,
  );
  const usualGood = range.meanGood / stretchWindows;
  const later = stretches(after);
  for (const [at, stretch] of later.entries()) {
    const first = after[at]!;
    if (!isWithin(stretch, range)) continue;
    if (first.good < usualGood / 2 || errorShare(first) > range.mostErrors) continue;
    return Math.max(0, beginUs(first, after[at - 1]) - endUs) / 1000;
  }
  return null;
}

/** When the first window of a good stretch became good, as exactly as the answers tell. */
function beginUs(first: Sums, before: Sums | undefined): number {
  if (!before) return first.tUs;
  if (before.good === 0) return first.firstGoodUs ?? first.tUs;
  const { firstGoodUs, lastBadUs } = before;
  const isTurn = firstGoodUs !== undefined && lastBadUs !== undefined && lastBadUs < firstGoodUs;
  return isTurn ? firstGoodUs : first.tUs;
}

interface Range {
  leastGood: number;
  meanGood: number;
  mostResponseUs: number;
  mostErrors: number;
}

function rangeOf(stretchesBefore: readonly Sums[]): Range {
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
    meanGood: sumGood / stretchesBefore.length,
    mostResponseUs: mostResponseUs * (1 + widening),
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
  const sums = Array.from({ length: count }, (_none, at): Sums => ({
    tUs: fromUs + at * lengthUs,
    good: 0,
    bad: 0,
    answered: 0,
    responseUs: 0,
  }));
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

/** All runs of five windows, beginning with each. */
function stretches(windows: readonly Sums[]): Sums[] {
  const found: Sums[] = [];
  for (let at = 0; at + stretchWindows <= windows.length; at++) {
    const sum: Sums = { tUs: windows[at]!.tUs, good: 0, bad: 0, answered: 0, responseUs: 0 };
    for (let i = at; i < at + stretchWindows; i++) {
      const window = windows[i]!;
      sum.good += window.good;
      sum.bad += window.bad;
      sum.answered += window.answered;
      sum.responseUs += window.responseUs;
    }
    found.push(sum);
  }
  return found;
}

// ── down time ──

function downOf(windows: readonly FineWindow[], killedUs: number, restartedUs: number): { downMs?: number } {
  for (const { firstGoodUs, lastGoodUs } of windows) {
    if (lastGoodUs === undefined || lastGoodUs < restartedUs) continue;
    // In the window of the restart there may also be an answer from before it, only when it was up at once.
    const backUs = firstGoodUs !== undefined && firstGoodUs >= restartedUs ? firstGoodUs : lastGoodUs;
    return { downMs: (backUs - killedUs) / 1000 };
  }
  return {};
}
