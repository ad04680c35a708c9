/** Ways in which files get damaged, as plain data, so that fast-check can make, shrink and print them. */

export type Damage =
  | { kind: 'cut'; at: number }
  | { kind: 'flip'; at: number; bit: number }
  | { kind: 'byte'; at: number; value: number }
  | { kind: 'delete'; at: number; length: number }
  | { kind: 'repeat'; at: number; length: number }
  | { kind: 'insert'; at: number; bytes: readonly number[] }
  /** A value of the file (JSON, or a word of a line) becomes another one. */
  | { kind: 'replace'; at: number; by: string }
  /** A value becomes a copy of one elsewhere in the file: ids that are there twice, cycles, wrong types. */
  | { kind: 'copy'; at: number; from: number };

/** Positions (`at`, `from`) are shares of the file in 2^30ths. */
export const positionScale = 2 ** 30;

const encoder = new TextEncoder();

export function damaged(bytes: Uint8Array, damage: Damage): Uint8Array {
  const at = Math.floor((damage.at / positionScale) * bytes.length);
  switch (damage.kind) {
    case 'cut':
      return bytes.subarray(0, at);
    case 'flip':
      return withByte(bytes, at, (bytes[at] ?? 0) ^ (1 << damage.bit));
    case 'byte':
      return withByte(bytes, at, damage.value);
    case 'delete':
      return spliced(bytes, at, at + damage.length, new Uint8Array());
    case 'repeat':
      return spliced(bytes, at, at, bytes.subarray(at, at + damage.length));
    case 'insert':
      return spliced(bytes, at, at, Uint8Array.from(damage.bytes));
    case 'replace': {
      const [start, end] = valueAt(bytes, at);
      return spliced(bytes, start, end, encoder.encode(damage.by));
    }
    case 'copy': {
      const [start, end] = valueAt(bytes, at);
      const [from, to] = valueAt(bytes, Math.floor((damage.from / positionScale) * bytes.length));
      return spliced(bytes, start, end, bytes.subarray(from, to));
    }
  }
}

function withByte(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = bytes.slice();
  if (at < copy.length) copy[at] = value;
  return copy;
}

function spliced(bytes: Uint8Array, start: number, end: number, middle: Uint8Array): Uint8Array {
  const rest = bytes.subarray(Math.min(end, bytes.length));
  const result = new Uint8Array(start + middle.length + rest.length);
  result.set(bytes.subarray(0, start));
  result.set(middle, start);
  result.set(rest, start + middle.length);
  return result;
}

/** The value at or behind a position: a word, a text in quotes, or a whole list or object of at most 4,000 bytes. */
function valueAt(bytes: Uint8Array, at: number): [start: number, end: number] {
  let start = at;
  while (start > 0 && isWord(bytes[start]!) && isWord(bytes[start - 1]!)) start--;
  while (start < bytes.length && !beginsValue(bytes[start]!)) start++;
  const first = bytes[start];
  let end = start;
  if (first === 0x22) {
    end++;
    while (end < bytes.length && bytes[end] !== 0x22) end += bytes[end] === 0x5c ? 2 : 1;
    end++;
  } else if (first === 0x5b || first === 0x7b) {
    let depth = 0;
    do {
      const byte = bytes[end++];
      if (byte === 0x5b || byte === 0x7b) depth++;
      else if (byte === 0x5d || byte === 0x7d) depth--;
    } while (depth > 0 && end < bytes.length && end - start < 4000);
  } else while (end < bytes.length && isWord(bytes[end]!)) end++;
  return [start, Math.min(end, bytes.length)];
}

function isWord(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x41 && byte <= 0x5a) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x2d ||
    byte === 0x2e ||
    byte === 0x5f
  );
}

function beginsValue(byte: number): boolean {
  return isWord(byte) || byte === 0x22 || byte === 0x5b || byte === 0x7b;
}
