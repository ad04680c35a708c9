/**
 * Where every frame of a call tree stands in a flame graph: one row per depth, widths in the tree's unit.
 * Iterative and on typed arrays throughout; trees may be thousands of calls deep.
 */
import { keyOf, type CallTree } from './call-tree';
import type { FrameTable } from './types';

/** Frames in drawing order: row after row, within a row from left to right. */
export interface FlameLayout {
  length: number;
  /** Index into the tree's nodes. */
  node: Int32Array;
  /** Left and right edge, in the tree's unit (µs or bytes), 0 being the root's left edge. */
  x0: Float64Array;
  x1: Float64Array;
  /** Row d (depth d) has the positions `rowStart[d]` up to, not including, `rowStart[d + 1]`. */
  rowStart: Int32Array;
  rows: number;
  /** Width of the root, in the tree's unit. */
  width: number;
  /** Node → position in the columns above; -1 for nodes without width. */
  positionOfNode: Int32Array;
  /** What was laid out; `nodeCount` because a live tree may have grown in place since. */
  tree: CallTree;
  nodeCount: number;
  /** For every node the node of the previous layout with the same call path, -1 for newcomers; null without a previous one. */
  before: Int32Array | null;
}

export interface FlameLayoutOptions {
  /**
   * For live trees: siblings that were there keep their order and newcomers come after them, so that the
   * picture does not jump. Without it, siblings stand by total, the heaviest on the left.
   */
  previous?: FlameLayout | null;
}

/** Lays a call tree out; see `FlameLayout`. O(nodes · log siblings). */
export function layoutFlame(tree: CallTree, options: FlameLayoutOptions = {}): FlameLayout {
  const count = tree.nodes.length;
  const { parent } = tree.nodes;
  const { total } = tree;
  const before = options.previous ? matchNodes(options.previous, tree) : null;
  const ranks = options.previous && before ? previousRanks(options.previous, before) : null;
  const { firstChild, children } = childrenOf(parent, count);

  const byWeight = (a: number, b: number) => (total[b] ?? 0) - (total[a] ?? 0) || a - b;
  const byRank = (a: number, b: number) => {
    const rankA = ranks?.[a] ?? -1;
    const rankB = ranks?.[b] ?? -1;
    if (rankA >= 0 && rankB >= 0) return rankA - rankB;
    if (rankA >= 0) return -1;
    return rankB >= 0 ? 1 : byWeight(a, b);
  };
  const order = ranks ? byRank : byWeight;
  for (let node = 0; node < count; node++) {
    const from = firstChild[node] ?? 0;
    const to = firstChild[node + 1] ?? 0;
    if (to - from > 1) sortSlice(children, from, to, order);
  }

  const layout: FlameLayout = {
    length: 0,
    node: new Int32Array(count),
    x0: new Float64Array(count),
    x1: new Float64Array(count),
    rowStart: new Int32Array(2),
    rows: 0,
    width: count > 0 ? (total[0] ?? 0) : 0,
    positionOfNode: new Int32Array(count).fill(-1),
    tree,
    nodeCount: count,
    before,
  };
  if (layout.width > 0) placeRows(layout, firstChild, children);
  return layout;
}

/** Breadth first: the children of row d, in order, are row d + 1, in order. */
function placeRows(layout: FlameLayout, firstChild: Int32Array, children: Int32Array): void {
  const { node, x0, x1, positionOfNode, tree } = layout;
  const starts = [0];
  x1[0] = layout.width;
  positionOfNode[0] = 0;
  let length = 1;
  let rowFrom = 0;
  while (rowFrom < length) {
    const rowTo = length;
    starts.push(rowTo);
    for (let position = rowFrom; position < rowTo; position++) {
      const parent = node[position] ?? 0;
      let left = x0[position] ?? 0;
      const last = firstChild[parent + 1] ?? 0;
      for (let slot = firstChild[parent] ?? 0; slot < last; slot++) {
        const child = children[slot] ?? 0;
        const width = tree.total[child] ?? 0;
        if (width <= 0) continue;
        node[length] = child;
        x0[length] = left;
        left += width;
        x1[length] = left;
        positionOfNode[child] = length++;
      }
    }
    rowFrom = rowTo;
  }
  layout.length = length;
  layout.rowStart = Int32Array.from(starts);
  layout.rows = starts.length - 1;
}

