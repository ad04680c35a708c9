/** Which rows a tree table shows: open and closed branches, their order, and where to go from a row. Pure, no recursion. */
import type { CallTree } from '../../profiles/call-tree';
import { childLists } from '../../profiles/grouping';
import { keyOf } from '../../profiles/call-tree';

export const treeColumns = ['total', 'self', 'sampleCount', 'name'] as const;
export type TreeColumn = (typeof treeColumns)[number];

export interface TreeOrder {
  column: TreeColumn;
  descending: boolean;
}

/** A call tree with its children in order; children without weight and samples are not there. */
export interface Outline {
  tree: CallTree;
  order: TreeOrder;
  /** Samples of the node and everything below it. */
  samples: Float64Array;
  firstChild: Int32Array;
  nextSibling: Int32Array;
  /** Sorted children by node, filled as they are asked for. */
  sorted: Map<number, Int32Array>;
}

export function outlineOf(tree: CallTree, order: TreeOrder): Outline {
  const { nodes, sampleCount } = tree;
  const samples = new Float64Array(nodes.length);
  for (let node = nodes.length - 1; node >= 0; node--) {
    samples[node]! += sampleCount[node]!;
    const parent = nodes.parent[node]!;
    if (parent >= 0) samples[parent]! += samples[node]!;
  }
  return { tree, order, samples, ...childLists(tree), sorted: new Map() };
}

/** The same tree in another order. */
export function reordered(outline: Outline, order: TreeOrder): Outline {
  return { ...outline, order, sorted: new Map() };
}

/** Children that anything was measured in, in the outline's order. */
export function childrenOf(outline: Outline, node: number): Int32Array {
  const known = outline.sorted.get(node);
  if (known) return known;
  const { tree, firstChild, nextSibling, samples } = outline;
  const children: number[] = [];
  for (let child = firstChild[node]!; child !== -1; child = nextSibling[child]!)
    if (tree.total[child]! > 0 || samples[child]! > 0) children.push(child);
  const sorted = Int32Array.from(children).sort(comparison(outline));
  outline.sorted.set(node, sorted);
  return sorted;
}

export function hasChildren({ tree, firstChild, nextSibling, samples }: Outline, node: number): boolean {
  for (let child = firstChild[node]!; child !== -1; child = nextSibling[child]!)
    if (tree.total[child]! > 0 || samples[child]! > 0) return true;
  return false;
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

function comparison({ tree, order, samples }: Outline): (a: number, b: number) => number {
  const { total, self, nodes, frames } = tree;
  const sign = order.descending ? -1 : 1;
  const heaviest = (a: number, b: number): number => total[b]! - total[a]! || a - b;
  const nameOf = (node: number): string => frames.name[nodes.frame[node]!]!;
  switch (order.column) {
    case 'total':
      return (a, b) => sign * (total[a]! - total[b]!) || a - b;
    case 'self':
      return (a, b) => sign * (self[a]! - self[b]!) || heaviest(a, b);
    case 'sampleCount':
      return (a, b) => sign * (samples[a]! - samples[b]!) || heaviest(a, b);
    case 'name':
      return (a, b) => sign * collator.compare(nameOf(a), nameOf(b)) || heaviest(a, b);
  }
}

/** The nodes to show, from top to bottom: the root's children and what lies in open branches. */
export function visibleRows(outline: Outline, open: ReadonlySet<number>): Int32Array {
  const rows: number[] = [];
  const waiting: number[] = [];
  const push = (node: number): void => {
    const children = childrenOf(outline, node);
    for (let i = children.length - 1; i >= 0; i--) waiting.push(children[i]!);
  };
  if (outline.tree.nodes.length > 0) push(0);
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    rows.push(node);
    if (open.has(node)) push(node);
  }
  return Int32Array.from(rows);
}

/** Every node that has weight or samples, in the order in which it would be shown were everything open. */
export function wholeOrder(outline: Outline): Int32Array {
  const all = new Set<number>();
  for (let node = 0; node < outline.tree.nodes.length; node++) all.add(node);
  return visibleRows(outline, all);
}

/** The node, if it is to be opened, and what is opened with it: the chain of only children below. */
export function chainFrom(outline: Outline, node: number): number[] {
  const chain = [node];
  for (let children = childrenOf(outline, node); children.length === 1;) {
    const [only] = children;
    chain.push(only!);
    children = childrenOf(outline, only!);
  }
  return chain;
}

/** From a node down, always the heaviest call, until most of the time is spent in the function itself or spreads out. */
export function hotPath(outline: Outline, from: number): number[] {
  const { total } = outline.tree;
  const path: number[] = [];
  const spreadBelow = 0.2;
  for (let node = from; ;) {
    let best = -1;
    for (const child of childrenOf(outline, node))
      if (best === -1 || total[child]! > total[best]!) best = child;
    if (best === -1 || (path.length > 0 && total[best]! < total[node]! * spreadBelow)) return path;
    path.push(best);
    node = best;
  }
}

/** Ancestors of a node, the root not among them, outermost first. */
export function ancestorsOf({ nodes }: CallTree, node: number): number[] {
  const path: number[] = [];
  for (let at = nodes.parent[node]!; at > 0; at = nodes.parent[at]!) path.push(at);
  return path.reverse();
}

/** Everything below a node that can be opened, the node included; at most `limit` of them, outermost first. */
export function branchesBelow(outline: Outline, node: number, limit: number): number[] {
  const found: number[] = [node];
  for (let i = 0; i < found.length && found.length < limit; i++)
    for (const child of childrenOf(outline, found[i]!))
      if (hasChildren(outline, child) && found.length < limit) found.push(child);
  return found;
}

/** The nodes of `tree` with the same call paths as these nodes of an older tree; those that are no longer there are left out. */
export function sameBranches(old: CallTree, wanted: Iterable<number>, outline: Outline): Set<number> {
  const { tree, firstChild, nextSibling } = outline;
  const result = new Set<number>();
  if (old === tree) return new Set(wanted);
  const frameByKey = new Map<string, number>();
  for (let frame = 0; frame < tree.frames.length; frame++) frameByKey.set(keyOf(tree.frames, frame), frame);
  const matches = new Map<number, number>([[0, 0]]);
  const find = (node: number): number => {
    const path: number[] = [];
    let at = node;
    while (at > 0 && !matches.has(at)) {
      path.push(at);
      at = old.nodes.parent[at]!;
    }
    let match = matches.get(at) ?? -1;
    for (const step of path.reverse()) {
      if (match !== -1) {
        const frame = frameByKey.get(keyOf(old.frames, old.nodes.frame[step]!)) ?? -1;
        let child = firstChild[match]!;
        while (child !== -1 && tree.nodes.frame[child] !== frame) child = nextSibling[child]!;
        match = child;
      }
      matches.set(step, match);
    }
    return match;
  };
  for (const node of wanted) {
    if (node >= old.nodes.length) continue;
    const match = find(node);
    if (match > 0) result.add(match);
  }
  return result;
}

/** The heaviest node of a function; -1 when it is not in the tree. */
export function heaviestNode({ nodes, total }: CallTree, frame: number): number {
  let best = -1;
  for (let node = 1; node < nodes.length; node++)
    if (nodes.frame[node] === frame && total[node]! > 0 && (best === -1 || total[node]! > total[best]!))
      best = node;
  return best;
}
