import { expect, test } from 'vitest';
import { aggregate } from '../../profiles/call-tree';
import { arithmeticKey, arithmeticProfile, type ArithmeticFunction } from '../../profiles/arithmetic';
import { findFrame } from '../../profiles/functions';
import { bottomUpRows, topDownRows, type TreeRow } from '../../profiles/tree-rows';
import { ProfileBuilder } from '../../profiles/builder';
import { addStack } from '../../profiles/testing';
import { branchesBelow, chainFrom, outlineOf, visibleRows, type Outline } from './open-rows';

const byTotal = { column: 'total', descending: true } as const;
const tree = aggregate(arithmeticProfile('a'));
const table = topDownRows(tree);
const names = ({ table: { tree: of } }: Outline, rows: readonly TreeRow[]) =>
  rows.map(({ frame }) => of.frames.name[frame]!);
const heaviest = (name: ArithmeticFunction) =>
  table.heaviestOf(findFrame(tree.frames, arithmeticKey(name))).at(-1)!;

test('open branches show their calls in order; other orders sort siblings only', () => {
  const outline = outlineOf(table, byTotal);
  const main = heaviest('main');
  expect(names(outline, visibleRows(outline, new Set()))).toEqual([
    '(program)',
    '(garbage collector)',
    'main',
  ]);
  expect(names(outline, visibleRows(outline, new Set([main.id]))).slice(2)).toEqual([
    'main',
    'query',
    'render',
    'next',
  ]);
  const byName = outlineOf(table, { column: 'name', descending: false });
  expect(names(byName, visibleRows(byName, new Set([main.id])))).toEqual([
    '(garbage collector)',
    '(program)',
    'main',
    'next',
    'query',
    'render',
  ]);
  const bySamples = outlineOf(table, { column: 'sampleCount', descending: true });
  expect(names(bySamples, visibleRows(bySamples, new Set([main.id]))).slice(0, 2)).toEqual(['main', 'next']);
});

test('a branch opens through its only children', () => {
  const outline = outlineOf(table, byTotal);
  expect(names(outline, chainFrom(outline, heaviest('next')))).toEqual(['next', 'layer', 'handle']);
  expect(names(outline, chainFrom(outline, null))).toEqual([]);
});

test('everything below a row that opens is found, up to a limit', () => {
  const outline = outlineOf(table, byTotal);
  // next, layer, handle, query, readFileSync, render, walk, visit, walk
  expect(branchesBelow(outline, heaviest('next'), 100)).toHaveLength(9);
  expect(branchesBelow(outline, heaviest('next'), 3)).toHaveLength(3);
});

test('stacks 5,000 deep are walked without recursion, in both directions', () => {
  const builder = new ProfileBuilder('microseconds');
  const stack = Array.from({ length: 5000 }, (_, depth) => `f${depth}:deep:${depth + 1}`).join(' > ');
  builder.addSample(addStack(builder, stack), 0);
  builder.finish(100);
  const deep = aggregate(builder.profile);
  for (const each of [topDownRows(deep), bottomUpRows(deep)]) {
    const outline = outlineOf(each, byTotal);
    const chain = chainFrom(outline, null);
    expect(chain).toHaveLength(5000);
    expect(visibleRows(outline, new Set(chain.map(({ id }) => id)))).toHaveLength(5000);
    expect(each.hotPath()).toHaveLength(5000);
    expect(each.search(new Uint8Array(deep.frames.length).fill(1))).toHaveLength(
      each.roots()[0]!.frame === 1 ? 5000 : 1,
    );
  }
});
