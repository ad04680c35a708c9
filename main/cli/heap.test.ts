import { expect, it } from 'vitest';
import type {
  ConstructorChange,
  SnapshotComparisonQuestion,
  SnapshotQuestion,
} from '../../profiles/heap/questions';
import type { Snapshots } from '../snapshots';
import { examine, textOf } from './heap';

/** Constructors by how much their size changed; one object of each per byte. */
function comparing(changes: Record<string, number>): Snapshots {
  const rows = Object.entries(changes).map(([name, sizeChange], key): ConstructorChange => ({
    key,
    name,
    countA: 100,
    countB: 100 + sizeChange,
    newCount: Math.max(0, sizeChange),
    deletedCount: Math.max(0, -sizeChange),
    countChange: sizeChange,
    shallowA: 100,
    shallowB: 100 + sizeChange,
    newSize: Math.max(0, sizeChange),
    deletedSize: Math.max(0, -sizeChange),
    sizeChange,
    retainedB: 100 + sizeChange,
  }));
  const compareFiles = (_a: string, _b: string, question: SnapshotComparisonQuestion): unknown => {
    if (question.kind !== 'constructors') return [];
    const sorted = [...rows].sort((a, b) => (a.sizeChange - b.sizeChange) * (question.descending ? -1 : 1));
    const page = sorted.slice(question.offset, question.offset + question.limit);
    return {
      rows: page,
      total: rows.length,
      sameIsolate: true,
      isReversed: false,
      shallowA: 900,
      shallowB: 100,
    };
  };
  const askFile = (_file: string, { kind }: SnapshotQuestion): unknown =>
    kind === 'overview'
      ? { nodeCount: 1, edgeCount: 1, shallow: 100, kinds: [], duplicateStringBytes: 0 }
      : { rows: [], total: 0 };
  return { compareFiles, askFile } as unknown as Snapshots;
}

async function told(changes: Record<string, number>, top: number): Promise<string[]> {
  const found = await examine(comparing(changes), { file: 'b', before: 'a', top, task: {} });
  return textOf(found)
    .split('\n')
    .filter((line) => /^[A-Z]\w* +\d+ +\d+ /.test(line) || line === 'Nothing changed.')
    .map((line) => line.replace(/ .*$/, ''));
}

it('what shrank is told as well, behind what grew, however many stayed as they were', async () => {
  const still = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`Still${i}`, 0]));
  expect(await told({ ...still, Freed: -400, Dropped: -9 }, 5)).toEqual(['Freed', 'Dropped']);
  expect(await told({ ...still, Freed: -400, Kept: 3, Dropped: -9 }, 2)).toEqual(['Kept', 'Freed']);
  expect(await told({ A: 3, B: 2, Freed: -1 }, 2)).toEqual(['A', 'B']);
  expect(await told({ A: 3, Freed: -1 }, 5)).toEqual(['A', 'Freed']);
  expect(await told(still, 5)).toEqual(['Nothing']);
});
