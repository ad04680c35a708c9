/**
 * Call trees as tables whose rows are opened one by one: top-down (what is called) and bottom-up (who calls). Children are
 * worked out when they are asked for, so a bottom-up table of any tree costs only what is opened; nothing is folded.
 */
import type { CallTree } from './call-tree';
import { findFrame, keyOf } from './frame-key';
import { childLists } from './grouping';
import type { FrameTable } from './types';

export interface TreeRow {
  /** Names the row within its table. */
  id: number;
  /** The row it hangs below; -1 for roots. */
  parent: number;
  /** 0 for roots. */
  depth: number;
  /** Index into the tree's frame table. */
  frame: number;
  /**
   * Top-down: weight of the function itself on this path. Bottom-up: the part of the root function's self weight that came
   * by this path of callers.
   */
  self: number;
  /**
   * With everything called. Bottom-up: of the root function where it was called by this path; recursion counts once, so a
   * root's total is the function's total.
   */
  total: number;
  /** Samples in `total` (top-down) or `self` (bottom-up). */
  sampleCount: number;
  hasChildren: boolean;
}

export interface TreeRows {
  tree: CallTree;
  /** Heaviest first. */
  roots(): readonly TreeRow[];
  /** Heaviest first; by total in a top-down table, by self in a bottom-up one. */
  children(row: TreeRow): readonly TreeRow[];
  /** Function keys from the root row to this one: names the same row in a table of other data. */
  path(row: TreeRow): string[];
  /** The rows along a path of function keys, as far as they are there: to open again what was open before. */
  rowsOn(path: readonly string[]): TreeRow[];
  /** From a row (or the heaviest root) down its heaviest children: "expand hot path". */
  hotPath(from?: TreeRow): TreeRow[];
  /** The row it hangs below; null for roots. */
  parentOf(row: TreeRow): TreeRow | null;
  /** Where a function costs most, and the rows above, outermost first; empty when it has no row. */
  heaviestOf(frame: number): TreeRow[];
  /**
   * Rows of functions that match (`matches[frame]`), in reading order of rows that are heaviest first. Bottom-up only the
   * functions themselves: below them every caller stands once for each function that it leads to.
   */
  search(matches: Uint8Array): TreeRow[];
}

/** A row goes on being the hot path while its heaviest child has at least this share of it. */
const hotShare = 0.2;

export function topDownRows(tree: CallTree): TreeRows {
  const { nodes, self, total } = tree;
  const { firstChild, nextSibling } = childLists(tree);
  const counts = Float64Array.from(tree.sampleCount);
  for (let node = nodes.length - 1; node > 0; node--) counts[nodes.parent[node]!]! += counts[node]!;
  const isShown = (node: number) => total[node]! > 0 || counts[node]! > 0;
  const childrenOf = (node: number): number[] => {
    const children: number[] = [];
    for (let child = firstChild[node]!; child !== -1; child = nextSibling[child]!)
      if (isShown(child)) children.push(child);
    return children;
  };
  // A row's id is its node.
  const rowsBelow = (node: number): TreeRow[] =>
    childrenOf(node)
      .map((child) => ({
        id: child,
        parent: node === 0 ? -1 : node,
        depth: nodes.depth[child]! - 1,
        frame: nodes.frame[child]!,
        self: self[child]!,
        total: total[child]!,
        sampleCount: counts[child]!,
        hasChildren: childrenOf(child).length > 0,
      }))
      .sort((a, b) => b.total - a.total || b.sampleCount - a.sampleCount || a.id - b.id);
  const heaviestOf = (frame: number, table: TreeRows): TreeRow[] => {
    let best = -1;
    for (let node = 1; node < nodes.length; node++)
      if (nodes.frame[node] === frame && isShown(node) && (best === -1 || total[node]! > total[best]!))
        best = node;
    const path: TreeRow[] = [];
    const way: number[] = [];
    for (let node = best; node > 0; node = nodes.parent[node]!) way.push(node);
    for (const node of way.reverse()) {
      const above = path.at(-1);
      path.push((above ? table.children(above) : table.roots()).find(({ id }) => id === node)!);
    }
    return path;
  };
  const search = (matches: Uint8Array, table: TreeRows): TreeRow[] => {
    // Only branches with a match in them are entered.
    const holds = Uint8Array.from({ length: nodes.length }, (_, node) => matches[nodes.frame[node]!]!);
    for (let node = nodes.length - 1; node > 0; node--) holds[nodes.parent[node]!]! |= holds[node]!;
    const found: TreeRow[] = [];
    const waiting = table.roots().toReversed();
    for (let row = waiting.pop(); row; row = waiting.pop()) {
      if (!holds[row.id]) continue;
      if (matches[row.frame]) found.push(row);
      if (!row.hasChildren) continue;
      const below = table.children(row);
      for (let i = below.length - 1; i >= 0; i--) waiting.push(below[i]!);
    }
    return found;
  };
  return rowsOver(tree, {
    roots: () => rowsBelow(0),
    children: (row) => rowsBelow(row.id),
    weightOf: (row) => row.total,
    heaviestOf,
    search,
  });
}

