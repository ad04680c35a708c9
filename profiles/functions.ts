/** What each function cost, who calls it and what it calls. */
import type { CallTree } from './call-tree';
import { findFrame, keyOf } from './frame-key';
import { totalsByGroup } from './grouping';
import { categories } from './types';
import type { Category, FrameTable } from './types';

export { findFrame } from './frame-key';
export { categoryTotals, packageTotals } from './totals';
export type { CategoryTotal, GroupTotal } from './totals';

export interface FunctionInfo {
  /** Index into the tree's frame table. */
  frame: number;
  name: string;
  url: string;
  /** 1-based; 0 = unknown. */
  line: number;
  column: number;
  category: Category;
  packageName: string;
}

export interface FunctionRow extends FunctionInfo {
  /** Weight of the function itself, in the tree's unit. */
  self: number;
  /** Weight of the function and what it calls; recursion counts once. */
  total: number;
  /** Shares of the tree's total weight, 0..1. */
  selfShare: number;
  totalShare: number;
  /** Samples that ended in the function itself. */
  sampleCount: number;
}

/** A caller or callee of a function; `weight` is the part of the function's total that goes this way. */
export interface RelatedFunction extends FunctionInfo {
  weight: number;
  /** Of the tree's total weight, 0..1. */
  share: number;
}

/** A key that names the same function in every tree of the same code: name, URL, line and column. */
export function frameKey(frames: FrameTable, frame: number): string {
  return keyOf(frames, frame);
}

/** Every function with weight, heaviest self weight first. The root is not a function. */
export function functionTable(tree: CallTree): FunctionRow[] {
  const { frames, totalWeight } = tree;
  const groups = Int32Array.from({ length: frames.length }, (_, frame) => frame);
  const { self, total, sampleCount } = totalsByGroup(tree, groups, frames.length);
  const rootFrame = tree.nodes.frame[0]!;
  const rows: FunctionRow[] = [];
  for (let frame = 0; frame < frames.length; frame++) {
    if (frame === rootFrame || (total[frame] === 0 && sampleCount[frame] === 0)) continue;
    // Written out: spreading objects into thousands of rows took 30 times as long.
    rows.push({
      frame,
      name: frames.name[frame]!,
      url: frames.url[frame]!,
      line: frames.line[frame]!,
      column: frames.column[frame]!,
      category: categories[frames.category[frame]!]!,
      packageName: frames.packageName[frame]!,
      self: self[frame]!,
      total: total[frame]!,
      selfShare: share(self[frame]!, totalWeight),
      totalShare: share(total[frame]!, totalWeight),
      sampleCount: sampleCount[frame]!,
    });
  }
  return rows.sort((a, b) => b.self - a.self || b.total - a.total || a.frame - b.frame);
}

/**
 * Who calls the function, heaviest first. Each stack counts once, for the caller of the outermost call of the function
 * on it, so the weights add up to the function's total.
 */
export function callers(tree: CallTree, key: string): RelatedFunction[] {
  const focus = findFrame(tree.frames, key);
  if (focus === -1) return [];
  const { nodes, total } = tree;
  const inside = new Uint8Array(nodes.length);
  const weights = new Map<number, number>();
  for (let node = 1; node < nodes.length; node++) {
    const parent = nodes.parent[node]!;
    if (inside[parent]) inside[node] = 1;
    else if (nodes.frame[node] === focus) {
      inside[node] = 1;
      const caller = nodes.frame[parent]!;
      weights.set(caller, (weights.get(caller) ?? 0) + total[node]!);
    }
  }
  return related(tree, weights);
}

/**
 * What the function calls, heaviest first. Each stack counts once, for what the innermost call of the function on it
 * calls, so the weights and the function's self weight add up to its total.
 */
export function callees(tree: CallTree, key: string): RelatedFunction[] {
  const focus = findFrame(tree.frames, key);
  if (focus === -1) return [];
  const { nodes, self } = tree;
  /** Weight of a node's subtree without the parts below further calls of the function. */
  const outside = Float64Array.from(self);
  const weights = new Map<number, number>();
  for (let node = nodes.length - 1; node > 0; node--) {
    const parent = nodes.parent[node]!;
    const frame = nodes.frame[node]!;
    if (frame === focus) continue;
    outside[parent]! += outside[node]!;
    if (nodes.frame[parent] === focus) weights.set(frame, (weights.get(frame) ?? 0) + outside[node]!);
  }
  return related(tree, weights);
}

/** What is known of a frame without its weights. */
export function functionInfo(frames: FrameTable, frame: number): FunctionInfo {
  return {
    frame,
    name: frames.name[frame]!,
    url: frames.url[frame]!,
    line: frames.line[frame]!,
    column: frames.column[frame]!,
    category: categories[frames.category[frame]!]!,
    packageName: frames.packageName[frame]!,
  };
}

function related(tree: CallTree, weights: Map<number, number>): RelatedFunction[] {
  return [...weights]
    .filter(([, weight]) => weight > 0)
    .map(([frame, weight]) => ({
      ...functionInfo(tree.frames, frame),
      weight,
      share: share(weight, tree.totalWeight),
    }))
    .sort((a, b) => b.weight - a.weight || a.frame - b.frame);
}

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
