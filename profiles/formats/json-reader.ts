/**
 * Reads JSON value by value from bytes that arrive in pieces, without ever holding the whole text or a tree of objects:
 * a file of hundreds of megabytes goes straight into columns.
 *
 * Pull style, so that callers decide what they want and never recurse because the file does:
 *
 *     reader.enterObject();
 *     for (let key = reader.nextKey(); key !== null; key = reader.nextKey())
 *       if (key === 'samples') reader.integers(column); else reader.skip();
 *
 * Every error is a ProfileFormatError that names the file, the place in it (`nodes[17].callFrame`) and the byte.
 */
import { ProfileFormatError } from '../errors';
import type { Float64Column, Int32Column } from '../columns';
import type { ByteSource } from './source';

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';

export interface JsonReaderOptions {
  /** What the file should be, for messages: `a speedscope file`. */
  expected: string;
  /** What to do about a bad file. */
  hint?: string;
  onProgress?: (share: number) => void;
}

const maxDepth = 50_000;
const maxStringBytes = 64 * 1024 ** 2;
/** Texts that nobody wants may be longer (pictures in traces). */
const maxSkippedStringBytes = 512 * 1024 ** 2;
/** Blanks without an end are an accident or an attack. */
const maxBlanks = 16 * 1024 ** 2;
/** A column of that many numbers is a gigabyte. */
const maxColumnLength = 2 ** 27;
/** Digits that fit into 32 bits whatever they are. */
const safeDigits = 9;
const none = new Uint8Array();

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const minus = 0x2d;

/** 10^0 … 10^22: powers that a double holds exactly. */
const exactPowers = Array.from({ length: 23 }, (_, power) => 10 ** power);

export class JsonReader {
  readonly source: ByteSource;
  private readonly options: JsonReaderOptions;
  private buffer: Uint8Array = none;
  private at = 0;
  private end = 0;
  /** Bytes of the file before `buffer`. */
  private before = 0;
  private sawContent = false;
  private readonly decoder = new TextDecoder();

  /** Per open object or array: its kind, whether a value was read in it, and where we are in it (for messages). */
  private depth = 0;
  private isObject: boolean[] = [];
  private began: boolean[] = [];
  private keys: string[] = [];
  private indices: number[] = [];
  private readonly interned = new Map<number, string>();

  constructor(source: ByteSource, options: JsonReaderOptions) {
    this.source = source;
    this.options = options;
    source.rewind();
    this.refill(0);
    // A byte order mark.
    if (this.buffer[0] === 0xef && this.buffer[1] === 0xbb && this.buffer[2] === 0xbf) this.at = 3;
  }

  /** The kind of the value that comes next. */
  peek(): JsonKind {
    const byte = this.peekByte();
    switch (byte) {
      case openBrace:
        return 'object';
      case openBracket:
        return 'array';
      case quote:
        return 'string';
      case 0x74:
      case 0x66:
        return 'boolean';
      case 0x6e:
        return 'null';
      default:
        if (byte === minus || (byte >= 0x30 && byte <= 0x39)) return 'number';
        throw this.unexpected('a value');
    }
  }

  enterObject(): void {
    this.expectKind('object');
    this.at++;
    this.push(true);
  }

  /** The next key of the innermost open object; null closes it. The value that follows must be read or skipped. */
  nextKey(): string | null {
    const top = this.depth - 1;
    let byte = this.peekByte();
    if (byte === closeBrace) {
      this.at++;
      this.depth--;
      return null;
    }
    if (this.began[top]) {
      if (byte !== comma) throw this.unexpected('"," or "}"');
      this.at++;
      byte = this.peekByte();
    }
    if (byte !== quote) throw this.unexpected('a key in double quotes');
    this.began[top] = true;
    const key = this.readString(true);
    this.keys[top] = key;
    if (this.peekByte() !== colon) throw this.unexpected('":"');
    this.at++;
    return key;
  }

  enterArray(): void {
    this.expectKind('array');
    this.at++;
    this.push(false);
  }

  /** Whether the innermost open array has one more value, which must then be read or skipped; false closes it. */
  nextItem(): boolean {
    const top = this.depth - 1;
    const byte = this.peekByte();
    if (byte === closeBracket) {
      this.at++;
      this.depth--;
      return false;
    }
    if (this.began[top]) {
      if (byte !== comma) throw this.unexpected('"," or "]"');
      this.at++;
    }
    this.began[top] = true;
    this.indices[top]!++;
    return true;
  }

