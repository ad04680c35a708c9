/** Bodies as checks and captures read them: unpacked, when the request asked for packed ones. */
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';

/** Of what a body may become. */
const mostBytes = 20_000_000;

const decoders: Record<string, (body: Buffer) => Buffer> = {
  gzip: (body) => gunzipSync(body, { maxOutputLength: mostBytes }),
  'x-gzip': (body) => gunzipSync(body, { maxOutputLength: mostBytes }),
  br: (body) => brotliDecompressSync(body, { maxOutputLength: mostBytes }),
  // With zlib's header by RFC 9110, without it by some servers.
  deflate: (body) =>
    ((body[0] ?? 0) & 0x0f) === 8
      ? inflateSync(body, { maxOutputLength: mostBytes })
      : inflateRawSync(body, { maxOutputLength: mostBytes }),
};

/** @param encoding the answer's `Content-Encoding` @returns the body as it came when it cannot be unpacked */
export function decodedBody(body: Buffer, encoding: string | undefined): Buffer {
  if (encoding === undefined) return body;
  try {
    let decoded = body;
    // The last one was put on last.
    for (const name of encoding.toLowerCase().split(',').reverse()) {
      const coding = name.trim();
      if (coding === '' || coding === 'identity') continue;
      const decode = Object.hasOwn(decoders, coding) ? decoders[coding] : undefined;
      if (!decode) return body;
      decoded = decode(decoded);
    }
    return decoded;
  } catch {
    return body;
  }
}
