import { expect, test } from 'vitest';
import { aggregate, mergeCallTrees } from '../../profiles/call-tree';
import { arithmeticKey, arithmeticProfile, type ArithmeticFunction } from '../../profiles/arithmetic';
import { findFrame } from '../../profiles/functions';
import { invertTree } from '../../profiles/invert';
import { addStack, profileOf } from '../../profiles/testing';
import { ProfileBuilder } from '../../profiles/builder';
import {
  ancestorsOf,
  branchesBelow,
  chainFrom,
  heaviestNode,
  hotPath,
  outlineOf,
  reordered,
  sameBranches,
  visibleRows,
  wholeOrder,
  type Outline,
} from './tree-rows';

const byTotal = { column: 'total', descending: true } as const;
const thread = (name: 'a' | 'b') => aggregate(arithmeticProfile(name));
const nameOf = ({ tree }: Outline, node: number) => tree.frames.name[tree.nodes.frame[node]!]!;
const names = (outline: Outline, nodes: Iterable<number>) => [...nodes].map((node) => nameOf(outline, node));
const lines = (outline: Outline, nodes: Iterable<number>) =>
  [...nodes].map(
    (node) =>
      `${' '.repeat(outline.tree.nodes.depth[node]! - 1)}${nameOf(outline, node)} ${outline.tree.self[node]!}/${outline.tree.total[node]!} ${outline.samples[node]!}`,
  );
const heaviest = ({ tree }: Outline, name: ArithmeticFunction) =>
  heaviestNode(tree, findFrame(tree.frames, arithmeticKey(name)));

test('closed, a tree shows the outermost calls by weight, with all samples below them', () => {
  const outline = outlineOf(thread('a'), byTotal);
  expect(lines(outline, visibleRows(outline, new Set()))).toEqual([
    '(program) 8192/8192 1',
    '(garbage collector) 2048/2048 1',
    'main 1/2047 12',
  ]);
});

test('open branches show their calls in order; other orders sort siblings only', () => {
  const outline = outlineOf(thread('a'), byTotal);
  const main = heaviest(outline, 'main');
  expect(lines(outline, visibleRows(outline, new Set([main]))).slice(2)).toEqual([
    'main 1/2047 12',
    ' query 1024/1024 1',
    ' render 0/512 2',
    ' next 0/510 8',
  ]);
  const byName = reordered(outline, { column: 'name', descending: false });
  expect(names(byName, visibleRows(byName, new Set([main])))).toEqual([
    '(garbage collector)',
    '(program)',
    'main',
    'next',
    'query',
    'render',
  ]);
  const bySamples = reordered(outline, { column: 'sampleCount', descending: true });
  expect(names(bySamples, visibleRows(bySamples, new Set([main]))).slice(0, 2)).toEqual(['main', 'next']);
});

test('bottom-up, the first rows are the self weights of functions and below them stand their callers', () => {
  const outline = outlineOf(invertTree(thread('a')), byTotal);
  const top = visibleRows(outline, new Set());
  expect([...top].map((node) => [nameOf(outline, node), outline.tree.total[node]!]).slice(0, 4)).toEqual([
    ['(program)', 8192],
    ['(garbage collector)', 2048],
    ['query', 1024],
    ['walk', 568],
  ]);
});

test('a branch opens through its only children, and the hot path follows the heaviest call', () => {
  const outline = outlineOf(thread('a'), byTotal);
  expect(names(outline, chainFrom(outline, heaviest(outline, 'next')))).toEqual(['next', 'layer', 'handle']);
  expect(names(outline, hotPath(outline, heaviest(outline, 'main')))).toEqual(['query']);
  expect(names(outline, hotPath(outline, heaviest(outline, 'next')))).toEqual([
    'layer',
    'handle',
    'query',
    'readFileSync',
    'open',
  ]);
});

test('a node tells its ancestors, and everything below it that opens', () => {
  const outline = outlineOf(thread('a'), byTotal);
  const open = heaviest(outline, 'open');
  expect(names(outline, ancestorsOf(outline.tree, open))).toEqual([
    'main',
    'next',
    'layer',
    'handle',
    'query',
    'readFileSync',
  ]);
  // next, layer, handle, query, readFileSync, render, walk, visit, walk
  expect(branchesBelow(outline, heaviest(outline, 'next'), 100)).toHaveLength(9);
  expect(branchesBelow(outline, heaviest(outline, 'next'), 3)).toHaveLength(3);
});

test('open branches are found again in a tree of other nodes', () => {
  const before = outlineOf(thread('a'), byTotal);
  const after = outlineOf(mergeCallTrees([thread('b'), thread('a')]), byTotal);
  const opened = [heaviest(before, 'main'), heaviest(before, 'readFileSync'), heaviest(before, 'stringify')];
  const found = sameBranches(before.tree, opened, after);
  expect(names(after, found)).toEqual(['main', 'readFileSync', 'stringify']);
  const gone = outlineOf(thread('b'), byTotal);
  expect(names(gone, sameBranches(before.tree, opened, gone))).toEqual(['main']);
});

test('stacks 5,000 deep are walked without recursion', () => {
  const builder = new ProfileBuilder('microseconds');
  const stack = Array.from({ length: 5000 }, (_, depth) => `f${depth}:deep:${depth + 1}`).join(' > ');
  builder.addSample(addStack(builder, stack), 0);
  builder.finish(100);
  const outline = outlineOf(aggregate(builder.profile), byTotal);
  expect(wholeOrder(outline)).toHaveLength(5000);
  expect(chainFrom(outline, 0)).toHaveLength(5001);
  expect(hotPath(outline, 0)).toHaveLength(5000);
});

test('a tree without samples has no rows', () => {
  const outline = outlineOf(aggregate(profileOf()), byTotal);
  expect(visibleRows(outline, new Set())).toHaveLength(0);
});