  string(): string {
    this.expectKind('string');
    return this.readString(false);
  }

  /** A text that is likely to come again (names, URLs): equal ones share memory. */
  name(): string {
    this.expectKind('string');
    return this.readString(true);
  }

  number(): number {
    this.expectKind('number');
    return this.readNumber();
  }

  boolean(): boolean {
    this.expectKind('boolean');
    const value = this.buffer[this.at] === 0x74;
    this.word(value ? 'true' : 'false');
    return value;
  }

  null(): void {
    this.expectKind('null');
    this.word('null');
  }

  /** A whole array of integers within 32 bits, appended to the column. */
  integers(into: Int32Column): void {
    this.enterArray();
    for (;;) {
      this.shortIntegers(into);
      if (!this.nextItem()) return;
      const value = this.number();
      if (value !== (value | 0)) throw this.malformed(`expected a whole number below 2^31, found ${value}`);
      into.push(value);
    }
  }

  /** A whole array of numbers, appended to the column. */
  numbers(into: Float64Column): void {
    this.enterArray();
    for (;;) {
      this.shortIntegers(into);
      if (!this.nextItem()) return;
      into.push(this.number());
    }
  }

  /**
   * The next items of the innermost array, as long as they are short whole numbers without blanks that lie whole in this
   * piece: nearly all there is in a profile, read in one loop.
   */
  private shortIntegers(into: Int32Column | Float64Column): void {
    const { buffer } = this;
    const top = this.depth - 1;
    // The longest that is read here is a comma, a sign, nine digits and what follows.
    const last = this.end - (safeDigits + 3);
    let at = this.at;
    let began = this.began[top]!;
    let { length, values } = into;
    const before = length;
    if (length > maxColumnLength) throw this.malformed('more than 134 million numbers');
    while (at < last) {
      let digit = at;
      if (began) {
        if (buffer[digit] !== comma) break;
        digit++;
      }
      const negative = buffer[digit] === minus;
      if (negative) digit++;
      const first = digit;
      let value = 0;
      let byte = buffer[digit]! - 0x30;
      while (byte >= 0 && byte <= 9 && digit - first < safeDigits) {
        value = value * 10 + byte;
        byte = buffer[++digit]! - 0x30;
      }
      // Anything but a short number that ends here is read the careful way.
      if (digit === first || (byte !== comma - 0x30 && byte !== closeBracket - 0x30)) break;
      if (buffer[first] === 0x30 && digit - first > 1) break;
      if (length === values.length) {
        into.length = length;
        into.push(0);
        ({ values } = into);
      }
      values[length++] = negative ? -value : value;
      began = true;
      at = digit;
    }
    into.length = length;
    this.at = at;
    this.began[top] = began;
    this.indices[top]! += length - before;
  }

  /** Reads past the next value, whatever it is. */
  skip(): void {
    const floor = this.depth;
    do {
      if (this.depth > floor) {
        const inObject = this.isObject[this.depth - 1]!;
        if (inObject ? this.nextKey() === null : !this.nextItem()) continue;
      }
      switch (this.peek()) {
        case 'object':
          this.enterObject();
          break;
        case 'array':
          this.enterArray();
          break;
        case 'string':
          this.skipString();
          break;
        case 'number':
          this.readNumber();
          break;
        case 'boolean':
          this.boolean();
          break;
        case 'null':
          this.null();
      }
    } while (this.depth > floor);
  }

  /** The next value as ordinary objects. Only for what is known to be small. */
  value(): unknown {
    switch (this.peek()) {
      case 'object': {
        if (this.depth > 500) throw this.malformed('values are nested too deeply here');
        const object: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
        this.enterObject();
        for (let key = this.nextKey(); key !== null; key = this.nextKey()) object[key] = this.value();
        return object;
      }
      case 'array': {
        if (this.depth > 500) throw this.malformed('values are nested too deeply here');
        const array: unknown[] = [];
        this.enterArray();
        while (this.nextItem()) array.push(this.value());
        return array;
      }
      case 'string':
        return this.string();
      case 'number':
        return this.number();
      case 'boolean':
        return this.boolean();
      case 'null':
        this.null();
        return null;
    }
  }

  /** The next value's first bytes (up to `length`) as text, without taking it: to tell what it is. */
  ahead(length: number): string {
    this.peekByte();
    while (this.end - this.at < length && this.refill(this.at));
    return this.decoder.decode(this.buffer.subarray(this.at, Math.min(this.end, this.at + length)));
  }

