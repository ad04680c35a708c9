/** Which rows of a tree table are shown: their order, what is open, and what is opened together. Pure, no recursion. */
import type { TreeRow, TreeRows } from '../../profiles/tree-rows';

export const treeColumns = ['total', 'self', 'sampleCount', 'name'] as const;
export type TreeColumn = (typeof treeColumns)[number];

export interface TreeOrder {
  column: TreeColumn;
  descending: boolean;
}

/** A table whose siblings are sorted by a column. */
export interface Outline {
  table: TreeRows;
  order: TreeOrder;
  /** Sorted children by row id, -1 for the outermost rows; filled as they are asked for. */
  sorted: Map<number, readonly TreeRow[]>;
}

export function outlineOf(table: TreeRows, order: TreeOrder): Outline {
  return { table, order, sorted: new Map() };
}

/** The rows below a row (null: the outermost ones), in the outline's order. */
export function childrenOf(outline: Outline, row: TreeRow | null): readonly TreeRow[] {
  const id = row?.id ?? -1;
  let sorted = outline.sorted.get(id);
  if (!sorted) {
    const { table, order } = outline;
    sorted = sortRows(table, row ? table.children(row) : table.roots(), order);
    outline.sorted.set(id, sorted);
  }
  return sorted;
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Equal rows stay as they are in the table: heaviest first. */
function sortRows({ tree }: TreeRows, rows: readonly TreeRow[], order: TreeOrder): readonly TreeRow[] {
  const { column } = order;
  const sign = order.descending ? -1 : 1;
  const { name } = tree.frames;
  return column === 'name'
    ? rows.toSorted((a, b) => sign * collator.compare(name[a.frame]!, name[b.frame]!))
    : rows.toSorted((a, b) => sign * (a[column] - b[column]));
}

/** The rows to show, from top to bottom: the outermost ones and what lies in open branches. */
export function visibleRows(outline: Outline, open: ReadonlySet<number>): TreeRow[] {
  const rows: TreeRow[] = [];
  const waiting = childrenOf(outline, null).toReversed();
  for (let row = waiting.pop(); row; row = waiting.pop()) {
    rows.push(row);
    if (!row.hasChildren || !open.has(row.id)) continue;
    const below = childrenOf(outline, row);
    for (let i = below.length - 1; i >= 0; i--) waiting.push(below[i]!);
  }
  return rows;
}

/** What is opened together: the chain of only children from a row down; from null, a lone outermost row's. */
export function chainFrom(outline: Outline, from: TreeRow | null): TreeRow[] {
  const chain: TreeRow[] = from ? [from] : [];
  for (let children = childrenOf(outline, from); children.length === 1;) {
    const [only] = children;
    chain.push(only!);
    children = only!.hasChildren ? childrenOf(outline, only!) : [];
  }
  return chain;
}

/** The row and everything below it that can be opened; at most `limit` of them, outermost first. */
export function branchesBelow(outline: Outline, row: TreeRow, limit: number): TreeRow[] {
  const found: TreeRow[] = [row];
  for (let i = 0; i < found.length && found.length < limit; i++)
    for (const child of childrenOf(outline, found[i]!))
      if (child.hasChildren && found.length < limit) found.push(child);
  return found;
}
