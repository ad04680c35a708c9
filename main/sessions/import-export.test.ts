import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { afterEach, describe, expect, it } from 'vitest';
import { parseCpuProfile } from '../../profiles/formats/cpuprofile';
import type { SessionStore } from './store';
import { cleanUp, everything, heapProfile, openAt, recordSession, temporaryFolder } from './testing/samples';

afterEach(cleanUp);

async function exported(): Promise<{ store: SessionStore; id: string; bytes: Uint8Array; fileName: string }> {
  const store = await openAt(await temporaryFolder());
  const id = await recordSession(store, { name: 'Shop: "über" 50/50' });
  return { store, id, ...(await store.exportSession(id)) };
}

async function leavesNothing(folder: string): Promise<void> {
  expect(await readdir(path.join(folder, 'sessions'))).toEqual([]);
  expect(await readdir(path.join(folder, 'staging'))).toEqual([]);
}

describe('a .scorchmark file', () => {
  it('brings every file of the session over unchanged', async () => {
    const { store, id, bytes, fileName } = await exported();
    expect(fileName).toBe('Shop- -über- 50-50.scorchmark');
    const other = await openAt(await temporaryFolder());
    const meta = await other.importBytes(fileName, bytes);
    expect(meta.id).toBe(id);
    expect(await other.get(id)).toEqual(await store.get(id));
    const [from, to] = [await store.folderOf(id), await other.folderOf(id)];
    expect(await readdir(to)).toEqual(await readdir(from));
    const parsed = async (folder: string): Promise<unknown> =>
      JSON.parse(await readFile(path.join(folder, 'session.json'), 'utf8'));
    expect(await parsed(to)).toEqual(await parsed(from));
    for (const name of (await readdir(from)).filter((file) => file !== 'session.json'))
      expect((await readFile(path.join(to, name))).equals(await readFile(path.join(from, name))), name).toBe(
        true,
      );
  });

  it('is an ordinary zip', async () => {
    const { bytes } = await exported();
    expect(Object.keys(unzipSync(bytes)).sort()).toEqual([
      'allocations-7.heapprofile',
      'cpu-7.cpuprofile',
      'output.log',
      'session.json',
      'timeline.json',
    ]);
  });

  it('gets a new id where its own is taken, also by one in the trash', async () => {
    const { store, id, bytes } = await exported();
    await store.trash([id]);
    const meta = await store.importBytes('a.scorchmark', bytes);
    expect(meta.id).not.toBe(id);
    expect(meta.trashedAt).toBeUndefined();
    expect(await store.get(meta.id)).toMatchObject({ id: meta.id, status: 'complete' });
    await store.restore([id]);
    expect((await store.list(everything)).total).toBe(2);
  });

  it('tells its progress and can be cancelled, packing and unpacking, leaving nothing behind', async () => {
    const { store, id, bytes } = await exported();
    const fractions: (number | null)[] = [];
    await store.exportSession(id, { progress: (fraction) => fractions.push(fraction) });
    expect(fractions.at(-1)).toBe(1);
    const cancelling = () => {
      const controller = new AbortController();
      return { signal: controller.signal, progress: () => controller.abort() };
    };
    await expect(store.exportSession(id, cancelling())).rejects.toMatchObject({ code: 'CANCELLED' });
    const folder = await temporaryFolder();
    const other = await openAt(folder);
    await expect(other.importBytes('a.scorchmark', bytes, cancelling())).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    await leavesNothing(folder);
  });

  it.each([
    'profile-../../x',
    '/profile-x',
    '../evil.json',
    '/etc/evil',
    'a/../../evil',
    '..\\evil',
    'C:\\evil',
  ])('that names a file outside its folder (%s) is refused', async (name) => {
    const { bytes } = await exported();
    const folder = await temporaryFolder();
    const other = await openAt(folder);
    const evil = zipSync({ ...unzipSync(bytes), [name]: strToU8('x') });
    await expect(other.importBytes('a.scorchmark', evil)).rejects.toMatchObject({
      code: 'SESSION_DAMAGED',
      message: expect.stringContaining('outside') as string,
    });
    await leavesNothing(folder);
  });

  it('leaves out files that do not belong into a session', async () => {
    const { bytes } = await exported();
    const other = await openAt(await temporaryFolder());
    const more = zipSync({
      ...unzipSync(bytes),
      'run-me.sh': strToU8('x'),
      'journal.ndjson': strToU8('x'),
      'deep/x.html': strToU8('x'),
    });
    const meta = await other.importBytes('a.scorchmark', more);
    expect(await readdir(await other.folderOf(meta.id))).toHaveLength(5);
  });

  it('that unpacks to far more than its size is refused, whatever its list of files claims', async () => {
    const { bytes } = await exported();
    const folder = await temporaryFolder();
    const store = await openAt(folder, {
      unpackLimits: { maxTotalBytes: 1e9, maxRatio: 100, freeBytes: 100_000 },
    });
    const bomb = zipSync({ ...unzipSync(bytes), 'http.json': new Uint8Array(20_000_000) }, { level: 9 });
    await expect(store.importBytes('a.scorchmark', bomb)).rejects.toMatchObject({
      message: expect.stringContaining('100 times') as string,
    });
    // The same with sizes that lie: the directory is patched to say 10 bytes.
    const view = new DataView(bomb.buffer, bomb.byteOffset);
    for (let i = 0; i + 46 < bomb.length; i++)
      if (view.getUint32(i, true) === 0x02014b50 && view.getUint32(i + 24, true) === 20_000_000)
        view.setUint32(i + 24, 10, true);
    await expect(store.importBytes('a.scorchmark', bomb)).rejects.toMatchObject({
      message: expect.stringContaining('100 times') as string,
    });
    await leavesNothing(folder);
  });

  it('that was cut, changed, or is some other zip says so', async () => {
    const { bytes } = await exported();
    const folder = await temporaryFolder();
    const other = await openAt(folder);
    const damaged = { code: 'SESSION_DAMAGED' };
    await expect(other.importBytes('a.scorchmark', bytes.slice(0, bytes.length / 2))).rejects.toMatchObject(
      damaged,
    );
    for (let at = 60; at < bytes.length - 700; at += 97) {
      const flipped = bytes.slice();
      flipped[at]! ^= 0xff;
      const outcome = await other.importBytes('a.scorchmark', flipped).then(
        () => 'imported',
        (error: { code: string }) => error.code,
      );
      // Bytes of local headers that nobody reads may change without harm.
      expect(['SESSION_DAMAGED', 'imported']).toContain(outcome);
    }
    await expect(other.importBytes('a.zip', zipSync({ 'a.txt': strToU8('a') }))).rejects.toMatchObject({
      message: expect.stringContaining('no session.json') as string,
    });
    const bad = zipSync({ ...unzipSync(bytes), 'session.json': strToU8('{"formatVersion":1}') });
    await expect(other.importBytes('a.scorchmark', bad)).rejects.toMatchObject(damaged);
    const newer = zipSync({ ...unzipSync(bytes), 'session.json': strToU8('{"formatVersion":99}') });
    await expect(other.importBytes('a.scorchmark', newer)).rejects.toMatchObject({ code: 'SESSION_NEWER' });
    expect(await readdir(path.join(folder, 'staging'))).toEqual([]);
  });
});

