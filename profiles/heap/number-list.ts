/** Reads a JSON array of non-negative integers straight from bytes, however the file is cut into pieces. */

const space = 0x20;
const comma = 0x2c;
const closing = 0x5d;
const largest = 0xffffffff;

/** What may come next: after `[`, after a comma, after a number. */
const enum Expecting {
  ValueOrEnd,
  Value,
  CommaOrEnd,
}

/** Rows that are handed over at once; small enough to stay in the processor's cache. */
const rowsPerBlock = 4096;

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
      } else if (byte !== space && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
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

  #handOver(filled: number): void {
    const rows = filled / this.#columns;
    if (rows === 0) return;
    this.rows += rows;
    this.#sink(this.#block, rows);
  }
}
