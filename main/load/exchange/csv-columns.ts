/** The names in the first line of a CSV file. */
import { closeSync, openSync, readSync } from 'node:fs';
import { csvRows } from '../csv';

/** Of names; a line that is longer is none of them. */
const mostBytes = 64 * 1024;

/** Undefined when the file cannot be read or has none: the load itself tells that, at its place. */
export function csvColumns(file: string, delimiter: string): string[] | undefined {
  try {
    const handle = openSync(file, 'r');
    try {
      const bytes = new Uint8Array(mostBytes);
      const text = new TextDecoder().decode(bytes.subarray(0, readSync(handle, bytes, 0, mostBytes, 0)));
      const names = csvRows(text, delimiter)[0]?.map((name) => name.trim());
      return names && names.some((name) => name !== '') ? names : undefined;
    } finally {
      closeSync(handle);
    }
  } catch {
    return undefined;
  }
}
