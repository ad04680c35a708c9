import { expect, test } from 'vitest';
import { aggregate } from '../../profiles/call-tree';
import { categoryTotals } from '../../profiles/functions';
import { profileOf } from '../../profiles/testing';
import { categoryShares } from './category-shares';

test('the legend says the same of each kind of code as the table of categories', () => {
  const tree = aggregate(
    profileOf(['a', 0], ['(garbage collector)', 30], ['(idle)', 50], ['b', 60], ['', 90]),
    {
      includeIdle: true,
    },
  );
  const shares = categoryShares(tree);
  expect(shares.length).toBeGreaterThan(1);
  expect(shares).toEqual(categoryTotals(tree).map(({ category, share }) => ({ category, share })));
});

test('of nothing there are no shares', () => {
  expect(categoryShares(aggregate(profileOf(), {}))).toEqual([]);
});