/** Children of every node as slices of one array: node n has `children[firstChild[n] … firstChild[n + 1])`. */
function childrenOf(parent: Int32Array, count: number): { firstChild: Int32Array; children: Int32Array } {
  const firstChild = new Int32Array(count + 2);
  for (let node = 1; node < count; node++) {
    const at = (parent[node] ?? 0) + 2;
    firstChild[at] = (firstChild[at] ?? 0) + 1;
  }
  for (let node = 1; node < count + 2; node++)
    firstChild[node] = (firstChild[node] ?? 0) + (firstChild[node - 1] ?? 0);
  const children = new Int32Array(Math.max(0, count - 1));
  for (let node = 1; node < count; node++) {
    const at = (parent[node] ?? 0) + 1;
    const slot = firstChild[at] ?? 0;
    children[slot] = node;
    firstChild[at] = slot + 1;
  }
  return { firstChild, children };
}

function sortSlice(
  values: Int32Array,
  from: number,
  to: number,
  order: (a: number, b: number) => number,
): void {
  values.subarray(from, to).sort(order);
}

/** For every node its position in the previous layout; -1 for newcomers. */
function previousRanks(previous: FlameLayout, before: Int32Array): Int32Array {
  const ranks = new Int32Array(before.length).fill(-1);
  for (let node = 0; node < ranks.length; node++) {
    const old = before[node] ?? -1;
    if (old >= 0) ranks[node] = previous.positionOfNode[old] ?? -1;
  }
  return ranks;
}

/**
 * For every node of `tree` the node of the previously laid out tree with the same call path; -1 when there was none.
 * Costs one comparison per node where the tree only grew.
 */
export function matchNodes(previous: FlameLayout, tree: CallTree): Int32Array {
  const count = tree.nodes.length;
  const matches = new Int32Array(count).fill(-1);
  if (count === 0 || previous.nodeCount === 0) return matches;
  const old = previous.tree;
  const sameNodes = old.nodes === tree.nodes || startsWith(previous, tree);
  if (sameNodes) {
    for (let node = 0; node < Math.min(count, previous.nodeCount); node++) matches[node] = node;
    return matches;
  }
  const oldFrames = sameFrames(old, tree) ? null : framesByIdentity(old.frames);
  const oldFrameOf = (frame: number) =>
    oldFrames ? (oldFrames.get(keyOf(tree.frames, frame)) ?? -1) : frame;
  const frameMap = new Int32Array(tree.frames.length);
  for (let frame = 0; frame < frameMap.length; frame++) frameMap[frame] = oldFrameOf(frame);

  const spread = old.frames.length + 1;
  const oldChild = new Map<number, number>();
  for (let node = 1; node < previous.nodeCount; node++)
    oldChild.set((old.nodes.parent[node] ?? 0) * spread + (old.nodes.frame[node] ?? 0), node);
  matches[0] = 0;
  for (let node = 1; node < count; node++) {
    const parent = matches[tree.nodes.parent[node] ?? 0] ?? -1;
    const frame = frameMap[tree.nodes.frame[node] ?? 0] ?? -1;
    if (parent >= 0 && frame >= 0) matches[node] = oldChild.get(parent * spread + frame) ?? -1;
  }
  return matches;
}

/** Whether the laid out tree's nodes are the first nodes of `tree`, over the same frames. */
function startsWith(previous: FlameLayout, tree: CallTree): boolean {
  const old = previous.tree;
  if (!sameFrames(old, tree) || tree.nodes.length < previous.nodeCount) return false;
  for (let node = 0; node < previous.nodeCount; node++)
    if (
      old.nodes.parent[node] !== tree.nodes.parent[node] ||
      old.nodes.frame[node] !== tree.nodes.frame[node]
    )
      return false;
  return true;
}

/** Trees of one growing profile share their append-only columns. */
function sameFrames(one: CallTree, other: CallTree): boolean {
  return one.frames.name === other.frames.name;
}

function framesByIdentity(frames: FrameTable): Map<string, number> {
  const map = new Map<string, number>();
  for (let frame = 0; frame < frames.length; frame++) map.set(keyOf(frames, frame), frame);
  return map;
}

/** The first position of a row whose right edge lies right of `x`; the row's end when there is none. */
export function firstPositionRightOf(layout: FlameLayout, row: number, x: number): number {
  let low = layout.rowStart[row] ?? 0;
  let high = layout.rowStart[row + 1] ?? low;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((layout.x1[middle] ?? 0) > x) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The position of the frame at `x` (in the tree's unit) in a row; -1 when there is none. */
export function frameAt(layout: FlameLayout, row: number, x: number): number {
  if (row < 0 || row >= layout.rows) return -1;
  const position = firstPositionRightOf(layout, row, x);
  return position < (layout.rowStart[row + 1] ?? 0) && (layout.x0[position] ?? 0) <= x ? position : -1;
}

/** The row (depth) of a position. */
export function rowOf(layout: FlameLayout, position: number): number {
  let low = 0;
  let high = layout.rows;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((layout.rowStart[middle + 1] ?? 0) > position) high = middle;
    else low = middle + 1;
  }
  return low;
}
