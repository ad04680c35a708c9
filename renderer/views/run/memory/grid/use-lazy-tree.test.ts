// @vitest-environment happy-dom
import { act, renderHook } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { PageOfRows, RowSource } from './lazy-tree';
import { useLazyTree } from './use-lazy-tree';

/** Answers when it is told to. */
function sourceOfRows(): { source: RowSource<string>; answer: () => Promise<void>; asked: () => number } {
  let asked = 0;
  let waiting: (() => void)[] = [];
  const load = (parent: string | null): Promise<PageOfRows<string>> =>
    new Promise((resolve) => {
      asked++;
      const names = parent === null ? ['a', 'b'] : [`${parent}1`];
      waiting.push(() => resolve({ rows: names, total: names.length }));
    });
  return {
    source: { load, canOpen: (row) => row.length === 1 },
    answer: () =>
      act(async () => {
        const all = waiting;
        waiting = [];
        for (const one of all) one();
        await Promise.resolve();
      }),
    asked: () => asked,
  };
}

test('the first list is asked for once, and what is opened in it as soon as it is there stays open', async () => {
  const { source, answer, asked } = sourceOfRows();
  const { result } = renderHook(() => useLazyTree('one', source));
  // As the grid does for what is in sight.
  const { tree } = result.current;
  tree.need(0, 0);
  expect(result.current.pending).toBe(true);
  await answer();
  expect(asked()).toBe(1);
  expect(result.current.pending).toBe(false);
  act(() => tree.toggle({ branch: tree.root, index: 0 }));
  await answer();
  expect(result.current.tree).toBe(tree);
  expect(result.current.tree.at(1)?.row).toBe('a1');
});

test('another list takes the place of the first when it has its rows; a list that was there before is read anew', async () => {
  const { source, answer } = sourceOfRows();
  const { result, rerender } = renderHook(({ key }) => useLazyTree(key, source), {
    initialProps: { key: 'one' },
  });
  await answer();
  const one = result.current.tree;
  rerender({ key: 'other' });
  expect(result.current).toMatchObject({ pending: true });
  expect(result.current.tree).toBe(one);
  await answer();
  expect(result.current.pending).toBe(false);
  const other = result.current.tree;
  expect(other).not.toBe(one);
  rerender({ key: 'one' });
  await answer();
  expect(result.current.pending).toBe(false);
  expect([one, other]).not.toContain(result.current.tree);
});
