/** Folders in the making: filled out of sight, then put in place by one rename; and folders on their way out. */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

const dayMs = 86_400_000;

/** Gives `work` a new empty folder; whatever of it is still there afterwards is removed. */
export async function inStaging<T>(staging: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = path.join(staging, `${process.pid}-${randomBytes(6).toString('hex')}`);
  await mkdir(folder, { recursive: true });
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Removes a folder so that it is gone for everybody at once, also when we are killed in the middle. */
export async function removeFolder(staging: string, folder: string): Promise<void> {
  await inStaging(staging, async (temporary) => {
    await rename(folder, path.join(temporary, path.basename(folder)));
  });
}

/** Removes what killed processes left behind. */
export async function cleanStaging(staging: string): Promise<void> {
  for (const name of await readdir(staging).catch(() => [])) {
    const pid = Number(/^(\d+)-/.exec(name)?.[1]);
    const folder = path.join(staging, name);
    if (isAlive(pid) && (await ageMs(folder)) < dayMs) continue;
    // What cannot be removed now is tried again at the next start.
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  if (!pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function ageMs(folder: string): Promise<number> {
  return stat(folder).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
}
