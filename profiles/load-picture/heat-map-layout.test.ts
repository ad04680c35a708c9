import { expect, test } from 'vitest';
import { cellAt, heatGrid, heatOf, heatTicks, heightOf, type HeatMapCounts } from './heat-map-layout';

/** Rows 1, 2, 4, 8, 16 ms; columns at 10, 11 and 13 s. */
const map: HeatMapCounts = {
  columnsUs: [10e6, 11e6, 13e6],
  columnWidthUs: 1e6,
  rowsMs: [1, 2, 4, 8, 16],
  counts: [0, 5, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 3, 0],
};

test('seconds without answers stay empty columns', () => {
  const grid = heatGrid(map, 100);
  expect(grid).toMatchObject({ startUs: 10e6, columns: 4, columnWidthUs: 1e6, most: 6 });
  expect(
    [...(grid?.cells.subarray(2 * (grid?.rows ?? 0), 3 * (grid?.rows ?? 0)) ?? [])].every((n) => n === 0),
  ).toBe(true);
});

test('rows of nothing are left out but for one on each side', () => {
  expect(heatGrid(map, 100)?.boundsMs).toEqual([1, 2, 4, 8, 16, 32]);
  const quick = heatGrid({ ...map, counts: [9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] }, 100);
  expect(quick?.boundsMs).toEqual([1, 2, 4]);
});

test('columns narrower than a pixel are added up, and nothing is lost', () => {
  const grid = heatGrid(map, 2);
  expect(grid).toMatchObject({ columns: 2, columnWidthUs: 2e6, most: 11 });
  expect(grid?.cells.reduce((sum, count) => sum + count, 0)).toBe(15);
});

test('a map without counts is nothing', () => {
  expect(heatGrid({ ...map, counts: map.counts.map(() => 0) }, 100)).toBeNull();
  expect(heatGrid({ columnsUs: [], columnWidthUs: 1e6, rowsMs: [1, 2], counts: [] }, 100)).toBeNull();
});

test('one slow answer is seen beside thousands of quick ones', () => {
  expect(heatOf(0, 10_000)).toBe(0);
  expect(heatOf(1, 10_000)).toBeGreaterThan(0.15);
  expect(heatOf(10_000, 10_000)).toBe(1);
  expect(heatOf(1, 1)).toBe(1);
});

test('heights grow as the rows do', () => {
  const grid = heatGrid(map, 100);
  if (!grid) throw new Error('no grid');
  expect(heightOf(grid, 1)).toBe(0);
  expect(heightOf(grid, 2)).toBeCloseTo(1 / 5);
  expect(heightOf(grid, Math.sqrt(8))).toBeCloseTo(1.5 / 5);
  expect(heightOf(grid, 1000)).toBe(1);
  const ticks = heatTicks(grid, 0.2);
  expect(ticks.map(({ ms }) => ms)).toContain(10);
  for (let index = 1; index < ticks.length; index++)
    expect((ticks[index]?.height ?? 0) - (ticks[index - 1]?.height ?? 0)).toBeGreaterThanOrEqual(0.2);
});

test('a place leads to its cell: when, how long, how many, which part of its second', () => {
  const grid = heatGrid(map, 100);
  if (!grid) throw new Error('no grid');
  expect(cellAt(grid, 10.5e6, 1.5 / 5)).toEqual({
    startUs: 10e6,
    endUs: 11e6,
    fromMs: 2,
    toMs: 4,
    count: 5,
    share: 5 / 6,
  });
  expect(cellAt(grid, 9e6, 0.5)).toBeNull();
  expect(cellAt(grid, 15e6, 0.5)).toBeNull();
  expect(cellAt(grid, 12.5e6, 0.1)?.share).toBe(0);
});
