/**
 * Files that a signed-in page sends: streamed into the engine's upload as they come, so that neither side ever holds a whole
 * file, and the page's own thread is not kept busy with it.
 */
import type { FastifyInstance } from 'fastify';
import type { Readable } from 'node:stream';
import { uploadPath, type EngineApi } from '../api';
import { AppError, toAppError } from '../errors';

/** Small pieces of the network are collected to this before they are written. */
const pieceBytes = 2 * 1024 ** 2;

export interface UploadLimits {
  /** Largest file: more than any that can be opened. */
  maxBytes: number;
  /** How long nothing may come. */
  idleMs: number;
  /** How long a whole file may take, however steadily it drips. */
  longestMs: number;
}

const defaultLimits: UploadLimits = { maxBytes: 4 * 1024 ** 3, idleMs: 2 * 60_000, longestMs: 6 * 3_600_000 };

export function addUpload(app: FastifyInstance, engine: EngineApi, change: Partial<UploadLimits> = {}): void {
  const limits = { ...defaultLimits, ...change };
  app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
  app.put<{ Params: { uploadId: string }; Querystring: { path?: unknown } }>(
    `${uploadPath}/:uploadId`,
    // Our own limit says in words what is wrong.
    { bodyLimit: Number.MAX_SAFE_INTEGER },
    async (request, reply) => {
      const { uploadId } = request.params;
      const path = typeof request.query.path === 'string' ? request.query.path : '';
      try {
        if (Number(request.headers['content-length'] ?? 0) > limits.maxBytes) throw tooBig(limits);
        let sent = false;
        for await (const bytes of inPieces(request.body as Readable, limits)) {
          await engine.call('sessions.importPiece', { uploadId, path, bytes });
          sent = true;
        }
        // An empty file is a file, too.
        if (!sent) await engine.call('sessions.importPiece', { uploadId, path, bytes: new Uint8Array() });
        return await reply.send({ ok: true, value: null });
      } catch (thrown) {
        // Half a file is of no use, whoever gave it up.
        await engine.call('sessions.importDrop', { uploadId }).catch(() => undefined);
        // The rest is read and thrown away, so that the browser gets the answer; but not for ever.
        const { socket } = request.raw;
        const cut = setTimeout(() => socket.destroy(), limits.idleMs).unref();
        request.raw.once('close', () => clearTimeout(cut));
        return reply.code(400).send({ ok: false, error: toAppError(thrown, 'Receiving a file').toJSON() });
      }
    },
  );
}

function tooBig({ maxBytes }: UploadLimits): AppError {
  return new AppError(
    'BAD_INPUT',
    `The file is larger than ${maxBytes / 1024 ** 3} GiB, the most that can be sent.`,
    {
      hint: 'Record a shorter time, or cut the file into parts.',
    },
  );
}

async function* inPieces(stream: Readable, limits: UploadLimits): AsyncGenerator<Uint8Array> {
  let parts: Buffer[] = [];
  let length = 0;
  let total = 0;
  for await (const part of untilStalled(stream, limits)) {
    total += part.length;
    if (total > limits.maxBytes) throw tooBig(limits);
    parts.push(part);
    length += part.length;
    if (length < pieceBytes) continue;
    yield new Uint8Array(Buffer.concat(parts));
    parts = [];
    length = 0;
  }
  if (length > 0) yield new Uint8Array(Buffer.concat(parts));
}

/** Only the sender's time counts, not the disk's. Leaves the stream open: destroying it would cut off the answer. */
async function* untilStalled(stream: Readable, limits: UploadLimits): AsyncGenerator<Buffer> {
  const parts = stream.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  const endMs = Date.now() + limits.longestMs;
  for (;;) {
    let timer: NodeJS.Timeout | undefined;
    const stalled = new Promise<never>((_resolve, reject) => {
      const waitMs = Math.max(0, Math.min(limits.idleMs, endMs - Date.now()));
      timer = setTimeout(
        () => reject(new AppError('BAD_INPUT', 'The file stopped coming.', { hint: 'Open it again.' })),
        waitMs,
      );
    });
    const next = parts.next();
    // Given up, it may still fail when the connection ends.
    next.catch(() => undefined);
    try {
      const result = await Promise.race([next, stalled]);
      if (result.done) return;
      clearTimeout(timer);
      yield result.value;
    } finally {
      clearTimeout(timer);
    }
  }
}
