/** Snapshots compress to a tenth, so people keep them gzipped: such files are read as they are. */
import { ProfileFormatError } from '../errors';

/** @returns the bytes as they come, or what they are when unpacked; decided by the first two of them */
export async function unzipped(
  source: AsyncGenerator<Uint8Array>,
  fileName: string,
): Promise<{ pieces: AsyncIterable<Uint8Array>; zipped: boolean }> {
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < 2) {
    const next = await source.next();
    if (next.done) break;
    head = joined(head, next.value);
  }
  const pieces = withHead(head, source);
  const zipped = head[0] === 0x1f && head[1] === 0x8b;
  return { pieces: zipped ? unpacked(pieces, fileName) : pieces, zipped };
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

async function* withHead(head: Uint8Array, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    yield* rest;
  } finally {
    // Whoever stops at the head closes the file, too.
    await rest.return(undefined);
  }
}

async function* unpacked(pieces: AsyncGenerator<Uint8Array>, fileName: string): AsyncGenerator<Uint8Array> {
  let failedReading: unknown;
  const packed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      try {
        const next = await pieces.next();
        if (next.done === true) controller.close();
        else controller.enqueue(Uint8Array.from(next.value));
      } catch (cause) {
        failedReading = cause;
        throw cause;
      }
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
  const reader = packed.pipeThrough(new DecompressionStream('gzip')).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (cause) {
    // What goes wrong in reading the file, or in stopping to, is not about its format.
    if (cause === failedReading) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ProfileFormatError('PROFILE_MALFORMED', `${fileName} cannot be unpacked: ${why}.`, {
      where: fileName,
      hint: 'The gzip file is cut off or damaged. Copy or pack it again.',
      cause,
    });
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
