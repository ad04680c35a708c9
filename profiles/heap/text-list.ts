/** Reads a JSON array of strings into one run of UTF-8 bytes, escapes resolved, without making strings of them. */

const quote = 0x22;
const backslash = 0x5c;

const enum State {
  ValueOrEnd,
  Value,
  CommaOrEnd,
  Text,
  Escape,
  /** Four hexadecimal digits of `\u`. */
  Code,
}

/** What `\n` and the like stand for, by the byte behind the backslash; 0 where there is no such escape. */
const escapes = new Uint8Array(256);
for (const [name, code] of [
  ['"', 0x22],
  ['\\', 0x5c],
  ['/', 0x2f],
  ['b', 8],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
] as const) {
  escapes[name.charCodeAt(0)] = code;
}

/** What a lone half of a surrogate pair becomes: UTF-8 has no form for it. */
const replacement = 0xfffd;
const largestSize = 0xffffffff;

export class TextList {
  #bytes: Uint8Array;
  #size = 0;
  #offsets: Uint32Array;
  #count = 0;
  #state: State = State.ValueOrEnd;
  #code = 0;
  #codeDigits = 0;
  /** The first half of a surrogate pair that waits for its second, or 0. */
  #high = 0;
  done = false;
  /** There is more text than offsets of 32 bits can tell apart. */
  tooLarge = false;

  /**
   * @param bytes how many bytes of text are expected
   * @param count how many texts
   */
  constructor(bytes: number, count: number) {
    this.#bytes = new Uint8Array(Math.max(1024, bytes));
    this.#offsets = new Uint32Array(Math.max(64, count));
  }

  get length(): number {
    return this.#count;
  }

  /** Inside of a text: a file that ends here was cut through one. */
  get inText(): boolean {
    return this.#state >= State.Text;
  }

  /** The texts' bytes, and where each begins, with the end of the last. */
  finish(): { bytes: Uint8Array; offsets: Uint32Array } {
    this.#offset(this.#count, this.#size);
    return {
      bytes: this.#bytes.subarray(0, this.#size),
      offsets: this.#offsets.slice(0, this.#count + 1),
    };
  }

  /**
   * @param at where to begin; behind the `[`
   * @returns where it stopped: behind the `]` (`done`), at the piece's end, or at a byte that has no business there (neither)
   */
  read(piece: Uint8Array, at: number): number {
    // No escape is shorter than what it stands for, so this is enough for all of the piece.
    this.#makeRoom(piece.length - at + 3);
    if (this.tooLarge) return at;
    const bytes = this.#bytes;
    const end = piece.length;
    let size = this.#size;
    let i = at;
    reading: while (i < end) {
      const byte = piece[i]!;
      switch (this.#state) {
        case State.Text: {
          let next = byte;
          if (this.#high !== 0 && next !== backslash) size = this.#loneHalf(size);
          while (next !== quote && next !== backslash) {
            if (next < 0x20) break reading;
            bytes[size++] = next;
            if (++i === end) break reading;
            next = piece[i]!;
          }
          if (next === quote) {
            this.#count++;
            this.#state = State.CommaOrEnd;
          } else this.#state = State.Escape;
          break;
        }
        case State.Escape:
          if (byte === 0x75) {
            this.#code = 0;
            this.#codeDigits = 0;
            this.#state = State.Code;
          } else {
            if (escapes[byte] === 0) break reading;
            if (this.#high !== 0) size = this.#loneHalf(size);
            bytes[size++] = escapes[byte]!;
            this.#state = State.Text;
          }
          break;
        case State.Code: {
          const digit = hexadecimal(byte);
          if (digit < 0) break reading;
          this.#code = this.#code * 16 + digit;
          if (++this.#codeDigits === 4) {
            size = this.#unit(size, this.#code);
            this.#state = State.Text;
          }
          break;
        }
        default:
          if (byte === quote) {
            if (this.#state === State.CommaOrEnd) break reading;
            this.#offset(this.#count, size);
            this.#state = State.Text;
          } else if (byte === 0x2c) {
            if (this.#state !== State.CommaOrEnd) break reading;
            this.#state = State.Value;
          } else if (byte === 0x5d) {
            if (this.#state === State.Value) break reading;
            this.done = true;
            i++;
            break reading;
          } else if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break reading;
      }
      i++;
    }
    this.#size = size;
    return i;
  }

  /** A UTF-16 unit, as `\uXXXX` writes them: halves of a pair come one after the other. */
  #unit(size: number, unit: number): number {
    if (this.#high !== 0) {
      if (unit >= 0xdc00 && unit < 0xe000) {
        const code = 0x10000 + ((this.#high - 0xd800) << 10) + (unit - 0xdc00);
        this.#high = 0;
        return this.#put(size, code);
      }
      size = this.#loneHalf(size);
    }
    if (unit >= 0xd800 && unit < 0xdc00) {
      this.#high = unit;
      return size;
    }
    return this.#put(size, unit >= 0xdc00 && unit < 0xe000 ? replacement : unit);
  }

  #loneHalf(size: number): number {
    this.#high = 0;
    return this.#put(size, replacement);
  }

  #put(size: number, code: number): number {
    const bytes = this.#bytes;
    if (code < 0x80) bytes[size++] = code;
    else if (code < 0x800) {
      bytes[size++] = 0xc0 | (code >> 6);
      bytes[size++] = 0x80 | (code & 63);
    } else if (code < 0x10000) {
      bytes[size++] = 0xe0 | (code >> 12);
      bytes[size++] = 0x80 | ((code >> 6) & 63);
      bytes[size++] = 0x80 | (code & 63);
    } else {
      bytes[size++] = 0xf0 | (code >> 18);
      bytes[size++] = 0x80 | ((code >> 12) & 63);
      bytes[size++] = 0x80 | ((code >> 6) & 63);
      bytes[size++] = 0x80 | (code & 63);
    }
    return size;
  }

  #offset(index: number, size: number): void {
    if (index >= this.#offsets.length) {
      const grown = new Uint32Array(this.#offsets.length * 2);
      grown.set(this.#offsets);
      this.#offsets = grown;
    }
    this.#offsets[index] = size;
  }

  #makeRoom(more: number): void {
    const needed = this.#size + more;
    if (needed <= this.#bytes.length) return;
    if (needed > largestSize) {
      this.tooLarge = true;
      return;
    }
    const grown = new Uint8Array(Math.min(largestSize, Math.max(needed, this.#bytes.length * 2)));
    grown.set(this.#bytes.subarray(0, this.#size));
    this.#bytes = grown;
  }
}

function hexadecimal(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