  /** Nothing but blanks may follow. */
  finish(): void {
    if (this.skipBlanks()) throw this.unexpected('the end of the file');
  }

  /** Where the reader is: `nodes[17].callFrame`; '' at the top. */
  place(): string {
    let text = '';
    for (let level = 0; level < Math.min(this.depth, 40); level++) {
      if (!this.began[level]) break;
      if (this.isObject[level]) text += `${text === '' ? '' : '.'}${this.keys[level]!}`;
      else text += `[${this.indices[level]!}]`;
    }
    return this.depth > 40 ? `${text}…` : text;
  }

  /** An error about the value at hand: `problem` completes "…: ". */
  malformed(problem: string, place = this.place()): ProfileFormatError {
    return this.problem(problem, place, this.before + this.at);
  }

  /** An error found later, when things that were read do not fit together: it names the place, but no byte. */
  inconsistent(place: string, problem: string): ProfileFormatError {
    return this.problem(problem, place, null);
  }

  private problem(problem: string, place: string, byte: number | null): ProfileFormatError {
    const { expected, hint } = this.options;
    const byteText = byte === null ? '' : `byte ${byte}`;
    return new ProfileFormatError(
      'PROFILE_MALFORMED',
      `${this.source.name} is not ${expected}: ${place === '' ? '' : `at ${place}, `}${problem}${byteText && ` (${byteText})`}.`,
      {
        where: `${this.source.name}: ${place === '' ? 'the top level' : place}${byteText && `, ${byteText}`}`,
        hint: hint ?? 'It may have been cut off or edited. Record or export it again.',
      },
    );
  }

  private expectKind(kind: JsonKind): void {
    const found = this.peek();
    if (found !== kind) throw this.malformed(`expected ${withArticle(kind)}, found ${this.foundText(found)}`);
  }

