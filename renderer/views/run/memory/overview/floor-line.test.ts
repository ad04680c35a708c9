import { expect, it } from 'vitest';
import { byteBounds, byteTicks, trendLine } from './floor-line';

const hour = 3_600_000_000;

it('the trend line goes through the middle of the points, an outlier notwithstanding', () => {
  const tUs = [0, 1, 2, 3, 4].map((hours) => hours * hour);
  const line = trendLine(tUs, [100, 200, 9000, 400, 500], { startUs: 0, endUs: 4 * hour }, 100)!;
  expect(line.at(0)).toBeCloseTo(100);
  expect(line.at(4 * hour)).toBeCloseTo(500);
});

it('points outside of what was judged do not count', () => {
  const line = trendLine([0, hour, 2 * hour], [7000, 10, 10], { startUs: hour, endUs: 2 * hour }, 0)!;
  expect(line.at(hour)).toBe(10);
  expect(trendLine([0], [1], { startUs: 5, endUs: 6 }, 0)).toBeNull();
});

it('a chart begins at zero unless that would hide the growth', () => {
  expect(byteBounds(10, 100).low).toBe(0);
  const { low, high } = byteBounds(1000, 1050);
  expect(low).toBeGreaterThan(900);
  expect(high).toBeGreaterThan(1050);
  expect(byteTicks(0, 100, 5)).toEqual([0, 20, 40, 60, 80, 100]);
  expect(byteTicks(0, 0, 5).length).toBeLessThan(2);
});
