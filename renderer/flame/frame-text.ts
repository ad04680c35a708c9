/** Names of frames as they are written on and beside the graph. */
import { exactValue, formatPercent, formatValue } from '../../profiles/format';
import { pathOf } from '../../profiles/location';
import { categories } from '../../profiles/types';
import type { CallTree } from '../../profiles/call-tree';
import type { FrameTable, ProfileUnit } from '../../profiles/types';
import { categoryLabels } from '../theme/colors';

/** What stands on a frame: anonymous functions are told apart by where they are. */
export function frameLabel(tree: CallTree, node: number): string {
  if (node === 0) return `All · ${formatValue(tree.total[0] ?? 0, tree.unit)}`;
  return callLabel(tree.frames, tree.nodes.frame[node] ?? 0);
}

export function callLabel(frames: FrameTable, frame: number): string {
  const name = frames.name[frame] ?? '';
  if (name !== '(anonymous)') return name;
  const location = shortLocation(frames.url[frame] ?? '', frames.line[frame] ?? 0);
  return location === '' ? name : `${name} ${location}`;
}

export interface FrameFacts {
  name: string;
  location: string;
  category: string;
  /** Figures with their shares, and to the last digit. */
  rows: { label: string; value: string; exact: string }[];
}

/** `runWeight`: of the whole run, for shares of it; 0 when unknown or the same. */
export function frameFacts(tree: CallTree, node: number, runWeight = 0): FrameFacts {
  const { unit } = tree;
  const whole = tree.total[0] ?? 0;
  const row = (label: string, value: number) => ({
    label,
    value: valueAndShares(value, unit, whole, runWeight),
    exact: exactValue(value, unit),
  });
  const facts = namesOf(tree.frames, tree.nodes.frame[node] ?? 0);
  return {
    ...facts,
    name: node === 0 ? 'All' : facts.name,
    rows: [row('Total', tree.total[node] ?? 0), row('Self', tree.self[node] ?? 0)],
  };
}

/** What is known of one call in a flame chart. */
export interface CallTimes {
  startUs: number;
  durationUs: number;
  selfUs: number;
  /** Everything in the chart: what shares refer to. */
  busyUs: number;
  /** Everything in the run; 0 when unknown or the same. */
  runUs: number;
  /** '' when there is only one. */
  thread: string;
}

export function callFacts(frames: FrameTable, frame: number, times: CallTimes): FrameFacts {
  const row = (label: string, us: number) => ({
    label,
    value: valueAndShares(us, 'microseconds', times.busyUs, times.runUs),
    exact: exactValue(us, 'microseconds'),
  });
  const facts = namesOf(frames, frame);
  const started = {
    label: 'Start',
    value: formatValue(times.startUs, 'microseconds'),
    exact: exactValue(times.startUs, 'microseconds'),
  };
  const thread = times.thread === '' ? [] : [{ label: 'Thread', value: times.thread, exact: '' }];
  return {
    ...facts,
    rows: [row('Duration', times.durationUs), row('Self', times.selfUs), started, ...thread],
  };
}

function valueAndShares(value: number, unit: ProfileUnit, whole: number, runWeight: number): string {
  const share = formatPercent(whole > 0 ? value / whole : 0);
  // The same up to rounding: one share says it.
  const partOfRun = runWeight > whole * 1.0001;
  const ofRun = partOfRun ? ` of selection, ${formatPercent(value / runWeight)} of run` : '';
  return `${formatValue(value, unit)} · ${share}${ofRun}`;
}

function namesOf(frames: FrameTable, frame: number): Pick<FrameFacts, 'name' | 'location' | 'category'> {
  const category = categories[frames.category[frame] ?? 0] ?? 'app';
  const packageName = frames.packageName[frame] ?? '';
  return {
    name: frames.name[frame] ?? '',
    location: fullLocation(frames.url[frame] ?? '', frames.line[frame] ?? 0, frames.column[frame] ?? 0),
    category: packageName === '' ? categoryLabels[category] : packageName,
  };
}

/** One sentence for screen readers. */
export function frameSentence(tree: CallTree, node: number): string {
  return factsSentence(frameFacts(tree, node));
}

export function factsSentence(facts: FrameFacts): string {
  const where = facts.location === '' ? '' : `, ${facts.location}`;
  return `${facts.name}${where}: ${facts.rows.map((row) => `${row.label.toLowerCase()} ${row.value}`).join(', ')}`;
}

/** The whole graph in one sentence for screen readers. */
export function graphSummary(tree: CallTree | null): string {
  if (!tree || (tree.total[0] ?? 0) <= 0) return 'Flame graph, empty';
  let heaviest = -1;
  for (let node = 1; node < tree.nodes.length; node++)
    if (heaviest < 0 || (tree.self[node] ?? 0) > (tree.self[heaviest] ?? 0)) heaviest = node;
  const what = { bytes: 'of live allocations', microseconds: 'of CPU time', count: '' }[tree.unit];
  const start = `Flame graph of ${formatValue(tree.total[0] ?? 0, tree.unit)} ${what}`.trim();
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
