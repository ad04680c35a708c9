/**
 * When heap snapshots are taken by themselves, and of which thread.
 *
 * Rules that are about the run (at its start, after the warm-up, at its end) look at its subject: the main thread of the
 * process that listens; while none does, the thread with the largest heap. So `npm start` is not told from npm's own heap.
 * Rules about a heap look at every thread.
 */
import type { Point, RunWarning, SnapshotInfo, SnapshotReason, SnapshotRules, ThreadKey } from '../api';
import { AppError, toAppError } from '../errors';
import type { Clock, TargetThread } from '../target/types';
import type { RunSnapshots } from './run-snapshots';

export interface SnapshotMomentsOptions {
  rules: SnapshotRules;
  /** As stated for the leak verdict; absent: found. */
  warmUpMs?: number;
  /** How long the load is planned to run; null without a load. */
  loadDurationMs: number | null;
  snapshots: Pick<RunSnapshots, 'take' | 'idle' | 'isBusy' | 'lastHeapUsed' | 'thread'>;
  clock: Clock;
  /** Resolves when there is a session to write them to. */
  ready: Promise<void>;
  /** Has V8's own last resort armed; false where that is not possible, or why the memory does not suffice. */
  armNearLimit: (thread: TargetThread) => Promise<boolean | string>;
  onWarning(warning: RunWarning): void;
}

/** A program that listens nowhere is past its first code by then, or ends sooner than anybody could look at it. */
const startedAfterMs = 2000;
/** As the leak verdict's warm-up: this share of the load's time, within limits. */
const settlingShare = 0.15;
const leastSettlingMs = 2000;
const mostSettlingMs = 120_000;
/** Without a load nothing says how long the program warms up. */
const settlingWithoutLoadMs = 10_000;
/**
 * Of the heap limit. Late enough that a heap which only breathes is let be; early enough that a program which fills what is
 * left in a second is caught by measurements every 250 ms.
 */
const nearLimitShare = 0.85;

export class SnapshotMoments {
  private readonly heapLimits = new Map<ThreadKey, number>();
  /** The floor that growth counts from. */
  private readonly floors = new Map<ThreadKey, number>();
  private readonly lastFloors = new Map<ThreadKey, number>();
  /** Every thread there was. */
  private readonly known = new Set<ThreadKey>();
  /** Those that V8 is asked to write one in, near the limit. */
  private readonly armed = new Set<ThreadKey>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly fired = new Set<string>();
  private readonly pending = new Set<Promise<void>>();
  private listeningPid: number | undefined;
  private taken = 0;
  private isOver = false;
  private warmUpFrom: 'start' | 'listen' | 'load' | undefined;

  constructor(private readonly options: SnapshotMomentsOptions) {}

  threadStarted(thread: TargetThread): void {
    const { rules } = this.options;
    this.known.add(thread.info.key);
    if (rules.nearHeapLimit) void this.armNearLimit(thread);
    if (rules.atStart) this.after(startedAfterMs, () => this.started());
    this.warmUpBegins('start');
  }

  /** A process listens. */
  listens(pid: number): void {
    this.listeningPid ??= pid;
    this.started();
    this.warmUpBegins('listen');
  }

  loadStarted(): void {
    this.warmUpBegins('load');
  }

  seePoints(points: readonly Point[]): void {
    if (this.isOver) return;
    const { rules } = this.options;
    for (const { metric, scope, value } of points)
      if (metric === 'heapLimit') this.heapLimits.set(scope, value);
      else if (metric === 'heapUsed') this.seeHeapUsed(scope, value);
      else if (metric === 'heapFloor' && rules.growthAboveBytes !== undefined) this.seeFloor(scope, value);
  }

  /** Everything the end needs, before the target is told to end: resolves when it is written or has failed. */
  async atEnd(): Promise<void> {
    const { rules } = this.options;
    if (this.isOver) return;
    this.stop();
    // What a rule has begun may be the one that is wanted.
    await Promise.all(this.pending);
    if (!rules.atEnd) return;
    const subject = this.subject();
    if (subject) await this.take(subject, 'end');
  }

  /** No rule fires any more. */
  stop(): void {
    this.isOver = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }

  /** The thread that the run is about. */
  subject(): ThreadKey | undefined {
    const { snapshots } = this.options;
    if (this.listeningPid !== undefined) {
      const listening = `p${this.listeningPid}`;
      if (isLiving(snapshots.thread(listening))) return listening;
    }
    let largest: ThreadKey | undefined;
    for (const key of this.known)
      if (
        isLiving(snapshots.thread(key)) &&
        (largest === undefined || (snapshots.lastHeapUsed(key) ?? 0) > (snapshots.lastHeapUsed(largest) ?? 0))
      )
        largest = key;
    return largest;
  }

  /** Whether V8's own snapshot near the limit was asked for in a thread. */
  expectsNearLimit(key: ThreadKey): boolean {
    return this.armed.has(key);
  }

  private async armNearLimit(thread: TargetThread): Promise<void> {
    const armed = await this.options.armNearLimit(thread).catch(() => false);
    if (armed === true) this.armed.add(thread.info.key);
    if (typeof armed === 'string')
      this.options.onWarning({
        tUs: this.options.clock.nowUs(),
        source: `snapshot ${thread.info.key}`,
        message: `Node is not asked to write a snapshot of ${thread.info.title} itself before its heap limit: ${armed}`,
        hint: `One is taken when ${nearLimitShare * 100} % of the limit are in use, if the memory suffices then; a smaller limit (--max-old-space-size) needs less.`,
      });
  }

