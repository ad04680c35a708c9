/** Whole numbers as ASCII into pieces of bytes. */
const size = 1 << 20;
/** More than what is written between two looks at `full`. */
const margin = 1 << 16;

export class DigitWriter {
  #bytes = new Uint8Array(size);
  #at = 0;

  get full(): boolean {
    return this.#at > size - margin;
  }

  /** What was written; the writer goes on in memory of its own. */
  take(): Uint8Array<ArrayBuffer> {
    const piece = this.#bytes.subarray(0, this.#at);
    this.#bytes = new Uint8Array(size);
    this.#at = 0;
    return piece;
  }

  byte(value: number): void {
    this.#bytes[this.#at++] = value;
  }

  /** A comma and the number. */
  next(value: number): void {
    this.byte(0x2c);
    this.number(value);
  }

  number(value: number): void {
    let digits = 1;
    for (let limit = 10; limit <= value; limit *= 10) digits++;
    const end = this.#at + digits;
    let rest = value;
    for (let at = end - 1; at >= this.#at; at--) {
      const tenth = Math.floor(rest / 10);
      this.#bytes[at] = 48 + rest - tenth * 10;
      rest = tenth;
    }
    this.#at = end;
  }
}
