import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SnapshotInfo } from '../api';
import { createClock } from '../target';
import type { TargetThread } from '../target/types';
import { RunSnapshots, type RunSnapshotsOptions } from './run-snapshots';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'scorchmark-run-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A thread of which only what is asked for is there. */
function threadOf(key: string, usedSize: number): TargetThread {
  const send = (): Promise<unknown> => Promise.resolve({ usedSize, totalSize: usedSize });
  return {
    info: { key, pid: Number(/\d+/.exec(key)), workerId: 0, title: 'app.js', startedUs: 0 },
    session: { send, on: () => () => undefined, closed: new Promise(() => undefined), isClosed: false },
    onReport: () => () => undefined,
  } as unknown as TargetThread;
}

const taken = { method: 'inside' as const, sizeBytes: 1e6, startedUs: 1, pauseMs: 40 };

function setUp(
  options: {
    freeBytes?: number;
    availableBytes?: number;
    takeSnapshot?: RunSnapshotsOptions['takeSnapshot'];
    clock?: RunSnapshotsOptions['clock'];
  } = {},
) {
  const told: SnapshotInfo[] = [];
  const snapshots = new RunSnapshots({
    clock: options.clock ?? createClock(),
    takeSnapshot: options.takeSnapshot ?? (() => Promise.resolve(taken)),
    fileOf: (thread, number) => path.join(folder, `heap-${thread.slice(1)}-${number}.heapsnapshot`),
    onSnapshot: (info) => told.push(info),
    onMarks: () => undefined,
    freeBytes: () => Promise.resolve(options.freeBytes ?? 1e12),
    availableMemory: () => Promise.resolve(options.availableBytes ?? 1e12),
  });
  snapshots.threadStarted(threadOf('p7', 100e6));
  return { snapshots, told };
}

describe('taking a snapshot', () => {
  it('is refused beforehand when the disk has too little space, and says how much is needed', async () => {
    const { snapshots, told } = setUp({ freeBytes: 90e6 });
    await expect(snapshots.take('p7')).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(told.at(-1)).toMatchObject({ state: 'failed', error: { code: 'DISK_FULL' } });
    expect(told.at(-1)?.error?.message).toMatch(/180 MB.*90 MB/);
    expect(await readdir(folder)).toEqual([]);
  });

  it('counts the snapshots of a thread', async () => {
    const { snapshots } = setUp();
    await snapshots.take('p7');
    expect((await snapshots.take('p7', 'end')).file).toBe('heap-7-2.heapsnapshot');
    expect(snapshots.list.map(({ reason }) => reason)).toEqual(['asked', 'end']);
  });

  it('foresees the next from the last', async () => {
    const { snapshots } = setUp();
    await snapshots.take('p7');
    expect(await snapshots.estimate('p7')).toMatchObject({ basis: 'measured', pauseMs: 40 });
  });

  it('is refused beforehand when the memory is too little for writing it, and says how much is needed', async () => {
    const { snapshots, told } = setUp({ availableBytes: 500e6 });
    await expect(snapshots.take('p7')).rejects.toMatchObject({ code: 'OUT_OF_MEMORY' });
    expect(told.at(-1)).toMatchObject({ state: 'failed', error: { code: 'OUT_OF_MEMORY' } });
    expect(told.at(-1)?.error?.message).toMatch(/900 MB.*500 MB/);
    expect(await snapshots.estimate('p7')).toMatchObject({ memoryBytes: 900e6, availableMemoryBytes: 500e6 });
  });

  it('is complete for good: progress that is told late changes nothing', async () => {
    let late: ((bytes: number) => void) | undefined;
    const { snapshots, told } = setUp({
      takeSnapshot: (_thread, { onProgress }) => {
        late = onProgress;
        return Promise.resolve(taken);
      },
    });
    await snapshots.take('p7');
    late?.(500_000);
    expect(told.at(-1)).toMatchObject({ state: 'complete', sizeBytes: 1e6 });
    expect(snapshots.list).toMatchObject([{ state: 'complete' }]);
  });
});

describe('a snapshot that the end of the run waits for', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const clock = { originUs: 0, nowUs: () => Date.now() * 1000 };

  /** Grows until `growsMs`, and is complete at `completeMs`. */
  const slow =
    (growsMs: number, completeMs: number): RunSnapshotsOptions['takeSnapshot'] =>
    (_thread, { onProgress, signal }) =>
      new Promise((resolve, reject) => {
        let bytes = 0;
        const growing = setInterval(() => onProgress?.((bytes += 1000)), 1000);
        setTimeout(() => clearInterval(growing), growsMs);
        setTimeout(() => resolve(taken), completeMs);
        signal?.addEventListener('abort', () => reject(signal.reason as Error));
      });

  it('is waited for as long as its file grows, also one that is begun at the end', async () => {
    const { snapshots, told } = setUp({ clock, takeSnapshot: slow(600_000, 600_000) });
    snapshots.hurry();
    const taking = snapshots.take('p7', 'end');
    await vi.advanceTimersByTimeAsync(601_000);
    expect((await taking).state).toBe('complete');
    expect(told.at(-1)?.state).toBe('complete');
  });

  it('fails with a reason when it stands still for long', async () => {
    const { snapshots, told } = setUp({ clock, takeSnapshot: slow(0, 1e9) });
    const taking = snapshots.take('p7', 'end').catch((error: unknown) => error);
    snapshots.hurry();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(told.at(-1)?.state).toBe('writing');
    await vi.advanceTimersByTimeAsync(60_000);
    await taking;
    expect(told.at(-1)).toMatchObject({ state: 'failed', error: { code: 'CANCELLED' } });
    expect(told.at(-1)?.error?.message).toMatch(/not complete \d+ s after the recording was told to end/);
  });
});
