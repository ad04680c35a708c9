import { open } from 'node:fs/promises';

/**
 * Bytes that a snapshot has when unpacked: the file's own size, or for a gzipped one what its trailer says (RFC 1952: modulo
 * 4 GiB, so of bigger ones it is the least that it can be, and never less than the packed size). Rejects with the system's error.
 */
export async function unpackedSize(path: string, sizeBytes: number): Promise<number> {
  if (sizeBytes < 18) return sizeBytes;
  const file = await open(path);
  try {
    const head = Buffer.alloc(2);
    await file.read(head, 0, 2, 0);
    if (head.readUInt16BE() !== 0x1f8b) return sizeBytes;
    const trailer = Buffer.alloc(4);
    await file.read(trailer, 0, 4, sizeBytes - 4);
    let unpacked = trailer.readUInt32LE();
    while (unpacked < sizeBytes) unpacked += 2 ** 32;
    return unpacked;
  } finally {
    await file.close();
  }
}
