/** The head of an HTTP/1 answer, read strictly: what is not HTTP is said to be none, never guessed at. */
import type { AnswerHead } from './transport';

export interface Http1Head extends AnswerHead {
  /** -1: there is none. */
  readonly contentLength: number;
  readonly chunked: boolean;
  /** The connection can be used again. */
  readonly keepAlive: boolean;
  /** How long an idle connection may still be used, by what the server says of its own patience; Infinity when it says nothing. */
  readonly mostIdleMs: number;
}

/** Statuses beyond 599 are no standard's, but servers send them: they count as errors (RFC 9110, 15). */
const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [^\r\n]*)?$/;
const tokenName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const noCookies: readonly string[] = [];

/** @param text from the status line up to and without the empty line; null when it is not the head of an answer */
export function readHead(text: string): Http1Head | null {
  const lines = (text.includes('\r\n ') || text.includes('\r\n\t') ? unfolded(text) : text).split('\r\n');
  const status = statusLine.exec(lines[0] ?? '');
  if (!status) return null;
  let contentLength = -1;
  let chunked = false;
  let otherCoding = false;
  let keepAlive = status[1] === '1';
  let mostIdleMs = Infinity;
  let setCookies: string[] | undefined;
  for (let at = 1; at < lines.length; at++) {
    const line = lines[at]!;
    const colon = line.indexOf(':');
    if (colon <= 0 || !tokenName.test(line.slice(0, colon))) return null;
    // Names of other lengths than these need not be looked at.
    if (colon !== 14 && colon !== 17 && colon !== 10) continue;
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'content-length') {
      const length = /^\d{1,15}$/.test(value) ? Number(value) : NaN;
      if (Number.isNaN(length) || (contentLength >= 0 && contentLength !== length)) return null;
      contentLength = length;
    } else if (name === 'transfer-encoding') {
      const codings = value.toLowerCase().split(',');
      chunked = codings.at(-1)?.trim() === 'chunked';
      otherCoding = !chunked;
    } else if (name === 'connection') {
      const tokens = value.toLowerCase();
      if (tokens.includes('close')) keepAlive = false;
      else if (tokens.includes('keep-alive')) keepAlive = true;
    } else if (name === 'keep-alive') mostIdleMs = mostIdleOf(value);
    else if (name === 'set-cookie') (setCookies ??= []).push(value);
  }
  // With a transfer coding the length says nothing (RFC 9112, 6.3).
  if (chunked || otherCoding) contentLength = -1;
  return {
    status: Number(status[2]),
    contentLength,
    chunked,
    keepAlive,
    mostIdleMs,
    setCookies: setCookies ?? noCookies,
    header: (wanted) => headerOf(lines, wanted),
  };
}

/** Lines that go on in the next one are one line (RFC 9112, 5.2). */
function unfolded(text: string): string {
  const first = text.indexOf('\r\n');
  // Nothing can go on from the status line.
  return text.slice(0, first + 2) + text.slice(first + 2).replace(/[ \t]*\r\n[ \t]+/g, ' ');
}

/**
 * From `Keep-Alive: timeout=5`, which Node's servers send. A request that goes out as the server closes is lost without its
 * fault: the last second (half of the time when it is short) is left out, as other clients do.
 */
function mostIdleOf(value: string): number {
  const seconds = /(?:^|[,\s])timeout=(\d{1,9})/i.exec(value)?.[1];
  if (seconds === undefined) return Infinity;
  const ms = Number(seconds) * 1000;
  return ms - Math.min(1000, ms / 2);
}

function headerOf(lines: readonly string[], wanted: string): string | undefined {
  for (let at = 1; at < lines.length; at++) {
    const line = lines[at]!;
    if (
      line.length > wanted.length &&
      line[wanted.length] === ':' &&
      line.slice(0, wanted.length).toLowerCase() === wanted
    )
      return line.slice(wanted.length + 1).trim();
  }
  return undefined;
}
