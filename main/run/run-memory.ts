/** What a run does about memory beside measuring it: snapshots on demand and by rule, and running out of memory. */
import { rm } from 'node:fs/promises';
import { z } from 'zod';
import type { Mark, OutputLine, Point, RunSpec, SnapshotInfo, TargetExit, ThreadKey } from '../api';
import { partFileOf } from '../capture/heap-snapshot';
import { insideReportSchema } from '../capture/heap-snapshot-inside';
import { AppError } from '../errors';
import type { TargetThread } from '../target/types';
import { looksOutOfMemory, OutOfMemoryWatch, outOfMemoryText, snapshotWritten } from './out-of-memory';
import { RunSnapshots, type RunSnapshotsOptions } from './run-snapshots';
import { SnapshotMoments, type SnapshotMomentsOptions } from './snapshot-moments';

export interface RunMemoryOptions
  extends RunSnapshotsOptions, Pick<SnapshotMomentsOptions, 'armNearLimit' | 'onWarning'> {
  spec: RunSpec;
  loadDurationMs: number | null;
  /** Has one written when the isolate ends by itself; null takes that back. False where that is not possible. */
  armAtEnd: (thread: TargetThread, file: string | null) => Promise<boolean>;
}

const begunSchema = z.object({ file: z.string(), startUs: z.number() });
const writtenSchema = insideReportSchema.extend({ file: z.string() });
/** How often it is looked which thread the run is about. */
const subjectEveryMs = 1000;
/** A worker thread that ended so long around Node's words for it was the one that ran out of memory. */
const aroundUs = 2e6;

export class RunMemory {
  readonly snapshots: RunSnapshots;
  private readonly moments: SnapshotMoments;
  private readonly watch = new OutOfMemoryWatch();
  private readonly heapLimits = new Map<ThreadKey, number>();
  private readonly lastHeapUs = new Map<ThreadKey, number>();
  private readonly endedWorkers = new Map<ThreadKey, number>();
  /** Processes that end in an orderly way. */
  private readonly endingPids = new Set<number>();
  private readonly pending = new Set<Promise<unknown>>();
  private ranOut: { text: string; thread: ThreadKey } | undefined;
  private armedAtEnd: TargetThread | undefined;
  private lookedAtMs = 0;
  private isEnding = false;
  private isReady = false;
  private tellReady: () => void = () => undefined;

  constructor(private readonly options: RunMemoryOptions) {
    const { spec, loadDurationMs, clock } = options;
    this.snapshots = new RunSnapshots({
      ...options,
      onSnapshot: (info) => {
        this.moments.snapshotTaken(info);
        options.onSnapshot(info);
      },
    });
    this.moments = new SnapshotMoments({
      rules: spec.capture.snapshots,
      warmUpMs: spec.leaks.warmUpMs,
      loadDurationMs,
      snapshots: this.snapshots,
      clock,
      ready: new Promise((resolve) => (this.tellReady = resolve)),
      armNearLimit: options.armNearLimit,
      onWarning: options.onWarning,
    });
  }

  /** There is a session that snapshots can be written to. */
  begin(): void {
    this.isReady = true;
    this.tellReady();
    this.followSubject();
  }

  threadStarted(thread: TargetThread): void {
    this.snapshots.threadStarted(thread);
    this.moments.threadStarted(thread);
    if (thread.info.workerId === 0)
      thread.onReport('ending', () => void this.endingPids.add(thread.info.pid));
    thread.onReport('heap-snapshot-begins', (data) => this.endBegins(thread, data));
    thread.onReport('heap-snapshot', (data) => this.endWritten(thread, data));
    this.followSubject();
  }

  threadEnded(thread: TargetThread): void {
    const { key, workerId } = thread.info;
    this.snapshots.threadEnded(thread);
    if (workerId > 0) this.endedWorkers.set(key, this.options.clock.nowUs());
    this.tellWorkerRanOut();
  }

  seePoints(points: readonly Point[]): void {
    this.snapshots.seePoints(points);
    this.moments.seePoints(points);
    for (const { metric, scope, tUs, value } of points)
      if (metric === 'heapUsed') this.lastHeapUs.set(scope, tUs);
      else if (metric === 'heapLimit') this.heapLimits.set(scope, value);
    this.followSubject();
  }

  seeOutput(lines: readonly OutputLine[]): void {
    this.watch.see(lines);
    this.tellWorkerRanOut();
    for (const line of lines) {
      const written = snapshotWritten(line);
      if (!written || !this.moments.expectsNearLimit(written.thread)) continue;
      // V8 stopped the isolate some time after it last answered; Node says only when it was done.
      const startedUs = Math.min(line.tUs, this.lastHeapUs.get(written.thread) ?? line.tUs);
      this.adopt(written.thread, 'near-limit', {
        file: written.file,
        startedUs,
        pauseMs: (line.tUs - startedUs) / 1000,
        heapUsedBytes: this.snapshots.lastHeapUsed(written.thread),
      });
    }
  }

  listens(pid: number): void {
    this.moments.listens(pid);
    this.followSubject();
  }

  loadStarted(): void {
    this.moments.loadStarted();
  }

  processEnded(pid: number): void {
    const thread = `p${pid}`;
    const outOfMemory = this.watch.ended(pid);
    if (outOfMemory) this.ranOutOfMemory(thread, outOfMemory.tUs);
    else if (this.diedUnheard(pid, thread)) this.ranOutOfMemory(thread, this.options.clock.nowUs(), true);
  }

  /** Before the target is told to end: what is being written is let finish, within limits, and the last snapshot is taken. */
  async beforeSignal(): Promise<void> {
    this.isEnding = true;
    this.snapshots.hurry();
    await this.disarm();
    await this.moments.atEnd();
    await this.snapshots.settle();
  }

