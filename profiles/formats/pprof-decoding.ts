/**
 * Reads protocol buffers (https://protobuf.dev/programming-guides/encoding/) from bytes that arrive in pieces. Lengths in the file are
 * believed only as far as there are bytes.
 */
import { ProfileFormatError } from '../errors';
import type { ByteSource } from './source';

export const varint = 0;
export const fixed64 = 1;
export const delimited = 2;
export const fixed32 = 5;

/** No message within a profile is that long; the profile itself may be. */
const maxMessageBytes = 256 * 1024 ** 2;
const two32 = 2 ** 32;

/** A stretch of bytes that is read field by field. One is used again and again: it holds the last read number as two halves. */
export class Fields {
  bytes: Uint8Array = new Uint8Array();
  at = 0;
  end = 0;
  field = 0;
  wire = 0;
  /** The last number read: its lower and upper 32 bits, as unsigned integers. */
  low = 0;
  high = 0;

  /** @param fail makes the error for a problem at a byte of `bytes` */
  constructor(private readonly fail: (problem: string, at: number) => ProfileFormatError) {}

  over(bytes: Uint8Array, from: number, to: number): void {
    this.bytes = bytes;
    this.at = from;
    this.end = to;
  }

  /** The next field's number and kind; false at the end. Its value must be read or skipped. */
  next(): boolean {
    if (this.at >= this.end) return false;
    this.readVarint();
    this.field = this.low >>> 3;
    this.wire = this.low & 7;
    if (this.field === 0 || this.high !== 0) throw this.problem('there is no field 0');
    return true;
  }

  readVarint(): void {
    const { bytes, end } = this;
    let at = this.at;
    const first = at < end ? bytes[at]! : 0x80;
    if (first < 0x80) {
      this.low = first;
      this.high = 0;
      this.at = at + 1;
      return;
    }
    let low = 0;
    let high = 0;
    for (let shift = 0; ; shift += 7) {
      if (at >= end) throw this.problem('a number is cut off');
      if (shift > 63) throw this.problem('a number has more than 64 bits');
      const byte = bytes[at++]!;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) break;
    }
    this.low = low >>> 0;
    this.high = high >>> 0;
    this.at = at;
  }

  /** The last number read; beyond 2^53 the nearest one. */
  get unsigned(): number {
    return this.high * two32 + this.low;
  }

  /** The last number read as two's complement, as pprof writes int64. */
  get signed(): number {
    return (this.high | 0) * two32 + this.low;
  }

  /** The value of a field that must be a number. */
  number(): number {
    this.expect(varint);
    this.readVarint();
    return this.unsigned;
  }

  /** An index into the table of strings or the like: beyond every table when it is no small number. */
  index(): number {
    const value = this.number();
    return value < 0x7fffffff ? value : 0x7fffffff;
  }

  /** Points `inner` at the value of a field that must be a message, a text or a packed list. */
  enter(inner: Fields): void {
    this.expect(delimited);
    const length = this.length();
    inner.over(this.bytes, this.at, this.at + length);
    this.at += length;
  }

  skip(): void {
    if (this.wire === varint) this.readVarint();
    else if (this.wire === delimited) {
      const length = this.length();
      this.at += length;
    } else if (this.wire === fixed64 || this.wire === fixed32) {
      this.at += this.wire === fixed64 ? 8 : 4;
      if (this.at > this.end) throw this.problem('a number is cut off');
    } else throw this.problem(`field ${this.field} is of a kind (${this.wire}) that pprof does not have`);
  }

  expect(wire: number): void {
    if (this.wire !== wire)
      throw this.problem(
        `field ${this.field} should be ${wire === varint ? 'a number' : 'a message or a text'} (kind ${wire}), found kind ${this.wire}`,
      );
  }

  problem(problem: string): ProfileFormatError {
    return this.fail(problem, this.at);
  }

  private length(): number {
    this.readVarint();
    const length = this.unsigned;
    if (length > this.end - this.at)
      throw this.problem(`field ${this.field} claims ${length} bytes where ${this.end - this.at} are left`);
    return length;
  }
}

