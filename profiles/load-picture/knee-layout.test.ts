import { expect, test } from 'vitest';
import { layOutKnee, stepAt, stepByKey } from './knee-layout';

const step = (users: number, rps: number, p95Ms: number, errorRatio = 0) => ({
  users,
  rps,
  p95Ms,
  p99Ms: p95Ms * 2,
  errorRatio,
});

const search = {
  steps: [step(1, 100, 5), step(10, 900, 6), step(100, 950, 90, 0.2)],
  kneeUsers: 10,
  capacityUsers: 100,
};

test('steps that grow by a factor stand evenly, and the knee stands at its step', () => {
  const layout = layOutKnee(search)!;
  const [first, second, third] = layout.steps.map(({ x }) => x);
  expect(second! - first!).toBeCloseTo(third! - second!, 9);
  expect(layout.kneeX).toBe(second);
  expect(layout.capacityX).toBe(third);
  expect(layout.steps.map(({ failed }) => failed)).toEqual([false, false, true]);
});

test('throughput and latency have scales of their own, from nothing to above the most', () => {
  const { rate, latency } = layOutKnee(search)!;
  expect(rate.high).toBeGreaterThanOrEqual(950);
  expect(latency.high).toBeGreaterThanOrEqual(180);
  expect(rate.yTicks[0]).toEqual({ y: 0, value: 0 });
  expect(rate.lines[0]![1]!.y * rate.high).toBeCloseTo(900, 6);
  expect(latency.lines[0]![2]!.y * latency.high).toBeCloseTo(90, 6);
  expect(latency.lines[1]![2]!.y * latency.high).toBeCloseTo(180, 6);
});

test('a knee that was not reached, or that is no step, is not marked', () => {
  expect(layOutKnee({ ...search, kneeUsers: null })!.kneeX).toBeNull();
  expect(layOutKnee({ ...search, capacityUsers: 7 })!.capacityX).toBeNull();
});

test('one step makes no picture', () => {
  expect(layOutKnee({ ...search, steps: [step(5, 10, 10)] })).toBeNull();
  expect(layOutKnee({ ...search, steps: [] })).toBeNull();
});

test('labels keep a distance, and the most users have one', () => {
  const many = Array.from({ length: 60 }, (_, index) => step(100 + index, 10, 10));
  const { xTicks } = layOutKnee({ ...search, steps: many })!;
  expect(xTicks.at(-1)?.users).toBe(159);
  xTicks.slice(1).forEach((tick, index) => expect(tick.x - xTicks[index]!.x).toBeGreaterThan(0.05));
});

test('a place in the picture belongs to its nearest step', () => {
  const layout = layOutKnee(search)!;
  expect(stepAt(layout, 0)).toBe(0);
  expect(stepAt(layout, 0.52)).toBe(1);
  expect(stepAt(layout, 1)).toBe(2);
});

test('keys go from step to step, and stop at the first and the last', () => {
  expect(['ArrowRight', 'ArrowLeft'].map((key) => stepByKey(key, null, 3))).toEqual([0, 2]);
  expect([0, 1, 2].map((at) => stepByKey('ArrowRight', at, 3))).toEqual([1, 2, 2]);
  expect([0, 1, 2].map((at) => stepByKey('ArrowLeft', at, 3))).toEqual([0, 0, 1]);
  expect(['Home', 'End', 'a'].map((key) => stepByKey(key, 1, 3))).toEqual([0, 2, null]);
  expect(stepByKey('Home', null, 0)).toBeNull();
});
