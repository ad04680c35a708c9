import { copyFile, mkdir, readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadSession } from './load-session';
import { cleanUp, openAt, temporaryFolder } from '../sessions/testing/samples';

afterEach(cleanUp);

const samples = path.resolve('profiles/formats/samples');
const notAlone = new Set(['README.md']);

describe('every sample of every tool', () => {
  it('becomes a session that keeps what came, and can be read again', async () => {
    const store = await openAt(await temporaryFolder());
    for (const name of await readdir(samples)) {
      if (notAlone.has(name)) continue;
      const meta = await store.importPath(path.join(samples, name));
      expect(meta, name).toMatchObject({ status: 'imported', name });
      const detail = await store.get(meta.id);
      const keys = detail.processes.flatMap((process) => process.threads.map(({ key }) => key));
      expect(new Set(keys).size, name).toBe(keys.length);
      expect(keys.length, name).toBeGreaterThan(0);
      const { cpu, allocations } = await loadSession(store, meta.id);
      for (const key of [...cpu.keys(), ...allocations.keys()]) expect(keys, name).toContain(key);
      for (const profile of cpu.values())
        if (profile.endUs > profile.startUs) expect(profile.startUs, name).toBeGreaterThanOrEqual(0);
      const isFolder = (await stat(path.join(samples, name))).isDirectory();
      const [only] = detail.files;
      expect(detail.files.length === 1, name).toBe(!isFolder);
      if (!isFolder && only)
        expect(
          Buffer.from(await store.readFile(meta.id, only.name)).equals(
            await readFile(path.join(samples, name)),
          ),
          name,
        ).toBe(true);
    }
  });
});

describe('a foreign file', () => {
  it('may have any name', async () => {
    const folder = await temporaryFolder();
    const store = await openAt(path.join(folder, 'home'));
    const odd = path.join(folder, '…/ über ~ 100 % "x".speedscope.json'.replace('/', ''));
    await copyFile(path.join(samples, 'shop.speedscope.json'), odd);
    const meta = await store.importPath(odd);
    const { files } = await store.get(meta.id);
    expect(files).toMatchObject([
      { kind: 'profile', name: expect.stringMatching(/^profile-[\w.-]+\.speedscope\.json$/) as string },
    ]);
    const archive = await store.exportSession(meta.id);
    const other = await openAt(path.join(folder, 'other'));
    const again = await other.importBytes(archive.fileName, archive.bytes);
    expect((await other.get(again.id)).files).toEqual(files);
  });

  it('comes in pieces, and what is given up leaves nothing behind', async () => {
    const folder = await temporaryFolder();
    const store = await openAt(folder);
    const bytes = new Uint8Array(await readFile(path.join(samples, 'go-cpu.pb.gz')));
    const uploadId = await store.beginUpload('go-cpu.pb.gz', false);
    const half = Math.floor(bytes.length / 2);
    // Not waited for: they are written in the order they came.
    const pieces = [bytes.subarray(0, half), bytes.subarray(half)].map((piece) =>
      store.uploadPiece(uploadId, '', piece),
    );
    await Promise.all(pieces);
    expect(await store.importUpload(uploadId)).toMatchObject({ name: 'go-cpu.pb.gz', status: 'imported' });
    await expect(store.uploadPiece(uploadId, '', bytes)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const dropped = await store.beginUpload('x', true);
    await store.uploadPiece(dropped, 'a/b', bytes);
    for (const evil of ['../x', '/etc/x', 'a/../../x', 'C:\\x', ''])
      await expect(store.uploadPiece(dropped, evil, bytes)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await store.dropUpload(dropped);
    expect(await readdir(path.join(folder, 'staging'))).toEqual([]);
  });

  it('is read in parts by whoever asks for them', async () => {
    const store = await openAt(await temporaryFolder());
    const file = path.join(samples, 'go-cpu.pb.gz');
    const { id } = await store.importPath(file);
    const whole = await readFile(file);
    const part = await store.readFile(id, 'profile-go-cpu.pb.gz', { offset: 10, lengthBytes: 20 });
    expect(Buffer.from(part).equals(whole.subarray(10, 30))).toBe(true);
    expect(await store.readFile(id, 'profile-go-cpu.pb.gz', { offset: 1e9, lengthBytes: 20 })).toHaveLength(
      0,
    );
  });

  it('a folder that no profiler wrote is refused', async () => {
    const folder = await temporaryFolder();
    const store = await openAt(path.join(folder, 'home'));
    await mkdir(path.join(folder, 'pictures'));
    await copyFile(path.join(samples, 'README.md'), path.join(folder, 'pictures', 'a.md'));
    await expect(store.importPath(path.join(folder, 'pictures'))).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
  });
});