  /** The value at hand in words; short ones literally. */
  private foundText(kind: JsonKind): string {
    if (kind === 'object' || kind === 'array') return withArticle(kind);
    const literal = /^(?:"(?:[^"\\]|\\.){0,38}"|[-+.\w]{1,40})/.exec(this.ahead(80))?.[0];
    return literal === undefined ? withArticle(kind) : kind === 'string' ? `the text ${literal}` : literal;
  }

  private unexpected(expected: string): ProfileFormatError {
    if (this.at >= this.end) {
      if (this.depth > 0 || this.sawContent)
        return this.malformed(`expected ${expected}, but the file ends here: it is not complete JSON`);
      return this.malformed(
        this.before + this.end === 0 ? 'the file is empty' : 'the file has nothing but blanks',
      );
    }
    const byte = this.buffer[this.at]!;
    const shown =
      byte >= 0x21 && byte < 0x7f ? `"${String.fromCharCode(byte)}"` : `the byte 0x${byte.toString(16)}`;
    return this.malformed(`expected ${expected}, found ${shown}`);
  }

  private push(isObject: boolean): void {
    if (this.depth >= maxDepth) throw this.malformed('values are nested too deeply');
    this.isObject[this.depth] = isObject;
    this.began[this.depth] = false;
    this.indices[this.depth] = -1;
    this.depth++;
  }

  /** The next byte that is not blank, without taking it; 0 at the end (which is no JSON). */
  private peekByte(): number {
    if (this.at < this.end) {
      const byte = this.buffer[this.at]!;
      if (byte > 0x20) return byte;
    }
    return this.skipBlanks() ? this.buffer[this.at]! : 0;
  }

  private skipBlanks(): boolean {
    const start = this.before + this.at;
    for (;;) {
      while (this.at < this.end) {
        const byte = this.buffer[this.at]!;
        if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) {
          this.sawContent = true;
          return true;
        }
        this.at++;
      }
      if (this.before + this.at - start > maxBlanks)
        throw this.malformed('there are more than 16 MB of blanks');
      if (!this.refill(this.end)) return false;
    }
  }

  /** Gets the next piece and keeps the bytes from `from` on. False at the end of the file. */
  private refill(from: number): boolean {
    const piece = this.source.next();
    if (!piece) return false;
    this.options.onProgress?.(this.source.share);
    const kept = this.end - from;
    this.before += from;
    if (kept === 0) this.buffer = piece;
    else {
      const joined = new Uint8Array(kept + piece.length);
      joined.set(this.buffer.subarray(from, this.end));
      joined.set(piece, kept);
      this.buffer = joined;
    }
    this.at -= from;
    this.end = this.buffer.length;
    return true;
  }

  private word(word: string): void {
    while (this.end - this.at < word.length && this.refill(this.at));
    for (let i = 0; i < word.length; i++, this.at++)
      if (this.at >= this.end || this.buffer[this.at] !== word.charCodeAt(i))
        throw this.unexpected(`"${word}"`);
  }

  private readNumber(): number {
    let start = this.at;
    let at = this.at;
    let { buffer, end } = this;
    const negative = buffer[at] === minus;
    if (negative) at++;
    let mantissa = 0;
    let digits = 0;
    let fraction = 0;
    let simple = true;
    let inFraction = false;
    for (;;) {
      if (at >= end) {
        this.at = at;
        if (!this.refill(start)) break;
        ({ buffer, end } = this);
        at = this.at;
        start = 0;
        continue;
      }
      const byte = buffer[at]!;
      if (byte >= 0x30 && byte <= 0x39) {
        mantissa = mantissa * 10 + (byte - 0x30);
        digits++;
        if (inFraction) fraction++;
      } else if (byte === 0x2e && !inFraction && digits > 0) inFraction = true;
      else if (byte === 0x65 || byte === 0x45 || byte === 0x2b || byte === minus || byte === 0x2e)
        simple = false;
      else break;
      at++;
    }
    this.at = at;
    const lead = start + (negative ? 1 : 0);
    if (digits > 1 && buffer[lead] === 0x30 && buffer[lead + 1] !== 0x2e) simple = false;
    // Both operands are exact then, so their quotient is the double nearest to the text.
    if (simple && digits > 0 && digits <= 15 && fraction <= 22 && !(inFraction && fraction === 0)) {
      const value = fraction === 0 ? mantissa : mantissa / exactPowers[fraction]!;
      return negative ? -value : value;
    }
    const text = this.decoder.decode(buffer.subarray(start, at));
    const value = Number(text);
    if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(text) || !Number.isFinite(value)) {
      this.at = start;
      throw this.malformed(`expected a number, found ${JSON.stringify(text.slice(0, 40))}`);
    }
    return value;
  }

  /** Moves to after the closing quote; gives where the text begins in the buffer, and whether it has escapes. */
  private scanString(keep: boolean): { start: number; escaped: boolean } {
    let start = this.at + 1;
    let at = start;
    const began = this.before + start;
    let escaped = false;
    for (;;) {
      const { buffer, end } = this;
      while (at < end) {
        const byte = buffer[at]!;
        if (byte === quote) {
          this.at = at + 1;
          return { start, escaped };
        }
        if (byte === backslash) {
          escaped = true;
          at++;
        } else if (byte < 0x20) {
          this.at = at;
          throw this.malformed('a text contains a control character');
        }
        at++;
      }
      if (keep ? at - start > maxStringBytes : this.before + at - began > maxSkippedStringBytes)
        throw this.malformed(`a text is longer than ${keep ? 64 : 512} MB`);
      // An escape may reach over the piece's end: go back to before it then.
      const over = at - end;
      this.at = end;
      const from = keep ? start : end;
      if (!this.refill(from))
        throw this.malformed('a text is not closed, the file ends in it: it is not complete JSON');
      at = this.at + over;
      start -= from;
    }
  }

  private skipString(): void {
    this.scanString(false);
  }

  private readString(intern: boolean): string {
    const { start, escaped } = this.scanString(true);
    const length = this.at - 1 - start;
    if (!intern || length > 256) return this.decoded(start, length, escaped);
    let hash = length;
    for (let i = start; i < start + length; i++) hash = (Math.imul(hash, 31) + this.buffer[i]!) | 0;
    const known = this.interned.get(hash);
    if (known?.length === length && !escaped && this.isAt(known, start)) return known;
    const text = this.decoded(start, length, escaped);
    if (this.interned.size < 200_000) this.interned.set(hash, text);
    return text;
  }

  private isAt(text: string, start: number): boolean {
    for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== this.buffer[start + i]) return false;
    return true;
  }

  private decoded(start: number, length: number, escaped: boolean): string {
    const text = this.decoder.decode(this.buffer.subarray(start, start + length));
    if (!escaped) return text;
    try {
      return JSON.parse(`"${text}"`) as string;
    } catch {
      throw this.malformed('a text has an escape that JSON does not know');
    }
  }
}

function withArticle(kind: JsonKind): string {
  return kind === 'null'
    ? 'null'
    : /^[aeiou]/.test(kind)
      ? `an ${kind}`
      : kind === 'string'
        ? 'a text'
        : `a ${kind}`;
}
