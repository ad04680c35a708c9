/** One signed-in browser tab: its WebSocket on one side, the engine on the other. */
import { decode, encode } from '@msgpack/msgpack';
import type { WebSocket } from 'ws';
import { callFrameSchema, socketCloseCodes, type EngineApi, type ServerFrame } from '../api';
import { AppError, toAppError } from '../errors';

export interface ConnectionLimits {
  /** Event bytes queued for a client that does not read them; beyond, the connection ends and the client starts afresh. */
  maxQueuedEventBytes: number;
  /** The same for answers (they may be whole profiles). */
  maxQueuedBytes: number;
  maxCallsInFlight: number;
  /** ms between heartbeats; a client that answers none of them in this time is gone. */
  heartbeatMs: number;
}

export const defaultLimits: ConnectionLimits = {
  maxQueuedEventBytes: 16 * 1024 ** 2,
  maxQueuedBytes: 1024 ** 3,
  maxCallsInFlight: 100,
  heartbeatMs: 10_000,
};

/** How long a client that was told to go may take to read what is queued before the socket is cut. */
const closeGraceMs = 2000;

/** Wires the socket to the engine until either side ends. */
export function connect(socket: WebSocket, engine: EngineApi, limits: ConnectionLimits): void {
  let queuedEventBytes = 0;
  let callsInFlight = 0;
  let isAlive = true;
  let isClosing = false;

  const end = (code: number, reason: string): void => {
    if (isClosing) return;
    isClosing = true;
    unsubscribe();
    socket.close(code, reason);
    setTimeout(() => socket.terminate(), closeGraceMs).unref();
  };

  const send = (frame: ServerFrame, isEvent: boolean): void => {
    if (isClosing || socket.readyState !== socket.OPEN) return;
    const bytes = encode(frame, { ignoreUndefined: true });
    if (isEvent) queuedEventBytes += bytes.byteLength;
    socket.send(bytes, () => {
      if (isEvent) queuedEventBytes -= bytes.byteLength;
    });
    if (queuedEventBytes > limits.maxQueuedEventBytes || socket.bufferedAmount > limits.maxQueuedBytes)
      end(socketCloseCodes.tooSlow, 'The client reads too slowly; join again.');
  };

  const answer = async (data: Buffer): Promise<void> => {
    const frame = callFrameSchema.safeParse(unpack(data));
    if (!frame.success) {
      end(socketCloseCodes.badFrame, 'Not a call frame.');
      return;
    }
    const { id, method, input } = frame.data;
    if (callsInFlight >= limits.maxCallsInFlight) {
      const error = new AppError('BAD_INPUT', 'Too many calls at once.', {
        hint: 'Wait for earlier calls to end.',
      });
      send({ id, ok: false, error: error.toJSON() }, false);
      return;
    }
    callsInFlight++;
    try {
      send({ id, ok: true, value: await engine.call(method, input) }, false);
    } catch (thrown) {
      send({ id, ok: false, error: toAppError(thrown).toJSON() }, false);
    } finally {
      callsInFlight--;
    }
  };

  const unsubscribe = engine.subscribe((event) => send(event, true));
  const heartbeat = setInterval(() => {
    if (!isAlive) {
      socket.terminate();
      return;
    }
    isAlive = false;
    socket.ping();
    send({ beat: Date.now() }, true);
  }, limits.heartbeatMs);

  socket.on('pong', () => (isAlive = true));
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    isAlive = true;
    if (isBinary) void answer(data);
    else end(socketCloseCodes.badFrame, 'Frames are binary.');
  });
  socket.on('close', () => {
    isClosing = true;
    clearInterval(heartbeat);
    unsubscribe();
  });
  // `close` follows and cleans up: an oversized message or a reset is the client's end, not ours.
  socket.on('error', () => socket.terminate());
}

function unpack(data: Buffer): unknown {
  try {
    return decode(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  } catch {
    return undefined;
  }
}
