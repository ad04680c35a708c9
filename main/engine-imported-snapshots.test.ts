/** Heap snapshots from a file on disk to a session's answers, through the engine. */
import { copyFile, mkdtemp, readFile, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { AnyEvent, SessionDetail } from './api';
import { createEngine, type Engine } from './engine';
import { planted, takeTwo } from './snapshots/testing/real-snapshots';

let scratch: string;
let home: string;
let engine: Engine;
let a: string;
let b: string;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'scorchmark-heap-'));
  ({ a, b } = await takeTwo(scratch));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));
beforeEach(async () => {
  home = await mkdtemp(path.join(scratch, 'home-'));
  engine = await createEngine({ shell: 'cli', dataFolder: home });
});
afterEach(async () => {
  await engine.close();
  await rm(home, { recursive: true, force: true });
});

async function imported(file: string): Promise<SessionDetail> {
  const { id } = await engine.call('sessions.importPath', { path: file });
  return engine.call('sessions.get', { id });
}

/** How many `Planted` the session's first snapshot has. */
async function plantedIn({ id, snapshots }: SessionDetail, asked = engine): Promise<number | undefined> {
  const answer = await asked.call('snapshots.ask', {
    id,
    file: snapshots![0]!.file,
    question: { kind: 'constructors', search: 'Planted' },
  });
  if (!answer || !('rows' in answer)) throw new Error('no rows');
  return (answer.rows as { name: string; count: number }[]).find(({ name }) => name === 'Planted')?.count;
}

it('a file from disk becomes a session of one snapshot, whose bytes stay as they are', async () => {
  const detail = await imported(a);
  expect(detail).toMatchObject({
    status: 'imported',
    name: 'before.heapsnapshot',
    summary: { snapshots: 1 },
    files: [{ kind: 'snapshot', name: 'imported-before.heapsnapshot' }],
    snapshots: [
      { reason: 'imported', state: 'complete', thread: 'p0', file: 'imported-before.heapsnapshot' },
    ],
    warnings: [],
  });
  const { size } = await stat(a);
  expect([detail.sizeBytes, detail.snapshots![0]!.sizeBytes]).toEqual([size, size]);
  const kept = await readFile(path.join(await engine.store.folderOf(detail.id), detail.snapshots![0]!.file));
  expect(kept.equals(await readFile(a))).toBe(true);
  expect(await plantedIn(detail)).toBe(planted.a);
});

it('snapshots of two sessions are compared, with progress under the task of who asks', async () => {
  const [before, after] = [await imported(a), await imported(b)];
  const told: AnyEvent[] = [];
  engine.subscribe((event) => {
    if (event.event === 'task.progress') told.push(event);
  });
  const place = ({ id, snapshots }: SessionDetail) => ({ id, file: snapshots![0]!.file });
  const answer = await engine.call('snapshots.compare', {
    a: place(before),
    b: place(after),
    question: { kind: 'constructors', search: 'Planted' },
    taskId: 'compare',
  });
  expect('rows' in answer && answer.rows[0]).toMatchObject({
    name: 'Planted',
    countChange: planted.b - planted.a,
  });
  // Unknown at the beginning and while the answer is worked out.
  const fractions = told
    .map(({ payload }) => (payload as { fraction: number | null }).fraction)
    .filter((fraction) => fraction !== null);
  expect(fractions).toEqual([...fractions].sort((x, y) => x - y));
  expect(told.every(({ payload }) => (payload as { taskId: string }).taskId === 'compare')).toBe(true);
});

it('a question that is cancelled says so', async () => {
  const { id, snapshots } = await imported(b);
  engine.subscribe((event) => {
    if (event.event === 'task.progress') void engine.call('tasks.cancel', { taskId: 'asking' });
  });
  await expect(
    engine.call('snapshots.ask', {
      id,
      file: snapshots![0]!.file,
      question: { kind: 'overview' },
      taskId: 'asking',
    }),
  ).rejects.toMatchObject({ code: 'CANCELLED' });
});

it('gzipped ones are unpacked, timelines keep their name, and a strange name does not matter', async () => {
  const packed = path.join(scratch, 'Heap.20260307.heapsnapshot.gz');
  await writeFile(packed, gzipSync(await readFile(a)));
  const unpacked = await imported(packed);
  expect(unpacked.name).toBe('Heap.20260307.heapsnapshot');
  expect(unpacked.files.map(({ name }) => name)).toEqual(['imported-Heap-20260307.heapsnapshot']);
  expect(await plantedIn(unpacked)).toBe(planted.a);

  const timeline = path.join(scratch, 'alloc.heaptimeline');
  await copyFile(a, timeline);
  expect((await imported(timeline)).snapshots![0]!.file).toBe('imported-alloc.heaptimeline');

  const strange = path.join(scratch, '..what is (this) ❄.json');
  await copyFile(a, strange);
  const detail = await imported(strange);
  expect(detail.snapshots![0]!.file).toBe('imported-what-is-this-json.heapsnapshot');
  expect(await plantedIn(detail)).toBe(planted.a);
});

