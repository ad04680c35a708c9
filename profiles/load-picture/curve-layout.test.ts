import { describe, expect, test } from 'vitest';
import {
  layOutCurves,
  logTicks,
  ninesOf,
  percentLabel,
  shareOf,
  valueAt,
  type CurvePoint,
} from './curve-layout';

const curve: CurvePoint[] = [
  { share: 0, ms: 1 },
  { share: 0.5, ms: 3 },
  { share: 0.9, ms: 9 },
  { share: 0.99, ms: 60 },
  { share: 0.999, ms: 240 },
  { share: 1, ms: 244 },
];

test('each nine is as far from the last as the one before', () => {
  expect(ninesOf(0)).toBe(0);
  expect(ninesOf(0.9)).toBeCloseTo(1);
  expect(ninesOf(0.99)).toBeCloseTo(2);
  expect(ninesOf(0.999)).toBeCloseTo(3);
  expect(shareOf(2)).toBeCloseTo(0.99);
  const layout = layOutCurves([curve]);
  const at = (share: number) => layout?.xTicks.find((tick) => tick.share === share)?.x ?? Number.NaN;
  expect(at(0.99) - at(0.9)).toBeCloseTo(at(0.999) - at(0.99));
});

describe('the layout', () => {
  test('has the slowest answer at the right edge and under the top', () => {
    const line = layOutCurves([curve])?.lines[0] ?? [];
    expect(line.at(-1)?.x).toBe(1);
    expect(line.at(-1)?.y).toBeLessThan(1);
    expect(line.at(-1)?.y).toBeGreaterThan(0.7);
    expect(line[0]).toEqual({ x: 0, y: 1 / (layOutCurves([curve])?.highMs ?? 0) });
  });

  test('puts several curves over the same axes', () => {
    const slower = curve.map(({ share, ms }) => ({ share, ms: ms * 4 }));
    const layout = layOutCurves([curve, slower]);
    expect(layout?.highMs).toBeGreaterThanOrEqual(976);
    expect(layout?.lines[1]?.[2]?.y).toBeCloseTo((layout?.lines[0]?.[2]?.y ?? 0) * 4);
  });

  test('by the logarithm begins at the power of ten below the quickest', () => {
    const layout = layOutCurves([curve], 'log');
    expect(layout?.lowMs).toBe(1);
    expect(layout?.lines[0]?.[0]?.y).toBe(0);
    expect(layout?.yTicks.map(({ ms }) => ms)).toEqual([1, 3, 10, 30, 100, 300]);
  });

  test('is nothing without a measured answer', () => {
    expect(layOutCurves([])).toBeNull();
    expect(layOutCurves([[], []])).toBeNull();
  });

  test('only has axis marks for shares that were reached', () => {
    const few = layOutCurves([
      [
        { share: 0.5, ms: 2 },
        { share: 1, ms: 5 },
      ],
    ]);
    expect(few?.xTicks.map(({ label }) => label)).toEqual(
      ['0 %', '50 %', '75 %', '90 %'].map((each) => each.replace(' ', '\u202F')),
    );
  });
});

test('a curve is read at the first point that reaches the share', () => {
  expect(valueAt(curve, 0.99)).toBe(60);
  expect(valueAt(curve, 0.95)).toBe(60);
  expect(valueAt(curve, 1)).toBe(244);
  expect(valueAt([], 0.5)).toBeNull();
});

test('percentages have all their nines and no rounding dust', () => {
  expect(percentLabel(0.999)).toBe('99.9\u202F%');
  expect(percentLabel(1 - 1e-6)).toBe('99.9999\u202F%');
});

test('axis values grow by round steps, fewer where there are many decades', () => {
  expect(logTicks(1, 10)).toEqual([1, 2, 5, 10]);
  expect(logTicks(0.1, 1000)).toEqual([0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000]);
});
