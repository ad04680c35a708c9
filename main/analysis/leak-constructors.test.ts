import { describe, expect, it } from 'vitest';
import type { ConstructorChange, SnapshotComparisonQuestion } from '../../profiles/heap/questions';
import type { SnapshotInfo } from '../api';
import type { Snapshots } from '../snapshots';
import { snapshotPair, suspectConstructors } from './leak-constructors';

const info = (file: string, startedS: number, more: Partial<SnapshotInfo> = {}): SnapshotInfo => ({
  file,
  thread: 'p1',
  reason: 'asked',
  startedUs: startedS * 1e6,
  state: 'complete',
  progress: 1,
  sizeBytes: 1,
  ...more,
});
const files = (snapshots: SnapshotInfo[], warmUpS = 10): string[] | null => {
  const pair = snapshotPair(snapshots, 'p1', warmUpS * 1e6);
  return pair && [pair.a.file, pair.b.file];
};

describe('the two snapshots that are compared', () => {
  it('are the first after the warm-up and the last, whatever their order in the list', () => {
    expect(files([info('d', 60), info('a', 1), info('c', 30), info('b', 12)])).toEqual(['b', 'd']);
  });

  it('count one taken "after the warm-up" as such, though the data say later that it took longer', () => {
    expect(files([info('start', 1), info('warm', 5, { reason: 'warm-up' }), info('end', 60)])).toEqual([
      'warm',
      'end',
    ]);
  });

  it('are the last two when but one was taken after the warm-up', () => {
    expect(files([info('a', 1), info('b', 2), info('c', 60)])).toEqual(['b', 'c']);
  });

  it('are complete and of the same thread, or none', () => {
    const writing = info('b', 20, { state: 'writing' });
    const failed = info('c', 30, { state: 'failed' });
    expect(files([info('a', 12), writing, failed, info('d', 60, { thread: 'p1-w1' })])).toBeNull();
    expect(files([])).toBeNull();
  });
});

const change = (
  name: string,
  key: number,
  count: number,
  bytes: number,
  retained = bytes,
): ConstructorChange => ({
  key,
  name,
  countA: 0,
  countB: count,
  newCount: count,
  deletedCount: 0,
  countChange: count,
  shallowA: 0,
  shallowB: bytes,
  newSize: bytes,
  deletedSize: 0,
  sizeChange: bytes,
  retainedB: retained,
});

/** Answers like an opened pair of snapshots in which these have grown. */
function opened(rows: ConstructorChange[], heldBy: Record<number, string>) {
  const asked: SnapshotComparisonQuestion[] = [];
  const compare = (_a: unknown, _b: unknown, question: SnapshotComparisonQuestion): Promise<unknown> => {
    asked.push(question);
    if (question.kind === 'constructors') {
      const by = question.sort === 'countChange' ? 'countChange' : 'sizeChange';
      return Promise.resolve({
        rows: [...rows].sort((x, y) => y[by] - x[by]).slice(0, 2),
        total: rows.length,
      });
    }
    if (question.kind !== 'holders') throw new Error(question.kind);
    const phrase = heldBy[question.group];
    return Promise.resolve(phrase ? [{ phrase }] : []);
  };
  return { snapshots: { compare } as unknown as Snapshots, asked };
}

const pair = { a: info('a', 12), b: info('b', 60) };

describe('the constructors that grew', () => {
  it('are looked for by size and by number, the causes first, with what holds them', async () => {
    // The buffer’s own objects are small and few bytes: only its number shows it.
    const rows = [
      change('(string)', 1, 900, 900_000),
      change('Page', 2, 10, 500_000),
      change('Buffer', 3, 1000, 90_000, 30e6),
    ];
    const { snapshots, asked } = opened(rows, { 3: 'held by "uploads" in app.mjs' });
    const suspects = await suspectConstructors(snapshots, 'r1', pair, {});
    expect(suspects[0]).toEqual({
      name: 'Buffer',
      key: 3,
      countChange: 1000,
      sizeChange: 90_000,
      heldChange: 30e6,
      heldBy: 'held by "uploads" in app.mjs',
    });
    expect(suspects.map(({ name }) => name)).toEqual(['Buffer', 'Page', '(string)']);
    expect(asked.filter(({ kind }) => kind === 'constructors')).toHaveLength(2);
  });

  it('leave out what the workbench itself keeps in the target', async () => {
    const rows = [change('Object', 1, 500, 50_000), change('Session', 2, 90, 20_000)];
    const { snapshots } = opened(rows, { 1: 'held by "pending" in /opt/x/main/agent/runtime-metrics.cjs' });
    expect((await suspectConstructors(snapshots, 'r1', pair, {})).map(({ name }) => name)).toEqual([
      'Session',
    ]);
  });

  it('are none when nothing grew', async () => {
    const { snapshots } = opened([], {});
    expect(await suspectConstructors(snapshots, 'r1', pair, {})).toEqual([]);
  });
});