const cpuProfile = JSON.stringify({
  nodes: [
    {
      id: 1,
      callFrame: { functionName: '(root)', scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 },
      children: [2],
    },
    {
      id: 2,
      callFrame: { functionName: 'hot', scriptId: '1', url: 'file:///a.js', lineNumber: 0, columnNumber: 0 },
    },
  ],
  startTime: 9_000_000,
  endTime: 9_004_000,
  samples: [2, 2, 2],
  timeDeltas: [1000, 1000, 1000],
});

describe('a foreign profile', () => {
  it('.cpuprofile, from a path, becomes a session that keeps its bytes and starts at 0', async () => {
    const folder = await temporaryFolder();
    const file = path.join(folder, 'from devtools.cpuprofile');
    await writeFile(file, cpuProfile);
    const store = await openAt(path.join(folder, 'home'));
    const meta = await store.importPath(file);
    expect(meta).toMatchObject({
      name: 'from devtools.cpuprofile',
      status: 'imported',
      durationMs: 4,
      summary: { cpuSamples: 3 },
    });
    const detail = await store.get(meta.id);
    expect(detail).toMatchObject({
      originUs: 9_000_000,
      files: [{ name: 'cpu-0.cpuprofile', kind: 'cpu', thread: 'p0', sizeBytes: cpuProfile.length }],
      processes: [{ title: meta.name, threads: [{ key: 'p0', title: meta.name }] }],
    });
    const bytes = await store.readFile(meta.id, 'cpu-0.cpuprofile');
    expect(new TextDecoder().decode(bytes)).toBe(cpuProfile);
    const profile = parseCpuProfile(bytes, { originUs: detail.originUs });
    expect([...profile.samples.timeUs.subarray(0, 3)]).toEqual([1000, 2000, 3000]);
    await store.close();
    expect(await (await openAt(path.join(folder, 'home'))).get(meta.id)).toEqual(detail);
  });

  it('.heapprofile, gzipped, is recognised by its content', async () => {
    const store = await openAt(await temporaryFolder());
    const meta = await store.importBytes('x.heapprofile.gz', gzipSync(JSON.stringify(heapProfile)));
    expect(meta).toMatchObject({ name: 'x.heapprofile', status: 'imported' });
    const bytes = await store.readFile(meta.id, 'allocations-0.heapprofile');
    expect(JSON.parse(new TextDecoder().decode(bytes))).toEqual(heapProfile);
  });

  it('that cannot be read is refused with the place of the problem, and leaves nothing behind', async () => {
    const folder = await temporaryFolder();
    const store = await openAt(folder);
    const importing = (name: string, text: string | Uint8Array) =>
      store.importBytes(name, typeof text === 'string' ? strToU8(text) : text);
    await expect(importing('a.cpuprofile', cpuProfile.replace('"id":2', '"id":"2"'))).rejects.toMatchObject({
      code: 'PROFILE_MALFORMED',
      message: expect.stringMatching(/a\.cpuprofile.*nodes\[1\]/) as string,
      hint: expect.any(String) as string,
    });
    await expect(importing('a.cpuprofile', cpuProfile.slice(0, 90))).rejects.toMatchObject({
      code: 'PROFILE_MALFORMED',
    });
    await expect(importing('a.txt', 'hello')).rejects.toMatchObject({ code: 'PROFILE_UNKNOWN_FORMAT' });
    await expect(importing('a.txt', '')).rejects.toMatchObject({ code: 'PROFILE_UNKNOWN_FORMAT' });
    await expect(importing('a.gz', gzipSync(cpuProfile).subarray(0, 40))).rejects.toMatchObject({
      code: 'PROFILE_MALFORMED',
    });
    await expect(store.importPath(path.join(folder, 'none.cpuprofile'))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(store.importPath(folder)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await leavesNothing(folder);
  });
});
