/**
 * What faults did to a load: before, during and after, and how long it took until all was as before (recovery.ts).
 *
 * *Before* is up to 60 s before the fault in which no other fault acts, nothing is left of an earlier one as far as its own
 * recovery tells, and no warm-up is; *during* lasts from its start to its end, *after* from its end to the next fault's start
 * or the load's end, at most 10 minutes. Their numbers come from the load's seconds, which are cut where a fault begins or
 * ends; a second belongs to the phase that has the greater part of it. A phase that was not there, or of which no second has
 * the greater part, has no numbers but says why.
 *
 * `downMs` of a kill is from the kill until the first good answer after the restart, by the instants of the answers.
 */
import type { FaultReport, LoadSecond, PhaseNumbers } from '../api';
import type { FaultEvidence, FineWindow, HappenedFault } from '../load/faults';
import { formatDurationMs } from '../../profiles/format';
import { LatencyHistogram } from '../../profiles/latency/histogram';
import { recoveryOf, type Recovery } from './recovery';

const beforeUs = 60e6;
const afterUs = 600e6;
const referenceUs = 30e6;
/** Of a shorter stretch nothing can be said: it is no longer than a window. */
const shortestPhaseUs = 100_000;

/** An earlier fault, and until when something of it was left. */
interface Settled {
  fault: HappenedFault;
  untilUs: number;
  /** It was looked for, and not found. */
  isLasting: boolean;
}

/** One report per fault, in their order. Those that never acted have only their problem. */
export function faultReports(evidence: FaultEvidence): FaultReport[] {
  const reports = new Map<HappenedFault, FaultReport>();
  const settled: Settled[] = [];
  const byEnd = [...evidence.faults].sort(
    (a, b) => endOf(a, evidence.endedUs) - endOf(b, evidence.endedUs) || a.startedUs - b.startedUs,
  );
  // What an earlier one left behind is known before a later one is judged by it.
  for (const fault of byEnd) {
    const report = reportOf(fault, evidence, settled);
    reports.set(fault, report);
    if (!hasActed(fault)) continue;
    const leftMs = report.recoveryMs ?? 0;
    const backUs = report.downMs === undefined ? 0 : report.startedUs + report.downMs * 1000;
    settled.push({
      fault,
      untilUs: Math.max(report.endedUs + leftMs * 1000, backUs),
      isLasting: report.recoveryMs === null && report.unjudged === undefined,
    });
  }
  return evidence.faults.map((fault) => reports.get(fault)!);
}

function reportOf(fault: HappenedFault, evidence: FaultEvidence, settled: readonly Settled[]): FaultReport {
  const { endedUs: loadEndUs, seconds, windows } = evidence;
  const startUs = fault.startedUs;
  const endUs = endOf(fault, loadEndUs);
  const acted = hasActed(fault);
  const others = evidence.faults.filter((other) => other !== fault && hasActed(other));
  const before = timeBefore(fault, evidence, others, settled);
  const after = timeAfter(fault, evidence, others);
  const during: Stretch = acted
    ? { startUs, endUs: Math.min(endUs, loadEndUs) }
    : { startUs, endUs: startUs, absent: 'it did not act' };
  const meanwhile = others.filter(
    (other) => other.startedUs < endUs && endOf(other, loadEndUs) > startUs && acted,
  );
  const recovery = acted ? judge(fault, evidence, before, after) : { recoveryMs: null };
  // Of one that failed to start again, somebody else who has its port may have answered.
  const isBack = fault.goneUs === undefined || recovery.recoveryMs !== null;
  const down =
    acted && isBack && fault.fault.kind === 'kill' ? downOf(windows, startUs, endUs, after.untilUs) : {};
  return {
    text: fault.text,
    kind: fault.fault.kind,
    byHand: fault.byHand,
    startedUs: startUs,
    endedUs: endUs,
    ...(fault.problem !== undefined && { problem: fault.problem }),
    ...(fault.means !== undefined && { means: fault.means }),
    ...(meanwhile.length > 0 && { meanwhile: meanwhile.map(({ text }) => text) }),
    before: numbersOf(seconds, before),
    during: numbersOf(seconds, during),
    after: numbersOf(seconds, acted ? after : { ...after, absent: 'it did not act' }),
    ...recovery,
    ...down,
  };
}

function hasActed({ startedUs, endedUs }: HappenedFault): boolean {
  return startedUs !== endedUs;
}

function endOf({ endedUs }: HappenedFault, loadEndUs: number): number {
  return endedUs ?? loadEndUs;
}

// ── phases ──

interface Stretch {
  startUs: number;
  endUs: number;
  absent?: string;
}

