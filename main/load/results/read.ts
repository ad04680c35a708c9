/** Which load generator wrote a file, and what it says. */
import { open, readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { malformed, type ReadLoad } from './common';
import type { LineOptions } from './file-lines';
import { readK6Lines } from './k6-lines';
import { readK6Summary } from './k6-summary';
import { readArtillery, readAutocannon, readLocust, readWrk } from './tools';

export type LoadFileKind = 'k6-lines' | 'k6-summary' | 'artillery' | 'autocannon' | 'locust' | 'wrk';

const headBytes = 256 * 1024;
/** All but k6's lines are read whole; real ones have a few megabytes. */
const mostBytes = 400 * 1024 ** 2;

/** @returns undefined when it is not the result of a load generator that is known here */
export async function loadFileKind(file: string, isGzipped: boolean): Promise<LoadFileKind | undefined> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(headBytes), 0, headBytes, 0);
    const packed = buffer.subarray(0, bytesRead);
    const { size } = await handle.stat();
    return kindOfHead(new TextDecoder().decode(isGzipped ? headOfGzip(packed) : packed), size);
  } finally {
    await handle.close();
  }
}

function headOfGzip(packed: Uint8Array): Uint8Array {
  try {
    // The rest is missing, which is no error here.
    return gunzipSync(packed, { finishFlush: 2 /* Z_SYNC_FLUSH */, maxOutputLength: 64 * 1024 ** 2 });
  } catch {
    return new Uint8Array();
  }
}

function kindOfHead(text: string, sizeBytes: number): LoadFileKind | undefined {
  const head = text.replace(/^\uFEFF/, '').trimStart();
  if (
    /^\{"(?:type":"(?:Metric|Point)"|metric":"[^"]*","type":"(?:Metric|Point)")/.test(head) ||
    (/^\{[^\n]*"type":"(?:Metric|Point)"/.test(head) && /^\{[^\n]*"metric":/.test(head))
  )
    return 'k6-lines';
  if (
    /^"?Type"?,"?Name"?,"?Request Count"?/.test(head) ||
    /^"?Timestamp"?,"?User Count"?,"?Type"?,"?Name"?/.test(head)
  )
    return 'locust';
  // Behind a prompt, where somebody copied it from a terminal.
  if (/^Running .* test @ /m.test(head.slice(0, 2000))) return 'wrk';
  if (!head.startsWith('{') || sizeBytes > mostBytes) return undefined;
  if (
    /"http_req(s|_duration)[^"]*"\s*:/.test(head) ||
    /"k6Version"\s*:/.test(head) ||
    /"name"\s*:\s*"http_req(s|_duration)"/.test(head) ||
    (/"root_group"\s*:/.test(head) && /"metrics"\s*:/.test(text))
  )
    return 'k6-summary';
  if (/"aggregate"\s*:/.test(head) && /"counters"\s*:/.test(head)) return 'artillery';
  if (/"latency"\s*:/.test(head) && /"throughput"\s*:/.test(head) && /"non2xx"\s*:/.test(head))
    return 'autocannon';
  return undefined;
}

/** @throws AppError PROFILE_MALFORMED naming the file and what is missing in it, CANCELLED */
export async function readLoadFile(
  file: string,
  fileName: string,
  kind: LoadFileKind,
  { isGzipped = false, signal, onProgress }: LineOptions = {},
): Promise<ReadLoad> {
  if (kind === 'k6-lines') return readK6Lines(file, fileName, { isGzipped, signal, onProgress });
  const bytes = await readFile(file, { signal });
  const read = readLoadResults(
    fileName,
    isGzipped ? gunzipSync(bytes, { maxOutputLength: mostBytes }) : bytes,
    kind,
  );
  const { endedUs, totals } = read.result;
  const { requests, errors, timeouts, non2xx, bytes: received, meanRate } = totals;
  for (const number of [endedUs, requests, errors, timeouts, non2xx, received, meanRate])
    if (!(number >= 0 && number < Infinity))
      throw malformed(fileName, kind, 'has counts or times that cannot be');
  return read;
}

/** Of a file that lies in memory; k6's lines are not read here. @throws AppError PROFILE_MALFORMED */
export function readLoadResults(
  fileName: string,
  bytes: Uint8Array,
  kind: Exclude<LoadFileKind, 'k6-lines'>,
): ReadLoad {
  const text = new TextDecoder().decode(bytes);
  if (kind === 'locust') return readLocust(text.replace(/^\uFEFF/, ''), fileName);
  if (kind === 'wrk') return readWrk(text, fileName);
  let document: unknown;
  try {
    document = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw malformed(fileName, kind, 'is not whole JSON');
  }
  switch (kind) {
    case 'k6-summary':
      return readK6Summary(document, fileName);
    case 'artillery':
      return readArtillery(document, fileName);
    case 'autocannon':
      return readAutocannon(document, fileName);
  }
}
