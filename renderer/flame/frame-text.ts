/** Names of frames as they are written on and beside the graph. */
import { exactValue, formatPercent, formatValue } from '../../profiles/format';
import { pathOf } from '../../profiles/location';
import { categories } from '../../profiles/types';
import type { CallTree } from '../../profiles/call-tree';
import { categoryLabels } from '../theme/colors';

/** What stands on a frame: anonymous functions are told apart by where they are. */
export function frameLabel(tree: CallTree, node: number): string {
  const { frames } = tree;
  const frame = tree.nodes.frame[node] ?? 0;
  if (node === 0) return `All · ${formatValue(tree.total[0] ?? 0, tree.unit)}`;
  const name = frames.name[frame] ?? '';
  if (name !== '(anonymous)') return name;
  const location = shortLocation(frames.url[frame] ?? '', frames.line[frame] ?? 0);
  return location === '' ? name : `${name} ${location}`;
}

export interface FrameFacts {
  name: string;
  location: string;
  category: string;
  /** Self and total with share, and to the last digit. */
  rows: { label: string; value: string; exact: string }[];
}

export function frameFacts(tree: CallTree, node: number): FrameFacts {
  const { frames, unit } = tree;
  const frame = tree.nodes.frame[node] ?? 0;
  const whole = tree.total[0] ?? 0;
  const row = (label: string, value: number) => ({
    label,
    value: `${formatValue(value, unit)} · ${formatPercent(whole > 0 ? value / whole : 0)}`,
    exact: exactValue(value, unit),
  });
  const category = categories[frames.category[frame] ?? 0] ?? 'app';
  const packageName = frames.packageName[frame] ?? '';
  return {
    name: node === 0 ? 'All' : (frames.name[frame] ?? ''),
    location: fullLocation(frames.url[frame] ?? '', frames.line[frame] ?? 0, frames.column[frame] ?? 0),
    category: packageName === '' ? categoryLabels[category] : packageName,
    rows: [row('Total', tree.total[node] ?? 0), row('Self', tree.self[node] ?? 0)],
  };
}

/** One sentence for screen readers. */
export function frameSentence(tree: CallTree, node: number): string {
  const facts = frameFacts(tree, node);
  const where = facts.location === '' ? '' : `, ${facts.location}`;
  return `${facts.name}${where}: ${facts.rows.map((row) => `${row.label.toLowerCase()} ${row.value}`).join(', ')}`;
}

/** The whole graph in one sentence for screen readers. */
export function graphSummary(tree: CallTree | null): string {
  if (!tree || (tree.total[0] ?? 0) <= 0) return 'Flame graph, empty';
  let heaviest = -1;
  for (let node = 1; node < tree.nodes.length; node++)
    if (heaviest < 0 || (tree.self[node] ?? 0) > (tree.self[heaviest] ?? 0)) heaviest = node;
  const what = tree.unit === 'bytes' ? 'of live allocations' : 'of CPU time';
  const start = `Flame graph of ${formatValue(tree.total[0] ?? 0, tree.unit)} ${what}`;
  return heaviest < 0
    ? start
    : `${start}. Most self: ${frameSentence(tree, heaviest)}. Arrow keys move, Enter zooms.`;
}

/** `catalog.ts:41`; '' when unknown. */
export function shortLocation(url: string, line: number): string {
  const path = pathOf(url);
  const file = path.startsWith('node:') ? path : path.slice(path.lastIndexOf('/') + 1);
  return line > 0 ? `${file}:${line}` : file;
}

/** `/srv/src/catalog.ts:41:7`; '' when unknown. */
export function fullLocation(url: string, line: number, column: number): string {
  if (line <= 0) return pathOf(url);
  return column > 0 ? `${pathOf(url)}:${line}:${column}` : `${pathOf(url)}:${line}`;
}
