/** Whole numbers in as few bytes as they need: seven bits a byte, the highest bit says that more follow (LEB128). */

export class VarintWriter {
  #bytes = new Uint8Array(256);
  #length = 0;

  /** @param value 0 up to 2^53 - 1 */
  write(value: number): void {
    if (this.#length + 8 > this.#bytes.length) this.#grow();
    let rest = value;
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #grow(): void {
    const more = new Uint8Array(this.#bytes.length * 2);
    more.set(this.#bytes);
    this.#bytes = more;
  }
}

/** Reads the number at `at` and moves on. @throws RangeError when the bytes end within it, or it is too large. */
export function readVarint(reader: { readonly bytes: Uint8Array; at: number }): number {
  let value = 0;
  let factor = 1;
  for (;;) {
    const byte = reader.bytes[reader.at++];
    if (byte === undefined || factor > 2 ** 49) throw new RangeError('a number is cut off');
    value += (byte & 127) * factor;
    if (byte < 128) return value;
    factor *= 128;
  }
}
