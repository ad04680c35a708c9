/**
 * Takes HTTP/1 answers out of what a connection brings, piece by piece. The usual answer (all of it in one piece, with a
 * head like the last one's) costs one comparison and no object.
 */
import { readHead, type Http1Head } from './answer-head';

/** Node's own, much faster than `toString` for pieces of this size; its types leave it out. */
type Latin1 = Buffer & { latin1Slice(from: number, to: number): string };

/** Told while `feed` runs. */
export interface ParserSink {
  /** @returns whether the pieces of the body are wanted */
  onHead(head: Http1Head): boolean;
  onBody(piece: Buffer): void;
  /** The answer is complete. @param isFollowed by something nobody asked for: the connection cannot be used any more */
  onEnd(head: Http1Head, isFollowed: boolean): void;
}

const enum State {
  /** No answer is expected. */
  idle,
  head,
  length,
  untilClose,
  chunkSize,
  chunk,
  chunkEnd,
  trailer,
}

const longestHeadBytes = 256 * 1024;
const longestChunkLine = 4096;
const start = 'HTTP/1.';
const CR = 13;
const LF = 10;

export class AnswerParser {
  #state = State.idle;
  #forHead = false;
  /** What came of a head, a chunk's size or a trailer that is not complete yet. */
  #pending = '';
  /** Of a length or a chunk. */
  #missing = 0;
  #wanted = false;
  #isComplete = false;
  #head: Http1Head | null = null;
  #lastText = '';
  #lastHead: Http1Head | null = null;

  constructor(private readonly sink: ParserSink) {}

  /** An answer is expected. @param toHead the request was a HEAD: no body comes, whatever the header says */
  expect(toHead: boolean): void {
    this.#state = State.head;
    this.#forHead = toHead;
    this.#pending = '';
  }

  /** @returns false when it is not HTTP, or nothing was asked for: the connection cannot be used any more */
  feed(piece: Buffer, length: number): boolean {
    const bytes = piece as Latin1;
    let at = 0;
    while (at < length) {
      switch (this.#state) {
        case State.idle:
          return false;
        case State.head: {
          at = this.#readHead(bytes, at, length);
          if (at < 0) return false;
          break;
        }
        case State.length:
        case State.chunk: {
          const end = Math.min(length, at + this.#missing);
          if (this.#wanted) this.sink.onBody(bytes.subarray(at, end));
          this.#missing -= end - at;
          at = end;
          if (this.#missing === 0) {
            if (this.#state === State.chunk) this.#state = State.chunkEnd;
            else this.#end();
          }
          break;
        }
        case State.untilClose:
          if (this.#wanted) this.sink.onBody(bytes.subarray(at, length));
          return true;
        default: {
          at = this.#readLine(bytes, at, length);
          if (at < 0) return false;
        }
      }
      if (this.#isComplete) {
        this.#tellEnd(at < length);
        return true;
      }
    }
    return true;
  }

  /** The connection was ended by the other side. @returns whether that was the end of the answer */
  close(): boolean {
    if (this.#state !== State.untilClose) return false;
    this.#end();
    this.#tellEnd(false);
    return true;
  }

  /** @returns where to go on; -1 when it is no head */
  #readHead(bytes: Latin1, from: number, length: number): number {
    let text: string;
    let end: number;
    const likely = from + this.#lastText.length;
    if (
      this.#pending === '' &&
      this.#lastHead &&
      likely + 4 <= length &&
      isBlankLine(bytes, likely) &&
      bytes.latin1Slice(from, likely) === this.#lastText
    ) {
      this.#begin(this.#lastHead);
      return likely + 4;
    }
    if (this.#pending === '') {
      end = blankLine(bytes, from, length);
      if (end < 0) {
        this.#pending = bytes.latin1Slice(from, length);
        return looksLikeHead(this.#pending) ? length : -1;
      }
      text = bytes.latin1Slice(from, end);
      end += 4;
    } else {
      // Rare: a head in several pieces.
      const known = this.#pending.length;
      const all = this.#pending + bytes.latin1Slice(from, Math.min(length, from + longestHeadBytes));
      const blank = all.indexOf('\r\n\r\n', Math.max(0, known - 3));
      if (blank < 0) {
        this.#pending = all;
        return looksLikeHead(all) && all.length <= longestHeadBytes ? length : -1;
      }
      text = all.slice(0, blank);
      end = from + blank + 4 - known;
      this.#pending = '';
    }
    const head = readHead(text);
    if (!head || head.status === 101) return -1;
    if (head.status < 200) return end; // an interim answer: the real one follows
    this.#lastText = text;
    this.#lastHead = head;
    this.#begin(head);
    return end;
  }

  #begin(head: Http1Head): void {
    this.#head = head;
    this.#wanted = this.sink.onHead(head);
    // Whoever was told may have given up.
    if (this.#state !== State.head) return;
    if (this.#forHead || head.status === 204 || head.status === 304 || head.contentLength === 0) this.#end();
    else if (head.chunked) this.#state = State.chunkSize;
    else if (head.contentLength > 0) {
      this.#state = State.length;
      this.#missing = head.contentLength;
    } else this.#state = State.untilClose;
  }

  /** A chunk's size, the line end behind a chunk, or a line of the trailer. */
  #readLine(bytes: Latin1, from: number, length: number): number {
    let end = from;
    while (end < length && bytes[end] !== LF) end++;
    this.#pending += bytes.latin1Slice(from, end);
    if (this.#pending.length > longestChunkLine) return -1;
    if (end === length) return length;
    const line = this.#pending;
    this.#pending = '';
    if (line.charCodeAt(line.length - 1) !== CR) return -1;
    if (this.#state === State.chunkEnd) {
      if (line.length !== 1) return -1;
      this.#state = State.chunkSize;
    } else if (this.#state === State.chunkSize) {
      const size = /^([0-9a-fA-F]{1,12})[ \t]*(?:;.*)?\r$/.exec(line);
      if (!size) return -1;
      this.#missing = parseInt(size[1]!, 16);
      this.#state = this.#missing === 0 ? State.trailer : State.chunk;
    } else if (line.length === 1) this.#end();
    else if (!line.includes(':')) return -1;
    return end + 1;
  }

  #end(): void {
    this.#state = State.idle;
    this.#isComplete = true;
  }

  #tellEnd(isFollowed: boolean): void {
    this.#isComplete = false;
    this.sink.onEnd(this.#head!, isFollowed);
  }

  /** Nothing is expected any more. */
  forget(): void {
    this.#state = State.idle;
    this.#isComplete = false;
    this.#pending = '';
  }
}

function isBlankLine(bytes: Buffer, at: number): boolean {
  return bytes[at] === CR && bytes[at + 1] === LF && bytes[at + 2] === CR && bytes[at + 3] === LF;
}

/** Where `\r\n\r\n` begins; -1 when it does not come. */
function blankLine(bytes: Buffer, from: number, length: number): number {
  const last = Math.min(length, from + longestHeadBytes) - 3;
  for (let at = from; at < last; at++) if (bytes[at] === CR && isBlankLine(bytes, at)) return at;
  return -1;
}

function looksLikeHead(text: string): boolean {
  return text.length < start.length ? start.startsWith(text) : text.startsWith(start);
}
