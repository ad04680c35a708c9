import { afterEach, describe, expect, it, vi } from 'vitest';
import { snapshotRulesSchema, type RunWarning, type SnapshotInfo, type SnapshotReason } from '../api';
import { AppError } from '../errors';
import type { TargetThread } from '../target/types';
import { SnapshotMoments } from './snapshot-moments';

const mib = 2 ** 20;

function setUp(rules: Parameters<typeof snapshotRulesSchema.parse>[0], { isKnown = true } = {}) {
  const taken: SnapshotReason[] = [];
  const warnings: RunWarning[] = [];
  const thread = {
    info: { key: 'p7', pid: 7, workerId: 0, title: 'app.js', startedUs: 0 },
    session: { isClosed: false },
  } as unknown as TargetThread;
  let active: Promise<void> | undefined;
  /** Ends the one that is being written. */
  let complete: () => void = () => undefined;
  const moments = new SnapshotMoments({
    rules: snapshotRulesSchema.parse(rules),
    loadDurationMs: null,
    snapshots: {
      thread: (key) => (isKnown && key === 'p7' ? thread : undefined),
      lastHeapUsed: () => 1,
      isBusy: () => active !== undefined,
      idle: async () => active,
      take: async (key, reason = 'asked') => {
        if (active) throw new AppError('SNAPSHOT_ACTIVE', 'One at a time.');
        active = new Promise((resolve) => {
          complete = () => {
            active = undefined;
            resolve();
          };
        });
        taken.push(reason);
        await active;
        return { file: `${taken.length}`, thread: key, reason } as SnapshotInfo;
      },
    },
    clock: { originUs: 0, nowUs: () => 0 },
    ready: Promise.resolve(),
    armNearLimit: () => Promise.resolve(false),
    onWarning: (warning) => warnings.push(warning),
  });
  const threadStarts = (): void => {
    isKnown = true;
    moments.threadStarted(thread);
  };
  if (isKnown) threadStarts();
  let tUs = 0;
  const floor = (bytes: number): void =>
    moments.seePoints([{ metric: 'heapFloor', scope: 'p7', tUs: ++tUs, value: bytes }]);
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { moments, taken, warnings, floor, complete: () => complete(), settled, threadStarts };
}

afterEach(() => void vi.useRealTimers());

describe('snapshots by rule', () => {
  it('at the start are taken of a process that is attached to, which listened before its thread was known', async () => {
    vi.useFakeTimers();
    const { moments, taken, complete, threadStarts } = setUp({ atStart: true }, { isKnown: false });
    moments.listens(7);
    threadStarts();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(taken).toEqual(['start']);
    complete();
    moments.stop();
  });

  it('wait for each other instead of being refused', async () => {
    const { moments, taken, warnings, floor, complete, settled } = setUp({
      growthAboveBytes: mib,
      heapAboveBytes: 10,
    });
    for (let i = 0; i < 3; i++) floor(i * 2 * mib);
    moments.seePoints([{ metric: 'heapUsed', scope: 'p7', tUs: 9, value: 11 }]);
    for (let i = 0; i < 3; i++) {
      await settled();
      complete();
    }
    await settled();
    expect(taken).toEqual(['growth', 'growth', 'heap-above']);
    expect(warnings).toEqual([]);
    moments.stop();
  });

  it('of a heap that grows leave room for those of the moments that are still to come', async () => {
    const { moments, taken, warnings, floor, complete, settled } = setUp({
      growthAboveBytes: mib,
      atEnd: true,
      most: 3,
    });
    for (let i = 0; i < 6; i++) {
      floor(i * 2 * mib);
      await settled();
      complete();
      await settled();
    }
    expect(taken).toEqual(['growth', 'growth']);
    // Not three: the third is kept.
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^2 snapshots were taken by rules; .*The rest of the 3 is kept/),
    ]);
    const atEnd = moments.atEnd();
    await settled();
    complete();
    await atEnd;
    expect(taken).toEqual(['growth', 'growth', 'end']);
  });
});