export function bottomUpRows(tree: CallTree): TreeRows {
  const { nodes } = tree;
  const { enter, leave } = intervals(tree);
  /** Row → the root function's calls that it is about, and where their chain of callers has got to. */
  const callsOf: Int32Array[] = [];
  const outerOf: Int32Array[] = [];

  const rowsFrom = (calls: Int32Array, outer: Int32Array, parent: TreeRow | null): TreeRow[] => {
    const byFrame = new Map<number, number[]>();
    for (let i = 0; i < calls.length; i++) {
      if (outer[i]! <= 0) continue;
      const frame = nodes.frame[outer[i]!]!;
      const group = byFrame.get(frame);
      if (group) group.push(i);
      else byFrame.set(frame, [i]);
    }
    const rows: TreeRow[] = [];
    for (const [frame, group] of byFrame) {
      const own = Int32Array.from(group, (i) => calls[i]!);
      const sums = sumsOf(own);
      if (sums.self === 0 && sums.sampleCount === 0) continue;
      const callers = Int32Array.from(group, (i) => nodes.parent[outer[i]!]!);
      const id = callsOf.push(own) - 1;
      outerOf.push(callers);
      const hasChildren = callers.some(
        (caller, i) => caller > 0 && (tree.self[own[i]!]! > 0 || tree.sampleCount[own[i]!]! > 0),
      );
      const { self, total, sampleCount } = sums;
      const depth = parent ? parent.depth + 1 : 0;
      // Written out: spreading objects into thousands of rows is slow.
      rows.push({ id, parent: parent?.id ?? -1, depth, frame, self, total, sampleCount, hasChildren });
    }
    return rows.sort(
      (a, b) => b.self - a.self || b.sampleCount - a.sampleCount || b.total - a.total || a.frame - b.frame,
    );
  };

  /** `calls` are in the order in which a walk over the tree enters them, so an outer call comes before those in it. */
  const sumsOf = (calls: Int32Array): Pick<TreeRow, 'self' | 'total' | 'sampleCount'> => {
    let self = 0;
    let total = 0;
    let sampleCount = 0;
    let insideUntil = -1;
    for (const call of calls) {
      self += tree.self[call]!;
      sampleCount += tree.sampleCount[call]!;
      if (enter[call]! < insideUntil) continue;
      total += tree.total[call]!;
      insideUntil = leave[call]!;
    }
    return { self, total, sampleCount };
  };

  const roots = () => {
    const inOrder = new Int32Array(nodes.length);
    for (let node = 0; node < nodes.length; node++) inOrder[enter[node]!] = node;
    return rowsFrom(inOrder, inOrder, null);
  };
  return rowsOver(tree, {
    roots,
    children: (row) => rowsFrom(callsOf[row.id]!, outerOf[row.id]!, row),
    weightOf: (row) => row.self,
    heaviestOf: (frame, table) => table.roots().filter((row) => row.frame === frame),
    search: (matches, table) => table.roots().filter((row) => matches[row.frame]),
  });
}

/** What tells the two tables apart. `roots` and `children` are asked at most once for each row. */
interface Direction {
  roots: () => TreeRow[];
  children: (row: TreeRow) => TreeRow[];
  weightOf: (row: TreeRow) => number;
  heaviestOf: (frame: number, table: TreeRows) => TreeRow[];
  search: (matches: Uint8Array, table: TreeRows) => TreeRow[];
}

