import { execFileSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { sessionFileName } from './layout';
import { afterTest, cleanUp, openAt, recordSession, temporaryFolder } from './testing/samples';

afterEach(cleanUp);

/** False where mounting is not allowed. */
function mountSmallDisk(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return false;
  }
  afterTest(() => Promise.resolve(execFileSync('umount', ['-l', folder])));
  return true;
}

it('a disk that becomes full says so and where, and leaves what was there as it was', async ({ skip }) => {
  const folder = await temporaryFolder();
  if (!mountSmallDisk(folder)) skip('mounting a small disk is not allowed here');
  const store = await openAt(folder);
  const id = await recordSession(store);
  const sessionFile = path.join(await store.folderOf(id), sessionFileName);
  const before = await readFile(sessionFile, 'utf8');
  const full = {
    code: 'DISK_FULL',
    message: expect.stringMatching(/big\.folded.*staging is full/) as string,
    hint: expect.stringContaining('Free some space') as string,
  };
  const big = Buffer.from('main;hot 1\n'.repeat(600_000));
  await expect(store.importBytes('big.folded', big)).rejects.toMatchObject(full);
  expect(await readdir(path.join(folder, 'staging'))).toEqual([]);
  const elsewhere = path.join(await temporaryFolder(), 'big.folded');
  await writeFile(elsewhere, big);
  await expect(store.importPath(elsewhere)).rejects.toMatchObject(full);
  expect(await readdir(path.join(folder, 'staging'))).toEqual([]);
  expect(await readdir(path.join(folder, 'sessions'))).toEqual([id]);
  expect(await readFile(sessionFile, 'utf8')).toBe(before);
});

it('a file is read only inside its session, and never beyond its end', async () => {
  const store = await openAt(await temporaryFolder());
  const id = await recordSession(store);
  const size = (await store.readFile(id, 'output.log')).length;
  const read = (offset: number, lengthBytes: number) =>
    store.readFile(id, 'output.log', { offset, lengthBytes });
  expect(await read(size + 1, 10)).toHaveLength(0);
  expect(await read(Number.MAX_SAFE_INTEGER, 10)).toHaveLength(0);
  expect(await read(2, Number.MAX_SAFE_INTEGER)).toHaveLength(size - 2);
  for (const name of ['../index.json', '/etc/passwd', 'profile-../../x', 'profile-a/../../x', '..\\x', ''])
    await expect(store.readFile(id, name)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  await expect(store.readFile('../..', 'output.log')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it('an upload given up while a piece is being written leaves nothing behind', async () => {
  const folder = await temporaryFolder();
  const store = await openAt(folder);
  const uploadId = await store.beginUpload('a.folded', false);
  const piece = store.uploadPiece(uploadId, '', new Uint8Array(3_000_000));
  await store.dropUpload(uploadId);
  await piece;
  expect(await readdir(path.join(folder, 'staging'))).toEqual([]);
  await expect(store.uploadPiece(uploadId, '', new Uint8Array(1))).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});
