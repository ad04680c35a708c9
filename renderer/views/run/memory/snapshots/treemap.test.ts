import { expect, it } from 'vitest';
import type { DominatorTree } from '../../../../../profiles/heap/questions';
import { boxAt, layOutTreemap } from './treemap';

function treeOf(rows: [parent: number, retained: number][]): DominatorTree {
  return {
    parent: rows.map(([parent]) => parent),
    ordinal: rows.map((_, index) => index),
    label: rows.map((_, index) => `Object${index}`),
    group: rows.map(() => 0),
    count: rows.map(() => 1),
    shallow: rows.map(() => 0),
    retained: rows.map(([, retained]) => retained),
    more: rows.map(() => false),
  };
}

const tree = treeOf([
  [-1, 1000],
  [0, 600],
  [0, 200],
  [0, 100],
  [0, 50],
  [1, 300],
  [1, 200],
]);

it('gives each object an area like its retained size, and leaves its own size free', () => {
  const boxes = layOutTreemap(tree, 900, 500);
  expect(boxes).toHaveLength(7);
  const areaOf = (index: number): number => {
    const { width, height } = boxes.find((box) => box.index === index)!;
    return width * height;
  };
  expect(areaOf(1) / areaOf(2)).toBeCloseTo(3);
  expect(areaOf(2) / areaOf(4)).toBeCloseTo(4);
  expect(areaOf(5) / areaOf(6)).toBeCloseTo(1.5);
  // 950 of the root's 1,000 bytes are below it.
  const inner = (900 - 4) * (500 - 19);
  expect([1, 2, 3, 4].reduce((sum, index) => sum + areaOf(index), 0)).toBeCloseTo(inner * 0.95);
});

it('draws objects inside of what keeps them alive, and none over its sibling', () => {
  const boxes = layOutTreemap(tree, 640, 360);
  for (const box of boxes) {
    const parent = boxes.find(({ index }) => index === tree.parent[box.index]);
    if (!parent) continue;
    expect(box.x).toBeGreaterThanOrEqual(parent.x);
    expect(box.y).toBeGreaterThanOrEqual(parent.y);
    expect(box.x + box.width).toBeLessThanOrEqual(parent.x + parent.width + 1e-6);
    expect(box.y + box.height).toBeLessThanOrEqual(parent.y + parent.height + 1e-6);
    // Its middle is its own.
    const [x, y] = [box.x + box.width - 1, box.y + box.height - 1];
    const found = boxes[boxAt(boxes, x, y)]!;
    let at: number = found.index;
    while (at > box.index) at = tree.parent[at]!;
    expect(at).toBe(box.index);
  }
  expect(boxAt(boxes, 700, 10)).toBe(-1);
});

it('has nothing to show without room or without a tree', () => {
  expect(layOutTreemap(treeOf([]), 100, 100)).toEqual([]);
  expect(layOutTreemap(tree, 0, 100)).toEqual([]);
  expect(layOutTreemap(tree, 8, 8)).toHaveLength(1);
});
