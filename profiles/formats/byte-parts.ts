/** Files being written: bytes in parts, so that a big one never exists as one text (V8's longest string is 512 MB). */

const partBytes = 1 << 18;
const minus = 0x2d;
const digitZero = 0x30;

/** Collects text and numbers as UTF-8. */
export class ByteParts {
  private readonly parts: Uint8Array[] = [];
  private part = new Uint8Array(partBytes);
  private used = 0;
  private readonly encoder = new TextEncoder();

  text(text: string): void {
    // A UTF-16 unit becomes at most three bytes.
    if (text.length * 3 > this.part.length - this.used) this.startPart(text.length * 3);
    this.used += this.encoder.encodeInto(text, this.part.subarray(this.used)).written;
  }

  /** A finite number as JSON writes it. Small whole numbers, of which there are millions, take no detour over text. */
  number(value: number): void {
    if (value !== (value | 0) || Object.is(value, -0)) {
      this.text(String(value));
      return;
    }
    if (this.part.length - this.used < 11) this.startPart(11);
    let rest = Math.abs(value);
    if (value < 0) this.part[this.used++] = minus;
    let digits = 1;
    for (let power = 10; power <= rest; power *= 10) digits++;
    for (let at = this.used + digits - 1; at >= this.used; at--) {
      this.part[at] = digitZero + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    this.used += digits;
  }

  byte(byte: number): void {
    if (this.used === this.part.length) this.startPart(1);
    this.part[this.used++] = byte;
  }

  /** Everything written so far; the collector is empty afterwards. */
  take(): Uint8Array[] {
    if (this.used > 0) this.parts.push(this.part.subarray(0, this.used));
    this.part = new Uint8Array(0);
    this.used = 0;
    return this.parts.splice(0);
  }

  private startPart(atLeast: number): void {
    if (this.used > 0) this.parts.push(this.part.subarray(0, this.used));
    this.part = new Uint8Array(Math.max(partBytes, atLeast));
    this.used = 0;
  }
}

export function joinedBytes(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
