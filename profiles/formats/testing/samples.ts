/** The real files in `samples/`, each as something that can be read again with other bytes. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { detectImporter, folderImporters, importProfileFolder, importProfiles } from '../index';
import { sourceOfBytes } from '../source';
import type { FormatId, ImportedFile } from '../types';

export interface Sample {
  /** For messages: the file, and what of it the bytes are. */
  name: string;
  format: FormatId;
  bytes: Uint8Array;
  /** Reads these bytes instead of the sample's with the sample's importer. */
  read(bytes: Uint8Array): ImportedFile;
  /** The same the way a person opens a file: the format is told from the bytes. */
  open(bytes: Uint8Array): ImportedFile;
}

const folder = path.join(import.meta.dirname, '..', 'samples');

/** Gzipped samples come twice: as they are, and unpacked. */
export function allSamples(): Sample[] {
  return readdirSync(folder)
    .filter((name) => !name.endsWith('.md'))
    .sort()
    .flatMap((name) =>
      statSync(path.join(folder, name)).isDirectory() ? folderSamples(name) : fileSamples(name),
    );
}

function fileSamples(name: string): Sample[] {
  const stored = new Uint8Array(readFileSync(path.join(folder, name)));
  const isPacked = stored[0] === 0x1f && stored[1] === 0x8b;
  const bytes = isPacked ? new Uint8Array(gunzipSync(stored)) : stored;
  const plainName = name.replace(/\.gz$/, '');
  const importer = detectImporter(sourceOfBytes(plainName, bytes));
  if (importer instanceof Error) throw importer;
  const open = (content: Uint8Array) => importProfiles(sourceOfBytes(name, content));
  const plain: Sample = {
    name: plainName,
    format: importer.id,
    bytes,
    read: (content) => importer.parse(sourceOfBytes(plainName, content)),
    open,
  };
  return isPacked ? [plain, { name, format: importer.id, bytes: stored, read: open, open }] : [plain];
}

/** One per file of the folder; the others stay whole. */
function folderSamples(name: string): Sample[] {
  const files = new Map(
    readdirSync(path.join(folder, name), { recursive: true, encoding: 'utf8' })
      .filter((file) => statSync(path.join(folder, name, file)).isFile())
      .map((file) => [
        file.split(path.sep).join('/'),
        new Uint8Array(readFileSync(path.join(folder, name, file))),
      ]),
  );
  const importer = folderImporters.find((candidate) => candidate.detect(name, [...files.keys()]));
  if (!importer) throw new Error(`nobody reads the sample ${name}`);
  return [...files].map(([file, bytes]) => {
    const open = (content: Uint8Array) =>
      importProfileFolder(
        name,
        new Map(
          [...files].map(([path, whole]) => [path, sourceOfBytes(path, path === file ? content : whole)]),
        ),
      );
    return { name: `${name}/${file}`, format: importer.id, bytes, read: open, open };
  });
}
