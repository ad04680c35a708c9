/**
 * Draws lines into pixels, column by column. A browser without a graphics processor strokes a path of two thousand points
 * that goes up and down at every pixel in 60 ms, on the window's thread; this takes a fraction of one. All px are the
 * device's.
 */
import type { PointBuffer } from './decimate';

export interface LineLook {
  /** `#rrggbb`. */
  color: string;
  /** 0..1 */
  alpha: number;
  thickness: number;
  /** 0..1: how much of the colour is below the line; 0: nothing. */
  areaAlpha: number;
  /** So many columns are drawn and so many left out, in turn. */
  dash: { on: number; off: number } | null;
}

const opaque = 255;

export class LaneRaster {
  readonly width: number;
  readonly height: number;
  /** RGBA, not premultiplied: what an `ImageData` takes. */
  readonly bytes: Uint8ClampedArray<ArrayBuffer>;
  /** The same, a pixel each: alpha is the highest byte, as on all processors that browsers run on. */
  private readonly pixels: Uint32Array<ArrayBuffer>;
  /** Between which heights the line is in each column; none: the first is above the second. */
  private readonly lowest: Float32Array<ArrayBuffer>;
  private readonly highest: Float32Array<ArrayBuffer>;
  /** Only these columns are drawn. */
  private from = 0;
  private end: number;
  /** From this row on they are empty. */
  private emptyFrom = 0;

  constructor(width: number, height: number) {
    this.width = Math.max(1, Math.round(width));
    this.height = Math.max(1, Math.round(height));
    this.end = this.width;
    this.bytes = new Uint8ClampedArray(this.width * this.height * 4);
    this.pixels = new Uint32Array(this.bytes.buffer);
    this.lowest = new Float32Array(this.width);
    this.highest = new Float32Array(this.width);
  }

  /** Empties these columns; what is drawn from now on is drawn in them only. */
  clear(from = 0, end = this.width): void {
    this.from = Math.max(0, from);
    this.end = Math.min(this.width, end);
    this.emptyFrom = 0;
    if (this.from === 0 && this.end === this.width) this.pixels.fill(0);
    else
      for (let row = 0; row < this.height; row++)
        this.pixels.fill(0, row * this.width + this.from, row * this.width + this.end);
  }

  /** Moves the picture to the left (less than 0: to the right). Columns that come in are garbage: clear them. */
  shift(by: number): void {
    if (by > 0) this.pixels.copyWithin(0, by);
    else this.pixels.copyWithin(-by, 0);
  }

  /**
   * Points from left to right; one without a height breaks the line.
   *
   * @param dashFrom how many columns before the picture's first its dashes begin
   */
  line({ x, y, length }: PointBuffer, look: LineLook, dashFrom = 0): void {
    this.lowest.fill(Number.POSITIVE_INFINITY, this.from, this.end);
    this.highest.fill(Number.NEGATIVE_INFINITY, this.from, this.end);
    for (let i = 0; i < length; i++) {
      if (Number.isNaN(y[i]!)) continue;
      if (i + 1 < length && !Number.isNaN(y[i + 1]!)) this.cover(x[i]!, y[i]!, x[i + 1]!, y[i + 1]!);
      // Alone between two breaks.
      else if (i === 0 || Number.isNaN(y[i - 1]!)) this.cover(x[i]!, y[i]!, x[i]!, y[i]!);
    }
    if (look.areaAlpha > 0) this.fillBelow(packed(look.color), Math.round(look.areaAlpha * opaque));
    this.stroke(look, dashFrom);
  }

  dots({ x, y, length }: PointBuffer, radius: number, color: string): void {
    const rgb = packed(color);
    const outer = (radius + 0.5) ** 2;
    for (let i = 0; i < length; i++) {
      if (Number.isNaN(y[i]!)) continue;
      const bottom = Math.min(this.height - 1, Math.ceil(y[i]! + radius));
      const left = Math.max(this.from, Math.floor(x[i]! - radius - 1));
      const right = Math.min(this.end - 1, Math.ceil(x[i]! + radius));
      if (left > right) continue;
      for (let row = Math.max(0, Math.floor(y[i]! - radius - 1)); row <= bottom; row++)
        for (let column = left; column <= right; column++) {
          const square = (column + 0.5 - x[i]!) ** 2 + (row + 0.5 - y[i]!) ** 2;
          if (square >= outer) continue;
          this.put(row * this.width + column, rgb, Math.min(1, radius + 0.5 - Math.sqrt(square)) * opaque);
        }
      if (bottom >= this.emptyFrom) this.emptyFrom = bottom + 1;
    }
  }

