/** The lines of a text file of any size, packed or not, with how far the reading has come. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import { AppError } from '../../errors';

export interface LineOptions {
  isGzipped?: boolean;
  signal?: AbortSignal | undefined;
  /** 0..1 of the file's bytes, now and then. */
  onProgress?: ((share: number) => void) | undefined;
}

const pieceBytes = 1024 ** 2;
/** A line of a measurement has some hundred characters; a file of one endless line must not fill the memory. */
export const longestLine = 16 * 1024 ** 2;

/**
 * Calls `take` with each line that is not empty and its number (from 1). Lines longer than `longestLine` come as their
 * beginning, once.
 * Rejects with CANCELLED, or the system's error.
 */
export async function forEachLine(
  file: string,
  { isGzipped = false, signal, onProgress }: LineOptions,
  take: (line: string, number: number) => void,
): Promise<void> {
  const { size } = await stat(file);
  const raw = createReadStream(file, { highWaterMark: pieceBytes });
  const input = isGzipped ? raw.pipe(createGunzip({ chunkSize: pieceBytes })) : raw;
  raw.on('error', (error) => input.destroy(error));
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let number = 1;
  let isTooLong = false;
  const ended = (line: string): void => {
    const text = number === 1 && line.startsWith('\uFEFF') ? line.slice(1) : line;
    const whole = text.endsWith('\r') ? text.slice(0, -1) : text;
    if (!isTooLong && whole.length > 0) take(whole, number);
    isTooLong = false;
    number++;
  };
  try {
    for await (const piece of input as AsyncIterable<Buffer>) {
      if (signal?.aborted) throw new AppError('CANCELLED', 'Cancelled.');
      const text = rest + decoder.write(piece);
      let from = 0;
      for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', from)) {
        ended(text.slice(from, at));
        from = at + 1;
      }
      rest = text.slice(from);
      if (rest.length > longestLine) {
        if (!isTooLong) take(rest.slice(0, 1000), number);
        isTooLong = true;
        rest = '';
      }
      if (size > 0) onProgress?.(Math.min(1, raw.bytesRead / size));
    }
    ended(rest + decoder.end());
  } finally {
    raw.destroy();
  }
}
