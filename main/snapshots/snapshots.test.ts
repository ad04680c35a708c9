import { copyFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { SnapshotQuestion } from '../../profiles/heap/questions';
import { createSnapshots, type Snapshots, type SnapshotsOptions } from '.';
import { buildWorker, planted, takeTwo } from './testing/real-snapshots';

let folder: string;
let workerFile: string;
let a: string;
let b: string;
const open: Snapshots[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'scorchmark-snapshots-'));
  [workerFile, { a, b }] = await Promise.all([buildWorker(folder), takeTwo(folder)]);
});
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Of files in one folder, which takes the place of a session's. */
function snapshots(options: SnapshotsOptions = {}): Snapshots {
  const created = createSnapshots({ folderOf: () => Promise.resolve(folder) }, { workerFile, ...options });
  open.push(created);
  return created;
}

const before = { id: 's', file: 'before.heapsnapshot' };
const after = { id: 's', file: 'after.heapsnapshot' };
const constructors = (search: string) =>
  ({ kind: 'constructors', search, sort: 'retained', descending: true, offset: 0, limit: 10 }) as const;
const changes = { ...constructors('Planted'), sort: 'sizeChange' } as const;
const overview: SnapshotQuestion = { kind: 'overview' };

it('a snapshot of a real process answers how many objects of a constructor it has', async () => {
  const told: string[] = [];
  const { rows } = await snapshots().ask(before, constructors('Planted'), {
    progress: (fraction, text) => told.push(`${fraction === null ? '' : 'some of '}${text}`),
  });
  expect(rows.find(({ name }) => name === 'Planted')).toMatchObject({ count: planted.a });
  expect(told.some((text) => /some of Reading .* of .*B/.test(text))).toBe(true);
  expect(told).toContain('some of Computing retained sizes');
});

it('two are compared: what came, and that both are of one process', async () => {
  const answer = await snapshots().compare(before, after, changes);
  expect(answer.sameIsolate).toBe(true);
  expect(answer.rows.find(({ name }) => name === 'Planted')).toMatchObject({
    countA: planted.a,
    countB: planted.b,
    newCount: planted.b - planted.a,
    deletedCount: 0,
  });
});

it('a file that belongs to no session is asked and compared by its path', async () => {
  const asked = snapshots();
  expect((await asked.askFile(b, constructors('Planted'))).rows[0]).toMatchObject({ count: planted.b });
  expect((await asked.compareFiles(a, b, changes)).shallowB).toBeGreaterThan(0);
});

it('many who ask at once wait for one reading', async () => {
  const asked = snapshots();
  const readings: number[] = [];
  const answers = await Promise.all(
    [0, 1, 2, 3].map((asker) => {
      let last = -1;
      return asked.ask(after, overview, {
        progress: (fraction, text) => {
          // Who reads again begins again.
          if (text.startsWith('Reading') && fraction !== null && fraction < last) readings.push(asker);
          last = fraction ?? last;
        },
      });
    }),
  );
  expect(readings).toEqual([]);
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
});

it('one that is cancelled ends at once; others who wait for the same file get their answer', async () => {
  const asked = snapshots();
  const controller = new AbortController();
  const cancelled = asked.ask(after, overview, {
    signal: controller.signal,
    progress: () => controller.abort(),
  });
  const other = asked.ask(after, overview);
  await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(await other).toMatchObject({ nodeCount: expect.any(Number) as number });
});

it('cancelled by all, it is not read on, and can be asked anew', async () => {
  const asked = snapshots();
  for (const wanted of ['Reading', 'Computing']) {
    const controller = new AbortController();
    const cancelled = asked.ask(after, overview, {
      signal: controller.signal,
      progress: (_fraction, text) => {
        if (text.startsWith(wanted)) controller.abort();
      },
    });
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
  }
  expect(await asked.ask(after, overview)).toMatchObject({ nodeCount: expect.any(Number) as number });
});

