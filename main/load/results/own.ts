/**
 * A load that was made without a recorded program, as a file that becomes a session: one line of JSON with its result, its
 * points and its faults, and behind it the lines of `load-seconds.ndjson`, which are never held in memory.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import type { LoadResult, Mark, Point, Series } from '../../api';
import { malformed, objectOf, type ReadLoad } from './common';

export const ownResultMark = 'scorchmarkLoad';

/** The first line holds three days of points; more is no file of ours. */
const mostHeadBytes = 400 * 1024 ** 2;
const lineBreak = 10;

const faultMarkSchema = z.object({
  kind: z.literal('fault'),
  tUs: z.number(),
  durationMs: z.number().optional(),
  text: z.string(),
  faultId: z.string(),
  faultKind: z.string(),
});

export interface OwnLoad {
  result: LoadResult;
  points: readonly Point[];
  /** Of faults. */
  marks: readonly Mark[];
}

/** The first line, with its end. */
export function ownResultText({ result, points, marks }: OwnLoad): string {
  const series = new Map<string, Series>();
  for (const { metric, scope, tUs, value } of points) {
    const key = `${metric} ${scope}`;
    let one = series.get(key);
    if (!one) series.set(key, (one = { metric, scope, tUs: [], values: [] }));
    one.tUs.push(tUs);
    one.values.push(value);
  }
  return `${JSON.stringify({ [ownResultMark]: 1, result, series: [...series.values()], marks })}\n`;
}

/** Rejects with PROFILE_MALFORMED, CANCELLED or the system's error. */
export async function readOwn(
  file: string,
  fileName: string,
  { isGzipped = false, signal }: { isGzipped?: boolean; signal?: AbortSignal | undefined } = {},
): Promise<ReadLoad> {
  const head = await firstLine(file, fileName, isGzipped, signal);
  let document: unknown;
  try {
    document = JSON.parse(head.toString('utf8'));
  } catch {
    throw malformed(fileName, 'Scorchmark', 'is not whole JSON');
  }
  const { result, series, marks } = objectOf(document);
  if (typeof objectOf(result)['totals'] !== 'object')
    throw malformed(fileName, 'Scorchmark', 'has no totals');
  return {
    result: result as LoadResult,
    series: Array.isArray(series) ? (series as Series[]) : [],
    marks: (Array.isArray(marks) ? marks : []).flatMap((mark) => faultMarkSchema.safeParse(mark).data ?? []),
    keepSeconds: (to) =>
      pipeline(
        [
          createReadStream(file),
          ...(isGzipped ? [createGunzip()] : []),
          without(head.length + 1),
          createWriteStream(to),
        ],
        { signal },
      ),
  };
}

async function firstLine(
  file: string,
  fileName: string,
  isGzipped: boolean,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  const source = createReadStream(file, { signal });
  const stream = isGzipped ? createGunzip() : source;
  if (isGzipped) source.on('error', (error) => stream.destroy(error)).pipe(stream as Transform);
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      const end = piece.indexOf(lineBreak);
      pieces.push(end < 0 ? piece : piece.subarray(0, end));
      if (end >= 0) break;
      bytes += piece.length;
      if (bytes > mostHeadBytes) throw malformed(fileName, 'Scorchmark', 'its first line does not end');
    }
  } finally {
    source.destroy();
  }
  return Buffer.concat(pieces);
}

/** All but the first bytes. */
function without(firstBytes: number): Transform {
  let left = firstBytes;
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      const skipped = Math.min(left, piece.length);
      left -= skipped;
      done(null, skipped < piece.length ? piece.subarray(skipped) : undefined);
    },
  });
}
