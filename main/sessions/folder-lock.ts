/**
 * One workbench owns the data folder at a time. The lock itself is proper-lockfile's folder, kept fresh while its owner
 * lives; `owner.json` beside it says who that is, so that the next start after a `kill -9` need not wait until the lock is stale.
 * Every attempt to take it runs under a second, short-lived lock: two starts at once cannot both decide that the owner is gone.
 */
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import lockfile from 'proper-lockfile';
import writeFileAtomic from 'write-file-atomic';
import { ownIdentity, processIdentitySchema, stateOf } from './process-identity';

const staleMs = 10_000;

export interface FolderLock {
  release(): Promise<void>;
}

/** Undefined when somebody else owns the folder. Rejects when the folder cannot be written at all. */
export async function acquireFolderLock(
  folder: string,
  onLost: (why: string) => void,
): Promise<FolderLock | undefined> {
  await mkdir(folder, { recursive: true });
  // The library knows its locks by the path they protect, so each has one of its own (`<path>.lock` is the folder it makes).
  const releaseGuard = await lockfile.lock(path.join(folder, 'guard'), {
    realpath: false,
    stale: 5000,
    // A guard is held for milliseconds; one left by a killed process becomes stale within these tries.
    retries: { retries: 80, factor: 1, minTimeout: 80, maxTimeout: 120, randomize: true },
    onCompromised: () => undefined,
  });
  try {
    return await takeUnderGuard(folder, onLost);
  } finally {
    // Fails only when the guard was taken from us after being stale; then it is not ours to remove.
    await releaseGuard().catch(() => undefined);
  }
}

async function takeUnderGuard(
  folder: string,
  onLost: (why: string) => void,
): Promise<FolderLock | undefined> {
  const ownerFile = path.join(folder, 'owner.json');
  if ((await ownerState(ownerFile)) === 'gone')
    await rm(path.join(folder, 'owner.lock'), { recursive: true, force: true });
  let release: () => Promise<void>;
  try {
    release = await lockfile.lock(path.join(folder, 'owner'), {
      realpath: false,
      stale: staleMs,
      onCompromised: (error) => onLost(error.message),
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOCKED') return undefined;
    throw error;
  }
  try {
    await writeFileAtomic(ownerFile, JSON.stringify(await ownIdentity()));
  } catch (error) {
    await release().catch(() => undefined);
    throw error;
  }
  return {
    release: async () => {
      // A lock that was taken from us meanwhile is not ours to remove.
      await release().catch(() => undefined);
    },
  };
}

async function ownerState(ownerFile: string): Promise<'alive' | 'gone' | 'unknown'> {
  try {
    return await stateOf(processIdentitySchema.parse(JSON.parse(await readFile(ownerFile, 'utf8'))));
  } catch {
    // No readable owner: the age of the lock decides.
    return 'unknown';
  }
}
