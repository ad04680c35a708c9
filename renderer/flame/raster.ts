/**
 * Which box each pixel of a row shows. The work depends on the number of pixels, not of boxes, wherever boxes are much
 * narrower than pixels: there the levels of detail answer. A pixel that several boxes share goes to the one that covers
 * most of it.
 */
import { coarsestBits, levelStart } from '../../profiles/flame-chart-detail';
import { firstRightOf, type Picture } from './picture';
import type { Viewport } from './viewport';

/** One row of pixels, to be used again and again. */
export class PixelRow {
  /** Pixel → position; -1 where there is nothing. */
  readonly box: Int32Array;
  /** How much of the pixel boxes cover, 1..255; 0 where there is no box. */
  readonly cover: Uint8Array;
  readonly pixels: number;
  /** Most pixels show another box than their neighbours. */
  crowded = false;

  constructor(pixels: number) {
    this.pixels = pixels;
    this.box = new Int32Array(pixels);
    this.cover = new Uint8Array(pixels);
  }

  /** Fills the row with what a view of a picture's row shows. */
  fill(picture: Picture, row: number, view: Viewport): void {
    const { pixels } = this;
    const from = view.from / picture.perX;
    const perPixel = (view.to - view.from) / picture.perX / pixels;
    const { detail } = picture;
    if (detail && (detail.bits[row] ?? 0) > 0) {
      // The first level whose bins are no wider than a pixel.
      const wanted = Math.max(coarsestBits, Math.ceil(detail.domainBits - Math.log2(perPixel)));
      if (wanted <= (detail.bits[row] ?? 0)) {
        this.sampleLevel(picture, row, wanted, from, perPixel);
        return;
      }
    }
    this.drawBoxes(picture, row, view.from, from, perPixel);
  }

  private sampleLevel(picture: Picture, row: number, bits: number, from: number, perPixel: number): void {
    const detail = picture.detail!;
    const at = levelStart(detail, row, bits);
    const bins = 2 ** bits;
    const binsPerTick = 2 ** (bits - detail.domainBits);
    const step = perPixel * binsPerTick;
    let bin = (from + perPixel / 2) * binsPerTick;
    const { box, cover, pixels } = this;
    this.crowded = true;
    for (let pixel = 0; pixel < pixels; pixel++, bin += step) {
      if (bin >= 0 && bin < bins) {
        const slot = at + Math.trunc(bin);
        box[pixel] = detail.box[slot]!;
        cover[pixel] = detail.cover[slot]!;
      } else {
        box[pixel] = -1;
        cover[pixel] = 0;
      }
    }
  }

  /**
   * Box by box. Boxes of a pixel or more cover the pixels between their rounded edges; of the narrower ones, each pixel
   * left over shows the widest.
   */
  private drawBoxes(picture: Picture, row: number, fromValue: number, from: number, perPixel: number): void {
    const { box, cover, pixels } = this;
    const { x0, x1 } = picture;
    box.fill(-1);
    cover.fill(0);
    const scale = 1 / perPixel;
    const end = picture.rowStart[row + 1] ?? 0;
    const start = firstRightOf(picture, row, fromValue);
    /** The pixel that narrow boxes are gathered in; free while nothing wide covers it. */
    let gathering = -1;
    let widest = 0;
    let sum = 0;
    let position = start;
    for (; position < end; position++) {
      const left = (x0[position]! - from) * scale;
      if (left >= pixels) break;
      const right = (x1[position]! - from) * scale;
      const width = right - left;
      if (width < 1) {
        const middle = (left + right) / 2;
        // Pixels are fewer than 2^31, and cutting the fraction off this way costs nothing.
        const pixel = middle | 0;
        if (pixel >= pixels || middle < 0) continue;
        if (pixel !== gathering) {
          // A wide box covers it already.
          if (box[pixel] !== -1) continue;
          gathering = pixel;
          widest = sum = 0;
        }
        sum += width;
        if (width > widest) {
          widest = width;
          box[pixel] = position;
        }
        cover[pixel] = Math.max(1, Math.min(255, sum * 255));
        continue;
      }
      const first = left > 0 ? (left + 0.5) | 0 : 0;
      const last = right < pixels ? (right + 0.5) | 0 : pixels;
      if (last - first > 32) {
        box.fill(position, first, last);
        cover.fill(255, first, last);
      } else
        for (let pixel = first; pixel < last; pixel++) {
          box[pixel] = position;
          cover[pixel] = 255;
        }
    }
    this.crowded = (position - start) * 8 > pixels;
  }
}