it('a thread that runs out of memory says so, and the next question starts afresh', async () => {
  const tight = snapshots({ resourceLimits: { maxOldGenerationSizeMb: 4, maxYoungGenerationSizeMb: 1 } });
  const everything = { ...constructors(''), limit: 1000 };
  for (let time = 0; time < 2; time++)
    await expect(tight.ask(after, everything)).rejects.toMatchObject({
      code: 'OUT_OF_MEMORY',
      message: expect.stringContaining('after.heapsnapshot') as string,
    });
});

it('a thread that dies takes the questions of the moment with it, and no more', async () => {
  const broken = path.join(folder, 'dies.mjs');
  await writeFile(
    broken,
    `import { parentPort } from 'node:worker_threads';
     parentPort.on('message', ({ id, request }) => {
       if (request.question.kind === 'overview') process.exit(7);
       parentPort.postMessage({ kind: 'done', id, value: 'alive' });
     });`,
  );
  const asked = snapshots({ workerFile: broken });
  await expect(asked.ask(after, overview)).rejects.toMatchObject({
    code: 'INTERNAL',
    message: expect.stringContaining('exit code 7') as string,
  });
  expect(await asked.ask(after, constructors(''))).toBe('alive');
});

it('those asked longest ago are let go when they take too much memory, and come back when asked', async () => {
  const asked = snapshots({ mostOpenBytes: 1 });
  const count = async (place: typeof before): Promise<number> =>
    (await asked.ask(place, constructors('Planted'))).rows.find(({ name }) => name === 'Planted')!.count;
  expect([await count(before), await count(after), await count(before)]).toEqual([
    planted.a,
    planted.b,
    planted.a,
  ]);
  expect((await asked.compare(before, after, changes)).sameIsolate).toBe(true);
});

it('a file that was replaced is read again', async () => {
  const file = path.join(folder, 'replaced.heapsnapshot');
  await copyFile(a, file);
  const asked = snapshots();
  const place = { id: 's', file: 'replaced.heapsnapshot' };
  expect((await asked.ask(place, constructors('Planted'))).rows[0]).toMatchObject({ count: planted.a });
  await rm(file);
  await copyFile(b, file);
  expect((await asked.ask(place, constructors('Planted'))).rows[0]).toMatchObject({ count: planted.b });
});

it('one that is cut off, is something else or is gone says so', async () => {
  const cut = path.join(folder, 'cut.heapsnapshot');
  await copyFile(a, cut);
  await truncate(cut, (await stat(a)).size - 100_000);
  await writeFile(path.join(folder, 'other.heapsnapshot'), '{"nodes":[],"name":"something"}');
  const asked = snapshots();
  const errorOf = (file: string) =>
    asked.ask({ id: 's', file }, overview).then(
      () => null,
      (error: unknown) => error,
    );
  expect(await errorOf('cut.heapsnapshot')).toMatchObject({
    code: 'PROFILE_MALFORMED',
    message: expect.stringContaining('cut.heapsnapshot') as string,
  });
  expect(await errorOf('other.heapsnapshot')).toMatchObject({
    code: expect.stringMatching(/^PROFILE_/) as string,
  });
  expect(await errorOf('gone.heapsnapshot')).toMatchObject({ code: 'NOT_FOUND' });
  expect(await errorOf('../../etc/passwd')).toMatchObject({ code: 'BAD_INPUT' });
});

it('an object that a snapshot does not have is a mistake of the question', async () => {
  await expect(snapshots().ask(before, { kind: 'node', ordinal: 4e9 })).rejects.toMatchObject({
    code: 'BAD_INPUT',
  });
});

it('closing ends the thread, also in the middle of a reading', async () => {
  const asked = snapshots();
  const waiting = asked.ask(after, overview);
  const refused = expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
  await asked.close();
  await refused;
  await expect(asked.ask(after, overview)).rejects.toMatchObject({ code: 'CANCELLED' });
});

it('answers the same in place, where nothing is built', async () => {
  const here = createSnapshots({ folderOf: () => Promise.resolve(folder) });
  expect(await here.ask(before, constructors('Planted'))).toEqual(
    await snapshots().ask(before, constructors('Planted')),
  );
  expect((await readFile(a)).length).toBeGreaterThan(1_000_000);
});
