import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SnapshotBuilder } from '../../profiles/heap/testing/build';
import type { HeapReader } from './heap-reader';
import type { SnapshotFile } from './messages';
import { OpenedSnapshots } from './opened-snapshots';

let folder: string;
/** `<earlier>-<later>` of each comparison that was made. */
let made: string[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'scorchmark-opened-'));
  made = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const { snapshot, index } = new SnapshotBuilder().build();

/** Every file is the same empty heap; an extract is the file's name. */
function opened(): OpenedSnapshots<{ of: string }> {
  let last = '';
  const reader: HeapReader<{ of: string }> = {
    async parse(source, { fileName }) {
      for await (const _ of source);
      last = fileName;
      return { ...snapshot };
    },
    index: () => index,
    answer: () => ({ rows: [], total: 0 }),
    extract: () => ({ of: last }),
    compare: ({ of }) => {
      made.push(of);
      return { ask: () => ({ rows: [], total: 0 }) };
    },
  };
  return new OpenedSnapshots({ reader, mostOpenBytes: 1e9 });
}

async function fileNamed(name: string): Promise<SnapshotFile> {
  const file = path.join(folder, name);
  await writeFile(file, 'x');
  return { path: file, name, sizeBytes: 1, version: '1' };
}

const question = {
  kind: 'newInstances',
  group: 0,
  sort: 'id',
  descending: false,
  offset: 0,
  limit: 1,
} as const;

it('of one snapshot the last two comparisons are kept, however many it is compared with', async () => {
  const snapshots = opened();
  const later = await fileNamed('later');
  const ask = async (earlier: string): Promise<unknown> =>
    snapshots.compare(await fileNamed(earlier), later, question, {});
  for (const earlier of ['a', 'b', 'a', 'c', 'a', 'c', 'b']) await ask(earlier);
  expect(made).toEqual(['a', 'b', 'c', 'b']);
});

it('one that is deleted while it opens is not held: who waits is told, and the next one opens', async () => {
  let begun = (): void => undefined;
  let goOn = (): void => undefined;
  const isBeingRead = new Promise<void>((resolve) => (begun = resolve));
  const mayGoOn = new Promise<void>((resolve) => (goOn = resolve));
  const reader: HeapReader<object> = {
    async parse(_source, { fileName, signal, onProgress }) {
      if (fileName === 'deleted') {
        begun();
        await mayGoOn;
        expect(signal?.aborted).toBe(true);
        onProgress?.(1);
      }
      return { ...snapshot };
    },
    index: () => index,
    answer: () => ({ rows: [], total: 0 }),
    extract: () => ({}),
    compare: () => ({ ask: () => ({ rows: [], total: 0 }) }),
  };
  const snapshots = new OpenedSnapshots({ reader, mostOpenBytes: 1e9 });
  const [doomed, other] = await Promise.all([fileNamed('deleted'), fileNamed('other')]);
  const asked = snapshots.ask(doomed, { kind: 'overview' }, {});
  const alike = snapshots.ask(doomed, { kind: 'overview' }, {});
  await isBeingRead;
  expect(snapshots.isEmpty).toBe(false);
  snapshots.forget(doomed.path);
  expect(snapshots.isEmpty).toBe(true);
  goOn();
  for (const each of [asked, alike])
    await expect(each).rejects.toMatchObject({ code: 'NOT_FOUND', message: /deleted was deleted/ });
  expect(snapshots.isEmpty).toBe(true);
  await snapshots.ask(other, { kind: 'overview' }, {});
  expect(snapshots.isEmpty).toBe(false);
});

it('what is known of a deleted snapshot in comparisons with others goes, too', async () => {
  const snapshots = opened();
  const [earlier, later] = await Promise.all([fileNamed('earlier'), fileNamed('later')]);
  await snapshots.compare(earlier, later, question, {});
  snapshots.forget(earlier.path);
  await snapshots.compare(earlier, later, question, {});
  expect(made).toEqual(['earlier', 'earlier']);
  snapshots.forget(earlier.path);
  snapshots.forget(later.path);
  expect(snapshots.isEmpty).toBe(true);
});
