/** Folders of `clinic flame` (13 and older): `<pid>.clinic-flame/` with samples, inlined functions and the system's facts. */
import { ProfileFormatError } from '../errors';
import type { ByteSource } from './source';
import type {
  FileHead,
  FolderImporter,
  ImportedFile,
  ImportedProfile,
  Importer,
  ParseOptions,
} from './types';
import { areV8Stacks, readV8Stacks } from './v8-stacks';

const samplesFile = /(?:^|[./-])(?:clinic-flame-)?samples$/;
const wanted = {
  expected: 'the samples of clinic flame',
  hint: 'Run clinic flame again and let it end by itself; it writes its samples when the program has ended.',
};

/** The samples alone, or the `ticks.json` of `0x --write-ticks`, which is the same. */
export const clinicFlameSamples: Importer = {
  id: 'clinic-flame',
  title: 'Samples of clinic flame or 0x',
  extensions: ['.clinic-flame-samples'],
  detect: ({ text }: FileHead) => areV8Stacks(text),
  parse(source, options) {
    const { profile, notes } = readV8Stacks(source, wanted, options);
    return { format: 'clinic-flame', profiles: [{ name: source.name, profile }], notes };
  },
};

export const clinicFlame: FolderImporter = {
  id: 'clinic-flame',
  title: 'clinic flame',
  detect: (folderName, paths) =>
    paths.some((path) => path.endsWith('.clinic-flame-samples')) ||
    (folderName.endsWith('.clinic-flame') && paths.some((path) => /(?:samples|systeminfo)$/.test(path))),
  parse: parseFolder,
};

/** One profile for each recording: the folder may be `.clinic`, which holds several. */
function parseFolder(
  folderName: string,
  files: ReadonlyMap<string, ByteSource>,
  options: ParseOptions = {},
): ImportedFile {
  const recordings = [...files].filter(([path]) => samplesFile.test(path)).sort(([a], [b]) => compare(a, b));
  if (recordings.length === 0)
    throw new ProfileFormatError('PROFILE_MALFORMED', `${folderName} has no samples of clinic flame in it.`, {
      where: folderName,
      hint: 'clinic flame writes them when the program has ended; it may have been stopped before.',
    });
  const profiles: ImportedProfile[] = [];
  const notes = new Set<string>();
  recordings.forEach(([path, source], i) => {
    const result = readV8Stacks(source, wanted, {
      ...(options.onProgress && {
        onProgress: (share: number) => options.onProgress!((i + share) / recordings.length),
      }),
    });
    const name = /([^/]+)\.clinic-flame/.exec(`${folderName}/${path}`)?.[1] ?? folderName;
    const pid = /^\d{1,9}$/.test(name) ? Number(name) : undefined;
    profiles.push({
      name: pid === undefined ? name : `Process ${pid}`,
      profile: result.profile,
      ...(pid !== undefined && { pid }),
    });
    for (const note of result.notes) notes.add(note);
  });
  return { format: 'clinic-flame', profiles, notes: [...notes] };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
