/** Text files line by line, whatever their size. */
import { ProfileFormatError } from '../errors';
import type { ByteSource } from './source';

/** A stack 2,000 deep with long names is far below this; a file of one endless line is not text. */
const maxLineBytes = 16 * 1024 ** 2;
const lineFeed = 0x0a;

/**
 * Calls `take` for each line (without its end, LF or CRLF) and its number, counted from 1.
 * @throws ProfileFormatError for lines beyond 16 MB
 */
export function readLines(
  source: ByteSource,
  onProgress: ((share: number) => void) | undefined,
  take: (line: string, number: number) => void,
): void {
  const decoder = new TextDecoder();
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let number = 0;
  const finish = (bytes: Uint8Array): void => {
    let whole = bytes;
    if (heldBytes > 0) {
      whole = new Uint8Array(heldBytes + bytes.length);
      let at = 0;
      for (const part of held) {
        whole.set(part, at);
        at += part.length;
      }
      whole.set(bytes, at);
      held = [];
      heldBytes = 0;
    }
    number++;
    const text = decoder.decode(whole);
    take(text.endsWith('\r') ? text.slice(0, -1) : text, number);
  };
  source.rewind();
  for (let piece = source.next(); piece; piece = source.next()) {
    let from = 0;
    for (let to = piece.indexOf(lineFeed); to !== -1; to = piece.indexOf(lineFeed, from)) {
      finish(piece.subarray(from, to));
      from = to + 1;
    }
    if (from < piece.length) {
      held.push(piece.subarray(from));
      heldBytes += piece.length - from;
      if (heldBytes > maxLineBytes)
        throw new ProfileFormatError(
          'PROFILE_MALFORMED',
          `${source.name} is not a text of lines: line ${number + 1} is longer than 16 MB.`,
          { where: `${source.name}: line ${number + 1}`, hint: 'Check what wrote the file.' },
        );
    }
    onProgress?.(source.share);
  }
  if (heldBytes > 0) finish(new Uint8Array());
}
