/** Self and total weight of every node of the calling-context tree, for a whole profile, a range of time, or many threads together. */
import { PairTable } from './pair-table';
import { withRoom } from './columns';
import { categories } from './types';
import type { FrameTable, NodeTable, Profile, ProfileUnit, TimeRange } from './types';

/** Weights are in the tree's unit. Columns have exactly `nodes.length` entries. */
export interface CallTree {
  unit: ProfileUnit;
  frames: FrameTable;
  nodes: NodeTable;
  self: Float64Array;
  total: Float64Array;
  /** Samples that ended in the node itself. */
  sampleCount: Uint32Array;
  /** Everything in the tree: busy time, or with `includeIdle` all time. */
  totalWeight: number;
  /** Weight of the idle samples in the range, whether or not they are in the tree. */
  idleWeight: number;
}

export interface AggregateOptions {
  /** Only this part of a timed profile; samples across its edges count with the part inside. */
  range?: TimeRange;
  /** Keep samples in which the thread had nothing to do. */
  includeIdle?: boolean;
  /** Keep samples of Scorchmark's own code inside the target. */
  includeProfiler?: boolean;
}

const idle = categories.indexOf('idle');
const profiler = categories.indexOf('profiler');
const app = categories.indexOf('app');
const dependency = categories.indexOf('dependency');

/**
 * Adds up a profile's samples per node. The tree keeps the columns it was made from: a profile that grows later
 * does not change it.
 */
export function aggregate(profile: Profile, options: AggregateOptions = {}): CallTree {
  const { samples } = profile;
  const tree = emptyOver(profile);
  const { nodes, self, sampleCount } = tree;
  const kind = nodeKinds(tree, options);
  const { range } = options;
  const from = range ? firstOverlapping(profile, range.startUs) : 0;
  let idleWeight = 0;
  for (let i = from; i < samples.length; i++) {
    let weight = samples.weight[i]!;
    if (range) {
      const startUs = samples.timeUs[i]!;
      if (startUs >= range.endUs) break;
      const endUs = startUs + weight;
      // A sample of no duration belongs to the range that its instant lies in.
      if (endUs < range.startUs || (endUs === range.startUs && startUs < range.startUs)) continue;
      weight = Math.min(endUs, range.endUs) - Math.max(startUs, range.startUs);
    }
    const node = samples.node[i]!;
    if (kind[node]! & isIdle) idleWeight += weight;
    if (kind[node]! & isLeftOut) continue;
    self[node]! += weight;
    sampleCount[node]!++;
  }
  tree.idleWeight = idleWeight;
  addUp(nodes, self, tree.total);
  tree.totalWeight = tree.total[0]!;
  return tree;
}

/**
 * One tree of many threads and processes: equal paths of equal functions (name, URL, line, column) become one node.
 * All trees must have the same unit.
 */
export function mergeCallTrees(trees: readonly CallTree[]): CallTree {
  const first = trees[0];
  if (!first) return emptyCallTree('microseconds');
  if (trees.length === 1) return first;
  const merged = emptyCallTree(first.unit);
  const { frames, nodes } = merged;
  const frameIds = new Map<string, number>([[keyOf(frames, 0), 0]]);
  const childIds = new PairTable(first.nodes.length * 2);
  for (const tree of trees) {
    if (tree.unit !== first.unit)
      throw new TypeError(`cannot merge a tree in ${tree.unit} into one in ${first.unit}`);
    const frameMap = new Int32Array(tree.frames.length);
    for (let frame = 0; frame < tree.frames.length; frame++)
      frameMap[frame] = mergeFrame(frames, frameIds, tree.frames, frame);
    const nodeMap = new Int32Array(tree.nodes.length);
    merged.self = withRoom(merged.self, nodes.length + tree.nodes.length);
    merged.sampleCount = withRoom(merged.sampleCount, nodes.length + tree.nodes.length);
    for (let node = 0; node < tree.nodes.length; node++) {
      const id =
        node === 0
          ? 0
          : mergeNode(
              nodes,
              childIds,
              nodeMap[tree.nodes.parent[node]!]!,
              frameMap[tree.nodes.frame[node]!]!,
            );
      nodeMap[node] = id;
      merged.self[id]! += tree.self[node]!;
      merged.sampleCount[id]! += tree.sampleCount[node]!;
    }
    merged.idleWeight += tree.idleWeight;
  }
  merged.self = merged.self.subarray(0, nodes.length);
  merged.sampleCount = merged.sampleCount.subarray(0, nodes.length);
  merged.total = new Float64Array(nodes.length);
  addUp(nodes, merged.self, merged.total);
  merged.totalWeight = merged.total[0]!;
  return merged;
}