  /** A process that is attached to may be known to listen before its threads are known: then their own timer comes here again. */
  private started(): void {
    if (this.options.rules.atStart && this.subject() !== undefined)
      this.once('start', () => this.takeOfSubject('start'));
  }

  private warmUpBegins(from: 'start' | 'listen' | 'load'): void {
    const { rules, loadDurationMs, warmUpMs } = this.options;
    if (!rules.afterWarmUp) return;
    // With a load, its start is what counts; without, the moment the program listens.
    if (loadDurationMs !== null ? from !== 'load' : this.warmUpFrom === 'listen' || this.warmUpFrom === from)
      return;
    this.warmUpFrom = from;
    const settlingMs =
      loadDurationMs === null
        ? settlingWithoutLoadMs
        : Math.max(leastSettlingMs, Math.min(mostSettlingMs, loadDurationMs * settlingShare));
    this.after(warmUpMs ?? settlingMs, () => {
      if (this.warmUpFrom === from) this.once('warm-up', () => this.takeOfSubject('warm-up'));
    });
  }

  private seeHeapUsed(key: ThreadKey, usedBytes: number): void {
    const { rules } = this.options;
    if (rules.heapAboveBytes !== undefined && usedBytes > rules.heapAboveBytes)
      this.once(`above ${key}`, () => this.takeSoon(key, 'heap-above'));
    const limitBytes = this.heapLimits.get(key);
    if (rules.nearHeapLimit && limitBytes !== undefined && usedBytes > limitBytes * nearLimitShare)
      this.once(`near ${key}`, () => this.takeSoon(key, 'near-limit'));
  }

  private seeFloor(key: ThreadKey, floorBytes: number): void {
    this.lastFloors.set(key, floorBytes);
    const from = this.floors.get(key);
    if (from === undefined) this.floors.set(key, floorBytes);
    else if (floorBytes - from > this.options.rules.growthAboveBytes!) {
      // Each step of growth counts from where the last was told.
      this.floors.set(key, floorBytes);
      this.takeSoon(key, 'growth');
    }
  }

  /** Growth counts from the last snapshot, whoever wanted it. */
  snapshotTaken({ thread, heapUsedBytes, state }: SnapshotInfo): void {
    const floor = this.lastFloors.get(thread) ?? heapUsedBytes;
    if (state === 'complete' && floor !== undefined && this.floors.has(thread))
      this.floors.set(thread, floor);
  }

  private takeOfSubject(reason: SnapshotReason): void {
    const subject = this.subject();
    if (subject) this.takeSoon(subject, reason);
  }

  private takeSoon(key: ThreadKey, reason: SnapshotReason): void {
    const work = this.take(key, reason).finally(() => this.pending.delete(work));
    this.pending.add(work);
  }

  /** A failure is told, and nothing more: the recording goes on. */
  private async take(key: ThreadKey, reason: SnapshotReason): Promise<void> {
    const { rules, snapshots, clock } = this.options;
    const warn = (message: string, hint?: string): void =>
      this.options.onWarning({
        tUs: clock.nowUs(),
        source: `snapshot ${key}`,
        message,
        ...(hint !== undefined && { hint }),
      });
    const kept = this.kept(reason);
    if (this.taken >= rules.most - kept) {
      const taken = this.taken === 1 ? 'One snapshot was' : `${this.taken} snapshots were`;
      const rest =
        kept === 0
          ? ''
          : ` The rest of the ${rules.most} is kept for moments that are still to come, as the end of the run.`;
      this.once('most', () =>
        warn(
          `${taken} taken by rules; no more are taken ${kept === 0 ? 'in this run' : `because of a heap’s size`}.${rest}`,
          'Raise their number in the run’s settings, or take one by hand.',
        ),
      );
      return;
    }
    this.taken++;
    try {
      await this.options.ready;
      // Several may have waited for the same one.
      while (snapshots.isBusy(key)) await snapshots.idle(key);
      await snapshots.take(key, reason);
    } catch (thrown) {
      const error = toAppError(thrown);
      // A thread that ended meanwhile leaves nothing to look at.
      if (!(thrown instanceof AppError && thrown.code === 'NOT_FOUND')) warn(error.message, error.hint);
    }
  }

  /** How many are kept for moments of the run that are still to come: what grows again and again must not use up theirs. */
  private kept(reason: SnapshotReason): number {
    const { rules } = this.options;
    if (reason !== 'growth' && reason !== 'heap-above') return 0;
    const toCome = [
      rules.atStart && !this.fired.has('start'),
      rules.afterWarmUp && !this.fired.has('warm-up'),
      rules.atEnd,
      rules.nearHeapLimit && ![...this.fired].some((what) => what.startsWith('near ')),
    ];
    return toCome.filter(Boolean).length;
  }

  private once(what: string, act: () => void): void {
    if (this.fired.has(what)) return;
    this.fired.add(what);
    act();
  }

  private after(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      if (!this.isOver) act();
    }, ms);
    this.timers.add(timer);
  }
}

function isLiving(thread: TargetThread | undefined): boolean {
  return thread !== undefined && !thread.session.isClosed;
}
