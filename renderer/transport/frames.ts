/** MessagePack as both ends of the WebSocket write it. */
import { decode, encode } from '@msgpack/msgpack';
import type { CallFrame, ServerFrame } from '../../main/api';

export function encodeCall(frame: CallFrame): Uint8Array<ArrayBuffer> {
  return encode(frame, { ignoreUndefined: true });
}

export function decodeFrame(bytes: ArrayBuffer): ServerFrame {
  return decode(bytes) as ServerFrame;
}
