/** What a file begins with, and which keys its top level has: all that is needed to tell its format. */
import { ProfileFormatError } from '../errors';
import { JsonReader } from './json-reader';
import type { ByteSource } from './source';
import type { FileHead } from './types';

const headBytes = 65_536;
/** No tool writes that many blanks before its file. */
const maxLeadingBlanks = 16 * 1024 ** 2;

export interface Beginning {
  /** The first bytes from the first that is not blank on (the very first ones when there are no or few blanks). */
  bytes: Uint8Array;
  /** How many blanks were read before them. */
  blanks: number;
  /** Whether the file had ended, or had not even begun, after these blanks. */
  onlyBlanks: 'no' | 'whole file' | 'as far as it was read';
}

/** The source stands at its beginning afterwards. */
export function beginningOf(source: ByteSource): Beginning {
  source.rewind();
  const bytes = new Uint8Array(headBytes);
  let filled = 0;
  let blanks = 0;
  let ended = false;
  while (filled < headBytes && blanks < maxLeadingBlanks) {
    const piece = source.next();
    if (!piece) {
      ended = true;
      break;
    }
    let from = 0;
    if (filled === 0) {
      while (from < piece.length && isBlank(piece[from]!)) from++;
      blanks += from;
    }
    const part = piece.subarray(from, from + headBytes - filled);
    bytes.set(part, filled);
    filled += part.length;
  }
  source.rewind();
  const onlyBlanks = filled > 0 ? 'no' : ended ? 'whole file' : 'as far as it was read';
  return { bytes: bytes.subarray(0, filled), blanks, onlyBlanks };
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

export function headOfSource(source: ByteSource, { bytes }: Beginning): FileHead {
  return { fileName: source.name, bytes, text: new TextDecoder().decode(bytes) };
}

export interface KeyOutline {
  keys: string[];
  /** The file with each value of the top level cut to its first bytes, for `Importer.detect`. */
  text: string;
}

const maxKeys = 200;
const valueBytes = 1000;

/** The keys of the top level of a JSON object, read without keeping anything; null when it is no readable JSON object. */
export function keyOutline(source: ByteSource): KeyOutline | null {
  const keys: string[] = [];
  const parts: string[] = [];
  try {
    const reader = new JsonReader(source, { expected: 'a JSON file' });
    reader.enterObject();
    for (let key = reader.nextKey(); key !== null; key = reader.nextKey()) {
      keys.push(key.length > 60 ? `${key.slice(0, 60)}…` : key);
      parts.push(`${JSON.stringify(key)}:${reader.ahead(valueBytes)}`);
      if (keys.length >= maxKeys) break;
      reader.skip();
    }
  } catch (error) {
    // A file that is cut off still shows the keys before the cut.
    if (!(error instanceof ProfileFormatError)) throw error;
    if (keys.length === 0) return null;
  } finally {
    source.rewind();
  }
  return { keys, text: `{${parts.join(',')}` };
}
