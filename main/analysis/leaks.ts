/** Is it leaking, what, and who holds it: judges a running recording or a saved session by what was measured of it. */
import type { LoadState, Mark, Metric, ProcessInfo, Series, SnapshotInfo, ThreadKey, Timeline } from '../api';
import { formatDurationUs } from '../../profiles/format';
import { judgeSubject } from '../../profiles/leaks/judge-subject';
import { adviceFor, overallOutcome, overallSentence, type JudgedThread } from '../../profiles/leaks/overall';
import {
  leakSpecSchema,
  type FloorPoint,
  type LeakSpec,
  type LeakSubject,
  type LeakThresholds,
  type LeakVerdict,
  type SubjectVerdict,
  type SuspectConstructor,
  type SuspectSite,
} from '../../profiles/leaks/types';
import type { Span } from '../../profiles/leaks/warm-up';
import { neededWhileRunningUs } from '../../profiles/leaks/while-running';
import { suspectSites } from '../../profiles/leaks/allocation-sites';
import type { Profile } from '../../profiles/types';
import type { Snapshots } from '../snapshots';
import type { TaskOptions } from '../sessions';
import { suspectConstructors, snapshotPair } from './leak-constructors';

/** What a thread allocated that is alive at the end of what was recorded. */
export interface LiveAllocations {
  whole: Profile;
  /** Of that, what was allocated after an instant (µs since the run's start); null when nobody kept that. */
  since(tUs: number): Profile | null;
}

export interface LeakEvidence {
  /** The session's or run's. */
  id: string;
  processes: readonly ProcessInfo[];
  timeline: Timeline;
  /** How long it has been recorded. */
  durationUs: number;
  /** Null: not recorded by this workbench. */
  spec: LeakSpec | null;
  /** Whether allocation profiles tell what is alive, or all that was ever allocated. */
  allocationKind: 'alive' | 'all';
  snapshots: readonly SnapshotInfo[];
  /** The load's own times, where a mark for its start or end is missing. */
  load?: Pick<LoadState, 'startedUs' | 'plannedDurationMs'> | null;
  /** It is still being recorded: a leak is called later, see docs/leaks.md. */
  isRunning: boolean;
  /** Null without an allocation profile of the thread. */
  allocationsOf(thread: ThreadKey): Promise<LiveAllocations | null>;
}

export interface JudgeOptions extends TaskOptions {
  /** Instead of the evidence's own. */
  thresholds?: LeakThresholds | undefined;
  /** Opens two snapshots, if there are two, for constructors and holders. */
  deep?: Snapshots | undefined;
}

const method =
  'Theil-Sen slope with its 95 % confidence interval (Sen 1968) and Mann-Kendall trend test (Mann 1945, Kendall 1975; ' +
  'p < 0.01, corrected for autocorrelation by Hamed & Rao 1998) of the memory just after full collections, warm-up left ' +
  'out. A leak is a significant growth that does not level off in the later part and is above one of the limits.';

/** Rejects only where snapshots or profiles cannot be read (see `Snapshots`), or with CANCELLED. */
export async function judgeLeaks(evidence: LeakEvidence, options: JudgeOptions = {}): Promise<LeakVerdict> {
  const spec = evidence.spec ?? leakSpecSchema.parse({});
  const thresholds = options.thresholds ?? spec.thresholds;
  const threads = threadsOf(evidence);
  const load = loadSpan(evidence);
  const plannedUs = evidence.load ? evidence.load.plannedDurationMs * 1000 : undefined;
  const operations = find(evidence.timeline.series, 'requestRate', 'load') ?? null;
  const subjects: SubjectVerdict[] = [];
  for (const { key } of threads)
    for (const subject of ['heap', 'external'] as const) {
      const points = floorPoints(evidence.timeline, key, subject);
      if (points.length === 0 && subject === 'external') continue;
      subjects.push(
        judgeSubject({
          thread: key,
          subject,
          points,
          thresholds,
          load,
          operations,
          ...(spec.warmUpMs !== undefined && { warmUpMs: spec.warmUpMs }),
          ...(evidence.isRunning && { neededUs: neededWhileRunningUs(plannedUs) }),
        }),
      );
    }
  const outcome = overallOutcome(subjects, threads, evidence.durationUs);
  const looked = threadsToLookAt(subjects, threads);
  const warmUpUs = Math.max(0, ...subjects.map((subject) => subject.warmUpUs));
  const { sites, known } = await sitesOf(evidence, looked, warmUpUs);
  const pair = firstPair(evidence.snapshots, looked, warmUpUs);
  let constructors: SuspectConstructor[] = [];
  if (options.deep && pair)
    constructors = await suspectConstructors(options.deep, evidence.id, pair, options);
  return {
    outcome,
    sentence: overallSentence(outcome, subjects, threads, { constructors, sites }),
    subjects,
    constructors,
    sites,
    snapshots: pair && { a: pair.a.file, b: pair.b.file },
    advice: adviceFor({
      outcome,
      subjects,
      isForcing: spec.forceGc,
      forceEveryMs: spec.forceGcEveryMs,
      hasLoad: load !== null,
      snapshots: pair ? 2 : 0,
      snapshotsMissOf: missedBySnapshots(evidence.snapshots, looked, threads),
      compared: options.deep !== undefined,
      sites: known,
    }),
    method: `${method} Left out at the beginning: ${formatDurationUs(warmUpUs)}.`,
    thresholds,
  };
}

