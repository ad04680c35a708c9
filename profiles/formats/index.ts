/**
 * Every profile format that can be opened, and the one way in: a file of any kind (gzipped or not) becomes profiles, or
 * an error that says what the file is and what could have been opened instead.
 */
import { ProfileFormatError } from '../errors';
import { chromeTrace } from './chrome-trace';
import { clinicFlame, clinicFlameSamples } from './clinic-flame';
import { collapsed } from './collapsed';
import { cpuprofile } from './cpuprofile';
import { beginningOf, headOfSource, keyOutline } from './file-head';
import { gecko } from './gecko';
import { snapshotExtensions } from './heap-snapshot-head';
import { heapprofile } from './heapprofile';
import { pprof } from './pprof';
import { unpacked } from './source';
import type { ByteSource } from './source';
import { speedscope } from './speedscope';
import type { FileHead, FolderImporter, ImportedFile, Importer, ParseOptions } from './types';
import { v8Prof } from './v8-prof';
import { zeroX } from './zero-x';
import { zeroXPage } from './zero-x-page';
import { notAProfile, somethingElse, unknownFolder } from './unknown-format';

/** In the order in which they are asked whether a file is theirs: the more certain first. */
export const importers: readonly Importer[] = [
  chromeTrace,
  gecko,
  cpuprofile,
  heapprofile,
  speedscope,
  v8Prof,
  clinicFlameSamples,
  zeroXPage,
  pprof,
  collapsed,
];

export const folderImporters: readonly FolderImporter[] = [clinicFlame, zeroX];

/** With dot, lower case, for file dialogs and associations. Any of them may be followed by `.gz`. */
export const importableExtensions: readonly string[] = [
  ...new Set([...importers.flatMap(({ extensions }) => extensions), ...snapshotExtensions, '.gz']),
];

export interface ImportOptions extends ParseOptions {
  /** Instead of the source's own name. */
  fileName?: string;
}

/**
 * The importer for an (unpacked) source, or why there is none. Told by the file's beginning; where that does not
 * decide – a JSON file whose telling keys come late – by all keys of its top level; by the extension only when the content
 * is nothing known, so that a damaged file gets its parser's precise message. The source stands at its beginning afterwards.
 */
export function detectImporter(source: ByteSource): Importer | ProfileFormatError {
  const beginning = beginningOf(source);
  const head = headOfSource(source, beginning);
  const byContent = importerOf(head);
  if (byContent) return byContent;
  const foreign = somethingElse(head, beginning);
  if (foreign) return notAProfile(source.name, foreign, importers);
  const outline = head.text.startsWith('{') ? keyOutline(source) : null;
  const byKeys = outline && importerOf({ ...head, text: outline.text });
  if (byKeys) return byKeys;
  const lowerName = source.name.toLowerCase();
  const byName = importers.filter(({ extensions }) =>
    extensions.some((extension) => !sharedExtensions.has(extension) && lowerName.endsWith(extension)),
  );
  if (byName.length === 1) return byName[0]!;
  return notAProfile(source.name, outline ? { keys: outline.keys } : null, importers, head);
}

/** Extensions that say nothing about who wrote the file. */
const sharedExtensions: ReadonlySet<string> = new Set(['.json', '.txt', '.log', '.gz', '']);

function importerOf(head: FileHead): Importer | undefined {
  return importers.find((importer) => importer.detect(head));
}

/**
 * Reads a profile file of any known format.
 * @throws ProfileFormatError PROFILE_UNKNOWN_FORMAT when it is none, PROFILE_MALFORMED when it is a damaged one
 */
export function importProfiles(source: ByteSource, options: ImportOptions = {}): ImportedFile {
  const { fileName, ...parseOptions } = options;
  const content = unpackedAll(fileName === undefined ? source : named(source, fileName));
  const importer = detectImporter(content);
  if (importer instanceof Error) throw importer;
  return inMemory(content.name, () => importer.parse(content, parseOptions));
}

/**
 * Reads a folder that a tool wrote. `files` are named by their paths inside the folder, with `/`.
 * @throws ProfileFormatError as `importProfiles`
 */
export function importProfileFolder(
  folderName: string,
  files: ReadonlyMap<string, ByteSource>,
  options: ParseOptions = {},
): ImportedFile {
  const paths = [...files.keys()];
  const importer = folderImporters.find((candidate) => candidate.detect(folderName, paths));
  if (!importer) throw unknownFolder(folderName, paths, folderImporters);
  return inMemory(folderName, () => importer.parse(folderName, files, options));
}

/** What JavaScript engines say when something is too big for them. */
const outOfMemory =
  /allocation failed|Invalid (?:typed )?array length|Invalid string length|maximum size exceeded|out of memory/i;

/** Columns that cannot be had are no mistake of the program: the file is too big for this machine, and that is said. */
function inMemory(name: string, read: () => ImportedFile): ImportedFile {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError) || !outOfMemory.test(error.message)) throw error;
    throw new ProfileFormatError(
      'PROFILE_MALFORMED',
      `${name} is too big: its samples do not fit into the memory that is free (${error.message}).`,
      {
        where: name,
        hint: 'Close other sessions and programs, or record a shorter time or with a longer sampling interval.',
        cause: error,
      },
    );
  }
}

/** Unpacked, even if somebody gzipped it twice, under the name without `.gz`. */
function unpackedAll(source: ByteSource): ByteSource {
  let content = source;
  for (let layer = 0; layer < 3; layer++) {
    const inner = unpacked(content);
    if (inner === content) break;
    content = named(inner, inner.name.replace(/\.gz$/i, ''));
  }
  return content;
}

function named(source: ByteSource, name: string): ByteSource {
  return {
    name,
    next: () => source.next(),
    rewind: () => source.rewind(),
    get share() {
      return source.share;
    },
  };
}
