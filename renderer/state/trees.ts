/** What views need of a call tree beyond the tree itself. */
import { keyOf, type CallTree } from '../../profiles/call-tree';
import { functionTable, type FunctionRow } from '../../profiles/functions';

const rowsOf = new WeakMap<CallTree, FunctionRow[]>();

/** `functionTable`, once per tree. */
export function functionRows(tree: CallTree): FunctionRow[] {
  let rows = rowsOf.get(tree);
  if (!rows) {
    rows = functionTable(tree);
    rowsOf.set(tree, rows);
  }
  return rows;
}

/**
 * The full key of a function that a link names by name, URL and line only (`keyOf` without the column), or the key
 * itself. Links from a comparison name a function as the other session knew it: where nothing fits exactly, the function
 * of that name whose path ends most alike, and of those the one on the nearest line.
 */
export function resolveKey(tree: CallTree, key: string): string {
  const [name, url = '', line = '0', column] = key.split('\n');
  if (column !== undefined) return key;
  const { frames } = tree;
  let best = { frame: -1, alike: 0, distance: Infinity };
  for (let frame = 0; frame < frames.length; frame++) {
    if (frames.name[frame] !== name) continue;
    const alike = commonEnd(frames.url[frame] ?? '', url);
    const distance = Math.abs((frames.line[frame] ?? 0) - Number(line));
    if (alike > best.alike || (alike === best.alike && alike > 0 && distance < best.distance))
      best = { frame, alike, distance };
  }
  return best.frame === -1 ? key : keyOf(frames, best.frame);
}

/** Path segments that two URLs have in common at their ends; equal ones count most. */
function commonEnd(one: string, other: string): number {
  if (one === other) return Infinity;
  const a = one.split(/[\\/]/).reverse();
  const b = other.split(/[\\/]/).reverse();
  let same = 0;
  while (same < a.length && same < b.length && a[same] !== '' && a[same] === b[same]) same++;
  return same;
}
