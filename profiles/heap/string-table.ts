/** The texts of a snapshot as one run of UTF-8 bytes and offsets into it: nothing becomes a string before someone asks. */
import type { StringTable } from './types';

/** Below this many bytes a loop over ASCII is quicker than TextDecoder's start-up. */
const shortText = 24;

export class Utf8StringTable implements StringTable {
  readonly length: number;
  readonly #bytes: Uint8Array;
  readonly #offsets: Uint32Array;
  readonly #decoder = new TextDecoder();

  /** @param offsets one more than there are texts: text i is `bytes[offsets[i]] … bytes[offsets[i + 1] - 1]` */
  constructor(bytes: Uint8Array, offsets: Uint32Array) {
    this.length = offsets.length - 1;
    this.#bytes = bytes;
    this.#offsets = offsets;
  }

  get(index: number): string {
    if (!(index >= 0 && index < this.length)) return '';
    return this.#decode(this.#offsets[index]!, this.#offsets[index + 1]!);
  }

  start(index: number, characters: number): string {
    if (!(index >= 0 && index < this.length)) return '';
    const from = this.#offsets[index]!;
    // A UTF-16 unit takes at most three bytes. One that is cut through at the end lies beyond what is asked for.
    const to = Math.min(this.#offsets[index + 1]!, from + characters * 3 + 3);
    return this.#decode(from, to).slice(0, characters);
  }

  bytes(index: number): number {
    if (!(index >= 0 && index < this.length)) return 0;
    return this.#offsets[index + 1]! - this.#offsets[index]!;
  }

  find(texts: readonly string[]): number[] {
    const encoder = new TextEncoder();
    const wanted = texts.map((text) => encoder.encode(text));
    const found = texts.map(() => -1);
    const longest = wanted.reduce((most, { length }) => Math.max(most, length), 0);
    const byLength: number[][] = Array.from({ length: longest + 1 }, () => []);
    wanted.forEach(({ length }, place) => byLength[length]!.push(place));
    const bytes = this.#bytes;
    const offsets = this.#offsets;
    let missing = texts.length;
    let from = offsets[0]!;
    for (let index = 0; index < this.length && missing > 0; index++) {
      const to = offsets[index + 1]!;
      if (to - from <= longest)
        for (const place of byLength[to - from]!) {
          if (found[place] !== -1 || !equalFrom(bytes, from, wanted[place]!)) continue;
          found[place] = index;
          missing--;
        }
      from = to;
    }
    return found;
  }

  #decode(from: number, to: number): string {
    const bytes = this.#bytes;
    if (to - from < shortText) {
      let text = '';
      let at = from;
      for (; at < to; at++) {
        const byte = bytes[at]!;
        if (byte > 127) break;
        text += String.fromCharCode(byte);
      }
      if (at === to) return text;
    }
    return this.#decoder.decode(bytes.subarray(from, to));
  }
}

function equalFrom(bytes: Uint8Array, from: number, text: Uint8Array): boolean {
  for (let at = 0; at < text.length; at++) if (bytes[from + at] !== text[at]) return false;
  return true;
}

/** @returns the table of these texts; for snapshots that are put together by hand */
export function stringTableOf(texts: readonly string[]): StringTable {
  const encoder = new TextEncoder();
  const parts = texts.map((text) => encoder.encode(text));
  const offsets = new Uint32Array(parts.length + 1);
  let size = 0;
  parts.forEach((part, i) => {
    size += part.length;
    offsets[i + 1] = size;
  });
  const bytes = new Uint8Array(size);
  parts.forEach((part, i) => bytes.set(part, offsets[i]));
  return new Utf8StringTable(bytes, offsets);
}
