/** What changed between two recordings of the same program, function by function. */
import type { CallTree } from './call-tree';
import { totalsByGroup } from './grouping';
import { projectPath } from './location';
import { categories } from './types';
import type { Category } from './types';

export interface FunctionDiff {
  name: string;
  /** As on side B, on side A when the function is only there. */
  url: string;
  category: Category;
  packageName: string;
  /** 1-based, of the heaviest place on that side; 0 when unknown or not there. */
  lineA: number;
  lineB: number;
  /** In the trees' unit; 0 on a side that does not have the function. */
  selfA: number;
  selfB: number;
  totalA: number;
  totalB: number;
  /** Shares of each side's total weight (busy time), 0..1. */
  selfShareA: number;
  selfShareB: number;
  totalShareA: number;
  totalShareB: number;
  samplesA: number;
  samplesB: number;
}

export interface DiffOptions {
  /** Project folders: paths are compared relative to them, so that checkouts in different folders match. */
  cwdA?: string;
  cwdB?: string;
}

/**
 * Functions of both trees matched by name and file, ordered by how much their share of self weight changed, equal
 * changes by the larger share. Lines may
 * move between the recordings. Functions of equal name in one file (anonymous ones, mostly) are told apart where their
 * position is the same on both sides; the others of that name are taken together.
 */
export function diffFunctions(treeA: CallTree, treeB: CallTree, options: DiffOptions = {}): FunctionDiff[] {
  const keysA = frameKeys(treeA, options.cwdA);
  const keysB = frameKeys(treeB, options.cwdB);
  const exactB = new Set(keysB.exact);
  const exactA = new Set(keysA.exact);
  const ambiguous = new Set([...repeated(keysA.loose), ...repeated(keysB.loose)]);
  const groups = new Map<string, number>();
  const groupsOf = (keys: FrameKeys, others: Set<string>) =>
    Int32Array.from(keys.loose, (loose, frame) => {
      const exact = keys.exact[frame]!;
      const key = ambiguous.has(loose) && others.has(exact) ? exact : loose;
      let group = groups.get(key);
      if (group === undefined) {
        group = groups.size;
        groups.set(key, group);
      }
      return group;
    });
  const groupOfA = groupsOf(keysA, exactB);
  const groupOfB = groupsOf(keysB, exactA);
  const a = sideOf(treeA, groupOfA, groups.size);
  const b = sideOf(treeB, groupOfB, groups.size);

  const rows: FunctionDiff[] = [];
  for (let group = 0; group < groups.size; group++) {
    if (group === groupOfA[treeA.nodes.frame[0]!]) continue;
    if (a.totals.total[group] === 0 && b.totals.total[group] === 0) continue;
    const [tree, frame] = b.frame[group] !== -1 ? [treeB, b.frame[group]!] : [treeA, a.frame[group]!];
    rows.push({
      name: tree.frames.name[frame]!,
      url: tree.frames.url[frame]!,
      category: categories[tree.frames.category[frame]!]!,
      packageName: tree.frames.packageName[frame]!,
      lineA: a.frame[group] === -1 ? 0 : treeA.frames.line[a.frame[group]!]!,
      lineB: b.frame[group] === -1 ? 0 : treeB.frames.line[b.frame[group]!]!,
      selfA: a.totals.self[group]!,
      selfB: b.totals.self[group]!,
      totalA: a.totals.total[group]!,
      totalB: b.totals.total[group]!,
      selfShareA: share(a.totals.self[group]!, treeA),
      selfShareB: share(b.totals.self[group]!, treeB),
      totalShareA: share(a.totals.total[group]!, treeA),
      totalShareB: share(b.totals.total[group]!, treeB),
      samplesA: a.totals.sampleCount[group]!,
      samplesB: b.totals.sampleCount[group]!,
    });
  }
  const change = (row: FunctionDiff) => Math.abs(row.selfShareB - row.selfShareA);
  const size = (row: FunctionDiff) => Math.max(row.selfShareA, row.selfShareB);
  const totalChange = (row: FunctionDiff) => Math.abs(row.totalShareB - row.totalShareA);
  return rows.sort(
    (x, y) =>
      change(y) - change(x) ||
      size(y) - size(x) ||
      totalChange(y) - totalChange(x) ||
      compareText(x.name, y.name),
  );
}

interface FrameKeys {
  /** Name and file. */
  loose: string[];
  /** With line and column. */
  exact: string[];
}

function frameKeys({ frames }: CallTree, cwd: string | undefined): FrameKeys {
  const paths = new Map<string, string>();
  const keys: FrameKeys = { loose: [], exact: [] };
  for (let frame = 0; frame < frames.length; frame++) {
    const url = frames.url[frame]!;
    let path = paths.get(url);
    if (path === undefined) {
      path = projectPath(url, cwd);
      paths.set(url, path);
    }
    const loose = `${frames.name[frame]!}\n${path}`;
    keys.loose.push(loose);
    keys.exact.push(`${loose}\n${frames.line[frame]!}\n${frames.column[frame]!}`);
  }
  return keys;
}

function repeated(keys: string[]): Set<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const key of keys) (seen.has(key) ? twice : seen).add(key);
  return twice;
}

/** Totals per group and the frame with the most weight in each, -1 where the side has none. */
function sideOf(tree: CallTree, groupOf: Int32Array, groupCount: number) {
  const frame = new Int32Array(groupCount).fill(-1);
  const weightOfFrame = new Float64Array(tree.frames.length);
  for (let node = 0; node < tree.nodes.length; node++)
    weightOfFrame[tree.nodes.frame[node]!]! += tree.self[node]! + tree.total[node]!;
  for (let id = 0; id < tree.frames.length; id++) {
    const known = frame[groupOf[id]!]!;
    if (weightOfFrame[id]! > 0 && (known === -1 || weightOfFrame[id]! > weightOfFrame[known]!))
      frame[groupOf[id]!] = id;
  }
  return { totals: totalsByGroup(tree, groupOf, groupCount), frame };
}

function share(weight: number, tree: CallTree): number {
  return tree.totalWeight > 0 ? weight / tree.totalWeight : 0;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
