import { expect, test } from 'vitest';
import { clampViewport, panBy, viewportHolding, zoomAt } from './viewport';

test('zooming keeps what is under the pointer there', () => {
  const view = zoomAt({ from: 0, to: 100 }, 0.25, 0.5, 100);
  expect(view).toEqual({ from: 12.5, to: 62.5 });
  expect(view.from + 0.25 * (view.to - view.from)).toBe(25);
});

test('the view never leaves the graph and never gets wider than it', () => {
  expect(clampViewport({ from: -10, to: 40 }, 100)).toEqual({ from: 0, to: 50 });
  expect(clampViewport({ from: 80, to: 130 }, 100)).toEqual({ from: 50, to: 100 });
  expect(zoomAt({ from: 40, to: 60 }, 0.5, 1000, 100)).toEqual({ from: 0, to: 100 });
  expect(panBy({ from: 0, to: 50 }, 10, 100)).toEqual({ from: 50, to: 100 });
});

test('a frame that moved and grew stays under the pointer at the same place within it', () => {
  // It was [10, 20] of 100, the pointer at 15 of 100; now it is [40, 80] of 400.
  const view = viewportHolding({ x0: 40, x1: 80 }, 0.5, 0.15, 400);
  expect((60 - view.from) / (view.to - view.from)).toBeCloseTo(0.15);
});
