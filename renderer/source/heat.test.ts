import { describe, expect, it } from 'vitest';
import { hottestLines, lineHeat } from './heat';

const totals = {
  line: Int32Array.from([0, 3, 7, 9]),
  self: Float64Array.from([5, 100, 300, 0]),
  ticks: Uint32Array.from([1, 10, 30, 0]),
  unknownSelf: 0,
};

describe('the heat of lines', () => {
  it('is measured against the hottest line; lines without a cost have none', () => {
    const lines = lineHeat(totals);
    expect([...lines.keys()]).toEqual([3, 7]);
    expect(lines.get(7)).toMatchObject({ heat: 1, self: 300, ticks: 30 });
    expect(lines.get(3)?.heat).toBeCloseTo(1 / 3);
  });

  it('orders the hottest lines of a part of the file', () => {
    const lines = lineHeat(totals);
    expect(hottestLines(lines, 1, Infinity, 5).map(({ line }) => line)).toEqual([7, 3]);
    expect(hottestLines(lines, 1, 5, 5).map(({ line }) => line)).toEqual([3]);
  });
});
