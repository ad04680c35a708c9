/** A view on the same bytes without Node's `Buffer` habits (its `slice` shares memory): what leaves this folder is a plain Uint8Array. */
export function plainBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
