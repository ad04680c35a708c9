/** Files become threads of an explorer. */
import type { Profile } from '../../profiles/types';
import { importProfileFolder, importProfiles } from '../../profiles/formats';
import type { ByteSource } from '../../profiles/formats/source';
import { sourceOfProfile, threadKeysOf } from '../../profiles/formats/threads';
import type { ImportedFile } from '../../profiles/formats/types';
import { cpuFromSamples } from './cpu-from-samples';
import type { Explorer, Source } from './explorer';
import type { FileToLoad, LoadedFile } from './protocol';

/** Reads a file into the explorer. @throws ProfileFormatError */
export function readInto(
  explorer: Explorer,
  file: FileToLoad,
  source: ByteSource,
  onProgress: (share: number) => void,
): LoadedFile {
  const imported = importProfiles(source, {
    fileName: file.name,
    onProgress,
    ...(file.originUs !== undefined && { originUs: file.originUs }),
  });
  if (file.kind === 'profile') return take(explorer, imported);
  const [first] = imported.profiles;
  return take(explorer, imported, {
    source: file.kind,
    key: file.thread ?? file.name,
    profile: first!.profile,
  });
}

/** The same for a folder. @throws ProfileFormatError */
export function readFolderInto(
  explorer: Explorer,
  name: string,
  files: ReadonlyMap<string, ByteSource>,
  onProgress: (share: number) => void,
): LoadedFile {
  return take(explorer, importProfileFolder(name, files, { onProgress }));
}

function take(
  explorer: Explorer,
  imported: ImportedFile,
  only?: { source: Source; key: string; profile: Profile },
): LoadedFile {
  const keys = threadKeysOf(imported);
  const exclusive = imported.format === 'pprof' && imported.profiles.length > 1;
  const loaded: LoadedFile = { threads: [], notes: imported.notes };
  for (const [index, { profile, name, pid, processName }] of imported.profiles.entries()) {
    if (only && profile !== only.profile) continue;
    const source = only?.source ?? sourceOfProfile(profile, imported.profiles);
    const thread = only?.key ?? keys[index]!;
    explorer.setProfile(source, thread, profile, { title: name, exclusive });
    loaded.threads.push({
      source,
      facts: explorer.facts(source).find((facts) => facts.thread === thread)!,
      title: name,
      pid: pid ?? null,
      processName: processName ?? null,
      cpu: cpuFromSamples(thread, profile),
    });
  }
  return loaded;
}
