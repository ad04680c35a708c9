import { expect, test } from 'vitest';
import type { FunctionRow } from '../../profiles/functions';
import { nextOrder, sortRows, splitByMatch } from './rows';

const row = (name: string, self: number, url = '', line = 0): FunctionRow => ({
  frame: 0,
  name,
  url,
  line,
  column: 0,
  category: 'app',
  packageName: '',
  self,
  total: self,
  selfShare: 0,
  totalShare: 0,
  sampleCount: 1,
});
const rows = [row('a10', 5, 'z.js', 9), row('a2', 9, 'z.js', 10), row('b', 5, 'a.js', 1)];
const names = (sorted: FunctionRow[]) => sorted.map(({ name }) => name);

test('rows sort by number, by name as people count, and by place; ties keep their order', () => {
  expect(names(sortRows(rows, { column: 'self', descending: true }))).toEqual(['a2', 'a10', 'b']);
  expect(names(sortRows(rows, { column: 'name', descending: false }))).toEqual(['a2', 'a10', 'b']);
  expect(names(sortRows(rows, { column: 'location', descending: false }))).toEqual(['b', 'a10', 'a2']);
});

test('the first click on a number shows the largest, on a text the first; the second turns it round', () => {
  const first = nextOrder({ column: 'self', descending: true }, 'total');
  expect(first).toEqual({ column: 'total', descending: true });
  expect(nextOrder(first, 'total').descending).toBe(false);
  expect(nextOrder(first, 'name').descending).toBe(false);
});

test('matches are cut out for highlighting, in any case', () => {
  expect(splitByMatch('renderRender', 'RENDER')).toEqual(['', 'render', '', 'Render', '']);
  expect(splitByMatch('main', '')).toEqual(['main']);
});
