/** In a process of its own: opens a snapshot with Scorchmark's parser, indexes it, sums up by constructor. `FILE [FILE_BEFORE]` */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { answer } from '../../profiles/heap/answer';
import { extractForComparison, SnapshotComparison, type SnapshotExtract } from '../../profiles/heap/compare';
import { indexSnapshot } from '../../profiles/heap/index-snapshot';
import { parseHeapSnapshot } from '../../profiles/heap/parse';
import type { HeapIndex, HeapSnapshot } from '../../profiles/heap/types';
import { peakMb } from './peak';
import type { Opened } from './summary';

const page = { search: '', descending: true, offset: 0, limit: 1000 };

async function open(file: string): Promise<{ snapshot: HeapSnapshot; index: HeapIndex }> {
  const { size } = await stat(file);
  const pieces = createReadStream(file, { highWaterMark: 1 << 20 });
  const snapshot = await parseHeapSnapshot(pieces, { fileName: file, sizeBytes: size });
  return { snapshot, index: indexSnapshot(snapshot) };
}

async function extract(file: string): Promise<SnapshotExtract> {
  const { snapshot, index } = await open(file);
  return extractForComparison(snapshot, index);
}

const [file, fileBefore] = process.argv.slice(2);
const startedAt = performance.now();
const before = fileBefore === undefined ? undefined : await extract(fileBefore);
const { snapshot, index } = await open(file!);
const { rows } = answer(snapshot, index, { kind: 'constructors', sort: 'retained', ...page });
const changes =
  before &&
  new SnapshotComparison(before, snapshot, index).ask({ kind: 'constructors', sort: 'sizeChange', ...page });
const { user, system } = process.cpuUsage();
const opened: Opened = {
  openMs: performance.now() - startedAt,
  cpuMs: (user + system) / 1000,
  peakMb: await peakMb(),
  nodes: snapshot.nodeCount,
  edges: snapshot.edgeCount,
  rows,
  ...(changes && { newObjects: changes.rows.reduce((sum, row) => sum + row.newCount, 0) }),
};
process.stdout.write(JSON.stringify(opened));
