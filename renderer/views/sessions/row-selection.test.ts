import { describe, expect, it } from 'vitest';
import { keepExisting, noRows, toggleRow } from './row-selection';

const order = ['a', 'b', 'c', 'd'];
const ids = (selection: typeof noRows): string[] => [...selection.ids].sort();

describe('selecting sessions', () => {
  it('toggles one at a time', () => {
    const one = toggleRow(noRows, 'b', { range: false, order });
    expect(ids(one)).toEqual(['b']);
    expect(ids(toggleRow(one, 'b', { range: false, order }))).toEqual([]);
  });

  it('selects everything up to the row with Shift, in both directions', () => {
    const from = toggleRow(noRows, 'c', { range: false, order });
    expect(ids(toggleRow(from, 'a', { range: true, order }))).toEqual(['a', 'b', 'c']);
    expect(ids(toggleRow(from, 'd', { range: true, order }))).toEqual(['c', 'd']);
  });

  it('forgets rows that are gone', () => {
    const two = toggleRow(toggleRow(noRows, 'a', { range: false, order }), 'd', { range: false, order });
    expect(ids(keepExisting(two, ['a', 'b']))).toEqual(['a']);
    expect(keepExisting(two, order)).toBe(two);
  });
});
