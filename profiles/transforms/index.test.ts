import { describe, expect, it } from 'vitest';
import { aggregate, treeAsText } from '../call-tree';
import { profileOf } from '../testing';
import { transformProfile } from './index';
import type { Transform } from './index';

const profile = profileOf(
  ['main:a > fib:a', 0],
  ['main:a > fib:a > fib:a', 100],
  ['main:a > fib:a > helper:b > fib:a', 300],
  ['main:a > fib:a > helper:b', 600],
  ['other:a > fib:a', 1000],
  ['(idle)', 1500],
  ['', 1600],
);
const key = (name: string, file = 'a') => `${name}\nfile:///app/${file}.js\n1\n1`;
const after = (...transforms: Transform[]) => treeAsText(aggregate(transformProfile(profile, transforms)));

describe('transforms', () => {
  it('are none: the profile stays the same object', () => {
    expect(transformProfile(profile, [])).toBe(profile);
  });
  it('collapse recursion', () => {
    expect(after({ kind: 'collapse-recursion', functionKey: key('fib') })).toBe(
      '(root) 0/1500\n  main 0/1000\n    fib 600/1000\n      helper 400/400\n  other 0/500\n    fib 500/500',
    );
  });
  it('focus on a function', () => {
    expect(after({ kind: 'focus-function', functionKey: key('helper', 'b') })).toBe(
      '(root) 0/700\n  main 0/700\n    fib 0/700\n      helper 400/700\n        fib 300/300',
    );
  });
});
