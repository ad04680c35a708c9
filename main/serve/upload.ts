/**
 * Files that a signed-in page sends: streamed into the engine's upload as they come, so that neither side ever holds a whole
 * file, and the page's own thread is not kept busy with it.
 */
import type { FastifyInstance } from 'fastify';
import type { Readable } from 'node:stream';
import { uploadPath, type EngineApi } from '../api';
import { toAppError } from '../errors';

/** Small pieces of the network are collected to this before they are written. */
const pieceBytes = 2 * 1024 ** 2;

export function addUpload(app: FastifyInstance, engine: EngineApi): void {
  app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
  app.put<{ Params: { uploadId: string }; Querystring: { path?: unknown } }>(
    `${uploadPath}/:uploadId`,
    { bodyLimit: Number.MAX_SAFE_INTEGER },
    async (request, reply) => {
      const { uploadId } = request.params;
      const path = typeof request.query.path === 'string' ? request.query.path : '';
      try {
        let sent = false;
        for await (const bytes of inPieces(request.body as Readable)) {
          await engine.call('sessions.importPiece', { uploadId, path, bytes });
          sent = true;
        }
        // An empty file is a file, too.
        if (!sent) await engine.call('sessions.importPiece', { uploadId, path, bytes: new Uint8Array() });
        return await reply.send({ ok: true, value: null });
      } catch (thrown) {
        // A window that is gone does not send the rest either.
        if (request.raw.destroyed || request.raw.errored)
          await engine.call('sessions.importDrop', { uploadId }).catch(() => undefined);
        return reply.code(400).send({ ok: false, error: toAppError(thrown, 'Receiving a file').toJSON() });
      }
    },
  );
}

async function* inPieces(stream: Readable): AsyncGenerator<Uint8Array> {
  let parts: Buffer[] = [];
  let length = 0;
  for await (const part of stream as AsyncIterable<Buffer>) {
    parts.push(part);
    length += part.length;
    if (length < pieceBytes) continue;
    yield new Uint8Array(Buffer.concat(parts));
    parts = [];
    length = 0;
  }
  if (length > 0) yield new Uint8Array(Buffer.concat(parts));
}
