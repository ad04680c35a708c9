/** The heap snapshots of a run: taken when asked or by rule, one at a time per process, told in the run's state. */
import { copyFile, rename, rm, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { Mark, Point, SnapshotEstimate, SnapshotInfo, SnapshotReason, ThreadKey } from '../api';
import { SnapshotCosts } from '../capture/heap-snapshot-cost';
import {
  partFileOf,
  snapshotError,
  type SnapshotOptions,
  type TakenSnapshot,
} from '../capture/heap-snapshot';
import { AppError, toAppError } from '../errors';
import type { Clock, TargetThread } from '../target/types';
import { availableMemoryOf } from './available-memory';

export interface RunSnapshotsOptions {
  clock: Clock;
  takeSnapshot: (thread: TargetThread, options: SnapshotOptions) => Promise<TakenSnapshot>;
  /** Where the thread's `number`th snapshot lies when it is complete. */
  fileOf: (thread: ThreadKey, number: number) => string;
  /** Each new picture of a snapshot; the same `file` again and again. */
  onSnapshot(info: SnapshotInfo): void;
  onMarks(marks: Mark[]): void;
  /** For tests: a disk with little space. */
  freeBytes?: (folder: string) => Promise<number>;
  /** For tests: a machine with little memory. */
  availableMemory?: (pid: number) => Promise<number | undefined>;
}

/** Left free on the disk beside the snapshot, for the rest of the recording. */
const spareBytes = 64e6;
/** An estimate is an estimate. */
const spaceFactor = 1.1;
const heapUsageTimeoutMs = 10_000;
/**
 * How long the run's end waits for one that is being written: so long, or so many times what it was expected to take, and
 * longer as long as its file grows. Machines under load are where leaks are looked for.
 */
const leastWaitAtEndMs = 60_000;
const waitAtEndFactor = 4;
const looksAtGrowthEveryMs = 5000;

interface Active {
  info: SnapshotInfo;
  abort: AbortController;
  done: Promise<SnapshotInfo>;
}

export class RunSnapshots {
  readonly costs = new SnapshotCosts();
  private readonly all = new Map<string, SnapshotInfo>();
  private readonly threads = new Map<ThreadKey, TargetThread>();
  private readonly heapUsed = new Map<ThreadKey, number>();
  private readonly counts = new Map<ThreadKey, number>();
  /** By process. */
  private readonly active = new Map<number, Active>();
  /** Those that a target has begun by itself. */
  private readonly expected = new Map<ThreadKey, { info: SnapshotInfo; file: string }>();
  private isHurried = false;

  constructor(private readonly options: RunSnapshotsOptions) {}

  get list(): SnapshotInfo[] {
    return [...this.all.values()];
  }

  threadStarted(thread: TargetThread): void {
    this.threads.set(thread.info.key, thread);
  }

  threadEnded(thread: TargetThread): void {
    this.threads.delete(thread.info.key);
  }

  thread(key: ThreadKey): TargetThread | undefined {
    return this.threads.get(key);
  }

  seePoints(points: readonly Point[]): void {
    for (const point of points) if (point.metric === 'heapUsed') this.heapUsed.set(point.scope, point.value);
  }

  /** Heap used by a thread when it was last measured, bytes. */
  lastHeapUsed(key: ThreadKey): number | undefined {
    return this.heapUsed.get(key);
  }

  /** Rejects with NOT_FOUND when the thread is not (or no longer) recorded. */
  async estimate(key: ThreadKey): Promise<SnapshotEstimate> {
    const thread = this.mustHave(key);
    const estimate = this.costs.estimate(await this.heapUsedNow(thread));
    const availableMemoryBytes = await this.availableMemory(thread);
    return { ...estimate, ...(availableMemoryBytes !== undefined && { availableMemoryBytes }) };
  }

  /**
   * Resolves when it is complete. Rejects with NOT_FOUND (no such thread), SNAPSHOT_ACTIVE, DISK_FULL, OUT_OF_MEMORY,
   * SNAPSHOT_FAILED, CANCELLED; all but the first two are also told by the snapshot's state.
   */
  async take(key: ThreadKey, reason: SnapshotReason = 'asked'): Promise<SnapshotInfo> {
    const thread = this.mustHave(key);
    const { pid, title } = thread.info;
    if (this.active.has(pid))
      throw new AppError(
        'SNAPSHOT_ACTIVE',
        `A snapshot of ${title} (process ${pid}) is already being written.`,
        {
          hint: 'Wait until it is complete: one at a time.',
        },
      );
    const file = this.nextFile(key);
    const abort = new AbortController();
    const info: SnapshotInfo = {
      file: path.basename(file),
      thread: key,
      reason,
      startedUs: this.options.clock.nowUs(),
      state: 'writing',
      progress: null,
      sizeBytes: 0,
    };
    const active: Active = { info, abort, done: Promise.resolve(info) };
    this.active.set(pid, active);
    active.done = this.write(thread, file, active).finally(() => this.active.delete(pid));
    // Also somebody at the run's end may wait for it.
    active.done.catch(() => undefined);
    if (this.isHurried) this.limit(active);
    return active.done;
  }

  /** Whether one is being written in the thread's process. */
  isBusy(key: ThreadKey): boolean {
    const pid = this.threads.get(key)?.info.pid;
    return pid !== undefined && this.active.has(pid);
  }

  /** Resolves when nothing is being written in the thread's process, however that ended. */
  async idle(key: ThreadKey): Promise<void> {
    const pid = this.threads.get(key)?.info.pid;
    if (pid !== undefined) await this.active.get(pid)?.done.catch(() => undefined);
  }

  /** The run is going to end: from now on each gets only so much time as it can be expected to take. */
  hurry(): void {
    this.isHurried = true;
    for (const active of this.active.values()) this.limit(active);
  }

  private limit(active: Active): void {
    const fromUs = this.options.clock.nowUs();
    let lastBytes = 0;
    let timer: NodeJS.Timeout | undefined;
    // What it is expected to take is known only once it has begun, and each picture of it is a new one.
    const look = (): void => {
      const { sizeBytes, estimatedPauseMs = 0 } = active.info;
      const waitedMs = (this.options.clock.nowUs() - fromUs) / 1000;
      const patienceMs = Math.max(leastWaitAtEndMs, waitAtEndFactor * estimatedPauseMs);
      if (waitedMs >= patienceMs && sizeBytes <= lastBytes) {
        active.abort.abort(
          new AppError(
            'CANCELLED',
            `The snapshot was not complete ${Math.round(waitedMs / 1000)} s after the recording was told to end.`,
            { hint: 'The program or the machine was too busy, or the program stood still.' },
          ),
        );
        return;
      }
      lastBytes = sizeBytes;
      timer = setTimeout(look, looksAtGrowthEveryMs);
    };
    timer = setTimeout(look, looksAtGrowthEveryMs);
    void active.done.catch(() => undefined).finally(() => clearTimeout(timer));
  }

  /** Resolves when nothing is being written any more. */
  async settle(): Promise<void> {
    await Promise.all([...this.active.values()].map(({ done }) => done.catch(() => undefined)));
  }

  /** The run is over: nothing more can come. */
  async giveUp(): Promise<void> {
    for (const { abort } of this.active.values()) abort.abort();
    await this.settle();
    for (const { thread } of [...this.expected.values()].map(({ info }) => info)) await this.cutOff(thread);
    // One that was given up may have been begun by the target after all.
    for (const { state, file, thread } of this.list)
      if (state === 'failed') {
        const part = partFileOf(path.join(path.dirname(this.options.fileOf(thread, 0)), file));
        await rm(part, { force: true }).catch(() => undefined);
      }
  }

  /** The target has begun one by itself, at its end; `adopt` or `failExpected` follows, unless it is killed before. */
  expect(thread: TargetThread, reason: SnapshotReason, startedUs: number, file: string): void {
    const { key } = thread.info;
    const info = this.tell({
      file: path.basename(this.nextFile(key)),
      thread: key,
      reason,
      startedUs,
      state: 'writing',
      progress: null,
      sizeBytes: 0,
    });
    this.expected.set(key, { info, file });
  }

  failExpected(thread: TargetThread, cause: { code: string; message: string }): void {
    const expected = this.expected.get(thread.info.key);
    if (!expected) return;
    this.expected.delete(thread.info.key);
    this.fail(
      expected.info,
      snapshotError(Object.assign(new Error(cause.message), { code: cause.code }), thread.info.title),
    );
  }

  private async cutOff(key: ThreadKey): Promise<void> {
    const expected = this.expected.get(key);
    if (!expected) return;
    this.expected.delete(key);
    await rm(expected.file, { force: true }).catch(() => undefined);
    this.fail(
      expected.info,
      new AppError('SNAPSHOT_FAILED', 'The program was ended before its last snapshot was complete.'),
    );
  }

  /** One that the target wrote by itself, at its end or at its heap limit: takes the file into the session. */
  async adopt(
    key: ThreadKey,
    reason: SnapshotReason,
    written: { file: string; startedUs: number; pauseMs?: number; heapUsedBytes?: number },
  ): Promise<SnapshotInfo> {
    const expected = this.expected.get(key);
    let file: string;
    if (expected?.file === written.file) {
      this.expected.delete(key);
      file = path.join(path.dirname(written.file), expected.info.file);
    } else file = this.nextFile(key);
    const base = {
      file: path.basename(file),
      thread: key,
      reason,
      startedUs: written.startedUs,
      ...heapUsedOf(written),
    };
    try {
      await move(written.file, file);
      const { size: sizeBytes } = await stat(file);
      const pauseMs = written.pauseMs;
      return this.complete({
        ...base,
        state: 'complete',
        progress: 1,
        sizeBytes,
        ...(pauseMs !== undefined && { pauseMs }),
      });
    } catch (error) {
      await rm(written.file, { force: true }).catch(() => undefined);
      return this.fail(
        { ...base, state: 'failed', progress: null, sizeBytes: 0 },
        toAppError(error, 'Keeping the snapshot that the program wrote'),
      );
    }
  }

  private nextFile(key: ThreadKey): string {
    const number = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, number);
    return this.options.fileOf(key, number);
  }

  private async write(thread: TargetThread, file: string, active: Active): Promise<SnapshotInfo> {
    try {
      const heapUsedBytes = await this.heapUsedNow(thread);
      const estimate = this.costs.estimate(heapUsedBytes);
      active.info = this.tell({ ...active.info, heapUsedBytes, estimatedPauseMs: estimate.pauseMs });
      await this.mustFit(path.dirname(file), estimate.sizeBytes);
      await this.mustHaveMemory(thread, estimate.memoryBytes);
      active.abort.signal.throwIfAborted();
      const taken = await this.options.takeSnapshot(thread, {
        file,
        clock: this.options.clock,
        signal: active.abort.signal,
        onProgress: (sizeBytes) => {
          if (this.all.get(active.info.file)?.state !== 'writing') return;
          // Until the first byte V8 walks the heap, and says nothing of how far it is.
          const progress = sizeBytes > 0 ? Math.min(0.99, sizeBytes / estimate.sizeBytes) : null;
          active.info = this.tell({ ...active.info, sizeBytes, progress });
        },
      });
      return this.complete({
        ...active.info,
        state: 'complete',
        progress: 1,
        startedUs: taken.startedUs,
        sizeBytes: taken.sizeBytes,
        pauseMs: taken.pauseMs,
      });
    } catch (thrown) {
      const error = toAppError(thrown, 'The snapshot');
      this.fail(active.info, error);
      throw error;
    }
  }

  private complete(info: SnapshotInfo): SnapshotInfo {
    const { heapUsedBytes, sizeBytes, pauseMs } = info;
    if (heapUsedBytes !== undefined && pauseMs !== undefined)
      this.costs.add({ heapUsedBytes, sizeBytes, pauseMs });
    this.options.onMarks([
      {
        kind: 'snapshot',
        tUs: info.startedUs,
        durationMs: pauseMs ?? 0,
        text: `Heap snapshot ${reasonText[info.reason]}`,
        thread: info.thread,
        file: info.file,
      },
    ]);
    return this.tell(info);
  }

  private fail(info: SnapshotInfo, error: AppError): SnapshotInfo {
    return this.tell({ ...info, state: 'failed', progress: null, sizeBytes: 0, error: error.toJSON() });
  }

  private tell(info: SnapshotInfo): SnapshotInfo {
    this.all.set(info.file, info);
    this.options.onSnapshot(info);
    return info;
  }

  private async mustFit(folder: string, sizeBytes: number): Promise<void> {
    const free = await (this.options.freeBytes ?? freeBytesOf)(folder);
    const needed = sizeBytes * spaceFactor + spareBytes;
    if (free >= needed) return;
    throw new AppError(
      'DISK_FULL',
      `The snapshot needs about ${megabytes(sizeBytes)}, and the disk of ${folder} has ${megabytes(free)} free.`,
      {
        hint: `Free some space (${megabytes(needed)} are enough), or choose another data folder. The recording goes on.`,
      },
    );
  }

  /** V8 cannot be stopped once it has begun: where memory runs out, the system ends the program, or the workbench. */
  private async mustHaveMemory(thread: TargetThread, memoryBytes: number): Promise<void> {
    const available = await this.availableMemory(thread);
    if (available === undefined || available >= memoryBytes) return;
    throw new AppError(
      'OUT_OF_MEMORY',
      `Writing the snapshot needs about ${megabytes(memoryBytes)} of memory beside the heap, and ${megabytes(available)} can be had.`,
      {
        hint: 'Take it while the heap is smaller, or give the machine or the container more memory. The recording goes on.',
      },
    );
  }

  private availableMemory({ info }: TargetThread): Promise<number | undefined> {
    return (this.options.availableMemory ?? availableMemoryOf)(info.pid);
  }

  /** Asked through the inspector, which answers also while the program is busy; else as it was last measured. */
  private async heapUsedNow(thread: TargetThread): Promise<number> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), heapUsageTimeoutMs);
    });
    const asked = thread.session.send('Runtime.getHeapUsage').then(
      ({ usedSize }) => usedSize,
      () => undefined,
    );
    const usedBytes = await Promise.race([asked, late]);
    clearTimeout(timer);
    return usedBytes ?? this.heapUsed.get(thread.info.key) ?? 0;
  }

  private mustHave(key: ThreadKey): TargetThread {
    const thread = this.threads.get(key);
    if (!thread || thread.session.isClosed)
      throw new AppError('NOT_FOUND', `The thread ${key} is not running any more.`, {
        hint: 'Choose a thread that is still running.',
      });
    return thread;
  }
}

const reasonText: Record<SnapshotReason, string> = {
  asked: 'as asked',
  start: 'at the start',
  'warm-up': 'after the warm-up',
  end: 'at the end',
  'heap-above': 'as the heap got above its limit for one',
  growth: 'as the heap had grown',
  'near-limit': 'near the heap limit',
  imported: 'imported',
};

function heapUsedOf({ heapUsedBytes }: { heapUsedBytes?: number }): Pick<SnapshotInfo, 'heapUsedBytes'> {
  return heapUsedBytes === undefined ? {} : { heapUsedBytes };
}

/** The program's folder may lie on another disk. */
async function move(from: string, to: string): Promise<void> {
  if (from === to) return;
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    const part = partFileOf(to);
    try {
      await copyFile(from, part);
      await rename(part, to);
    } finally {
      await rm(part, { force: true });
    }
    await rm(from, { force: true });
  }
}

/** Bytes that may still be written below a folder by us. */
async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

function megabytes(bytes: number): string {
  return `${Math.max(0, Math.ceil(bytes / 1e6))} MB`;
}
