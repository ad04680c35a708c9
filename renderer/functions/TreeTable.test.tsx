// @vitest-environment happy-dom
import { act, fireEvent, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { aggregate, mergeCallTrees } from '../../profiles/call-tree';
import { arithmeticKey, arithmeticProfile } from '../../profiles/arithmetic';
import { rowElements, rowTexts, show, withLayout } from './testing';
import { TreeTable, type TreeTableProps } from './TreeTable';
import type { SearchHits } from './use-tree-search';

withLayout();
const tree = aggregate(arithmeticProfile('a'));
const props: TreeTableProps = {
  tree,
  inverted: false,
  wholeWeight: tree.totalWeight,
  search: '',
  selectedKey: null,
  onSelect: () => undefined,
  onMenu: () => undefined,
  emptyText: 'Nothing',
};
const grid = () => document.querySelector('[role="treegrid"]')!;
const press = (...keys: string[]) => {
  for (const key of keys) fireEvent.keyDown(grid(), { key });
};
const cursorName = () =>
  document
    .getElementById(grid().getAttribute('aria-activedescendant') ?? '')
    ?.querySelector('.sm-functions-text')?.textContent;
const shownNames = () => rowTexts().map((cells) => cells.at(-2));

test('rows say total, self and samples of a call path, with shares of the whole', () => {
  show(<TreeTable {...props} />);
  expect(rowTexts()).toEqual([
    ['8.19 ms', '66.7 %', '8.19 ms', '66.7 %', '1', '(program)', ''],
    ['2.05 ms', '16.7 %', '2.05 ms', '16.7 %', '1', '(garbage collector)', ''],
    ['2.05 ms', '16.7 %', '1 µs', '0.01 %', '12', 'main', 'server.js:1'],
  ]);
});

test('shares are of what is called the whole', () => {
  show(<TreeTable {...props} wholeWeight={16_384} />);
  expect(rowTexts()[0]!.slice(0, 2)).toEqual(['8.19 ms', '50 %']);
});

test('arrow keys open branches, go into them and back', () => {
  show(<TreeTable {...props} />);
  press('ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowRight');
  expect(shownNames()).toEqual(['(program)', '(garbage collector)', 'main', 'query', 'render', 'next']);
  expect(rowElements()[2]!.getAttribute('aria-expanded')).toBe('true');
  press('ArrowRight');
  expect(cursorName()).toBe('query');
  press('ArrowLeft', 'ArrowLeft');
  expect(cursorName()).toBe('main');
  expect(shownNames()).toHaveLength(3);
});

test('everything below a row opens at once, and closes', () => {
  show(<TreeTable {...props} />);
  press('End', '*');
  expect(shownNames()).toHaveLength(18);
  const walk = rowTexts().find((cells) => cells[5] === 'walk' && cells[0] === '120 µs');
  expect(walk).toEqual(['120 µs', '0.98 %', '8 µs', '0.07 %', '4', 'walk', 'catalog.js:20']);
  fireEvent.click(screen.getByText('Collapse all'));
  expect(shownNames()).toHaveLength(3);
});

test('the hot path opens from the selected row', () => {
  show(<TreeTable {...props} />);
  press('End', 'ArrowRight', 'End', 'h');
  expect(cursorName()).toBe('open');
});

test('heads sort by self, total and name', () => {
  show(<TreeTable {...props} />);
  fireEvent.click(screen.getByText('Function'));
  expect(shownNames()).toEqual(['(garbage collector)', '(program)', 'main']);
  fireEvent.click(screen.getByText('Self'));
  fireEvent.click(screen.getByText('Self'));
  expect(shownNames()).toEqual(['main', '(garbage collector)', '(program)']);
});

test('bottom-up, rows are functions by self weight with their total, and below them stand the callers', () => {
  show(<TreeTable {...props} inverted />);
  const rows = rowTexts();
  expect(rows.slice(0, 4).map((cells) => [cells[0], cells[2], cells[4], cells[5]])).toEqual([
    ['8.19 ms', '8.19 ms', '1', '(program)'],
    ['2.05 ms', '2.05 ms', '1', '(garbage collector)'],
    ['1.02 ms', '1.41 ms', '1', 'query'],
    ['568 µs', '632 µs', '4', 'walk'],
  ]);
  press('ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowRight');
  const opened = rowTexts();
  const walk = opened.findIndex((cells) => cells[5] === 'walk');
  // 512 + 8 came from render, 32 from visit, 16 from walk itself.
  expect(opened.slice(walk + 1, walk + 4).map((cells) => [cells[0], cells[2], cells[5]])).toEqual([
    ['520 µs', '632 µs', 'render'],
    ['32 µs', '96 µs', 'visit'],
    ['16 µs', '16 µs', 'walk'],
  ]);
});

test('bottom-up, the call path of a row goes from its caller to the function', () => {
  const onMenu = vi.fn();
  show(<TreeTable {...props} inverted onMenu={onMenu} />);
  press('ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowRight', 'ContextMenu');
  expect(onMenu.mock.lastCall![0]).toMatchObject({
    name: 'render',
    path: [arithmeticKey('render'), arithmeticKey('walk')],
  });
});

test('bottom-up, the search finds functions, and a function without own time has no row', () => {
  let hits: SearchHits | null = null;
  const onHits = (found: SearchHits | null) => {
    hits = found;
  };
  show(<TreeTable {...props} inverted search="/^(walk|query|next)$/" onHits={onHits} />);
  expect(hits as unknown as SearchHits).toMatchObject({ count: 2 });
});

test('a function selected elsewhere is shown where it costs most', () => {
  show(<TreeTable {...props} selectedKey={arithmeticKey('readFileSync')} />);
  expect(cursorName()).toBe('readFileSync');
  expect(shownNames()).toContain('handle');
});

test('the search counts calls, tells its share, and walks through them', () => {
  let hits: SearchHits | null = null;
  const onHits = (found: SearchHits | null) => {
    hits = found;
  };
  show(<TreeTable {...props} search="/^walk$/" onHits={onHits} />);
  const found = () => hits as unknown as SearchHits;
  // walk 4 times in the tree; 512 + 120 of 12,287 have it on their stack.
  expect(found()).toMatchObject({ count: 4, index: -1 });
  expect(found().share).toBeCloseTo(632 / 12_287);
  act(() => found().next());
  expect(found().index).toBe(0);
  expect(cursorName()).toBe('walk');
  act(() => found().previous());
  expect(found().index).toBe(3);
});

test('Enter selects the function; the menu opens by key and by mouse with the call path', () => {
  const onSelect = vi.fn();
  const onMenu = vi.fn();
  show(<TreeTable {...props} onSelect={onSelect} onMenu={onMenu} />);
  press('End', 'ArrowRight', 'ArrowRight', 'Enter');
  expect(onSelect).toHaveBeenLastCalledWith(arithmeticKey('query'));
  press('ContextMenu');
  expect(onMenu.mock.lastCall![0]).toMatchObject({
    name: 'query',
    packageName: '@db/client',
    path: [arithmeticKey('main'), arithmeticKey('query')],
  });
  fireEvent.contextMenu(rowElements()[2]!);
  expect(onMenu.mock.lastCall![0]).toMatchObject({ name: 'main' });
});

test('what is open stays open when other threads come in', () => {
  const { update } = show(<TreeTable {...props} />);
  press('End', 'ArrowRight');
  const merged = mergeCallTrees([aggregate(arithmeticProfile('b')), tree]);
  update(<TreeTable {...props} tree={merged} wholeWeight={merged.totalWeight} />);
  expect(rowTexts().map((cells) => [cells[0], cells[5]])).toEqual([
    ['1.1 s', 'main'],
    ['801 ms', 'next'],
    ['201 ms', 'render'],
    ['101 ms', 'query'],
    ['8.19 ms', '(program)'],
    ['2.05 ms', '(garbage collector)'],
  ]);
});

test('an empty tree says so', () => {
  show(<TreeTable {...props} tree={null} />);
  expect(screen.getByText('Nothing')).toBeTruthy();
});