function rowsOver(tree: CallTree, direction: Direction): TreeRows {
  const { weightOf } = direction;
  let rootRows: TreeRow[] | null = null;
  const childRows = new Map<number, TreeRow[]>();
  const rows = new Map<number, TreeRow>();
  const known = (found: TreeRow[]) => {
    for (const row of found) rows.set(row.id, row);
    return found;
  };
  const roots = () => (rootRows ??= known(direction.roots()));
  const children = (row: TreeRow) => {
    let found = childRows.get(row.id);
    if (!found) {
      found = known(direction.children(row));
      childRows.set(row.id, found);
    }
    return found;
  };
  const table: TreeRows = {
    tree,
    roots,
    children,
    parentOf: (row) => rows.get(row.parent) ?? null,
    heaviestOf: (frame) => direction.heaviestOf(frame, table),
    search: (matches) => direction.search(matches, table),
    path(row) {
      const keys: string[] = [];
      for (let at: TreeRow | undefined = row; at; at = rows.get(at.parent))
        keys.push(keyOf(tree.frames, at.frame));
      return keys.reverse();
    },
    rowsOn(path) {
      const found: TreeRow[] = [];
      let level = roots();
      for (const key of path) {
        const frame = findFrame(tree.frames, key);
        const row = level.find((each) => each.frame === frame);
        if (!row) break;
        found.push(row);
        level = children(row);
      }
      return found;
    },
    hotPath(from) {
      const path: TreeRow[] = [];
      let row = from ?? roots()[0];
      while (row) {
        path.push(row);
        const [heaviest]: TreeRow[] = row.hasChildren ? children(row) : [];
        row =
          heaviest && weightOf(heaviest) > 0 && weightOf(heaviest) >= weightOf(row) * hotShare
            ? heaviest
            : undefined;
      }
      return path;
    },
  };
  return table;
}

/**
 * The rows with the same functions on their paths as these rows of an older table of other data: what was open before. Those
 * that are no longer there are left out.
 */
export function sameRows(old: TreeRows, wanted: Iterable<TreeRow>, now: TreeRows): TreeRow[] {
  if (old === now) return [...wanted];
  const frameOf = frameMap(old.tree.frames, now.tree.frames);
  const matches = new Map<number, TreeRow | null>();
  const byFrame = new Map<number, Map<number, TreeRow>>();
  const below = (row: TreeRow | null, frame: number): TreeRow | null => {
    const id = row?.id ?? -1;
    let children = byFrame.get(id);
    if (!children) {
      children = new Map((row ? now.children(row) : now.roots()).map((each) => [each.frame, each]));
      byFrame.set(id, children);
    }
    return children.get(frame) ?? null;
  };
  const found: TreeRow[] = [];
  for (const row of wanted) {
    const path: TreeRow[] = [];
    let at: TreeRow | null = row;
    while (at && !matches.has(at.id)) {
      path.push(at);
      at = old.parentOf(at);
    }
    let match = at ? matches.get(at.id)! : null;
    let lost = at !== null && match === null;
    for (const step of path.reverse()) {
      match = lost ? null : below(match, frameOf(step.frame));
      lost = match === null;
      matches.set(step.id, match);
    }
    const same = matches.get(row.id);
    if (same) found.push(same);
  }
  return found;
}

/** The same function in another frame table; -1 when it is not there. */
function frameMap(from: FrameTable, to: FrameTable): (frame: number) => number {
  const ids = new Map<string, number>();
  for (let frame = 0; frame < to.length; frame++) ids.set(keyOf(to, frame), frame);
  return (frame) => ids.get(keyOf(from, frame)) ?? -1;
}

/** When a walk over the tree enters and leaves each node: below a node is what is entered before it is left. */
function intervals({ nodes }: CallTree): { enter: Int32Array; leave: Int32Array } {
  const { length, parent } = nodes;
  // How many nodes a subtree has, then where it begins: parents have smaller indices.
  const size = new Int32Array(length).fill(1);
  for (let node = length - 1; node > 0; node--) size[parent[node]!]! += size[node]!;
  const enter = new Int32Array(length);
  const leave = new Int32Array(length);
  const next = new Int32Array(length);
  for (let node = 0; node < length; node++) {
    const start = node === 0 ? 0 : next[parent[node]!]!;
    if (node > 0) next[parent[node]!] = start + size[node]!;
    enter[node] = start;
    next[node] = start + 1;
    leave[node] = start + size[node]!;
  }
  return { enter, leave };
}
