/** Large files travel in pieces: no transport holds them whole, progress is known, and a cancel takes effect at the next one. */

/** Large enough that asking costs nothing, small enough for every transport. */
export const pieceBytes = 4 * 1024 ** 2;

export type ReadPiece<B extends ArrayBufferLike = ArrayBufferLike> = (
  offset: number,
  lengthBytes: number,
) => Promise<Uint8Array<B>>;

/** The pieces of a file in order; the next one is on its way while one is being used. Never empty pieces. */
export async function* inPieces<B extends ArrayBufferLike>(
  sizeBytes: number,
  read: ReadPiece<B>,
): AsyncGenerator<Uint8Array<B>> {
  let offset = 0;
  const ask = (): Promise<Uint8Array<B>> | null => {
    if (offset >= sizeBytes) return null;
    const length = Math.min(pieceBytes, sizeBytes - offset);
    const asked = read(offset, length);
    // Waited for below; a failure while the piece before is used must not count as unhandled.
    asked.catch(() => undefined);
    offset += length;
    return asked;
  };
  let next = ask();
  while (next) {
    const piece = await next;
    next = ask();
    if (piece.length > 0) yield piece;
  }
}
