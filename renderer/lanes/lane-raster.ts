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

  constructor(width: number, height: number) {
    this.width = Math.max(1, Math.round(width));
    this.height = Math.max(1, Math.round(height));
    this.bytes = new Uint8ClampedArray(this.width * this.height * 4);
    this.pixels = new Uint32Array(this.bytes.buffer);
    this.lowest = new Float32Array(this.width);
    this.highest = new Float32Array(this.width);
  }

  clear(): void {
    this.pixels.fill(0);
  }

  /** Points from left to right; one without a height breaks the line. */
  line({ x, y, length }: PointBuffer, look: LineLook): void {
    this.lowest.fill(Number.POSITIVE_INFINITY);
    this.highest.fill(Number.NEGATIVE_INFINITY);
    for (let i = 0; i < length; i++) {
      if (Number.isNaN(y[i]!)) continue;
      if (i + 1 < length && !Number.isNaN(y[i + 1]!)) this.cover(x[i]!, y[i]!, x[i + 1]!, y[i + 1]!);
      // Alone between two breaks.
      else if (i === 0 || Number.isNaN(y[i - 1]!)) this.cover(x[i]!, y[i]!, x[i]!, y[i]!);
    }
    if (look.areaAlpha > 0) this.fillBelow(packed(look.color), Math.round(look.areaAlpha * opaque));
    this.stroke(look);
  }

  dots({ x, y, length }: PointBuffer, radius: number, color: string): void {
    const rgb = packed(color);
    for (let i = 0; i < length; i++) {
      if (Number.isNaN(y[i]!)) continue;
      const bottom = Math.min(this.height - 1, Math.ceil(y[i]! + radius));
      const right = Math.min(this.width - 1, Math.ceil(x[i]! + radius));
      for (let row = Math.max(0, Math.floor(y[i]! - radius - 1)); row <= bottom; row++)
        for (let column = Math.max(0, Math.floor(x[i]! - radius - 1)); column <= right; column++) {
          const distance = Math.hypot(column + 0.5 - x[i]!, row + 0.5 - y[i]!);
          this.put(row * this.width + column, rgb, Math.min(1, radius + 0.5 - distance) * opaque);
        }
    }
  }

  /** From each point down to the bottom, at least `shortest` high; what is not above the bottom has none. */
  bars({ x, y, length }: PointBuffer, wide: number, shortest: number, color: string): void {
    const rgb = packed(color);
    const { width, height } = this;
    for (let i = 0; i < length; i++) {
      if (!(y[i]! < height)) continue;
      const from = Math.round(x[i]! - wide / 2);
      const end = Math.min(width, from + Math.max(1, Math.round(wide)));
      const top = Math.max(0, Math.round(Math.min(y[i]!, height - shortest)));
      for (let row = top; row < height; row++)
        for (let column = Math.max(0, from); column < end; column++)
          this.put(row * width + column, rgb, opaque);
    }
  }

  /** Every column that a straight piece of line crosses learns between which heights. */
  private cover(fromX: number, fromY: number, toX: number, toY: number): void {
    const { lowest, highest } = this;
    const first = Math.floor(fromX);
    const last = Math.min(this.width - 1, Math.floor(toX));
    const slope = toX > fromX ? (toY - fromY) / (toX - fromX) : 0;
    for (let column = Math.max(0, first); column <= last; column++) {
      const one = column <= fromX ? fromY : fromY + (column - fromX) * slope;
      const other = column + 1 >= toX ? toY : fromY + (column + 1 - fromX) * slope;
      const low = one < other ? one : other;
      const high = one < other ? other : one;
      if (low < lowest[column]!) lowest[column] = low;
      if (high > highest[column]!) highest[column] = high;
    }
  }

  /** The line itself is drawn over its upper edge. */
  private fillBelow(rgb: number, alpha: number): void {
    const { width, height, lowest, highest, pixels } = this;
    const colour = ((alpha << 24) | rgb) >>> 0;
    const end = width * height;
    for (let column = 0; column < width; column++) {
      if (lowest[column]! > highest[column]!) continue;
      const top = Math.max(0, Math.round((lowest[column]! + highest[column]!) / 2));
      for (let at = top * width + column; at < end; at += width)
        if (pixels[at] === 0) pixels[at] = colour;
        else this.put(at, rgb, alpha);
    }
  }

  /**
   * As thick as the line is, seen from above, with edges as soft as its slope makes them: what a column's share of a
   * straight line comes to. Where the line goes up and down within a column all of that is covered.
   */
  private stroke({ color, alpha, thickness, dash }: LineLook): void {
    const { width, height, lowest, highest, pixels } = this;
    const rgb = packed(color);
    const most = alpha * opaque;
    const isOpaque = Math.round(most) >= opaque;
    const solid = ((opaque << 24) | rgb) >>> 0;
    const period = dash ? dash.on + dash.off : 1;
    for (let column = 0; column < width; column++) {
      const low = lowest[column]!;
      const high = highest[column]!;
      if (low > high || (dash && column % period >= dash.on)) continue;
      const soft = Math.min(1, high - low);
      const half = (thickness / 2) * Math.sqrt(1 + soft * soft);
      const top = low - half;
      const bottom = high + half;
      const first = Math.max(0, Math.floor(top));
      const end = Math.min(height, Math.ceil(bottom));
      // Between these rows it is not at an edge.
      const solidFrom = Math.max(first, Math.ceil(top + soft));
      const solidEnd = Math.min(end, Math.floor(bottom - soft));
      for (let row = first, at = first * width + column; row < end; row++, at += width)
        if (row < solidFrom || row >= solidEnd) this.put(at, rgb, shareOf(row, top, bottom, soft) * most);
        else if (isOpaque) pixels[at] = solid;
        else this.put(at, rgb, most);
    }
  }

  /** @param alpha 0..255; less than 0 is nothing */
  private put(at: number, rgb: number, alpha: number): void {
    const over = Math.min(opaque, Math.round(alpha));
    if (over <= 0) return;
    const below = this.pixels[at]!;
    if (over === opaque || below === 0) {
      this.pixels[at] = ((over << 24) | rgb) >>> 0;
      return;
    }
    const rest = ((below >>> 24) * (opaque - over)) / opaque;
    const share = over / (over + rest);
    const red = mixed(rgb & 255, below & 255, share);
    const green = mixed((rgb >>> 8) & 255, (below >>> 8) & 255, share);
    const blue = mixed(rgb >>> 16, (below >>> 16) & 255, share);
    this.pixels[at] = ((Math.round(over + rest) << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  }
}

function mixed(above: number, below: number, share: number): number {
  return Math.round(below + (above - below) * share);
}

/** How much of a row is between two heights whose edges are soft. */
function shareOf(row: number, top: number, bottom: number, soft: number): number {
  return (
    risen(row + 1 - top, soft) -
    risen(row - top, soft) -
    risen(row + 1 - bottom + soft, soft) +
    risen(row - bottom + soft, soft)
  );
}

/** What adds up from 0 to `at` of something that rises from 0 to 1 over `soft` and stays there. */
function risen(at: number, soft: number): number {
  if (at <= 0) return 0;
  return at < soft ? (at * at) / (2 * soft) : at - soft / 2;
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