it('arrives piece by piece, as a window sends it', async () => {
  const bytes = await readFile(a);
  const { uploadId } = await engine.call('sessions.importBegin', { name: 'dropped.heapsnapshot' });
  for (let at = 0; at < bytes.length; at += 1 << 20)
    await engine.call('sessions.importPiece', {
      uploadId,
      bytes: new Uint8Array(bytes.subarray(at, at + (1 << 20))),
    });
  const { id } = await engine.call('sessions.importEnd', { uploadId });
  expect(await plantedIn(await engine.call('sessions.get', { id }))).toBe(planted.a);
  expect(await readdir(path.join(home, 'staging'))).toEqual([]);
});

it('one that is cut off is refused when it is opened, and nothing of it is kept', async () => {
  const cut = path.join(scratch, 'cut.heapsnapshot');
  await copyFile(a, cut);
  await truncate(cut, (await stat(a)).size - 50_000);
  const cutPacked = path.join(scratch, 'cut.heapsnapshot.gz');
  const packed = gzipSync(await readFile(a));
  await writeFile(cutPacked, packed.subarray(0, packed.length / 2));
  for (const file of [cut, cutPacked])
    await expect(imported(file)).rejects.toMatchObject({
      code: 'PROFILE_MALFORMED',
      message: expect.stringContaining(path.basename(file)) as string,
    });
  expect((await engine.call('sessions.list', {})).sessions).toEqual([]);
  expect(await readdir(path.join(home, 'staging'))).toEqual([]);
});

it('a damaged one inside a session, and one whose file is gone, say so when asked', async () => {
  const detail = await imported(a);
  const file = path.join(await engine.store.folderOf(detail.id), detail.snapshots![0]!.file);
  await truncate(file, 1_000_000);
  await expect(plantedIn(detail)).rejects.toMatchObject({ code: 'PROFILE_MALFORMED' });
  await rm(file);
  await expect(plantedIn(detail)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it('deleted, its file, its size and its entry are gone; the session stays', async () => {
  const detail = await imported(a);
  const { id, snapshots } = detail;
  expect(await plantedIn(detail)).toBe(planted.a);
  const { file } = snapshots![0]!;
  await engine.call('snapshots.delete', { id, file });
  const after = await engine.call('sessions.get', { id });
  expect(after).toMatchObject({ snapshots: [], files: [], sizeBytes: 0, summary: {} });
  expect(await readdir(await engine.store.folderOf(id))).toEqual(['session.json']);
  const [listed] = (await engine.call('sessions.list', {})).sessions;
  expect(listed).toMatchObject({ id, sizeBytes: 0 });
  await expect(engine.call('snapshots.delete', { id, file })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(plantedIn(detail)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(engine.call('snapshots.delete', { id, file: '../session.json' })).rejects.toMatchObject({
    code: 'BAD_INPUT',
  });
});

it('travels with its session as one file, and answers the same elsewhere', async () => {
  const { id } = await imported(b);
  const { fileName, bytes } = await engine.call('sessions.export', { id });
  // Packed: snapshots are texts of numbers.
  expect(bytes.length).toBeLessThan((await stat(b)).size / 2);
  const elsewhere = await createEngine({ shell: 'cli', dataFolder: path.join(home, 'elsewhere') });
  try {
    const { id: there } = await elsewhere.call('sessions.import', {
      fileName,
      bytes: new Uint8Array(bytes),
    });
    const detail = await elsewhere.call('sessions.get', { id: there });
    expect(detail.snapshots).toMatchObject([{ reason: 'imported', state: 'complete' }]);
    expect(await plantedIn(detail, elsewhere)).toBe(planted.b);
  } finally {
    await elsewhere.close();
  }
});

it('a session of an older workbench, which knew no snapshots, shows those that lie in it', async () => {
  const { id } = await imported(a);
  const folder = await engine.store.folderOf(id);
  const file = path.join(folder, 'session.json');
  const session = JSON.parse(await readFile(file, 'utf8')) as SessionDetail;
  delete session.snapshots;
  for (const each of session.files) each.kind = 'other';
  await writeFile(file, JSON.stringify(session));
  const detail = await engine.call('sessions.get', { id });
  expect(detail.files[0]!.kind).toBe('snapshot');
  expect(detail.snapshots).toMatchObject([{ state: 'complete', sizeBytes: (await stat(a)).size }]);
  expect(await plantedIn(detail)).toBe(planted.a);
});
