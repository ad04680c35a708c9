import { afterEach, describe, expect, it } from 'vitest';
import { acquireFolderLock } from './folder-lock';
import {
  beginRun,
  cleanUp,
  everything,
  openAt,
  recordSession,
  specOf,
  temporaryFolder,
} from './testing/samples';
import { startWorkbench } from './testing/workbench-process';

afterEach(cleanUp);

describe('two workbenches on one data folder', () => {
  it('the second is a guest: it reads, records and imports, and is refused what only the owner may do', async () => {
    const folder = await temporaryFolder();
    const owner = await openAt(folder);
    const id = await recordSession(owner);
    const guest = await openAt(folder);
    expect([owner.role, guest.role]).toEqual(['owner', 'guest']);
    expect(guest.notices).toHaveLength(1);
    expect(await guest.get(id)).toMatchObject({ id });

    const inUse = { code: 'DATA_FOLDER_IN_USE', hint: expect.any(String) as string };
    await expect(guest.update({ id, name: 'x' })).rejects.toMatchObject(inUse);
    await expect(guest.trash([id])).rejects.toMatchObject(inUse);
    await expect(guest.restore([id])).rejects.toMatchObject(inUse);
    await expect(guest.emptyTrash()).rejects.toMatchObject(inUse);
    await expect(guest.removeTarget('x')).rejects.toMatchObject(inUse);

    const recorded = await recordSession(guest, { name: 'By the guest' });
    const { bytes } = await guest.exportSession(id);
    const imported = await guest.importBytes('a.scorchmark', bytes);
    await guest.rememberTarget(specOf(['node', 'guest.js']));
    const seen = (await owner.list(everything)).sessions.map((session) => session.id);
    expect(seen.sort()).toEqual([id, recorded, imported.id].sort());
    expect(await owner.targets()).toMatchObject([{ label: 'node guest.js' }]);
    await owner.update({ id: recorded, name: 'Renamed by the owner' });
    await owner.close();
    const names = (await guest.list(everything)).sessions.map(({ name }) => name);
    expect(names).toContain('Renamed by the owner');
  });

  it('a guest becomes the owner when the owner is gone', async () => {
    const folder = await temporaryFolder();
    const owner = await openAt(folder);
    const id = await recordSession(owner);
    await owner.rememberTarget(specOf());
    const guest = await openAt(folder);
    await owner.close();
    await guest.update({ id, name: 'Mine now' });
    expect(guest.role).toBe('owner');
    expect(await guest.targets()).toHaveLength(1);
    expect((await openAt(folder)).role).toBe('guest');
  });

  it('works the same between processes; a killed owner is followed at once', async () => {
    const folder = await temporaryFolder();
    const other = await startWorkbench(folder, 'open');
    expect(other.role).toBe('owner');
    const store = await openAt(folder);
    expect(store.role).toBe('guest');
    const id = await recordSession(store);
    await other.kill();
    await store.trash([id]);
    expect(store.role).toBe('owner');
  });

  it('exactly one of many that start at once owns the folder a killed one left', async () => {
    const folder = await temporaryFolder();
    const killed = await startWorkbench(folder, 'open');
    await killed.kill();
    const locks = await Promise.all(
      Array.from({ length: 8 }, () => acquireFolderLock(folder, () => undefined)),
    );
    expect(locks.filter(Boolean)).toHaveLength(1);
    for (const lock of locks) await lock?.release();
    expect(await acquireFolderLock(folder, () => undefined).then((lock) => lock?.release())).toBeUndefined();
  });

  it('a live recording of another workbench is left alone', async () => {
    const folder = await temporaryFolder();
    const owner = await openAt(folder);
    const guest = await openAt(folder);
    const run = await beginRun(guest);
    await owner.close();
    const next = await openAt(folder);
    expect(next.role).toBe('owner');
    expect((await next.list(everything)).sessions[0]?.status).toBe('recording');
    await run.recorder.finish(run.recording, { durationMs: 1, status: 'complete' });
    expect((await next.list(everything)).sessions[0]?.status).toBe('complete');
  });
});
