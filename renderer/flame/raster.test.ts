import { describe, expect, test } from 'vitest';
import { ProfileBuilder } from '../../profiles/builder';
import { layoutChart } from '../../profiles/flame-chart';
import { addStack, profileOf } from '../../profiles/testing';
import { ChartPicture } from './chart-picture';
import { PixelRow } from './raster';

function pixelsOf(picture: ChartPicture, view: { from: number; to: number }, width: number) {
  const row = new PixelRow(width);
  row.fill(picture, 0, view);
  return Array.from(row.box, (position, pixel) =>
    position < 0 ? '.' : picture.labelOf(position).charAt(0) + (row.cover[pixel] === 255 ? '' : '?'),
  );
}
const chart = (profile: ReturnType<typeof profileOf>) =>
  new ChartPicture(layoutChart([{ key: 'p', title: 'p', profile }]));

test('boxes of a pixel and more cover the pixels between their rounded edges', () => {
  const picture = chart(profileOf(['a', 0], ['b', 24], ['(idle)', 50], ['c', 80], ['', 100]));
  expect(pixelsOf(picture, { from: 0, to: 100 }, 10).join('')).toBe('aabbb...cc');
  expect(pixelsOf(picture, { from: 0, to: 20 }, 4).join('')).toBe('aaaa');
  expect(pixelsOf(picture, { from: 70, to: 90 }, 4).join('')).toBe('..cc');
});

test('of boxes narrower than a pixel the widest is seen, as faint as there is little of it', () => {
  const picture = chart(profileOf(['(idle)', 0], ['a', 41], ['b', 42], ['(idle)', 45], ['c', 60], ['', 100]));
  expect(pixelsOf(picture, { from: 0, to: 100 }, 10)).toEqual([...'....', 'b?', '.', ...'cccc']);
});

describe('a row of many thousand calls', () => {
  const builder = new ProfileBuilder('microseconds');
  const [long, short] = [addStack(builder, 'long'), addStack(builder, 'short')];
  for (let period = 0; period < 20_000; period++) {
    builder.addSample(long, period * 100);
    builder.addSample(short, period * 100 + 70);
  }
  // One call long enough to be seen from afar.
  builder.addSample(short, 2_000_000);
  builder.finish(2_200_000);
  const picture = chart(builder.profile);

  test('shows what takes most of each pixel, and long calls where they are', () => {
    const pixels = pixelsOf(picture, { from: 0, to: picture.width }, 1100);
    expect(pixels.slice(0, 999).filter((pixel) => pixel.startsWith('s'))).toEqual([]);
    expect(pixels.slice(1001).every((pixel) => pixel === 's')).toBe(true);
  });

  test('shows the same from the levels of detail as from the boxes', () => {
    const view = { from: 1_999_000, to: 2_001_000 };
    const near = pixelsOf(picture, view, 40);
    const without = new ChartPicture({
      ...picture.layout,
      detail: { ...picture.layout.detail, bits: new Uint8Array(picture.rows) },
    });
    expect(near).toEqual(pixelsOf(without, view, 40));
    // From far away a bin may straddle an edge: never by more than a pixel.
    const far = pixelsOf(picture, { from: 0, to: picture.width }, 550);
    const edge = far.indexOf('s');
    expect(Math.abs(edge - 500)).toBeLessThanOrEqual(1);
  });
});
