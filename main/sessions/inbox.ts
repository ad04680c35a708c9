/** How a workbench that does not own the data folder hands over a target to be remembered: a file each, taken in by the owner. */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { runSpecSchema, type RememberedTarget } from '../api';
import { rememberedTarget } from './targets';

const messageSchema = z.object({ spec: runSpecSchema, lastUsedAt: z.string() });

export async function dropTarget(inbox: string, { spec, lastUsedAt }: RememberedTarget): Promise<void> {
  await mkdir(inbox, { recursive: true });
  const name = `target-${randomBytes(8).toString('hex')}.json`;
  await writeFileAtomic(path.join(inbox, name), JSON.stringify({ spec, lastUsedAt }));
}

/** Takes out everything that has arrived. */
export async function takeTargets(inbox: string): Promise<RememberedTarget[]> {
  const targets: RememberedTarget[] = [];
  for (const name of await readdir(inbox).catch(() => [])) {
    if (!/^target-[0-9a-f]+\.json$/.test(name)) continue;
    const file = path.join(inbox, name);
    try {
      const { spec, lastUsedAt } = messageSchema.parse(JSON.parse(await readFile(file, 'utf8')));
      targets.push(rememberedTarget(spec, lastUsedAt));
    } catch {
      // Unreadable: not worth more than being removed.
    }
    await rm(file, { force: true }).catch(() => undefined);
  }
  return targets;
}
