/** What code costs by npm package, by kind and by file. */
import type { CallTree } from './call-tree';
import { totalsByGroup } from './grouping';
import { projectPath } from './location';
import { categories } from './types';
import type { Category } from './types';

export interface GroupTotal {
  /** Tells groups of one table apart; the same in other trees of the same code. */
  key: string;
  /** For people: `express`, `Node internals`, `src/catalog.ts`. */
  label: string;
  /** Of a file: that of its functions. */
  category: Category;
  /** '' for what is not in a package. */
  packageName: string;
  /** Of a file; '' for other groups. */
  url: string;
  /** Weight of the group's own code, in the tree's unit. */
  self: number;
  /** With what it calls; a stack counts once, however often the group is on it. */
  total: number;
  /** Of the tree's total weight, 0..1. */
  selfShare: number;
  totalShare: number;
  /** Samples that ended in the group. */
  sampleCount: number;
  /** What the group is: an npm package, a script, or a kind of code. */
  kind: 'package' | 'file' | 'category';
  /** Its functions, as indices into the tree's frame table; also those that weigh nothing. */
  frames: readonly number[];
}

export interface CategoryTotal extends GroupTotal {
  /** The same as `selfShare`. */
  share: number;
}

/** How kinds of code are called everywhere. */
export const categoryLabels: Record<Category, string> = {
  app: 'Your code',
  dependency: 'Dependencies',
  node: 'Node.js',
  native: 'Native',
  gc: 'Garbage collection',
  program: 'Program',
  idle: 'Idle',
  profiler: 'Profiler',
  root: '(root)',
};

/** By kind of code; kinds in which no sample ended are left out. */
export function categoryTotals(tree: CallTree): CategoryTotal[] {
  return groupTotals(tree, (frame) => categoryGroup(categoryOf(tree, frame)))
    .filter(({ self }) => self > 0)
    .map((row) => ({ ...row, share: row.selfShare }));
}

/** By npm package; code outside packages by its kind: application, Node internals, native, garbage collection, … */
export function packageTotals(tree: CallTree): GroupTotal[] {
  const { frames } = tree;
  return groupTotals(tree, (frame) => {
    const packageName = frames.packageName[frame]!;
    if (packageName === '') return categoryGroup(categoryOf(tree, frame));
    const category = categoryOf(tree, frame);
    return {
      kind: 'package',
      key: `package ${packageName}`,
      label: packageName,
      category,
      packageName,
      url: '',
    };
  });
}

/** By script; what is in none (builtins, garbage collection) by its kind. Paths are relative to `cwd` where they can be. */
export function fileTotals(tree: CallTree, options: { cwd?: string } = {}): GroupTotal[] {
  const { frames } = tree;
  return groupTotals(tree, (frame) => {
    const url = frames.url[frame]!;
    const category = categoryOf(tree, frame);
    if (url === '') return categoryGroup(category);
    const packageName = frames.packageName[frame]!;
    return {
      kind: 'file',
      key: `file ${url}`,
      label: projectPath(url, options.cwd),
      category,
      packageName,
      url,
    };
  });
}

type Group = Pick<GroupTotal, 'kind' | 'key' | 'label' | 'category' | 'packageName' | 'url'>;

/** Heaviest self first. The root is in no group, except for samples that ended in it. */
function groupTotals(tree: CallTree, groupOf: (frame: number) => Group): GroupTotal[] {
  const { frames, nodes, totalWeight } = tree;
  const found: Group[] = [];
  const ids = new Map<string, number>();
  const groups = new Int32Array(frames.length);
  const members: number[][] = [];
  for (let frame = 0; frame < frames.length; frame++) {
    const group = groupOf(frame);
    let id = ids.get(group.key);
    if (id === undefined) {
      id = found.push(group) - 1;
      ids.set(group.key, id);
      members.push([]);
    }
    groups[frame] = id;
    members[id]!.push(frame);
  }
  const { self, total, sampleCount } = totalsByGroup(tree, groups, found.length);
  const rootGroup = groups[nodes.frame[0]!]!;
  const share = (weight: number) => (totalWeight > 0 ? weight / totalWeight : 0);
  return found
    .map((group, id) => ({
      ...group,
      frames: members[id]!,
      self: self[id]!,
      total: total[id]!,
      selfShare: share(self[id]!),
      totalShare: share(total[id]!),
      sampleCount: sampleCount[id]!,
    }))
    .filter((row, id) => row.sampleCount > 0 || row.self > 0 || (row.total > 0 && id !== rootGroup))
    .sort((a, b) => b.self - a.self || b.total - a.total || (a.key < b.key ? -1 : 1));
}

function categoryOf({ frames }: CallTree, frame: number): Category {
  return categories[frames.category[frame]!]!;
}

function categoryGroup(category: Category): Group {
  return {
    kind: 'category',
    key: `category ${category}`,
    label: categoryLabels[category],
    category,
    packageName: '',
    url: '',
  };
}
