/** Self and total weight of every node of the calling-context tree, for a whole profile, a range of time, or many threads together. */
import { withRoom } from './columns';
import { keyOf } from './frame-key';
import { isIdle, isLeftOut, nodeKinds } from './node-kinds';
import type { KindOptions } from './node-kinds';
import { TreeGrower, addUp } from './tree-grower';
import { categories } from './types';
import type { FrameTable, NodeTable, Profile, ProfileUnit, TimeRange } from './types';

export { keyOf } from './frame-key';

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

/** What numbers mean: the profile's own unit, or how many samples were taken. */
export type Weights = 'value' | 'samples';

export interface AggregateOptions extends KindOptions {
  /**
   * Only this part of a timed profile; samples across its edges count with the part inside (and as one sample in
   * `sampleCount`).
   */
  range?: TimeRange;
  /** `samples`: every sample weighs 1, whatever it stands for; the tree's unit is then `count`. */
  weights?: Weights;
}

/**
 * Adds up a profile's samples per node. The tree keeps the columns it was made from: a profile that grows later
 * does not change it.
 */
export function aggregate(profile: Profile, options: AggregateOptions = {}): CallTree {
  const { samples } = profile;
  const bySamples = options.weights === 'samples';
  const tree = emptyOver(profile, bySamples ? 'count' : profile.unit);
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
    if (bySamples) weight = 1;
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
 * All trees must have the same unit (see `commonUnit`).
 * @throws TypeError when they have not
 */
export function mergeCallTrees(trees: readonly CallTree[]): CallTree {
  const first = trees[0];
  if (!first) return emptyCallTree('microseconds');
  if (trees.length === 1) return first;
  const { frames } = emptyCallTree(first.unit);
  const frameIds = new Map<string, number>([[keyOf(frames, 0), 0]]);
  const grown = new TreeGrower(0, first.nodes.length * 2);
  let idleWeight = 0;
  for (const tree of trees) {
    if (tree.unit !== first.unit)
      throw new TypeError(`cannot merge a tree in ${tree.unit} into one in ${first.unit}`);
    const frameMap = new Int32Array(tree.frames.length);
    for (let frame = 0; frame < tree.frames.length; frame++)
      frameMap[frame] = mergeFrame(frames, frameIds, tree.frames, frame);
    const { length, parent, frame } = tree.nodes;
    const nodeMap = new Int32Array(length);
    for (let node = 0; node < length; node++) {
      const id = node === 0 ? 0 : grown.child(nodeMap[parent[node]!]!, frameMap[frame[node]!]!);
      nodeMap[node] = id;
      grown.add(id, tree.self[node]!, tree.sampleCount[node]!);
    }
    idleWeight += tree.idleWeight;
  }
  return grown.finish(frames, { unit: first.unit, idleWeight });
}

/**
 * The one unit in which things of several units can be shown together: the preferred one where something has it, else
 * that of most of them (of equally many, the first). null without things. Those of other units have to be left out.
 */
export function commonUnit(
  things: Iterable<{ unit: ProfileUnit }>,
  preferred?: ProfileUnit,
): ProfileUnit | null {
  const counts = new Map<ProfileUnit, number>();
  for (const { unit } of things) counts.set(unit, (counts.get(unit) ?? 0) + 1);
  if (preferred !== undefined && counts.has(preferred)) return preferred;
  let best: ProfileUnit | null = null;
  for (const [unit, count] of counts) if (best === null || count > counts.get(best)!) best = unit;
  return best;
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

/** Index of the first sample that can reach into a range: the last one that starts before it, or the first in it. */
export function firstOverlapping({ samples }: Profile, startUs: number): number {
  let low = 0;
  let high = samples.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (samples.timeUs[middle]! < startUs) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

function emptyOver({ frames, nodes }: Profile, unit: ProfileUnit): CallTree {
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
