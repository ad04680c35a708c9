/**
 * In a process of its own: opens a snapshot with Scorchmark's parser, indexes it, sums up by constructor. `FILE [FILE_BEFORE]`:
 * with an earlier one, that is opened first, let go, and compared.
 */
import { stat } from 'node:fs/promises';
import { filePieces } from '../../main/snapshots/file-pieces';
import { answer } from '../../profiles/heap/answer';
import { extractForComparison, SnapshotComparison, type SnapshotExtract } from '../../profiles/heap/compare';
import { indexSnapshot } from '../../profiles/heap/index-snapshot';
import { parseHeapSnapshot } from '../../profiles/heap/parse';
import type { HeapIndex, HeapSnapshot } from '../../profiles/heap/types';
import { peakMb } from './peak';
import type { Costs, Opened } from './summary';

const page = { search: '', descending: true, offset: 0, limit: 1_000_000 };

async function open(file: string): Promise<{ snapshot: HeapSnapshot; index: HeapIndex }> {
  const { size } = await stat(file);
  const snapshot = await parseHeapSnapshot(filePieces(file), { fileName: file, sizeBytes: size });
  return { snapshot, index: indexSnapshot(snapshot) };
}

const startedAt = performance.now();

async function costs(): Promise<Costs> {
  const { user, system } = process.cpuUsage();
  return {
    openMs: performance.now() - startedAt,
    cpuMs: (user + system) / 1000,
    peakMb: await peakMb(),
  };
}

interface Earlier {
  extract: SnapshotExtract;
  costs: Costs;
}

/** The snapshot itself is let go when this returns. */
async function earlier(file: string): Promise<Earlier> {
  const { snapshot, index } = await open(file);
  answer(snapshot, index, { kind: 'constructors', sort: 'retained', ...page });
  const opened = await costs();
  return { extract: extractForComparison(snapshot, index), costs: opened };
}

const [file, fileBefore] = process.argv.slice(2);
const before = fileBefore === undefined ? undefined : await earlier(fileBefore);
const { snapshot, index } = await open(file!);
const { rows } = answer(snapshot, index, { kind: 'constructors', sort: 'retained', ...page });
const changes =
  before &&
  new SnapshotComparison(before.extract, snapshot, index).ask({
    kind: 'constructors',
    sort: 'sizeChange',
    ...page,
  });
const opened: Opened = {
  ...(await costs()),
  nodes: snapshot.nodeCount,
  edges: snapshot.edgeCount,
  rows,
  ...(before && {
    before: before.costs,
    newObjects: changes?.rows.reduce((sum, row) => sum + row.newCount, 0),
  }),
};
process.stdout.write(JSON.stringify(opened));
