/** Files as byte sources: read range by range, so that 400 MB never lie in memory as a whole. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { sourceOfRanges, type ByteSource } from '../../profiles/formats/source';

export interface FileSource extends ByteSource {
  close(): void;
}

/** Throws the system's error when the file cannot be opened or read. */
export function sourceOfFile(file: string, name: string): FileSource {
  const handle = openSync(file, 'r');
  const source = sourceOfRanges(name, {
    sizeBytes: fstatSync(handle).size,
    read(offset, length) {
      const bytes = new Uint8Array(length);
      const count = readSync(handle, bytes, 0, length, offset);
      return count === length ? bytes : bytes.subarray(0, count);
    },
  });
  return {
    name,
    next: () => source.next(),
    rewind: () => source.rewind(),
    get share() {
      return source.share;
    },
    close: () => closeSync(handle),
  };
}
