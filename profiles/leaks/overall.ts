/** One verdict from those of many threads, and what would make it surer. */
import { formatBytes, formatDurationUs } from '../format';
import { fewestPoints } from './judge-subject';
import type { LeakOutcome, SubjectVerdict, SuspectConstructor, SuspectSite } from './types';

/** A thread that is judged, or too short-lived to be. */
export interface JudgedThread {
  key: string;
  title: string;
  startedUs: number;
  /** Undefined while it runs. */
  endedUs?: number | undefined;
}

/** A thread that lived for less of the recording cannot keep the verdict open. */
const livedLong = 0.5;

/** Leaking when any subject is; not leaking when all that can matter were judged and are not. */
export function overallOutcome(
  subjects: readonly SubjectVerdict[],
  threads: readonly JudgedThread[],
  durationUs: number,
): LeakOutcome {
  if (subjects.some(({ outcome }) => outcome === 'leaking')) return 'leaking';
  const lived = new Map(
    threads.map(({ key, startedUs, endedUs }) => [key, (endedUs ?? durationUs) - startedUs]),
  );
  const relevant = subjects.filter(
    ({ trend, thread }) => trend !== null || (lived.get(thread) ?? 0) >= durationUs * livedLong,
  );
  if (relevant.length === 0) return 'not-enough-data';
  return relevant.some(({ outcome }) => outcome === 'not-enough-data') ? 'not-enough-data' : 'not-leaking';
}

/** The subject that says most: of those with the overall outcome, the one that grows most; when none does, the first, a heap. */
function foremost(subjects: readonly SubjectVerdict[], outcome: LeakOutcome): SubjectVerdict | undefined {
  const slope = ({ trend }: SubjectVerdict): number =>
    trend ? Math.max(0, trend.slopeBytesPerHour) : -Infinity;
  return subjects
    .filter((subject) => subject.outcome === outcome)
    .reduce<SubjectVerdict | undefined>(
      (most, each) => (most && slope(most) >= slope(each) ? most : each),
      undefined,
    );
}

/** One to three sentences: what was found, and the foremost suspects. */
export function overallSentence(
  outcome: LeakOutcome,
  subjects: readonly SubjectVerdict[],
  threads: readonly JudgedThread[],
  suspects: { constructors: readonly SuspectConstructor[]; sites: readonly SuspectSite[] },
): string {
  const subject = foremost(subjects, outcome);
  if (!subject) return 'No heap has been seen after a full collection yet.';
  const title = threads.find(({ key }) => key === subject.thread)?.title ?? subject.thread;
  const sentences = [threads.length > 1 ? `${title}: ${subject.sentence}` : subject.sentence];
  const others = subjects.filter((each) => each.outcome === outcome && each !== subject);
  if (outcome === 'leaking') {
    const told = suspectSentence(subject, suspects);
    if (told) sentences.push(told);
    if (others.length > 0) sentences.push(othersSentence(subject, others));
  }
  return sentences.join(' ');
}

function othersSentence(subject: SubjectVerdict, others: readonly SubjectVerdict[]): string {
  const [other] = others;
  if (others.length === 1 && other?.thread === subject.thread)
    return other.subject === 'external'
      ? 'Its memory outside the heap leaks as well.'
      : 'Its JS heap leaks as well.';
  if (others.length === 1) return 'So does another thread.';
  const threads = new Set(others.map(({ thread }) => thread)).size;
  return `So do ${others.length} more, of ${threads === 1 ? 'one thread' : `${threads} threads`}.`;
}

function suspectSentence(
  { thread, subject }: SubjectVerdict,
  suspects: { constructors: readonly SuspectConstructor[]; sites: readonly SuspectSite[] },
): string {
  const [constructor] = suspects.constructors;
  // Who allocates outside of the heap is not sampled: sites tell of the heap only.
  const site = subject === 'heap' ? suspects.sites.find((each) => each.thread === thread) : undefined;
  const held = constructor?.heldBy ? `, ${constructor.heldBy}` : '';
  const what = constructor
    ? `most is held by ${constructor.countChange.toLocaleString('en')} more ${constructor.name}${held}`
    : '';
  const where = site
    ? `${formatBytes(site.growthBytes)} of it were allocated in ${site.name}${site.through === undefined ? '' : ` (through ${site.through})`}`
    : '';
  const text = [what, where].filter((part) => part !== '').join('; ');
  return text && `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}

/** What was called after less growth than this may be a cache that was still filling. */
const shortGrowthUs = 30e6;

export interface AdviceFacts {
  outcome: LeakOutcome;
  subjects: readonly SubjectVerdict[];
  isForcing: boolean;
  forceEveryMs: number;
  hasLoad: boolean;
  /** Snapshots of the thread that matters, complete ones. */
  snapshots: number;
  /** The thread that matters, by name, when there are complete snapshots, but of others only. */
  snapshotsMissOf?: string | undefined;
  /** They were opened for this verdict. */
  compared: boolean;
  /** Sites of what is alive are known, also as they were after the warm-up. */
  sites: 'none' | 'alive' | 'grown' | 'all-allocated';
}

/** For those who cannot compare with one press: the memory view offers that itself. */
export const compareSnapshotsAdvice =
  'Compare the two heap snapshots to see which objects grew and what holds them.';

/** Sentences, the most useful first; empty when nothing is missing. */
export function adviceFor(facts: AdviceFacts): string[] {
  const advice: string[] = [];
  const tooFew = facts.subjects.length === 0 || facts.subjects.some(({ trend }) => trend === null);
  if (facts.outcome === 'not-enough-data') {
    if (tooFew && !facts.isForcing)
      advice.push(
        'Record with full collections at intervals: the program itself makes too few to see what stays behind.',
      );
    else if (tooFew)
      advice.push(
        `Record longer: at least ${fewestPoints} full collections after the warm-up are needed, and one is made every ${formatDurationUs(facts.forceEveryMs * 1000)} or less often.`,
      );
    else advice.push('Record longer: only time tells whether the growth goes on.');
  }
  if (!facts.hasLoad && facts.outcome !== 'leaking')
    advice.push(
      'Put load on the program: what is not used does not leak, and growth per request can be told.',
    );
  if (facts.outcome === 'leaking') {
    const spans = facts.subjects
      .filter(({ outcome }) => outcome === 'leaking')
      .map(({ trend }) => (trend ? trend.endUs - trend.startUs : 0));
    if (spans.every((spanUs) => spanUs < shortGrowthUs))
      advice.push('Record longer: in so short a time a cache that is filling up looks the same.');
    if (facts.snapshots < 2)
      advice.push(
        facts.snapshotsMissOf !== undefined
          ? `The heap snapshots are of other threads. Take two of ${facts.snapshotsMissOf}, by hand or when its heap has grown: then it can be said which objects grew and what holds them.`
          : 'Take two heap snapshots, one after the warm-up and one at the end: then it can be said which objects grew and what holds them.',
      );
    else if (!facts.compared) advice.push(compareSnapshotsAdvice);
    if (facts.sites === 'none') advice.push('Record allocations to see which code allocated what stays.');
    if (facts.sites === 'all-allocated')
      advice.push(
        'Record allocations that are still alive: of all allocated ones nobody knows which stayed.',
      );
  }
  return advice;
}
