/** The files of a session's folder that other tools open, written from what was recorded. */
import { access, lstat, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { cpuProfileParts } from '../../profiles/formats/cpuprofile';
import { readHeapProfile } from '../../profiles/formats/heapprofile';
import type { SessionFile } from '../api';
import type { Recording } from '../run/recording';
import { allocationsFileName, classifyFile, cpuFileName, loadFileName, timelineFileName } from './layout';
import { timelineParts } from './timeline-parts';

export interface WriteOptions {
  originUs: number;
  /** Leave files alone that are there already: they were written whole, from at least as much as is known now. */
  keepExisting?: boolean;
}

/** Tries every file, also after a failure, and returns what went wrong. */
export async function writeStandardFiles(
  folder: string,
  recording: Recording,
  options: WriteOptions,
): Promise<Error[]> {
  const problems: Error[] = [];
  const write = async (name: () => string, content: () => string | Iterable<string>): Promise<void> => {
    try {
      const file = path.join(folder, name());
      if (options.keepExisting && (await exists(file))) return;
      const text = content();
      if (typeof text === 'string') await writeFileAtomic(file, text);
      else await writePartsAtomic(file, text);
    } catch (error) {
      problems.push(error as Error);
    }
  };
  // Small ones first: on a full disk the timeline is worth more than half of the profiles.
  await write(
    () => timelineFileName,
    () => timelineParts(recording),
  );
  if (recording.loadResult)
    await write(
      () => loadFileName,
      () => JSON.stringify(recording.loadResult, null, 2),
    );
  for (const [thread, builder] of recording.cpu) {
    if (builder.profile.samples.length === 0) continue;
    builder.finish();
    await write(
      () => cpuFileName(thread),
      () => cpuProfileParts(builder.profile, { originUs: options.originUs }),
    );
  }
  for (const [thread, profile] of recording.allocations)
    await write(
      () => allocationsFileName(thread),
      () => JSON.stringify(profile),
    );
  return problems;
}

/** Like `writeFileAtomic`, for what would be too long as one text (V8's longest string is 512 MB). */
async function writePartsAtomic(file: string, parts: Iterable<string>): Promise<void> {
  const temporary = `${file}.${process.pid}.part`;
  try {
    const handle = await open(temporary, 'w');
    try {
      for (const part of parts) await handle.writeFile(part);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** The standard files in a session's folder, by name. */
export async function listStandardFiles(folder: string): Promise<SessionFile[]> {
  const files: SessionFile[] = [];
  for (const name of (await readdir(folder)).sort()) {
    const known = classifyFile(name);
    if (!known) continue;
    // A link is not what was recorded: following it could pass on any file of this machine.
    const found = await lstat(path.join(folder, name));
    if (found.isFile()) files.push({ name, ...known, sizeBytes: found.size });
  }
  return files;
}

export function totalBytes(files: SessionFile[]): number {
  return files.reduce((sum, file) => sum + file.sizeBytes, 0);
}

/** Takes the allocation profiles that lie in the folder into the recording. Unreadable ones are returned by name. */
export async function readAllocations(folder: string, recording: Recording): Promise<string[]> {
  const unreadable: string[] = [];
  for (const { name, kind, thread } of await listStandardFiles(folder)) {
    if (kind !== 'allocations' || !thread) continue;
    try {
      const profile = readHeapProfile(await readFile(path.join(folder, name)), { fileName: name });
      recording.apply({ k: 'allocations', thread, profile });
    } catch {
      unreadable.push(name);
    }
  }
  return unreadable;
}
