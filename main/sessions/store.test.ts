import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parseCpuProfile } from '../../profiles/formats/cpuprofile';
import { inputs, type Timeline } from '../api';
import { parseOutputLog } from './output-log';
import {
  beginRun,
  cleanUp,
  everything,
  FakeTarget,
  heapProfile,
  openAt,
  recordSession,
  specOf,
  startOf,
  temporaryFolder,
  theTrash,
} from './testing/samples';

afterEach(cleanUp);

const query = (input: object) => inputs['sessions.list'].parse(input);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe('a link in a session’s folder', () => {
  it('is neither read nor listed nor passed on', async () => {
    const store = await openAt(await temporaryFolder());
    const id = await recordSession(store);
    const folder = await store.folderOf(id);
    const secret = path.join(await temporaryFolder(), 'secret');
    await writeFile(secret, 'a secret of this machine');
    await symlink(secret, path.join(folder, 'cpu-99.cpuprofile'));
    await expect(store.readFile(id, 'cpu-99.cpuprofile')).rejects.toThrow();
    const { bytes } = await store.exportSession(id);
    expect(Buffer.from(bytes).includes('cpu-99')).toBe(false);
  });
});

describe('a recorded session', () => {
  it('becomes a folder of standard files that say what was recorded', async () => {
    const store = await openAt(await temporaryFolder());
    const id = await recordSession(store);
    const detail = await store.get(id);
    expect(detail).toMatchObject({
      id,
      status: 'complete',
      durationMs: 31,
      nodeVersion: 'v22.1.0',
      exit: { code: 0 },
      summary: { cpuSamples: 30 },
      warnings: [],
    });
    expect(detail.files.map(({ name }) => name)).toEqual([
      'allocations-7.heapprofile',
      'cpu-7.cpuprofile',
      'output.log',
      'timeline.json',
    ]);
    expect(detail.sizeBytes).toBe(detail.files.reduce((sum, file) => sum + file.sizeBytes, 0));
    expect((await readdir(await store.folderOf(id))).sort()).toEqual([
      ...detail.files.map(({ name }) => name).slice(0, 3),
      'session.json',
      'timeline.json',
    ]);

    const cpu = parseCpuProfile(await store.readFile(id, 'cpu-7.cpuprofile'), { originUs: detail.originUs });
    expect(cpu.samples.length).toBe(30);
    expect([...cpu.samples.timeUs.subarray(0, 2)]).toEqual([1000, 2000]);
    expect(JSON.parse(text(await store.readFile(id, 'allocations-7.heapprofile')))).toEqual(heapProfile);
    const timeline = JSON.parse(text(await store.readFile(id, 'timeline.json'))) as Timeline;
    expect(timeline.series[0]?.values).toEqual([90, 90, 90]);
    const lines = parseOutputLog(text(await store.readFile(id, 'output.log')));
    expect(lines).toHaveLength(6);
    expect(lines[1]).toEqual({ tUs: 10_000, stream: 'err', text: 'é ✓' });
  });

  it('is listed as recording from the start, and can be renamed while it goes on', async () => {
    const changes: string[][] = [];
    const store = await openAt(await temporaryFolder(), { onChanged: (ids) => changes.push(ids) });
    const run = await beginRun(store);
    const { id } = run.start;
    expect((await store.list(everything)).sessions[0]).toMatchObject({ id, status: 'recording' });
    await store.update({ id, name: 'Renamed on the way', tags: ['a', 'a'] });
    const meta = await run.recorder.finish(run.recording, { durationMs: 5, status: 'failed' });
    expect(meta).toMatchObject({ name: 'Renamed on the way', tags: ['a'], status: 'failed' });
    expect(changes).toEqual([[id], [id], [id]]);
  });

  it('cannot be deleted or exported before it has ended', async () => {
    const store = await openAt(await temporaryFolder());
    const run = await beginRun(store);
    await expect(store.trash([run.start.id])).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(store.exportSession(run.start.id)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await run.recorder.finish(run.recording, { durationMs: 1, status: 'complete' });
  });

  it('is saved with a warning when its summary cannot be made', async () => {
    const store = await openAt(await temporaryFolder(), {
      summarise: () => {
        throw new Error('no idea');
      },
    });
    const detail = await store.get(await recordSession(store));
    expect(detail).toMatchObject({ status: 'complete', summary: {} });
    expect(detail.warnings[0]?.message).toContain('no idea');
  });
});

describe('the list', () => {
  it('finds sessions by all words in name, command, tags, note, folder, top function and Node version', async () => {
    const folder = await temporaryFolder();
    const store = await openAt(folder, {
      summarise: () => ({ topFunction: { name: 'renderCatalog', url: '', line: 1, selfMs: 1, share: 1 } }),
    });
    const id = await recordSession(store, { name: 'Checkout über alles' });
    const other = await recordSession(store, {
      name: 'Other',
      tags: ['weekly'],
      commandLine: 'npm start',
      cwd: '/x',
    });
    await store.update({ id, note: 'before the Cache fix' });
    const found = async (search: string) =>
      (await store.list(query({ search }))).sessions.map((session) => session.id);
    expect(await found('ÜBER  server.JS')).toEqual([id]);
    expect(await found('cache nightly shop v22')).toEqual([id]);
    expect(await found('rendercatalog')).toHaveLength(2);
    expect(await found('cache weekly')).toEqual([]);
    expect(await found('npm')).toEqual([other]);
    const byTag = await store.list(query({ tags: ['weekly'] }));
    expect(byTag.sessions.map((session) => session.id)).toEqual([other]);
    expect(byTag).toMatchObject({ allTags: ['nightly', 'weekly'], total: 2, trashed: 0 });
  });

  it('sorts by any key, sessions without a value last', async () => {
    let rate: number | undefined = 10;
    const store = await openAt(await temporaryFolder(), { summarise: () => ({ requestRate: rate }) });
    const ten = await recordSession(store, { name: 'run 10' });
    rate = undefined;
    const none = await recordSession(store, { name: 'run 9' });
    rate = 20;
    const twenty = await recordSession(store, { name: 'Run 2' });
    const order = async (input: object) => (await store.list(query(input))).sessions.map(({ id }) => id);
    expect(await order({ sort: 'requestRate' })).toEqual([twenty, ten, none]);
    expect(await order({ sort: 'requestRate', descending: false })).toEqual([ten, twenty, none]);
    expect(await order({ sort: 'name', descending: false })).toEqual([twenty, none, ten]);
  });
});

describe('changing sessions', () => {
  it('keeps every one of many changes made at once, in the folders and in the index', async () => {
    const folder = await temporaryFolder();
    const store = await openAt(folder);
    const ids = [await recordSession(store), await recordSession(store)];
    await Promise.all(
      ids.flatMap((id) => [
        store.update({ id, name: 'A' }),
        store.update({ id, note: 'kept' }),
        store.update({ id, tags: ['x'] }),
        store.update({ id, name: 'B' }),
      ]),
    );
    await store.close();
    const index = JSON.parse(await readFile(path.join(folder, 'index.json'), 'utf8')) as {
      sessions: object[];
    };
    for (const session of index.sessions)
      expect(session).toMatchObject({ name: 'B', note: 'kept', tags: ['x'] });
    const again = await openAt(folder);
    for (const id of ids) expect(await again.get(id)).toMatchObject({ name: 'B', note: 'kept', tags: ['x'] });
  });

  it('takes names as data, whatever is in them', async () => {
    const folder = await temporaryFolder();
    const store = await openAt(folder);
    const id = await recordSession(store, { name: '../../etc/passwd' });
    const name = `../${'ä<script>\u0000"\n'.repeat(15)}`;
    await store.update({ id, name });
    await store.close();
    const again = await openAt(folder);
    expect((await again.get(id)).name).toBe(name);
    expect((await again.exportSession(id)).fileName).toMatch(/^[^/\\\0<"]+\.scorchmark$/);
    expect(await readdir(path.join(folder, 'sessions'))).toEqual([id]);
    await expect(again.begin(startOf({ id: '../x' }), () => undefined)).rejects.toMatchObject({
      code: 'INTERNAL',
    });
    await expect(again.readFile(id, '../../index.json')).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(again.get('../..')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('moves to the trash, back, and away for good', async () => {
    const folder = await temporaryFolder();
    const store = await openAt(folder);
    const [a, b, c] = [await recordSession(store), await recordSession(store), await recordSession(store)];
    await store.trash([a, b]);
    expect((await store.list(everything)).sessions.map(({ id }) => id)).toEqual([c]);
    expect((await store.get(a)).trashedAt).toBeTypeOf('string');
    await store.restore([a]);
    expect((await store.get(a)).trashedAt).toBeUndefined();
    await store.close();
    // The trash survives an index made anew.
    await writeFile(path.join(folder, 'index.json'), '{"version":1');
    const again = await openAt(folder);
    expect((await again.list(theTrash)).sessions).toMatchObject([
      { id: b, trashedAt: expect.any(String) as string },
    ]);
    await again.emptyTrash([a]);
    expect((await again.list(everything)).total).toBe(2);
    await again.emptyTrash();
    expect(await again.list(everything)).toMatchObject({ total: 2, trashed: 0 });
    await expect(again.get(b)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await readdir(path.join(folder, 'trash'))).toEqual([]);
    expect(await readdir(path.join(folder, 'staging'))).toEqual([]);
  });

  it('refuses unknown sessions before touching any', async () => {
    const store = await openAt(await temporaryFolder());
    const id = await recordSession(store);
    await expect(store.trash([id, 'nobody'])).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await store.list(everything)).total).toBe(1);
  });
});

describe('what cannot be read', () => {
  it('a damaged index is set aside and made again from the folders, with a notice', async () => {
    const folder = await temporaryFolder();
    const store = await openAt(folder);
    const id = await recordSession(store);
    await store.close();
    await writeFile(path.join(folder, 'index.json'), '{"version":1,"sessions":"what"}');
    const again = await openAt(folder);
    expect((await again.list(everything)).sessions).toMatchObject([{ id, summary: { cpuSamples: 30 } }]);
    expect(again.notices.join()).toMatch(/index\.corrupt-/);
    const aside = (await readdir(folder)).find((name) => name.startsWith('index.corrupt-'));
    expect(await readFile(path.join(folder, aside!), 'utf8')).toContain('what');
    await again.close();
    expect((await openAt(folder)).notices).toEqual([]);
  });

  it('a session of a newer version is listed by its name, says so when opened, and is never changed', async () => {
    const folder = await temporaryFolder();
    const store = await openAt(folder);
    const id = await recordSession(store);
    const file = path.join(await store.folderOf(id), 'session.json');
    await store.close();
    const newer = JSON.stringify({ formatVersion: 2, id, name: 'From tomorrow', status: { new: true } });
    await writeFile(file, newer);
    const again = await openAt(folder);
    expect((await again.list(everything)).sessions[0]?.name).toContain('From tomorrow');
    await expect(again.get(id)).rejects.toMatchObject({
      code: 'SESSION_NEWER',
      hint: expect.any(String) as string,
    });
    await expect(again.update({ id, name: 'x' })).rejects.toMatchObject({ code: 'SESSION_NEWER' });
    await again.trash([id]);
    await again.restore([id]);
    expect(await readFile(file, 'utf8')).toBe(newer);
  });

  it('damaged sessions are listed, tell what is wrong when opened, can be deleted, and disturb no other', async () => {
    const folder = await temporaryFolder();
    const store = await openAt(folder);
    const [good, cut, wrong] = [
      await recordSession(store),
      await recordSession(store),
      await recordSession(store),
    ];
    await store.close();
    await writeFile(path.join(folder, 'sessions', cut, 'session.json'), '{"formatVersion":1,"na');
    await writeFile(
      path.join(folder, 'sessions', wrong, 'session.json'),
      '{"formatVersion":1,"name":"W","tags":3}',
    );
    await mkdir(path.join(folder, 'sessions', 'empty'));
    await writeFile(path.join(folder, 'sessions', 'stray.txt'), 'x');
    const again = await openAt(folder);
    expect((await again.list(everything)).total).toBe(4);
    expect(await again.get(good)).toMatchObject({ status: 'complete' });
    await expect(again.get(cut)).rejects.toMatchObject({
      code: 'SESSION_DAMAGED',
      message: expect.stringContaining(path.join(cut, 'session.json')) as string,
    });
    await expect(again.get(wrong)).rejects.toMatchObject({
      details: expect.stringContaining('createdAt') as string,
    });
    await expect(again.get('empty')).rejects.toMatchObject({ code: 'SESSION_DAMAGED' });
    await again.trash([cut, 'empty']);
    await again.emptyTrash();
    expect((await again.list(everything)).total).toBe(2);
  });

  it('an index entry older than its session.json is read again', async () => {
    const folder = await temporaryFolder();
    const store = await openAt(folder);
    const id = await recordSession(store);
    await store.close();
    const index = await readFile(path.join(folder, 'index.json'));
    const later = await openAt(folder);
    await later.update({ id, name: 'Newest' });
    await later.close();
    await writeFile(path.join(folder, 'index.json'), index);
    expect((await (await openAt(folder)).list(everything)).sessions[0]?.name).toBe('Newest');
  });
});

describe('remembered targets', () => {
  it('are kept newest first, once per command and folder, at most 50, over restarts', async () => {
    const folder = await temporaryFolder();
    const store = await openAt(folder);
    for (let i = 0; i < 52; i++) await store.rememberTarget(specOf(['node', `${i}.js`]));
    await store.rememberTarget({ ...specOf(['node', '30.js']), tags: ['second'] });
    await store.close();
    const again = await openAt(folder);
    const targets = await again.targets();
    expect(targets).toHaveLength(50);
    expect(targets[0]).toMatchObject({ label: 'node 30.js', spec: { tags: ['second'] } });
    expect(targets.filter(({ label }) => label === 'node 30.js')).toHaveLength(1);
    await again.removeTarget(targets[0]!.id);
    expect(await again.targets()).toHaveLength(49);
  });
});

describe('opened for reading only', () => {
  it('shows everything, changes nothing, and does not even create the folder', async () => {
    const folder = await temporaryFolder();
    const nowhere = await openAt(path.join(folder, 'none'), { readOnly: true });
    expect((await nowhere.list(everything)).total).toBe(0);
    expect(await readdir(folder)).toEqual([]);
    const store = await openAt(folder);
    const id = await recordSession(store);
    const reader = await openAt(folder, { readOnly: true });
    expect(await reader.get(id)).toMatchObject({ id });
    await expect(reader.update({ id, name: 'x' })).rejects.toThrow('reading only');
    const target = new FakeTarget();
    const run = await beginRun(store);
    run.record(target.first());
    expect((await reader.list(everything)).total).toBe(2);
    await run.recorder.finish(run.recording, { durationMs: 1, status: 'complete' });
    expect((await reader.list(everything)).sessions.map(({ status }) => status)).toEqual([
      'complete',
      'complete',
    ]);
  });
});