function threadsOf({ processes }: LeakEvidence): JudgedThread[] {
  const all = processes.flatMap(({ pid, threads }) => threads.map((thread) => ({ ...thread, pid })));
  const named = (title: string): number => all.filter((each) => each.title === title).length;
  return all.map(({ key, title, pid, startedUs, endedUs }) => ({
    key,
    // Workers of a cluster have one name.
    title: named(title) > 1 ? `${title} ${pid}` : title,
    startedUs,
    endedUs,
  }));
}

/** From the load's start to its end, or to now. */
function loadSpan({ timeline, durationUs, load }: LeakEvidence): Span | null {
  const at = (kind: Mark['kind']): number | undefined =>
    timeline.marks.find((mark) => mark.kind === kind)?.tUs;
  const startUs = at('load-start') ?? load?.startedUs;
  return startUs === undefined ? null : { startUs, endUs: at('load-end') ?? durationUs };
}

/** A forced collection and the floor it leaves are told at almost the same time. */
const sameCollectionUs = 100_000;

function floorPoints(
  { series, collections = [] }: Timeline,
  thread: ThreadKey,
  subject: LeakSubject,
): FloorPoint[] {
  const floor = find(series, subject === 'heap' ? 'heapFloor' : 'externalFloor', thread);
  if (!floor) return [];
  const forced = forcedEnds(collections.filter((group) => group.thread === thread));
  let next = 0;
  const points: FloorPoint[] = [];
  for (let i = 0; i < floor.tUs.length; i++) {
    const tUs = floor.tUs[i]!;
    const bytes = floor.values[i]!;
    if (!Number.isFinite(bytes)) continue;
    while (next < forced.length && forced[next]! < tUs - sameCollectionUs) next++;
    const isForced = next < forced.length && forced[next]! <= tUs + sameCollectionUs;
    points.push({ tUs, bytes, forced: isForced });
  }
  return points;
}

/** V8's rounds of a forced collection follow one another within 0.2 ms (seen with Node 18 to 26); more on a busy machine. */
const betweenRoundsUs = 20_000;

/**
 * When forced collections ended. A forced one is at least two of ours directly after one another; a single one is a read of
 * the allocation profile or a snapshot. Without an agent no others are known, and each of ours that has a floor was forced.
 */
function forcedEnds(groups: NonNullable<Timeline['collections']>): number[] {
  const spans: { startUs: number; endUs: number }[] = [];
  for (const { ours, gcKind, tUs, durationMs } of groups)
    if (ours && gcKind === 'major')
      for (let i = 0; i < tUs.length; i++)
        spans.push({ startUs: tUs[i]!, endUs: tUs[i]! + Math.max(0, durationMs[i] || 0) * 1000 });
  spans.sort((a, b) => a.startUs - b.startUs);
  const hasAgent = groups.some(({ ours }) => !ours);
  return spans
    .filter(({ startUs }, i) => !hasAgent || (i > 0 && startUs - spans[i - 1]!.endUs < betweenRoundsUs))
    .map(({ endUs }) => endUs);
}

function find(series: readonly Series[], metric: Metric, scope: string): Series | undefined {
  return series.find((each) => each.metric === metric && each.scope === scope);
}

/** Where suspects are looked for: the threads that leak, or else that with the largest growth, or else the first. */
function threadsToLookAt(subjects: readonly SubjectVerdict[], threads: readonly JudgedThread[]): ThreadKey[] {
  const leaking = subjects.filter(({ outcome }) => outcome === 'leaking');
  if (leaking.length > 0) return [...new Set(leaking.map(({ thread }) => thread))];
  let most: SubjectVerdict | undefined;
  for (const subject of subjects)
    if (subject.trend && subject.trend.growthBytes > (most?.trend?.growthBytes ?? -Infinity)) most = subject;
  const fallback = most?.thread ?? threads[0]?.key;
  return fallback === undefined ? [] : [fallback];
}

type SitesKnown = 'none' | 'alive' | 'grown' | 'all-allocated';

/** By what was allocated after the warm-up and is still alive; where that is not known, by all that is alive. */
async function sitesOf(
  evidence: LeakEvidence,
  threads: readonly ThreadKey[],
  warmUpUs: number,
): Promise<{ sites: SuspectSite[]; known: SitesKnown }> {
  if (evidence.allocationKind === 'all') return { sites: [], known: 'all-allocated' };
  const sites: SuspectSite[] = [];
  let known: SitesKnown = 'none';
  for (const thread of threads) {
    const allocations = await evidence.allocationsOf(thread);
    if (!allocations) continue;
    const added = allocations.since(warmUpUs) ?? undefined;
    if (added) known = 'grown';
    else if (known === 'none') known = 'alive';
    for (const site of suspectSites(thread, allocations.whole, added)) sites.push(site);
  }
  if (threads.length > 1) sites.sort((a, b) => b.growthBytes - a.growthBytes);
  return { sites: sites.slice(0, 10), known };
}

/** The first thread that is looked at, when snapshots were taken and none of it. */
function missedBySnapshots(
  snapshots: readonly SnapshotInfo[],
  [thread]: readonly ThreadKey[],
  threads: readonly JudgedThread[],
): string | undefined {
  const complete = snapshots.filter(({ state }) => state === 'complete');
  if (complete.length === 0 || complete.some((each) => each.thread === thread)) return undefined;
  return threads.find(({ key }) => key === thread)?.title;
}

function firstPair(
  snapshots: readonly SnapshotInfo[],
  threads: readonly ThreadKey[],
  warmUpUs: number,
): ReturnType<typeof snapshotPair> {
  for (const thread of threads) {
    const pair = snapshotPair(snapshots, thread, warmUpUs);
    if (pair) return pair;
  }
  return null;
}
