import { describe, expect, it } from 'vitest';
import {
  arithmeticFunctions,
  arithmeticKey,
  arithmeticProfile,
  arithmeticTotals,
  arithmeticTrees,
} from './arithmetic';
import { aggregate, mergeCallTrees, treeAsText } from './call-tree';
import type { CallTree } from './call-tree';
import { frameKey, functionTable } from './functions';
import { invertTree, sandwich } from './invert';

const trees: Record<'a' | 'b' | 'merged', CallTree> = {
  a: aggregate(arithmeticProfile('a')),
  b: aggregate(arithmeticProfile('b')),
  merged: mergeCallTrees([aggregate(arithmeticProfile('a')), aggregate(arithmeticProfile('b'))]),
};
const threads = ['a', 'b', 'merged'] as const;

describe('the profile known by arithmetic', () => {
  it.each(threads)('has the call tree of %s', (thread) => {
    expect(treeAsText(trees[thread])).toBe(arithmeticTrees[thread]);
    expect(trees[thread].totalWeight).toBe(arithmeticTotals[thread].busy);
    expect(trees[thread].idleWeight).toBe(arithmeticTotals[thread].idle);
  });

  it.each(threads)('has self, total, shares and samples of every function in %s', (thread) => {
    const rows = functionTable(trees[thread]);
    expect(rows.map(({ name, self, total, sampleCount }) => [name, self, total, sampleCount])).toEqual(
      arithmeticFunctions[thread],
    );
    for (const row of rows) {
      expect(row.selfShare).toBe(row.self / arithmeticTotals[thread].busy);
      expect(row.totalShare).toBe(row.total / arithmeticTotals[thread].busy);
      expect(frameKey(trees[thread].frames, row.frame)).toBe(arithmeticKey(row.name as 'main'));
    }
  });

  it('is inverted from the innermost frames outwards', () => {
    expect(treeAsText(invertTree(trees.a, { minShare: 0 }))).toBe(`(root) 0/12287
  (program) 8192/8192
  (garbage collector) 2048/2048
  query 0/1024
    main 1024/1024
  walk 0/568
    render 0/520
      main 512/512
      handle 0/8
        layer 0/8
          next 0/8
            main 8/8
    visit 0/32
      walk 0/32
        render 0/32
          handle 0/32
            layer 0/32
              next 0/32
                main 32/32
    walk 0/16
      render 0/16
        handle 0/16
          layer 0/16
            next 0/16
              main 16/16
  readFileSync 0/256
    query 0/256
      handle 0/256
        layer 0/256
          next 0/256
            main 256/256
  open 0/128
    readFileSync 0/128
      query 0/128
        handle 0/128
          layer 0/128
            next 0/128
              main 128/128
  stringify 0/64
    walk 0/64
      visit 0/64
        walk 0/64
          render 0/64
            handle 0/64
              layer 0/64
                next 0/64
                  main 64/64
  render 0/4
    handle 0/4
      layer 0/4
        next 0/4
          main 4/4
  handle 0/2
    layer 0/2
      next 0/2
        main 2/2
  main 1/1`);
  });

  it('has both sides of a function that calls itself', () => {
    const { callers, callees } = sandwich(trees.a, arithmeticKey('walk'));
    expect(treeAsText(callers)).toBe(`(root) 0/632
  walk 0/632
    render 0/632
      main 512/512
      handle 0/120
        layer 0/120
          next 0/120
            main 120/120`);
    expect(treeAsText(callees)).toBe(`(root) 0/632
  walk 520/632
    visit 0/96
      walk 32/96
        stringify 64/64
    walk 16/16`);
  });
});
