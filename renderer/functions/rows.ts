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

/**
 * A text in alternating parts, not found and found, for highlighting. The search ignores case; between slashes it is a
 * regular expression, as in `matchFrames`.
 */
export function splitByMatch(text: string, search: string): string[] {
  const expression = expressionOf(search);
  if (!expression) return [text];
  const parts: string[] = [];
  let from = 0;
  for (const match of text.matchAll(expression)) {
    if (match[0] === '') continue;
    parts.push(text.slice(from, match.index), match[0]);
    from = match.index + match[0].length;
  }
  parts.push(text.slice(from));
  return parts;
}

function expressionOf(search: string): RegExp | null {
  const wanted = search.trim();
  if (wanted === '') return null;
  const between = /^\/(.+)\/([a-z]*)$/s.exec(wanted);
  if (between) {
    try {
      return new RegExp(between[1]!, [...new Set(`gi${between[2]!.replace(/y/g, '')}`)].join(''));
    } catch {
      // Not a valid expression (yet): it is searched for as text.
    }
  }
  return new RegExp(wanted.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'gi');
}
