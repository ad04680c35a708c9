/**
 * Reads the list of files at the end of a zip (PKWARE APPNOTE.TXT 4.3.12, 4.3.16). Pure. Only what `.scorchmark` files use:
 * stored and deflated entries, no encryption, no spanning, no 64-bit extension.
 */
import { AppError } from '../errors';

export interface ZipEntry {
  name: string;
  method: 'stored' | 'deflated';
  crc: number;
  packedBytes: number;
  /** As the directory claims; a reader must count for itself. */
  sizeBytes: number;
  /** Where the packed data begins. */
  dataOffset: number;
}

export function malformedZip(what: string, offset?: number): AppError {
  return new AppError('SESSION_DAMAGED', `The file is not a readable .scorchmark file: ${what}.`, {
    hint: 'It may have been cut off or changed on its way; ask for it again.',
    ...(offset !== undefined && { details: `at byte ${offset}` }),
  });
}

const endSignature = 0x06054b50;
const directorySignature = 0x02014b50;
const localSignature = 0x04034b50;
const maxEntries = 10_000;

/** Throws SESSION_DAMAGED with the place where the archive breaks. */
export function readZipDirectory(bytes: Uint8Array): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  let offset = view.getUint32(end + 16, true);
  if (count > maxEntries) throw malformedZip(`it lists ${count} files`, end);
  const entries: ZipEntry[] = [];
  const names = new Set<string>();
  for (let i = 0; i < count; i++) {
    if (offset + 46 > bytes.length || view.getUint32(offset, true) !== directorySignature)
      throw malformedZip(`entry ${i + 1} of its list of files is missing`, offset);
    const nameLength = view.getUint16(offset + 28, true);
    const nameEnd = offset + 46 + nameLength;
    if (nameEnd > bytes.length) throw malformedZip('its list of files is cut off', offset);
    const name = new TextDecoder().decode(bytes.subarray(offset + 46, nameEnd));
    if (names.has(name)) throw malformedZip(`it holds "${name}" twice`, offset);
    names.add(name);
    entries.push(readEntry(view, offset, name));
    offset = nameEnd + view.getUint16(offset + 30, true) + view.getUint16(offset + 32, true);
  }
  return entries;
}

function readEntry(view: DataView, offset: number, name: string): ZipEntry {
  const flags = view.getUint16(offset + 8, true);
  const method = view.getUint16(offset + 10, true);
  const packedBytes = view.getUint32(offset + 20, true);
  const local = view.getUint32(offset + 42, true);
  if (flags & 1) throw malformedZip(`"${name}" is encrypted`, offset);
  if (method !== 0 && method !== 8)
    throw malformedZip(`"${name}" is packed by an unknown method (${method})`, offset);
  if (local + 30 > view.byteLength || view.getUint32(local, true) !== localSignature)
    throw malformedZip(`"${name}" is not where the list of files says`, local);
  const dataOffset = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (dataOffset + packedBytes > view.byteLength) throw malformedZip(`"${name}" is cut off`, local);
  return {
    name,
    method: method === 0 ? 'stored' : 'deflated',
    crc: view.getUint32(offset + 16, true),
    packedBytes,
    sizeBytes: view.getUint32(offset + 24, true),
    dataOffset,
  };
}

/** The end record is the last thing in the file but for a comment of at most 65,535 bytes. */
function findEnd(view: DataView): number {
  const first = Math.max(0, view.byteLength - 22 - 0xffff);
  for (let offset = view.byteLength - 22; offset >= first; offset--)
    if (view.getUint32(offset, true) === endSignature) return offset;
  throw malformedZip('the list of files at its end is missing');
}