/** A tree of a root that weighs nothing. */
export function emptyCallTree(unit: ProfileUnit): CallTree {
  return {
    unit,
    frames: {
      length: 1,
      name: ['(root)'],
      url: [''],
      line: new Int32Array(1),
      column: new Int32Array(1),
      category: Uint8Array.of(categories.indexOf('root')),
      packageName: [''],
    },
    nodes: { length: 1, frame: new Int32Array(1), parent: Int32Array.of(-1), depth: new Int32Array(1) },
    self: new Float64Array(1),
    total: new Float64Array(1),
    sampleCount: new Uint32Array(1),
    totalWeight: 0,
    idleWeight: 0,
  };
}

/**
 * The tree as indented lines `name self/total`, heaviest first, for tests and debugging. Nodes that weigh nothing are
 * left out unless asked for.
 */
export function treeAsText(tree: CallTree, options: { all?: boolean } = {}): string {
  const { nodes, frames, self, total } = tree;
  const children = new Map<number, number[]>();
  for (let node = 1; node < nodes.length; node++) {
    if (total[node] === 0 && !options.all) continue;
    const siblings = children.get(nodes.parent[node]!);
    if (siblings) siblings.push(node);
    else children.set(nodes.parent[node]!, [node]);
  }
  const lines: string[] = [];
  const open = [0];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const name = frames.name[nodes.frame[node]!]!;
    lines.push(`${'  '.repeat(nodes.depth[node]!)}${name} ${self[node]!}/${total[node]!}`);
    const below = children.get(node) ?? [];
    below.sort((a, b) => total[a]! - total[b]! || b - a);
    for (const child of below) open.push(child);
  }
  return lines.join('\n');
}

/** Name, URL, line and column: what makes two frames the same function. */
export function keyOf(frames: FrameTable, frame: number): string {
  return `${frames.name[frame]!}\n${frames.url[frame]!}\n${frames.line[frame]!}\n${frames.column[frame]!}`;
}

const isIdle = 1;
const isLeftOut = 2;

/**
 * What each node is to `aggregate`. Node's own functions called by our agent are the profiler's cost too; the person's
 * code below an agent frame (a wrapped callback) is theirs.
 */
function nodeKinds({ nodes, frames }: CallTree, options: AggregateOptions): Uint8Array {
  const kinds = new Uint8Array(nodes.length);
  const ours = new Uint8Array(nodes.length);
  for (let node = 0; node < nodes.length; node++) {
    const category = frames.category[nodes.frame[node]!]!;
    const parent = nodes.parent[node]!;
    if (category === profiler) ours[node] = 1;
    else if (parent !== -1 && category !== app && category !== dependency) ours[node] = ours[parent]!;
    if (category === idle) kinds[node] = options.includeIdle ? isIdle : isIdle | isLeftOut;
    else if (ours[node] && !options.includeProfiler) kinds[node] = isLeftOut;
  }
  return kinds;
}

/** Index of the first sample that can reach into a range: the last one that starts before it, or the first in it. */
function firstOverlapping({ samples }: Profile, startUs: number): number {
  let low = 0;
  let high = samples.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (samples.timeUs[middle]! < startUs) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

/** Totals from self weights. Parents have smaller indices, so one pass from the end does it, however deep the tree. */
function addUp(nodes: NodeTable, self: Float64Array, total: Float64Array): void {
  total.set(self);
  for (let node = nodes.length - 1; node > 0; node--) total[nodes.parent[node]!]! += total[node]!;
}

function emptyOver({ unit, frames, nodes }: Profile): CallTree {
  const { length } = nodes;
  return {
    unit,
    frames: { ...frames },
    nodes: {
      length,
      frame: nodes.frame.subarray(0, length),
      parent: nodes.parent.subarray(0, length),
      depth: nodes.depth.subarray(0, length),
    },
    self: new Float64Array(length),
    total: new Float64Array(length),
    sampleCount: new Uint32Array(length),
    totalWeight: 0,
    idleWeight: 0,
  };
}

function mergeFrame(into: FrameTable, ids: Map<string, number>, from: FrameTable, frame: number): number {
  const key = keyOf(from, frame);
  const known = ids.get(key);
  if (known !== undefined) return known;
  const id = into.length++;
  ids.set(key, id);
  into.name.push(from.name[frame]!);
  into.url.push(from.url[frame]!);
  into.packageName.push(from.packageName[frame]!);
  into.line = withRoom(into.line, id + 1);
  into.column = withRoom(into.column, id + 1);
  into.category = withRoom(into.category, id + 1);
  into.line[id] = from.line[frame]!;
  into.column[id] = from.column[frame]!;
  into.category[id] = from.category[frame]!;
  return id;
}

function mergeNode(into: NodeTable, ids: PairTable, parent: number, frame: number): number {
  const known = ids.get(parent, frame);
  if (known !== -1) return known;
  const id = into.length++;
  into.frame = withRoom(into.frame, id + 1);
  into.parent = withRoom(into.parent, id + 1);
  into.depth = withRoom(into.depth, id + 1);
  into.frame[id] = frame;
  into.parent[id] = parent;
  into.depth[id] = into.depth[parent]! + 1;
  ids.set(parent, frame, id);
  return id;
}
