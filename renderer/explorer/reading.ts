/** Files become threads of an explorer. */
import type { Profile } from '../../profiles/types';
import { importProfileFolder, importProfiles } from '../../profiles/formats';
import { describeFile, startAtZero } from '../../profiles/formats/describe-file';
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
    originUs: file.originUs ?? 0,
  });
  if (file.kind === 'profile') return takeForeign(explorer, imported, file.name);
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
  return takeForeign(explorer, importProfileFolder(name, files, { onProgress, originUs: 0 }), name);
}

/** Read from its own clock, described, then put to its first instant. */
function takeForeign(explorer: Explorer, imported: ImportedFile, name: string): LoadedFile {
  const description = describeFile(imported, name);
  startAtZero(imported);
  return { ...take(explorer, imported), description };
}

function take(
  explorer: Explorer,
  imported: ImportedFile,
  only?: { source: Source; key: string; profile: Profile },
): LoadedFile {
  const keys = threadKeysOf(imported);
  const exclusive = imported.format === 'pprof' && imported.profiles.length > 1;
  const loaded: LoadedFile = { threads: [], description: null };
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
