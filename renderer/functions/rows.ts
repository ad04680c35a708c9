/** Order and search of the function table; pure. */
import type { FunctionRow } from '../../profiles/functions';

export const columnNames = [
  'self',
  'selfShare',
  'total',
  'totalShare',
  'sampleCount',
  'name',
  'location',
] as const;
export type ColumnName = (typeof columnNames)[number];

export interface Order {
  column: ColumnName;
  descending: boolean;
}

/** Sorted copy. Names and locations compare as people expect (`a2` before `a10`); equal rows keep their order. */
export function sortRows(rows: readonly FunctionRow[], { column, descending }: Order): FunctionRow[] {
  const sign = descending ? -1 : 1;
  const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
  if (column === 'name') return rows.toSorted((a, b) => sign * collator.compare(a.name, b.name));
  if (column === 'location')
    return rows.toSorted((a, b) => sign * (collator.compare(a.url, b.url) || a.line - b.line));
  return rows.toSorted((a, b) => sign * (a[column] - b[column]));
}

/** What a click on a column's head makes of the order: numbers start with the largest, texts with A. */
export function nextOrder(order: Order, column: ColumnName): Order {
  if (order.column === column) return { column, descending: !order.descending };
  return { column, descending: column !== 'name' && column !== 'location' };
}

/** A text in alternating parts, not found and found, for highlighting; the search ignores case. */
export function splitByMatch(text: string, search: string): string[] {
  const wanted = search.trim().toLowerCase();
  if (wanted === '') return [text];
  const lower = text.toLowerCase();
  const parts: string[] = [];
  let from = 0;
  for (let at = lower.indexOf(wanted); at !== -1; at = lower.indexOf(wanted, from)) {
    parts.push(text.slice(from, at), text.slice(at, at + wanted.length));
    from = at + wanted.length;
  }
  parts.push(text.slice(from));
  return parts;
}
