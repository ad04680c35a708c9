import { expect, test } from 'vitest';
import { stackColumns } from './stacked';

const columnsUs = [0, 1e6, 3e6];
const kinds = { '5xx': [0, 2, 1], '2xx': [10, 8, 9], '3xx': [0, 0, 0] };

test('the given names stand below, what never was is left out', () => {
  const stack = stackColumns(columnsUs, 1e6, kinds, { order: ['2xx', '3xx', '4xx', '5xx'] });
  expect(stack?.layers.map(({ name, total }) => [name, total])).toEqual([
    ['2xx', 27],
    ['5xx', 3],
  ]);
  expect(stack?.most).toBe(10);
  expect([...(stack?.layers[0]?.counts ?? [])]).toEqual([10, 8, 0, 9]);
});

test('thin columns are added up', () => {
  const stack = stackColumns(columnsUs, 1e6, kinds, { mostColumns: 2 });
  expect(stack).toMatchObject({ columns: 2, columnWidthUs: 2e6, most: 20 });
  expect(stack?.layers[0]?.name).toBe('2xx');
});

test('without any count there is nothing to draw', () => {
  expect(stackColumns(columnsUs, 1e6, {})).toBeNull();
  expect(stackColumns([], 1e6, kinds)).toBeNull();
});
