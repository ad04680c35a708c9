/** Call trees seen from the innermost frame outwards, and both sides of one function. */
import { emptyCallTree } from './call-tree';
import type { CallTree } from './call-tree';
import { withRoom } from './columns';
import { findFrame } from './frame-key';
import { GroupFrames } from './group-frames';
import { TreeGrower } from './tree-grower';

export interface InvertOptions {
  /**
   * Callers that carry less than this share (0..1) of the tree's weight are not told apart further: per call path they are
   * one `(rest)`. Stacks of many threads end in very many ways that nobody could see; 0 keeps all of them.
   */
  minShare?: number;
}

/** A hundredth of a pixel of a picture 1,000 pixels wide. */
const defaultMinShare = 1e-5;
export const restName = '(rest)';

/**
 * The tree bottom-up: every stack from its innermost frame. A node's total is the weight of all stacks whose inner end is
 * the path from the root to the node; its self weight is that of the stacks that have no more callers there.
 */
export function invertTree(tree: CallTree, options: InvertOptions = {}): CallTree {
  return invertFrom(tree, allWithSelf(tree), tree.self, tree.sampleCount, options);
}

/**
 * Who calls a function, and what it calls, whatever the way to it. `callers` is bottom-up with the function as the root's
 * only child, `callees` is top-down with the function as the root's only child. Recursion counts once (the outermost call
 * of a stack), so both totals are the function's total. Unknown functions have empty trees.
 */
export function sandwich(
  tree: CallTree,
  functionKey: string,
  options: InvertOptions = {},
): { callers: CallTree; callees: CallTree } {
  const focus = findFrame(tree.frames, functionKey);
  if (focus === -1) return { callers: emptyCallTree(tree.unit), callees: emptyCallTree(tree.unit) };
  const { nodes } = tree;
  /** Node → node of the callees' tree; -1 outside. */
  const inside = new Int32Array(nodes.length).fill(-1);
  const outermost: number[] = [];
  const below = new TreeGrower(nodes.frame[0]!, nodes.length);
  for (let node = 1; node < nodes.length; node++) {
    const parent = inside[nodes.parent[node]!]!;
    const frame = nodes.frame[node]!;
    if (parent === -1 && frame !== focus) continue;
    if (parent === -1) outermost.push(node);
    const id = below.child(parent === -1 ? 0 : parent, frame);
    inside[node] = id;
    below.add(id, tree.self[node]!, tree.sampleCount[node]!);
  }
  const counts = Uint32Array.from(tree.sampleCount);
  for (let node = nodes.length - 1; node > 0; node--) counts[nodes.parent[node]!]! += counts[node]!;
  return {
    callers: invertFrom(tree, Int32Array.from(outermost), tree.total, counts, options),
    callees: below.finish(tree.frames, tree),
  };
}

function allWithSelf({ nodes, self, sampleCount }: CallTree): Int32Array {
  const starts = new Int32Array(nodes.length);
  let count = 0;
  for (let node = 0; node < nodes.length; node++)
    if (self[node]! > 0 || sampleCount[node]! > 0) starts[count++] = node;
  return starts.subarray(0, count);
}

/**
 * Level by level: all stacks take one step outwards at a time, so that the weight of a level's nodes is known before it is
 * decided which of them are followed further.
 */
function invertFrom(
  tree: CallTree,
  starts: Int32Array,
  weights: Float64Array,
  counts: ArrayLike<number>,
  options: InvertOptions,
): CallTree {
  const { nodes } = tree;
  let whole = 0;
  for (const start of starts) whole += weights[start]!;
  const least = whole * (options.minShare ?? defaultMinShare);
  const grown = new TreeGrower(nodes.frame[0]!, starts.length * 2);
  const groups = new GroupFrames(tree.frames);
  let rest = -1;

  // Stacks on their way: where they started, how far out they are, and their node in the new tree.
  const start = Int32Array.from(starts);
  const outer = Int32Array.from(starts);
  const at = new Int32Array(starts.length);
  let count = starts.length;
  let levelWeight = new Float64Array(64);
  while (count > 0) {
    const firstOfLevel = grown.nodes.length;
    let going = 0;
    for (let i = 0; i < count; i++) {
      // A stack that ends in the root (samples whose frames were all merged away) is over at once.
      if (outer[i] === 0) {
        grown.add(at[i]!, weights[start[i]!]!, counts[start[i]!]!);
        continue;
      }
      const id = grown.child(at[i]!, nodes.frame[outer[i]!]!);
      const slot = id - firstOfLevel;
      if (slot >= levelWeight.length) levelWeight = withRoom(levelWeight, slot + 1);
      levelWeight[slot]! += weights[start[i]!]!;
      start[going] = start[i]!;
      outer[going] = nodes.parent[outer[i]!]!;
      at[going++] = id;
    }
    count = 0;
    for (let i = 0; i < going; i++) {
      const id = at[i]!;
      if (levelWeight[id - firstOfLevel]! >= least || outer[i] === 0) {
        start[count] = start[i]!;
        outer[count] = outer[i]!;
        at[count++] = id;
      } else {
        if (rest === -1) rest = groups.add({ name: restName, url: '', category: 'root', packageName: '' });
        grown.add(grown.child(id, rest), weights[start[i]!]!, counts[start[i]!]!);
      }
    }
    levelWeight.fill(0, 0, Math.max(0, grown.nodes.length - firstOfLevel));
  }
  return grown.finish(groups.frames, tree);
}
