/** Reads a JSON array of non-negative integers straight from bytes, however the file is cut into pieces. */

const space = 0x20;
const lineFeed = 0x0a;
const comma = 0x2c;
const closing = 0x5d;
const largest = 0xffffffff;

/** What may come next: after `[`, after a comma, after a number. */
const enum Expecting {
  ValueOrEnd,
  Value,
  CommaOrEnd,
}

/** Rows that are handed over at once; small enough to stay in the processor's nearest cache. */
const rowsPerBlock = 1024;

/** Numbers of so many digits fit into 32 bits with a sign, which the processor reckons with most quickly. */
const quickDigits = 9;
/** More than a quick number and what stands behind it takes. */
const quickBytes = 16;

export type RowSink = (block: Uint32Array, rows: number) => void;

export class NumberList {
  readonly #columns: number;
  readonly #sink: RowSink;
  readonly #block: Uint32Array;
  #filled = 0;
  #expecting: Expecting = Expecting.ValueOrEnd;
  /** A number that the end of a piece cut through. */
  #value = 0;
  #inNumber = false;
  /** Of complete rows. */
  rows = 0;
  done = false;

  /**
   * @param columns numbers per row
   * @param sink is given full rows, several at a time; the block is used again after it returns
   */
  constructor(columns: number, sink: RowSink) {
    this.#columns = columns;
    this.#sink = sink;
    this.#block = new Uint32Array(columns * rowsPerBlock);
  }

  /** How many numbers of an unfinished row there are. After the end anything but 0 is a malformed list. */
  get leftOver(): number {
    return this.#filled % this.#columns;
  }

  /** Where the reading stands, in numbers. */
  get numbers(): number {
    return this.rows * this.#columns + this.#filled;
  }

  /**
   * Numbers of 2³² and more become 2³² - 1.
   * @param at where to begin; behind the `[`
   * @returns where it stopped: behind the `]` (`done`), at the piece's end, or at a byte that has no business there (neither)
   */
  read(piece: Uint8Array, at: number): number {
    const end = piece.length;
    const block = this.#block;
    const room = block.length;
    let filled = this.#filled;
    let expecting = this.#expecting;
    let value = this.#value;
    let inNumber = this.#inNumber;
    let i = at;
    for (; i < end; i++) {
      if (!inNumber && expecting !== Expecting.CommaOrEnd && i < end - quickBytes) {
        // Most of the file: short numbers with a comma behind each, at a row's end with a line feed before it, as V8 writes them.
        i = this.#quickNumbers(piece, i, filled);
        filled = this.#filled;
        if (filled > 0) expecting = Expecting.Value;
        if (filled === room) {
          this.#handOver(filled);
          filled = 0;
          i--;
          continue;
        }
      }
      let digit = piece[i]! - 48;
      if (digit >>> 0 <= 9) {
        if (!inNumber) {
          if (expecting === Expecting.CommaOrEnd) break;
          inNumber = true;
          value = digit;
          i++;
        }
        for (; i < end && (digit = piece[i]! - 48) >>> 0 <= 9; i++) value = value * 10 + digit;
        if (i === end) break;
      }
      if (inNumber) {
        inNumber = false;
        expecting = Expecting.CommaOrEnd;
        block[filled++] = value <= largest ? value : largest;
        value = 0;
        if (filled === room) {
          this.#handOver(filled);
          filled = 0;
        }
      }
      const byte = piece[i]!;
      if (byte === comma) {
        if (expecting !== Expecting.CommaOrEnd) break;
        expecting = Expecting.Value;
      } else if (byte === closing) {
        if (expecting === Expecting.Value) break;
        this.done = true;
        i++;
        break;
      } else if (byte !== space && byte !== lineFeed && byte !== 0x0d && byte !== 0x09) break;
    }
    this.#filled = filled;
    this.#expecting = expecting;
    this.#value = value;
    this.#inNumber = inNumber;
    if (this.done) {
      const whole = filled - (filled % this.#columns);
      this.#handOver(whole);
      this.#filled -= whole;
    }
    return i;
  }

  /** Fills the block as far as numbers are written like that. @returns where the first one begins that is not */
  #quickNumbers(piece: Uint8Array, at: number, alreadyFilled: number): number {
    const block = this.#block;
    const room = block.length;
    const end = piece.length - quickBytes;
    let filled = alreadyFilled;
    let i = at;
    while (i < end && filled < room) {
      let value = piece[i]! - 48;
      if (value >>> 0 > 9) break;
      const most = i + quickDigits;
      let next = i + 1;
      let digit = piece[next]! - 48;
      while (digit >>> 0 <= 9 && next < most) {
        value = (Math.imul(value, 10) + digit) | 0;
        digit = piece[++next]! - 48;
      }
      if (digit === lineFeed - 48) digit = piece[++next]! - 48;
      if (digit !== comma - 48) break;
      block[filled++] = value;
      i = next + 1;
    }
    this.#filled = filled;
    return i;
  }

  #handOver(filled: number): void {
    const rows = filled / this.#columns;
    if (rows === 0) return;
    this.rows += rows;
    this.#sink(this.#block, rows);
  }
}