  /** The target has ended: nothing more comes. Resolves when every file is where it belongs. */
  async over(exit: TargetExit): Promise<void> {
    this.isEnding = true;
    this.moments.stop();
    await this.snapshots.giveUp();
    while (this.pending.size > 0) await Promise.all(this.pending);
    const aborted = exit.signal === 'SIGABRT' || exit.code === 134;
    for (const { pid, tUs } of this.watch.left(aborted)) this.ranOutOfMemory(`p${pid ?? 0}`, tUs);
  }

  /** The error of the run's end, when that was for want of memory. */
  explain(error: AppError | undefined): AppError | undefined {
    if (!error || !this.ranOut) return error;
    const last = this.snapshots.list.filter(({ state }) => state === 'complete').at(-1);
    return new AppError('OUT_OF_MEMORY', `The program ran out of memory. ${this.ranOut.text}.`, {
      hint: last
        ? 'The last heap snapshot shows what filled the heap. Node’s --max-old-space-size sets the limit.'
        : 'The allocation view shows what filled the heap; with “before the heap limit” chosen, a snapshot is taken the next time. Node’s --max-old-space-size sets the limit.',
      details: error.details,
    });
  }

  // ── running out of memory ──

  /** What an attached process says when it dies goes to where it was started. */
  private diedUnheard(pid: number, thread: ThreadKey): boolean {
    return (
      this.options.spec.target.kind === 'attach' &&
      !this.endingPids.has(pid) &&
      looksOutOfMemory(this.snapshots.lastHeapUsed(thread), this.heapLimits.get(thread))
    );
  }

  /** `isGuess`: concluded, see `looksOutOfMemory`. */
  private ranOutOfMemory(thread: ThreadKey, tUs: number, isGuess = false): void {
    const told = outOfMemoryText(this.snapshots.lastHeapUsed(thread), this.heapLimits.get(thread));
    const text = isGuess ? `It ended abruptly with a full heap. Most likely ${told}` : told;
    this.ranOut = { text, thread };
    const mark: Mark = { kind: 'oom', tUs, text, thread };
    this.options.onMarks([mark]);
    this.options.onWarning({
      tUs,
      source: `memory ${thread}`,
      message: `${thread.includes('-w') ? 'A worker thread' : `Process ${thread.slice(1)}`} ${isGuess ? 'seems to have run' : 'ran'} out of memory. ${text}.`,
      hint: 'Node’s --max-old-space-size (of a worker: its resourceLimits) sets the limit.',
    });
  }

  /** The thread's end and Node's words for it come in either order. */
  private tellWorkerRanOut(): void {
    const nowUs = this.options.clock.nowUs();
    const [latest] = [...this.endedWorkers].filter(([, endedUs]) => nowUs - endedUs < aroundUs).slice(-1);
    if (!latest) return;
    const toldUs = this.watch.takeWorker();
    if (toldUs === undefined) return;
    this.endedWorkers.delete(latest[0]);
    this.ranOutOfMemory(latest[0], toldUs);
  }

  // ── at the end that the program comes to by itself ──

  private followSubject(): void {
    if (!this.options.spec.capture.snapshots.atEnd || this.isEnding || !this.isReady) return;
    const nowMs = performance.now();
    if (this.armedAtEnd && nowMs - this.lookedAtMs < subjectEveryMs) return;
    this.lookedAtMs = nowMs;
    const key = this.moments.subject();
    const subject = key === undefined ? undefined : this.snapshots.thread(key);
    if (!subject || subject === this.armedAtEnd) return;
    const before = this.armedAtEnd;
    this.armedAtEnd = subject;
    if (before && !before.session.isClosed) this.track(this.options.armAtEnd(before, null));
    this.track(this.options.armAtEnd(subject, this.endFileOf(subject)));
  }

  private async disarm(): Promise<void> {
    const armed = this.armedAtEnd;
    this.armedAtEnd = undefined;
    if (armed && !armed.session.isClosed)
      await Promise.race([this.options.armAtEnd(armed, null).catch(() => false), atMost(1000)]);
  }

  private endFileOf(thread: TargetThread): string {
    return partFileOf(this.options.fileOf(thread.info.key, 0));
  }

  private endBegins(thread: TargetThread, data: unknown): void {
    const begun = begunSchema.safeParse(data);
    if (!begun.success || begun.data.file !== this.endFileOf(thread)) return;
    const { clock } = this.options;
    this.snapshots.expect(thread, 'end', begun.data.startUs - clock.originUs, begun.data.file);
  }

  private endWritten(thread: TargetThread, data: unknown): void {
    const written = writtenSchema.safeParse(data);
    if (!written.success || written.data.file !== this.endFileOf(thread)) return;
    const { file, startUs, durationUs, heapUsedBytes, error } = written.data;
    if (error) {
      this.snapshots.failExpected(thread, error);
      this.track(rm(file, { force: true }));
      return;
    }
    this.adopt(thread.info.key, 'end', {
      file,
      startedUs: startUs - this.options.clock.originUs,
      pauseMs: durationUs / 1000,
      heapUsedBytes,
    });
  }

  private adopt(
    key: ThreadKey,
    reason: SnapshotInfo['reason'],
    written: Parameters<RunSnapshots['adopt']>[2],
  ): void {
    this.track(this.snapshots.adopt(key, reason, written));
  }

  /** The run's end waits for it; its failure is told by whoever does it. */
  private track(work: Promise<unknown>): void {
    const tracked = work.catch(() => undefined).finally(() => this.pending.delete(tracked));
    this.pending.add(tracked);
  }
}

function atMost(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
