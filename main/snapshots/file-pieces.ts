/** A file piece by piece, into memory that is used again: a stream takes new memory for each, which the system has to clear first. */
import { open } from 'node:fs/promises';

const pieceBytes = 4 * 1024 ** 2;

/**
 * Each piece is valid until the next one is asked for; that one is read meanwhile. Closes the file when it is left early, too.
 * Rejects with the system's error.
 */
export async function* filePieces(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  let coming: Promise<Uint8Array> | undefined;
  try {
    let at = 0;
    const readInto = async (memory: Uint8Array): Promise<Uint8Array> => {
      const { bytesRead } = await file.read(memory, 0, memory.length, at);
      at += bytesRead;
      return memory.subarray(0, bytesRead);
    };
    let next = new Uint8Array(pieceBytes);
    let other = new Uint8Array(pieceBytes);
    coming = readInto(next);
    for (;;) {
      const piece = await coming;
      if (piece.length === 0) return;
      [next, other] = [other, next];
      coming = readInto(next);
      // Who leaves at this piece does not wait for the next one; its failure is told when it is asked for.
      coming.catch(() => undefined);
      yield piece;
    }
  } finally {
    await coming?.catch(() => undefined);
    await file.close();
  }
}
