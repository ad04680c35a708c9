import { describe, expect, test } from 'vitest';
import { PointBuffer } from './decimate';
import { LaneRaster, type LineLook } from './lane-raster';

const red: LineLook = { color: '#ff0000', alpha: 1, thickness: 1, areaAlpha: 0, dash: null };

function pointsOf(...points: readonly (readonly [number, number])[]): PointBuffer {
  const buffer = new PointBuffer();
  for (const [x, y] of points) buffer.push(x, y);
  return buffer;
}

function pixel({ bytes, width }: LaneRaster, x: number, y: number): number[] {
  return [...bytes.slice((y * width + x) * 4, (y * width + x) * 4 + 4)];
}

/** How much colour is in a column, in whole px. */
function inkIn({ bytes, width, height }: LaneRaster, x: number): number {
  let ink = 0;
  for (let y = 0; y < height; y++) ink += bytes[(y * width + x) * 4 + 3]! / 255;
  return ink;
}

describe('a line in pixels', () => {
  test('a level line covers the rows it lies on, and shares those at its edges', () => {
    const raster = new LaneRaster(10, 10);
    raster.line(pointsOf([0, 5.25], [10, 5.25]), red);
    expect(pixel(raster, 4, 4)).toEqual([255, 0, 0, 64]);
    expect(pixel(raster, 4, 5)).toEqual([255, 0, 0, 191]);
    expect(pixel(raster, 4, 6)[3]).toBe(0);
  });

  test('a slanted line is as thick as a level one', () => {
    for (const rise of [0, 0.25, 0.5, 1]) {
      const raster = new LaneRaster(40, 60);
      raster.line(pointsOf([0, 10], [40, 10 + 40 * rise]), { ...red, thickness: 2 });
      // Seen from above a slanted stroke is thicker by its slope.
      for (const x of [5, 17, 30]) expect(inkIn(raster, x)).toBeCloseTo(2 * Math.hypot(1, rise), 1);
    }
  });

  test('where it goes up and down within a pixel all heights are covered, and a spike keeps its top', () => {
    const raster = new LaneRaster(8, 50);
    raster.line(pointsOf([0, 40], [3.1, 40], [3.2, 5], [3.4, 45], [3.6, 40], [8, 40]), red);
    for (let y = 6; y < 44; y++) expect(pixel(raster, 3, y)[3]).toBe(255);
    expect(pixel(raster, 3, 5)[3]).toBeGreaterThan(200);
    expect(pixel(raster, 3, 3)[3]).toBe(0);
    expect(pixel(raster, 6, 20)[3]).toBe(0);
  });

  test('a point without a value breaks it, and one alone between two breaks is seen', () => {
    const raster = new LaneRaster(20, 10);
    const none = Number.NaN;
    raster.line(pointsOf([0, 5], [4.5, 5], [4.5, none], [10.5, 5], [10.5, none], [15, 5], [20, 5]), red);
    const drawn = Array.from({ length: 20 }, (_, x) => inkIn(raster, x) > 0);
    expect(drawn.map((one) => (one ? '#' : '.')).join('')).toBe('#####.....#....#####');
  });

  test('what is beyond the edges costs nothing and leaves the rest where it is', () => {
    const raster = new LaneRaster(10, 10);
    raster.line(pointsOf([-1e9, 5.5], [1e9, 5.5]), red);
    raster.line(pointsOf([2, -1e7], [3, 1e7]), { ...red, color: '#00ff00' });
    for (const x of [0, 5, 9]) expect(pixel(raster, x, 5)).toEqual([255, 0, 0, 255]);
    for (const y of [0, 5, 9]) expect(pixel(raster, 2, y)).toEqual([0, 255, 0, 255]);
  });

  test('the area reaches from the line to the bottom, fainter; what is drawn over it mixes with it', () => {
    const raster = new LaneRaster(10, 20);
    raster.line(pointsOf([0, 5.5], [10, 5.5]), { ...red, color: '#0000ff', areaAlpha: 0.2 });
    expect(pixel(raster, 5, 2)[3]).toBe(0);
    expect(pixel(raster, 5, 5)).toEqual([0, 0, 255, 255]);
    expect(pixel(raster, 5, 19)).toEqual([0, 0, 255, 51]);
    raster.line(pointsOf([0, 12.5], [10, 12.5]), { ...red, alpha: 0.5 });
    const [r, g, b, alpha] = pixel(raster, 5, 12);
    // 0.5 over 0.2: 0.6 together, five sixths of it red.
    expect([r, g]).toEqual([213, 0]);
    expect(b).toBeCloseTo(42, -0.5);
    expect(alpha).toBeCloseTo(153, -0.5);
  });

  test('a dashed line leaves columns out', () => {
    const raster = new LaneRaster(10, 4);
    raster.line(pointsOf([0, 2], [10, 2]), { ...red, dash: { on: 3, off: 2 } });
    const drawn = Array.from({ length: 10 }, (_, x) => inkIn(raster, x) > 0);
    expect(drawn.map((one) => (one ? '#' : '.')).join('')).toBe('###..###..');
  });

  test('nothing of a picture before stays', () => {
    const raster = new LaneRaster(10, 10);
    raster.line(pointsOf([0, 5], [10, 5]), red);
    raster.clear();
    expect(raster.bytes.every((byte) => byte === 0)).toBe(true);
  });
});

describe('dots and bars in pixels', () => {
  test('a dot is round and as wide as it should be; at an edge its half is seen', () => {
    const raster = new LaneRaster(20, 20);
    raster.dots(pointsOf([10, 10], [0, 0], [5, Number.NaN]), 3, '#ff0000');
    let ink = 0;
    for (let x = 6; x < 20; x++) ink += inkIn(raster, x);
    expect(ink).toBeCloseTo(Math.PI * 9, -0.5);
    expect(pixel(raster, 10, 10)[3]).toBe(255);
    expect(pixel(raster, 13, 13)[3]).toBe(0);
    expect(pixel(raster, 0, 0)[3]).toBe(255);
  });

  test('a bar stands on the bottom; a small one is seen all the same, and nothing has none', () => {
    const raster = new LaneRaster(12, 10);
    raster.bars(pointsOf([2, 4], [6, 9.9], [10, 10]), 2, 2, '#ff0000');
    expect([1, 2, 5, 6, 9, 10].map((x) => inkIn(raster, x))).toEqual([6, 6, 2, 2, 0, 0]);
  });
});
