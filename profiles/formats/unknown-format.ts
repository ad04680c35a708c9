/** What a file is that is no profile, in words that help the person who tried to open it. */
import { ProfileFormatError } from '../errors';
import type { Beginning } from './file-head';
import { isHeapSnapshot, snapshotExtensions } from './heap-snapshot-head';
import type { FileHead, FolderImporter, Importer } from './types';

export interface Foreign {
  /** Completes "It is …". */
  what?: string;
  /** What to do with it, when there is something better than the list of formats. */
  hint?: string;
  keys?: string[];
}

const archiveHint = 'Unpack it and open the profile that is in it.';

const signatures: readonly { bytes: number[]; at?: number; what: string; hint?: string }[] = [
  { bytes: [0x50, 0x4b, 0x03, 0x04], what: 'a zip', hint: archiveHint },
  { bytes: [0x50, 0x4b, 0x05, 0x06], what: 'an empty zip' },
  { bytes: ascii('ustar'), at: 257, what: 'a tar archive', hint: archiveHint },
  { bytes: ascii('BZh'), what: 'a file packed with bzip2', hint: archiveHint },
  { bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], what: 'a file packed with xz', hint: archiveHint },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], what: 'a file packed with zstd', hint: archiveHint },
  { bytes: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], what: 'a 7z archive', hint: archiveHint },
  { bytes: ascii('Rar!'), what: 'a rar archive', hint: archiveHint },
  { bytes: [0x1f, 0x8b], what: 'a gzip within a gzip within a gzip', hint: archiveHint },
  { bytes: [0x89, 0x50, 0x4e, 0x47], what: 'a PNG' },
  { bytes: [0xff, 0xd8, 0xff], what: 'a JPEG' },
  { bytes: ascii('GIF8'), what: 'a GIF' },
  { bytes: ascii('%PDF'), what: 'a PDF' },
  { bytes: ascii('SQLite format 3'), what: 'an SQLite database' },
  { bytes: [0x7f, 0x45, 0x4c, 0x46], what: 'a program (ELF)' },
  { bytes: ascii('MZ'), what: 'a Windows program' },
  { bytes: [0x00, 0x61, 0x73, 0x6d], what: 'a WebAssembly module' },
  {
    bytes: ascii('PERFILE2'),
    what: 'the raw data of Linux perf',
    hint: 'Run "perf script > stacks.txt" where it was recorded and fold it with stackcollapse-perf.pl, or convert it with samply import.',
  },
  { bytes: ascii('FLR\0'), what: 'a Java flight recording' },
  { bytes: ascii('Nettrace'), what: 'a .NET trace' },
  { bytes: ascii('bplist'), what: 'a binary property list' },
  {
    bytes: ascii('v8-version,'),
    what: 'the raw log of node --prof',
    hint: 'Run "node --prof-process --preprocess isolate….log > profile.json" with the same Node and open profile.json.',
  },
  { bytes: [0xff, 0xfe], what: 'a text in UTF-16', hint: 'Save it as UTF-8.' },
  { bytes: [0xfe, 0xff], what: 'a text in UTF-16', hint: 'Save it as UTF-8.' },
];

const texts: readonly { pattern: RegExp; what: string; hint?: string }[] = [
  { pattern: /^\{\s*"header"\s*:\s*\{\s*"reportVersion"/, what: 'a diagnostic report of Node.js' },
  { pattern: /^\{\s*"version"\s*:\s*3\s*,\s*"(?:file|sources|names|mappings)"/, what: 'a source map' },
  { pattern: /^\{\s*"result"\s*:\s*\[\s*\{\s*"scriptId"/, what: 'a coverage report of V8' },
  { pattern: /^\s*<(?:!doctype html|html)/i, what: 'a web page' },
  { pattern: /^\s*<svg/i, what: 'an SVG picture' },
  { pattern: /^\s*<\?xml/i, what: 'an XML file' },
  { pattern: /^#!/, what: 'a script' },
];

function ascii(text: string): number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}

/** What the file is for certain, when it is something that is known and no profile. */
export function somethingElse({ bytes, text }: FileHead, beginning: Beginning): Foreign | null {
  if (beginning.onlyBlanks !== 'no')
    return beginning.blanks === 0
      ? { what: 'an empty file' }
      : {
          what:
            beginning.onlyBlanks === 'whole file'
              ? 'nothing but blanks'
              : 'nothing but blanks in its first 16 MB',
        };
  const signature = signatures.find((candidate) =>
    candidate.bytes.every((byte, i) => bytes[(candidate.at ?? 0) + i] === byte),
  );
  if (signature) return signature;
  if (bytes.length > 0 && bytes.every((byte) => byte === 0)) return { what: 'nothing but zero bytes' };
  if (isHeapSnapshot(text))
    return {
      what: 'a heap snapshot',
      hint: 'Heap snapshots show what is in memory, not where time went: open it by itself in the workbench, or ask it with `scorchmark heap`.',
    };
  const start = text.replace(/^\uFEFF/, '').trimStart();
  return texts.find(({ pattern }) => pattern.test(start)) ?? null;
}

export function notAProfile(
  name: string,
  foreign: Foreign | null,
  importers: readonly Importer[],
  head?: FileHead,
): ProfileFormatError {
  const what = foreign?.what ?? unknownContent(foreign?.keys, head);
  const all = [...importers.map(listed), `V8 heap snapshot (${snapshotExtensions.join(', ')})`];
  const known = `Scorchmark opens: ${all.join('; ')}; each of them also gzipped.`;
  return new ProfileFormatError(
    'PROFILE_UNKNOWN_FORMAT',
    `${name} is not a profile that Scorchmark knows: it is ${what}.`,
    { where: name, hint: foreign?.hint ? `${foreign.hint} ${known}` : known },
  );
}

export function unknownFolder(
  name: string,
  paths: readonly string[],
  importers: readonly FolderImporter[],
): ProfileFormatError {
  const found =
    paths.length === 0
      ? 'it is empty'
      : `it contains ${paths.slice(0, 5).join(', ')}${paths.length > 5 ? ` and ${paths.length - 5} more` : ''}`;
  return new ProfileFormatError(
    'PROFILE_UNKNOWN_FORMAT',
    `The folder ${name} is not the output of a profiler that Scorchmark knows: ${found}.`,
    {
      where: name,
      hint: `Scorchmark opens folders of: ${importers.map(({ title }) => title).join(', ')}. Open single profiles by themselves.`,
    },
  );
}

function listed({ title, extensions }: Importer): string {
  return extensions.length === 0 ? title : `${title} (${extensions.join(', ')})`;
}

function unknownContent(keys: readonly string[] | undefined, head: FileHead | undefined): string {
  if (keys) {
    if (keys.length === 0) return 'an empty JSON object';
    const shown = keys.slice(0, 6).map((key) => `"${key}"`);
    return `JSON with ${shown.join(', ')}${keys.length > shown.length ? ' and others' : ''} at its top`;
  }
  const bytes = head?.bytes ?? new Uint8Array();
  const text = head?.text.replace(/^\uFEFF/, '').trimStart() ?? '';
  if (text.startsWith('[')) return 'a JSON list of something else';
  if (text.startsWith('{')) return 'something that begins like JSON and is none';
  let odd = 0;
  for (let i = 0; i < Math.min(bytes.length, 4096); i++) if (bytes[i]! < 9) odd++;
  if (odd > 0 || text.includes('\uFFFD'))
    return `binary data (beginning with ${Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ')})`;
  const line = text.split('\n', 1)[0]!.trim();
  return `text that begins with ${JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}…` : line)}`;
}