  /** From each point down to the bottom, at least `shortest` high; what is not above the bottom has none. */
  bars({ x, y, length }: PointBuffer, wide: number, shortest: number, color: string): void {
    const rgb = packed(color);
    const { width, height } = this;
    this.emptyFrom = height;
    for (let i = 0; i < length; i++) {
      if (!(y[i]! < height)) continue;
      const from = Math.round(x[i]! - wide / 2);
      const end = Math.min(this.end, from + Math.max(1, Math.round(wide)));
      const top = Math.max(0, Math.round(Math.min(y[i]!, height - shortest)));
      for (let row = top; row < height; row++)
        for (let column = Math.max(this.from, from); column < end; column++)
          this.put(row * width + column, rgb, opaque);
    }
  }

  /** Every column that a straight piece of line crosses learns between which heights. */
  private cover(fromX: number, fromY: number, toX: number, toY: number): void {
    const { lowest, highest } = this;
    const slope = toX > fromX ? (toY - fromY) / (toX - fromX) : 0;
    // `| 0`: known to be whole, as which they are counted several times as fast.
    const last = Math.min(this.end - 1, Math.floor(toX)) | 0;
    let column = Math.min(this.end, Math.max(this.from, Math.floor(fromX))) | 0;
    let one = column <= fromX ? fromY : fromY + (column - fromX) * slope;
    for (; column <= last; column++) {
      const other = column + 1 >= toX ? toY : fromY + (column + 1 - fromX) * slope;
      const low = one < other ? one : other;
      const high = one < other ? other : one;
      if (low < lowest[column]!) lowest[column] = low;
      if (high > highest[column]!) highest[column] = high;
      one = other;
    }
  }

  /** The line itself is drawn over its upper edge. */
  private fillBelow(rgb: number, alpha: number): void {
    const { width, height, lowest, highest, pixels } = this;
    const colour = ((alpha << 24) | rgb) >>> 0;
    // Rows that are all of the area are filled as a whole: most are.
    let rowsFrom = this.emptyFrom;
    for (let column = this.from; column < this.end && rowsFrom < height; column++)
      if (lowest[column]! > highest[column]!) rowsFrom = height;
      else rowsFrom = Math.max(rowsFrom, Math.round((lowest[column]! + highest[column]!) / 2)) | 0;
    for (let row = rowsFrom; row < height; row++)
      pixels.fill(colour, row * width + this.from, row * width + this.end);
    const end = (Math.min(rowsFrom, height) * width) | 0;
    for (let column = this.from; column < this.end; column++) {
      if (lowest[column]! > highest[column]!) continue;
      const top = Math.min(height, Math.max(0, Math.round((lowest[column]! + highest[column]!) / 2))) | 0;
      for (let at = top * width + column; at < end; at += width)
        if (pixels[at] === 0) pixels[at] = colour;
        else this.put(at, rgb, alpha);
    }
    this.emptyFrom = height;
  }

