/** What code costs by package, by kind and by file. Pure. */
import type { CallTree } from '../../profiles/call-tree';
import { functionTable, type FunctionRow } from '../../profiles/functions';
import { totalsByGroup } from '../../profiles/grouping';
import { categories, type Category } from '../../profiles/types';
import { projectPath } from '../../profiles/location';
import { categoryLabels } from '../theme/colors';
import type { Order } from './rows';

export const groupings = ['packages', 'categories', 'files'] as const;
export type Grouping = (typeof groupings)[number];

export interface GroupTotal {
  /** Tells groups of one grouping apart, also in other trees of the same code. */
  key: string;
  label: string;
  category: Category;
  /** What the group is: an npm package, a script file, or a kind of code. */
  kind: 'package' | 'file' | 'category';
  packageName: string;
  url: string;
  /** In the tree's unit. */
  self: number;
  /** With what it calls; each stack counts once. */
  total: number;
  /** Samples that ended in the group. */
  sampleCount: number;
  /** Heaviest self first. */
  functions: FunctionRow[];
}

type GroupIdentity = Pick<GroupTotal, 'key' | 'label' | 'category' | 'kind' | 'packageName' | 'url'>;

/** Adds a tree up by groups of functions; groups without weight are left out. Heaviest self first. */
export function groupTotals(tree: CallTree, grouping: Grouping, cwd?: string): GroupTotal[] {
  const { frames } = tree;
  const ids = new Map<string, number>();
  const found: GroupIdentity[] = [];
  const groups = new Int32Array(frames.length);
  const root = tree.nodes.frame[0];
  for (let frame = 0; frame < frames.length; frame++) {
    if (frame === root) {
      groups[frame] = -1;
      continue;
    }
    const identity = identityOf(tree, frame, grouping, cwd);
    let id = ids.get(identity.key);
    if (id === undefined) {
      id = found.push(identity) - 1;
      ids.set(identity.key, id);
    }
    groups[frame] = id;
  }
  const { self, total, sampleCount } = totalsByGroup(tree, groups, found.length);
  const members: FunctionRow[][] = found.map(() => []);
  for (const row of functionTable(tree)) members[groups[row.frame]!]?.push(row);
  return found
    .map((identity, id) => ({
      ...identity,
      self: self[id]!,
      total: total[id]!,
      sampleCount: sampleCount[id]!,
      functions: members[id]!,
    }))
    .filter((group) => group.total > 0 || group.sampleCount > 0)
    .sort((a, b) => b.self - a.self || b.total - a.total);
}

function identityOf({ frames }: CallTree, frame: number, grouping: Grouping, cwd?: string): GroupIdentity {
  const category = categories[frames.category[frame]!]!;
  const packageName = frames.packageName[frame]!;
  const url = frames.url[frame]!;
  if (grouping === 'packages' && packageName !== '')
    return {
      key: `package ${packageName}`,
      label: packageName,
      category,
      kind: 'package',
      packageName,
      url: '',
    };
  if (grouping === 'files' && url !== '')
    return { key: `file ${url}`, label: projectPath(url, cwd), category, kind: 'file', packageName, url };
  return {
    key: `category ${category}`,
    label: categoryLabels[category],
    category,
    kind: 'category',
    packageName: '',
    url: '',
  };
}

/** Sorted copy; equal groups keep their order. */
export function sortGroups(groups: readonly GroupTotal[], { column, descending }: Order): GroupTotal[] {
  const sign = descending ? -1 : 1;
  if (column === 'name' || column === 'location') {
    const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
    return groups.toSorted((a, b) => sign * collator.compare(a.label, b.label));
  }
  const number = column === 'selfShare' ? 'self' : column === 'totalShare' ? 'total' : column;
  return groups.toSorted((a, b) => sign * (a[number] - b[number]));
}
