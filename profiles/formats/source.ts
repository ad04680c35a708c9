/**
 * Bytes that are pulled piece by piece, so that a file of any size can be read without holding it as text. Synchronous,
 * because importers run in a worker (or in Node), where reading a piece synchronously is possible and fastest.
 */
import { Gunzip } from 'fflate';
import { ProfileFormatError } from '../errors';

export interface ByteSource {
  /** The file's name, for messages. */
  readonly name: string;
  /** The next piece, never empty; null at the end. The piece may be kept. */
  next(): Uint8Array | null;
  /** Back to the first byte. */
  rewind(): void;
  /** Share of the file that was handed out, 0..1. */
  readonly share: number;
}

const pieceBytes = 1 << 20;

/** Bytes in memory, whole or in parts (as they came over a transport). */
export function sourceOfBytes(name: string, bytes: Uint8Array | readonly Uint8Array[]): ByteSource {
  const parts = bytes instanceof Uint8Array ? [bytes] : bytes;
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  let part = 0;
  let offset = 0;
  let given = 0;
  return {
    name,
    next() {
      while (part < parts.length && offset >= parts[part]!.length) {
        part++;
        offset = 0;
      }
      if (part >= parts.length) return null;
      const piece = parts[part]!.subarray(offset, offset + pieceBytes);
      offset += piece.length;
      given += piece.length;
      return piece;
    },
    rewind() {
      part = offset = given = 0;
    },
    get share() {
      return size === 0 ? 1 : given / size;
    },
  };
}

/** Something that reads a range synchronously: a file descriptor in Node, `FileReaderSync` over a Blob in a worker. */
export interface RangeReader {
  sizeBytes: number;
  read(offset: number, length: number): Uint8Array;
}

export function sourceOfRanges(name: string, reader: RangeReader): ByteSource {
  let offset = 0;
  return {
    name,
    next() {
      if (offset >= reader.sizeBytes) return null;
      const piece = reader.read(offset, Math.min(4 * pieceBytes, reader.sizeBytes - offset));
      if (piece.length === 0) return null; // The file became shorter meanwhile.
      offset += piece.length;
      return piece;
    },
    rewind() {
      offset = 0;
    },
    get share() {
      return reader.sizeBytes === 0 ? 1 : offset / reader.sizeBytes;
    },
  };
}

/** No profile is that large; a few kilobytes that unpack to more are an attack or an accident. */
export const maxUnpackedBytes = 8 * 1024 ** 3;
/** JSON of profiles packs to a tenth, at the most extreme to a fiftieth: what unpacks to that multiple is no profile. */
const maxUnpackedRatio = 200;
/** Below, anything is unpacked: it does no harm. */
const harmlessBytes = 64 * 1024 ** 2;
/** Of an unpacked file, for reading it again. */
const keptBytes = 32 * 1024 ** 2;
/** Unpacks to 16 MB at most. */
const packedPieceBytes = 1 << 14;

/** The source itself, or its content unpacked when it is gzipped. Errors of unpacking come from `next`, as ProfileFormatError. */
export function unpacked(source: ByteSource, limitBytes = maxUnpackedBytes): ByteSource {
  source.rewind();
  const first = source.next();
  source.rewind();
  return first && first[0] === 0x1f && first[1] === 0x8b ? gunzipped(source, limitBytes) : source;
}

function gunzipped(source: ByteSource, limitBytes: number): ByteSource {
  const damaged = (problem: string, cause?: unknown) =>
    new ProfileFormatError('PROFILE_MALFORMED', `${source.name} cannot be unpacked: ${problem}.`, {
      where: source.name,
      hint: 'It may have been cut off on its way. Get it again, or unpack it by hand to see what is in it.',
      cause,
    });
  const newGunzip = (): Gunzip =>
    new Gunzip((data) => {
      if (data.length > 0) out.push(data);
    });
  let out: Uint8Array[] = [];
  let unpackedBytes = 0;
  let packed: Uint8Array | null = null;
  let packedAt = 0;
  let packedBytes = 0;
  let ended = false;
  let gunzip = newGunzip();
  /** What was given since the beginning, while it is little: telling the format and reading the file unpack it once. */
  let kept: Uint8Array[] | null = [];
  /** How many of the kept pieces were given since the last rewinding. */
  let givenAgain = 0;
  source.rewind();
  const restart = (): void => {
    source.rewind();
    out = [];
    unpackedBytes = packedAt = packedBytes = givenAgain = 0;
    packed = null;
    ended = false;
    gunzip = newGunzip();
    kept = [];
  };
  const feed = (): void => {
    if (!packed || packedAt >= packed.length) {
      packed = source.next();
      packedAt = 0;
    }
    // The last piece is told apart only by the next being null: the stream is then closed with nothing more in it.
    const piece = packed ? packed.subarray(packedAt, packedAt + packedPieceBytes) : new Uint8Array();
    packedAt += piece.length;
    packedBytes += piece.length;
    ended = packed === null;
    try {
      gunzip.push(piece, ended);
    } catch (thrown) {
      throw damaged(thrown instanceof Error ? thrown.message : String(thrown), thrown);
    }
  };
  const unpackNext = (): Uint8Array | null => {
    while (out.length === 0 && !ended) feed();
    const piece = out.shift() ?? null;
    unpackedBytes += piece?.length ?? 0;
    if (unpackedBytes > harmlessBytes && unpackedBytes > packedBytes * maxUnpackedRatio)
      throw damaged(`it unpacks to more than ${maxUnpackedRatio} times its size, which no profile does`);
    if (unpackedBytes > limitBytes)
      throw damaged(`it unpacks to more than ${Math.round(limitBytes / 1e6)} MB, which no profile does`);
    return piece;
  };
  return {
    name: source.name,
    next() {
      if (kept && givenAgain < kept.length) return kept[givenAgain++]!;
      const piece = unpackNext();
      if (!kept || !piece) return piece;
      if (unpackedBytes > keptBytes) kept = null;
      else givenAgain = kept.push(piece);
      return piece;
    },
    rewind() {
      if (kept) givenAgain = 0;
      else restart();
    },
    get share() {
      return source.share;
    },
  };
}

/** The first bytes (up to `length`); the source stands at its beginning afterwards. */
export function headOf(source: ByteSource, length = 65_536): Uint8Array {
  source.rewind();
  const head = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const piece = source.next();
    if (!piece) break;
    const part = piece.subarray(0, length - filled);
    head.set(part, filled);
    filled += part.length;
  }
  source.rewind();
  return head.subarray(0, filled);
}

/** All of a source that is known to be small. */
export function wholeOf(source: ByteSource): Uint8Array {
  source.rewind();
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (let piece = source.next(); piece; piece = source.next()) {
    pieces.push(piece);
    size += piece.length;
  }
  if (pieces.length === 1) return pieces[0]!;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** What parsers are given: a text or bytes in memory, or a source as it is. */
export function asSource(input: string | Uint8Array | ByteSource, name = 'The profile'): ByteSource {
  if (typeof input === 'string') return sourceOfBytes(name, new TextEncoder().encode(input));
  return input instanceof Uint8Array ? sourceOfBytes(name, input) : input;
}
