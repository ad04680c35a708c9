/**
 * Latencies counted in the layout of HdrHistogram (hdrhistogram.org): log-linear buckets that keep three significant digits
 * from 1 µs to beyond 1 h. Recording is a shift and an increment; the counters come in blocks of 1024, one per power of
 * two, which exist only where something was recorded. Minimum, maximum and sum are exact.
 */
import { fromBase64, toBase64 } from './base64';
import { readVarint, VarintWriter } from './varint';

/** Enough for three significant digits: 2048 equal steps, of which the upper half is used in every block but the first. */
const halfSteps = 1024;
const halfStepsBits = 10;
/** Values are kept below 2^32 µs, which is 71 minutes. */
const highestUs = 2 ** 32 - 1;
const blockCount = 23;

export class LatencyHistogram {
  /** How many values were recorded. */
  count = 0;
  #minUs = Infinity;
  #maxUs = 0;
  #sumUs = 0;
  readonly #blocks: (Uint32Array | undefined)[] = new Array<Uint32Array | undefined>(blockCount).fill(
    undefined,
  );

  /** @param latencyUs µs; below 1 counts as 1, beyond 71 minutes as 71 minutes */
  record(latencyUs: number): void {
    const value = latencyUs < 1 ? 1 : latencyUs > highestUs ? highestUs : latencyUs;
    this.count++;
    this.#sumUs += value;
    if (value < this.#minUs) this.#minUs = value;
    if (value > this.#maxUs) this.#maxUs = value;
    const rounded = (value + 0.5) >>> 0 || value >>> 0;
    const shift = 31 - Math.clz32(rounded | 1) - halfStepsBits;
    if (shift <= 0) {
      // Below 2048 µs each µs has a counter of its own.
      this.#block(shift < 0 ? 0 : 1)[rounded & (halfSteps - 1)]!++;
      return;
    }
    this.#block(shift + 1)[(rounded >>> shift) - halfSteps]!++;
  }

  /** Takes in everything the other one has. */
  add(other: LatencyHistogram): void {
    if (other.count === 0) return;
    this.count += other.count;
    this.#sumUs += other.#sumUs;
    if (other.#minUs < this.#minUs) this.#minUs = other.#minUs;
    if (other.#maxUs > this.#maxUs) this.#maxUs = other.#maxUs;
    for (let at = 0; at < blockCount; at++) {
      const theirs = other.#blocks[at];
      if (!theirs) continue;
      const ours = this.#block(at);
      for (let step = 0; step < halfSteps; step++) ours[step]! += theirs[step]!;
    }
  }

  reset(): void {
    if (this.count === 0) return;
    this.count = 0;
    this.#sumUs = 0;
    this.#minUs = Infinity;
    this.#maxUs = 0;
    for (const block of this.#blocks) block?.fill(0);
  }

  /** NaN when nothing was recorded; so are the others. */
  get minUs(): number {
    return this.count === 0 ? NaN : this.#minUs;
  }

  get maxUs(): number {
    return this.count === 0 ? NaN : this.#maxUs;
  }

  get meanUs(): number {
    return this.count === 0 ? NaN : this.#sumUs / this.count;
  }

  /** The latency in µs that so large a share (0..1) of the values does not exceed: the nearest rank; NaN without values. */
  valueAt(share: number): number {
    if (this.count === 0) return NaN;
    const rank = Math.min(this.count, Math.max(1, Math.ceil(share * this.count - 1e-9)));
    if (rank === this.count) return this.#maxUs;
    let seen = 0;
    for (let at = 0; at < blockCount; at++) {
      const block = this.#blocks[at];
      if (!block) continue;
      for (let step = 0; step < halfSteps; step++) {
        seen += block[step]!;
        // The middle of what falls into one counter, never outside of what was measured.
        if (seen >= rank) return Math.min(Math.max(middleUs(at, step), this.#minUs), this.#maxUs);
      }
    }
    return this.#maxUs;
  }

  /** Calls back for each counter that is not zero, in rising order, with the bounds of its values: lowest and first above. */
  forEach(visit: (count: number, fromUs: number, toUs: number) => void): void {
    for (let at = 0; at < blockCount; at++) {
      const block = this.#blocks[at];
      if (!block) continue;
      for (let step = 0; step < halfSteps; step++)
        if (block[step] !== 0) visit(block[step]!, lowestUs(at, step), lowestUs(at, step) + widthUs(at));
    }
  }

  /** As a short text: distances between used counters and their counts as variable-length numbers, in base 64. */
  encode(): string {
    if (this.count === 0) return '';
    const writer = new VarintWriter();
    writer.write(formatVersion);
    writer.write(Math.round(this.#minUs));
    writer.write(Math.round(this.#maxUs));
    writer.write(Math.round(this.#sumUs));
    let last = -1;
    for (let at = 0; at < blockCount; at++) {
      const block = this.#blocks[at];
      if (!block) continue;
      for (let step = 0; step < halfSteps; step++) {
        const count = block[step]!;
        if (count === 0) continue;
        const place = at * halfSteps + step;
        writer.write(place - last);
        writer.write(count);
        last = place;
      }
    }
    return toBase64(writer.bytes());
  }

  /** @throws RangeError when the text is not one of `encode` */
  static decode(text: string): LatencyHistogram {
    const histogram = new LatencyHistogram();
    if (text !== '') histogram.#fill(fromBase64(text));
    return histogram;
  }

  #fill(bytes: Uint8Array): void {
    const reader = { bytes, at: 0 };
    if (readVarint(reader) !== formatVersion) throw new RangeError('not a latency histogram');
    this.#minUs = readVarint(reader);
    this.#maxUs = readVarint(reader);
    this.#sumUs = readVarint(reader);
    let place = -1;
    while (reader.at < bytes.length) {
      place += readVarint(reader);
      const count = readVarint(reader);
      if (place < 0 || place >= blockCount * halfSteps) throw new RangeError('not a latency histogram');
      this.#block(Math.floor(place / halfSteps))[place % halfSteps] = count;
      this.count += count;
    }
    if (this.count === 0) throw new RangeError('not a latency histogram');
  }

  #block(at: number): Uint32Array {
    return (this.#blocks[at] ??= new Uint32Array(halfSteps));
  }
}

const formatVersion = 1;

/** Width of the counters of a block: 1 µs up to 2048 µs, then doubling. */
function widthUs(block: number): number {
  return block <= 1 ? 1 : 2 ** (block - 1);
}

function lowestUs(block: number, step: number): number {
  return block === 0 ? step : (halfSteps + step) * widthUs(block);
}

function middleUs(block: number, step: number): number {
  return lowestUs(block, step) + (widthUs(block) - 1) / 2;
}
