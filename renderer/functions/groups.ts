/** The totals by package, kind and file as a table shows them: with their functions, in any order. Pure. */
import type { CallTree } from '../../profiles/call-tree';
import type { FunctionRow } from '../../profiles/functions';
import { categoryTotals, fileTotals, packageTotals, type GroupTotal } from '../../profiles/totals';
import { functionRows } from '../state/trees';
import type { Order } from './rows';

export type Grouping = 'packages' | 'categories' | 'files';

export interface FunctionGroup extends GroupTotal {
  /** Heaviest self first. */
  functions: FunctionRow[];
}

export function groupsOf(tree: CallTree, grouping: Grouping, cwd?: string): FunctionGroup[] {
  const rowOfFrame = new Map(functionRows(tree).map((row) => [row.frame, row]));
  return totalsBy(tree, grouping, cwd).map((group) => ({
    ...group,
    functions: group.frames
      .flatMap((frame) => rowOfFrame.get(frame) ?? [])
      .sort((a, b) => b.self - a.self || b.total - a.total),
  }));
}

function totalsBy(tree: CallTree, grouping: Grouping, cwd?: string): GroupTotal[] {
  switch (grouping) {
    case 'packages':
      return packageTotals(tree);
    case 'categories':
      return categoryTotals(tree);
    case 'files':
      return fileTotals(tree, cwd === undefined ? {} : { cwd });
  }
}

/** Sorted copy; equal groups keep their order. */
export function sortGroups(groups: readonly FunctionGroup[], { column, descending }: Order): FunctionGroup[] {
  const sign = descending ? -1 : 1;
  if (column === 'name' || column === 'location') {
    const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
    return groups.toSorted((a, b) => sign * collator.compare(a.label, b.label));
  }
  return groups.toSorted((a, b) => sign * (a[column] - b[column]));
}
