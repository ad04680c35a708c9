import { describe, expect, it } from 'vitest';
import { aggregate } from './call-tree';
import { matchFrames, matchedShare } from './search';
import { profileOf } from './testing';

const tree = aggregate(
  profileOf(
    ['main:app > renderCatalog:catalog > join:catalog', 0],
    ['main:app > query:db', 300],
    ['(program)', 500],
    ['', 1000],
  ),
);
const found = (query: string) => {
  const matches = matchFrames(tree.frames, query);
  return tree.frames.name.filter((_, frame) => matches[frame] === 1);
};

describe('searching functions', () => {
  it.each([
    ['RENDER', ['renderCatalog']],
    ['catalog', ['renderCatalog', 'join']],
    ['/^(main|query)$/', ['main', 'query']],
    ['/^JOIN$/', ['join']],
    ['(pro', ['(program)']],
    ['/(pro/', []],
    ['  ', []],
    ['nothing', []],
  ])('%s finds %j', (query, expected) => {
    expect(found(query)).toEqual(expected);
  });

  it('takes an invalid expression for text', () => {
    expect(found('/app/(')).toEqual([]);
    expect(found('/app/c')).toEqual(['renderCatalog', 'join']);
  });

  it('tells the share of time under what was found, each stack once', () => {
    expect(matchedShare(tree, matchFrames(tree.frames, 'catalog'))).toBeCloseTo(0.3);
    expect(matchedShare(tree, matchFrames(tree.frames, 'main'))).toBeCloseTo(0.5);
    expect(matchedShare(tree, matchFrames(tree.frames, ''))).toBe(0);
  });
});
