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
  /** How much of the pixel boxes cover, 0..255. */
  readonly cover: Uint8Array;
  private readonly best: Float32Array;
  private readonly covered: Float32Array;
  readonly pixels: number;

  constructor(pixels: number) {
    this.pixels = pixels;
    this.box = new Int32Array(pixels);
    this.cover = new Uint8Array(pixels);
    this.best = new Float32Array(pixels);
    this.covered = new Float32Array(pixels);
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

  private drawBoxes(picture: Picture, row: number, fromValue: number, from: number, perPixel: number): void {
    const { box, cover, best, covered, pixels } = this;
    const { x0, x1 } = picture;
    box.fill(-1);
    best.fill(0);
    covered.fill(0);
    const scale = 1 / perPixel;
    const end = picture.rowStart[row + 1] ?? 0;
    for (let position = firstRightOf(picture, row, fromValue); position < end; position++) {
      const left = (x0[position]! - from) * scale;
      if (left >= pixels) break;
      const right = Math.min(pixels, (x1[position]! - from) * scale);
      const first = left > 0 ? Math.trunc(left) : 0;
      const last = Math.min(pixels - 1, Math.trunc(right));
      if (first === last) {
        const width = right - Math.max(0, left);
        covered[first]! += width;
        if (width > best[first]!) {
          best[first] = width;
          box[first] = position;
        }
        continue;
      }
      const firstWidth = Math.min(1, first + 1 - left);
      covered[first]! += firstWidth;
      if (firstWidth > best[first]!) {
        best[first] = firstWidth;
        box[first] = position;
      }
      for (let pixel = first + 1; pixel < last; pixel++) {
        box[pixel] = position;
        covered[pixel] = 1;
      }
      const lastWidth = Math.min(1, right - last);
      covered[last]! += lastWidth;
      if (lastWidth > best[last]!) {
        best[last] = lastWidth;
        box[last] = position;
      }
    }
    for (let pixel = 0; pixel < pixels; pixel++)
      cover[pixel] = box[pixel]! < 0 ? 0 : Math.max(1, Math.min(255, covered[pixel]! * 255));
  }
}
