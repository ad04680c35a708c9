/** A file of a session's folder, or a part of it, so that files of hundreds of megabytes can be asked for piece by piece. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

export interface FileRange {
  /** Default: 0. */
  offset?: number | undefined;
  /** Default: to the end. */
  lengthBytes?: number | undefined;
}

/** A link in a session's folder is not what was recorded. Windows has no such flag (nor links without a privilege). */
const noLinks = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);

/** Node reads less than 2 GiB at once. */
const mostAtOnceBytes = 1024 ** 3;

/** Rejects with the system's error. Past the end there is nothing: the result is shorter, or empty. */
export async function readRange(file: string, range: FileRange): Promise<Uint8Array> {
  const handle = await open(file, noLinks);
  try {
    const { size } = await handle.stat();
    const from = Math.min(range.offset ?? 0, size);
    const bytes = new Uint8Array(Math.min(range.lengthBytes ?? size, size - from));
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await handle.read(
        bytes,
        filled,
        Math.min(bytes.length - filled, mostAtOnceBytes),
        from + filled,
      );
      if (bytesRead === 0) break; // The file became shorter meanwhile.
      filled += bytesRead;
    }
    return filled === bytes.length ? bytes : bytes.slice(0, filled);
  } finally {
    await handle.close();
  }
}
