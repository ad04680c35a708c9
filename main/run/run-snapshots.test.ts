import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SnapshotInfo } from '../api';
import { createClock } from '../target';
import type { TargetThread } from '../target/types';
import { RunSnapshots } from './run-snapshots';

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

function setUp(options: { freeBytes?: number } = {}) {
  const told: SnapshotInfo[] = [];
  const snapshots = new RunSnapshots({
    clock: createClock(),
    takeSnapshot: () => Promise.resolve({ method: 'inside', sizeBytes: 1e6, startedUs: 1, pauseMs: 40 }),
    fileOf: (thread, number) => path.join(folder, `heap-${thread.slice(1)}-${number}.heapsnapshot`),
    onSnapshot: (info) => told.push(info),
    onMarks: () => undefined,
    freeBytes: () => Promise.resolve(options.freeBytes ?? 1e12),
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
});