function timeBefore(
  fault: HappenedFault,
  evidence: FaultEvidence,
  others: readonly HappenedFault[],
  settled: readonly Settled[],
): Stretch & { lasting?: string } {
  const startUs = fault.preparedFromUs ?? fault.startedUs;
  const countedUs = evidence.countedFromUs ?? evidence.startedUs;
  const none = (absent: string): Stretch => ({ startUs, endUs: startUs, absent });
  const into = others.find((other) => other.startedUs < startUs && endOf(other, evidence.endedUs) > startUs);
  if (into) return none(`“${into.text}” acted until into it`);
  if (startUs - evidence.startedUs < shortestPhaseUs) return none('it began with the load');
  if (startUs - countedUs < shortestPhaseUs)
    return none(startUs < countedUs ? 'it began within the warm-up' : 'it began with the end of the warm-up');
  const earlier = settled.filter(({ fault: other }) => endOf(other, evidence.endedUs) <= startUs);
  let fromUs = Math.max(countedUs, startUs - beforeUs);
  let last: Settled | undefined;
  for (const each of earlier) {
    if (each.untilUs < fromUs) continue;
    fromUs = each.untilUs;
    last = each;
  }
  if (startUs - fromUs < shortestPhaseUs)
    return none(last ? `“${last.fault.text}” was hardly over` : 'it was too short');
  return { startUs: fromUs, endUs: startUs, ...(last?.isLasting && { lasting: last.fault.text }) };
}

/** `untilUs`: where the next one begins, whether or not there are numbers of it. */
function timeAfter(
  fault: HappenedFault,
  { endedUs: loadEndUs }: FaultEvidence,
  others: readonly HappenedFault[],
): Stretch & { untilUs: number } {
  const startUs = endOf(fault, loadEndUs);
  const next = others
    .filter((other) => other.startedUs >= startUs)
    .reduce<HappenedFault | undefined>(
      (first, other) => (first && first.startedUs <= other.startedUs ? first : other),
      undefined,
    );
  const untilUs = Math.max(startUs, Math.min(loadEndUs, next?.startedUs ?? Infinity, startUs + afterUs));
  const none = (absent: string) => ({ startUs, endUs: startUs, untilUs, absent });
  if (loadEndUs - startUs < shortestPhaseUs) return none('it lasted until the end of the load');
  const on = others.find((other) => other.startedUs < startUs && endOf(other, loadEndUs) > startUs);
  if (on) return none(`“${on.text}” went on`);
  if (next && untilUs - startUs < shortestPhaseUs) return none(`“${next.text}” followed at once`);
  return { startUs, endUs: untilUs, untilUs };
}

function numbersOf(seconds: readonly LoadSecond[], { startUs, endUs, absent }: Stretch): PhaseNumbers {
  const none = (why: string): PhaseNumbers => ({
    startUs,
    endUs,
    absent: why,
    requests: 0,
    rps: null,
    p50Ms: null,
    p95Ms: null,
    errorRatio: null,
    errorKinds: {},
  });
  if (absent !== undefined) return none(absent);
  const chosen = seconds.filter((second) => {
    const commonUs = Math.min(second.tUs + second.durationUs, endUs) - Math.max(second.tUs, startUs);
    return commonUs > second.durationUs / 2;
  });
  const quietUs = silentUs(seconds, startUs, endUs);
  if (chosen.length === 0 && quietUs < (endUs - startUs) / 2)
    return none(`it was only ${formatDurationMs((endUs - startUs) / 1000)} long`);
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
  const passedUs = sumOf(covered.values()) + quietUs;
  const at = (share: number): number | null => (latency.count === 0 ? null : latency.valueAt(share) / 1000);
  return {
    startUs,
    endUs,
    requests,
    rps: passedUs > 0 ? requests / (passedUs / 1e6) : 0,
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    errorRatio: requests + unanswered > 0 ? wrong / (requests + unanswered) : null,
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

// ── verdicts ──

function judge(
  fault: HappenedFault,
  { endedUs: loadEndUs, windows, amount }: FaultEvidence,
  before: Stretch & { lasting?: string },
  after: Stretch,
): Recovery {
  const none = (unjudged: string): Recovery => ({ recoveryMs: null, unjudged });
  const gone = 'The target was gone then, so there was nothing that could recover.';
  if (fault.goneUs !== undefined && fault.goneUs <= after.startUs) return none(gone);
  if (fault.endedUs === undefined || after.startUs >= loadEndUs)
    return none('It lasted until the end of the load: nothing came after it to recover in.');
  if (after.absent !== undefined) return none(`Whether it was well again is not known: ${after.absent}.`);
  if (before.absent !== undefined)
    return none(`What is usual is not known, so neither is whether it was as before: ${before.absent}.`);
  if (before.lasting !== undefined)
    return none(
      `There is nothing to compare with: “${before.lasting}” before it had not been recovered from.`,
    );
  const goneUs = fault.goneUs ?? Infinity;
  const times = {
    fromUs: Math.max(before.startUs, before.endUs - referenceUs),
    startUs: before.endUs,
    endUs: after.startUs,
    toUs: Math.max(after.startUs, Math.min(after.endUs, goneUs)),
  };
  const recovery = recoveryOf(windows, times, amount);
  return recovery.recoveryMs === null && goneUs < after.endUs ? none(gone) : recovery;
}

function downOf(
  windows: readonly FineWindow[],
  killedUs: number,
  restartedUs: number,
  untilUs: number,
): { downMs?: number } {
  for (const { firstGoodUs, lastGoodUs } of windows) {
    if (lastGoodUs === undefined || lastGoodUs < restartedUs) continue;
    // In the window of the restart there may also be an answer from before it, only when it was up at once.
    const backUs = firstGoodUs !== undefined && firstGoodUs >= restartedUs ? firstGoodUs : lastGoodUs;
    return backUs <= untilUs ? { downMs: (backUs - killedUs) / 1000 } : {};
  }
  return {};
}