/** The outermost message, whose fields are taken one by one from a source. */
export class ProtobufReader {
  field = 0;
  wire = 0;
  private buffer: Uint8Array = new Uint8Array();
  private at = 0;
  /** Bytes of the file before `buffer`. */
  private before = 0;
  private readonly head: Fields;

  constructor(
    private readonly source: ByteSource,
    private readonly onProgress?: (share: number) => void,
  ) {
    source.rewind();
    this.head = this.fields();
  }

  /** Something to read messages of this file with; its errors name the byte in the file. */
  fields(): Fields {
    return new Fields((problem, at) => this.malformed(problem, this.before + at));
  }

  /** The next field; false at the end of the file. */
  next(): boolean {
    if (this.at >= this.buffer.length && !this.more(1)) return false;
    const tag = this.varint();
    this.field = Math.floor(tag / 8);
    this.wire = tag % 8;
    if (this.field === 0 || this.field > 0x1fffffff)
      throw this.malformed('there is no such field', this.before + this.at);
    return true;
  }

  number(): number {
    if (this.wire !== varint) throw this.wrongKind();
    return this.varint();
  }

  signed(): number {
    if (this.wire !== varint) throw this.wrongKind();
    this.varint();
    return this.head.signed;
  }

  /** Points `inner` at the value of a field that must be a message or a text: valid until the next field is read. */
  enter(inner: Fields): void {
    if (this.wire !== delimited) throw this.wrongKind();
    const length = this.varint();
    if (length > maxMessageBytes)
      throw this.malformed(`field ${this.field} claims ${length} bytes`, this.before + this.at);
    if (!this.more(length)) throw this.cutOff(length);
    inner.over(this.buffer, this.at, this.at + length);
    this.at += length;
  }

  skip(): void {
    if (this.wire === varint) this.varint();
    else {
      const length =
        this.wire === fixed64 ? 8 : this.wire === fixed32 ? 4 : this.wire === delimited ? this.varint() : -1;
      if (length === -1) throw this.wrongKind();
      this.pass(length);
    }
  }

  malformed(problem: string, byte?: number): ProfileFormatError {
    const { name } = this.source;
    const place = byte === undefined ? '' : `byte ${byte}`;
    return new ProfileFormatError(
      'PROFILE_MALFORMED',
      `${name} cannot be read as a pprof profile: ${problem}${place && ` (${place})`}.`,
      {
        where: `${name}${place && `: ${place}`}`,
        hint: 'It may have been cut off or changed on its way. Get it again, or record it again.',
      },
    );
  }

  private wrongKind(): ProfileFormatError {
    return this.malformed(`field ${this.field} is of kind ${this.wire}`, this.before + this.at);
  }

  private cutOff(length: number): ProfileFormatError {
    return this.malformed(
      `field ${this.field} claims ${length} bytes, and the file ends after ${this.buffer.length - this.at}`,
      this.before + this.at,
    );
  }

  private varint(): number {
    this.more(10);
    const { head } = this;
    head.over(this.buffer, this.at, this.buffer.length);
    head.readVarint();
    this.at = head.at;
    return head.unsigned;
  }

  private pass(length: number): void {
    let left = length;
    while (left > this.buffer.length - this.at) {
      left -= this.buffer.length - this.at;
      this.at = this.buffer.length;
      if (!this.more(1)) throw this.cutOff(length);
    }
    this.at += left;
  }

  /** Whether there are so many bytes in the buffer, after getting more if need be. Pieces are joined once, however many there are. */
  private more(wanted: number): boolean {
    let have = this.buffer.length - this.at;
    if (have >= wanted) return true;
    const pieces = [this.buffer.subarray(this.at)];
    while (have < wanted) {
      const piece = this.source.next();
      if (!piece) break;
      pieces.push(piece);
      have += piece.length;
    }
    if (pieces.length === 1) return false;
    this.onProgress?.(this.source.share);
    this.before += this.at;
    this.at = 0;
    if (pieces.length === 2 && pieces[0]!.length === 0) this.buffer = pieces[1]!;
    else {
      this.buffer = new Uint8Array(have);
      let at = 0;
      for (const piece of pieces) {
        this.buffer.set(piece, at);
        at += piece.length;
      }
    }
    return have >= wanted;
  }
}
