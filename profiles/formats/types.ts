/** What every importer of a profile format offers. One file per format; the list is in `index.ts`. */
import type { Profile } from '../types';
import type { ByteSource } from './source';

export const formatIds = [
  'cpuprofile',
  'heapprofile',
  'chrome-trace',
  'speedscope',
  'pprof',
  'collapsed',
  'gecko',
  'v8-prof',
  'clinic-flame',
  '0x',
] as const;
export type FormatId = (typeof formatIds)[number];

/** One thread (or one kind of value) of a file. */
export interface ImportedProfile {
  /** For pickers: the thread's or the profile's name in the file. */
  name: string;
  profile: Profile;
  /** When the file says so. */
  pid?: number;
  processName?: string;
}

export interface ImportedFile {
  format: FormatId;
  /** In the file's order; all share one origin of time. Never empty: a file without profiles is an error. */
  profiles: ImportedProfile[];
  /** What the file has and the model has not, in whole sentences for the person. */
  notes: string[];
}

/** The beginning of a file, to recognise its format by. */
export interface FileHead {
  fileName: string;
  /** The first bytes (up to 64 KiB), gunzipped. */
  bytes: Uint8Array;
  /** The same as text; bytes that are not UTF-8 become U+FFFD. */
  text: string;
}

export interface ParseOptions {
  /** Called now and then with the share of the file that was read, 0..1. */
  onProgress?: (share: number) => void;
  /** The origin of the result's times on the file's clock, µs. Default: the earliest instant in the file becomes 0. */
  originUs?: number;
}

export interface Importer {
  id: FormatId;
  /** As people know it, for example `Chrome DevTools performance trace`. */
  title: string;
  /** With dot, lower case. */
  extensions: string[];
  /** Whether the file is of this format, from its beginning alone. Cheap; never throws. */
  detect(head: FileHead): boolean;
  /** @throws ProfileFormatError naming the file, the place in it and what was expected */
  parse(source: ByteSource, options?: ParseOptions): ImportedFile;
}

/** A folder that a tool wrote (clinic flame, 0x). */
export interface FolderImporter {
  id: FormatId;
  title: string;
  /** Whether a folder with these files (paths inside it, with `/`) is of this format. */
  detect(folderName: string, paths: readonly string[]): boolean;
  /** @throws ProfileFormatError */
  parse(folderName: string, files: ReadonlyMap<string, ByteSource>, options?: ParseOptions): ImportedFile;
}
