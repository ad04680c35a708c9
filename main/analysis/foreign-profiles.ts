/** The profiles of a session that was made of another tool's files, as comparison and reports take them. */
import path from 'node:path';
import type { SessionDetail, SessionFile, ThreadKey } from '../api';
import { sourceOfFile } from '../sessions';
import { importProfileFolder, importProfiles } from '../../profiles/formats';
import { sourceOfBytes, type ByteSource } from '../../profiles/formats/source';
import { sourceOfProfile, threadKeysOf } from '../../profiles/formats/threads';
import type { ImportedFile } from '../../profiles/formats/types';
import type { Profile } from '../../profiles/types';

export interface ForeignProfiles {
  cpu: Map<ThreadKey, Profile>;
  allocations: Map<ThreadKey, Profile>;
  /** What could not be taken, in whole sentences. */
  notes: string[];
}

export interface ForeignFiles {
  get(file: string): Promise<Uint8Array>;
  /** The session's folder, when it lies on this machine: then files of any size are read in ranges. */
  folder?: string | undefined;
}

/** @throws ProfileFormatError, or the system's error */
export async function readForeignProfiles(
  detail: SessionDetail,
  files: ForeignFiles,
): Promise<ForeignProfiles> {
  const found: ForeignProfiles = { cpu: new Map(), allocations: new Map(), notes: [] };
  const foreign = detail.files.filter(({ kind }) => kind === 'profile');
  const inFolder = foreign.filter(({ name }) => name.includes('~'));
  for (const file of foreign.filter((each) => !inFolder.includes(each)))
    await withSource(file, files, (source) => take(found, importProfiles(source)));
  const [first] = inFolder;
  if (first) {
    const parts = new Map<string, ByteSource>();
    for (const file of inFolder)
      parts.set(
        file.name.slice(file.name.indexOf('~') + 1).replaceAll('~', '/'),
        sourceOfBytes(file.name, await files.get(file.name)),
      );
    take(found, importProfileFolder(first.name.slice('profile-'.length, first.name.indexOf('~')), parts));
  }
  return found;
}

async function withSource(
  { name }: SessionFile,
  files: ForeignFiles,
  work: (source: ByteSource) => void,
): Promise<void> {
  const title = name.replace(/^profile-/, '');
  if (files.folder === undefined) {
    work(sourceOfBytes(title, await files.get(name)));
    return;
  }
  const source = sourceOfFile(path.join(files.folder, name), title);
  try {
    work(source);
  } finally {
    source.close();
  }
}

function take(found: ForeignProfiles, { profiles, format }: ImportedFile): void {
  const keys = threadKeysOf({ format, profiles });
  let leftOut = 0;
  for (const [index, { profile }] of profiles.entries()) {
    const source = sourceOfProfile(profile, profiles);
    const unit = source === 'cpu' ? 'microseconds' : 'bytes';
    // The values of a pprof file are of the same samples: they must not be added up.
    const isFirst = found[source].size === 0 || format !== 'pprof';
    if (profile.unit === unit && isFirst) found[source].set(keys[index]!, profile);
    else leftOut++;
  }
  if (leftOut > 0)
    found.notes.push(
      `${leftOut} of ${profiles.length} profiles of the file hold counts or another value of the same samples. Reports and comparisons work with time and bytes only; the workbench shows all.`,
    );
}
