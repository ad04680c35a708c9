/** MessagePack as both ends of the WebSocket write it. */
import { Packr } from 'msgpackr';
import type { CallFrame, ServerFrame } from '../../main/api';

const packr = new Packr({ useRecords: false, moreTypes: true });

export function encodeCall(frame: CallFrame): Uint8Array<ArrayBuffer> {
  return new Uint8Array(packr.pack(frame));
}

export function decodeFrame(bytes: ArrayBuffer): ServerFrame {
  return packr.unpack(new Uint8Array(bytes)) as ServerFrame;
}