  /**
   * As thick as the line is, seen from above, with edges as soft as its slope makes them: what a column's share of a
   * straight line comes to. Where the line goes up and down within a column all of that is covered.
   */
  private stroke({ color, alpha, thickness, dash }: LineLook, dashFrom: number): void {
    const { width, height, lowest, highest, pixels } = this;
    const rgb = packed(color);
    const most = alpha * opaque;
    const isOpaque = Math.round(most) >= opaque;
    const solid = ((opaque << 24) | rgb) >>> 0;
    const period = dash ? dash.on + dash.off : 1;
    const phase = ((dashFrom % period) + period) % period;
    let emptyFrom = this.emptyFrom;
    for (let column = this.from; column < this.end; column++) {
      const low = lowest[column]!;
      const high = highest[column]!;
      if (low > high || (dash && (column + phase) % period >= dash.on)) continue;
      const soft = Math.min(1, high - low);
      const perSoft = soft > 0 ? 0.5 / soft : 0;
      const half = (thickness / 2) * Math.sqrt(1 + soft * soft);
      const top = low - half;
      const bottom = high + half;
      const first = Math.min(height, Math.max(0, Math.floor(top))) | 0;
      const end = Math.min(height, Math.max(0, Math.ceil(bottom))) | 0;
      if (end > emptyFrom) emptyFrom = end;
      // Between these rows it is not at an edge.
      const solidFrom = Math.min(end, Math.max(first, Math.ceil(top + soft))) | 0;
      const solidEnd = Math.max(solidFrom, Math.min(end, Math.floor(bottom - soft))) | 0;
      let row = first;
      let at = first * width + column;
      // What of the line is above the row.
      let above = top < 0 ? covered(row, top, bottom, soft, perSoft) : 0;
      const all = bottom - top - soft;
      while (row < end) {
        if (row === solidFrom && row < solidEnd) {
          for (; row < solidEnd; row++, at += width)
            if (isOpaque) pixels[at] = solid;
            else this.put(at, rgb, most);
          above = covered(row, top, bottom, soft, perSoft);
          continue;
        }
        const below = row + 1 < bottom ? covered(row + 1, top, bottom, soft, perSoft) : all;
        this.put(at, rgb, (below - above) * most);
        above = below;
        row++;
        at += width;
      }
    }
    this.emptyFrom = emptyFrom;
  }

  /** @param alpha 0..255; less than 0 is nothing */
  private put(at: number, rgb: number, alpha: number): void {
    const over = Math.min(opaque, alpha + 0.5) | 0;
    if (over <= 0) return;
    const below = this.pixels[at]!;
    const above = ((over << 24) | rgb) >>> 0;
    this.pixels[at] = over === opaque || below === 0 ? above : blended(above, below);
  }
}

/** Blended before: a picture has few colours, and most edges lie on an area or a line. */
const slots = 1024;
const knownAbove = new Uint32Array(slots);
const knownBelow = new Uint32Array(slots);
const knownBlended = new Uint32Array(slots);

/** @param above neither empty nor opaque */
function blended(above: number, below: number): number {
  const slot = (Math.imul(below ^ Math.imul(above, 0x85ebca6b), 0x9e3779b1) >>> 16) % slots;
  if (knownAbove[slot] === above && knownBelow[slot] === below) return knownBlended[slot]!;
  const over = above >>> 24;
  const rest = ((below >>> 24) * (opaque - over)) / opaque;
  const share = over / (over + rest);
  const red = mixed(above & 255, below & 255, share);
  const green = mixed((above >>> 8) & 255, (below >>> 8) & 255, share);
  const blue = mixed((above >>> 16) & 255, (below >>> 16) & 255, share);
  const result = ((Math.round(over + rest) << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  knownAbove[slot] = above;
  knownBelow[slot] = below;
  knownBlended[slot] = result;
  return result;
}

function mixed(above: number, below: number, share: number): number {
  return Math.round(below + (above - below) * share);
}

/**
 * How much, in rows, of what is between two heights whose edges are soft is above a row.
 *
 * @param perSoft 1 / (2 soft); 0 for hard edges
 */
function covered(row: number, top: number, bottom: number, soft: number, perSoft: number): number {
  return risen(row - top, soft, perSoft) - risen(row - bottom + soft, soft, perSoft);
}

/** What adds up from 0 to `at` of something that rises from 0 to 1 over `soft` and stays there. */
function risen(at: number, soft: number, perSoft: number): number {
  if (at <= 0) return 0;
  return at < soft ? at * at * perSoft : at - soft / 2;
}

const known = new Map<string, number>();

/** `#rrggbb` as the lower three bytes of a pixel. */
function packed(color: string): number {
  let rgb = known.get(color);
  if (rgb === undefined) {
    const value = Number.parseInt(color.slice(1), 16);
    rgb = ((value & 255) << 16) | (value & 0xff00) | (value >>> 16);
    known.set(color, rgb);
  }
  return rgb;
}
