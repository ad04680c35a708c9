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
   * one `(rest)`. The stacks of a large recording end in very many ways, each of which nobody could see. 0 keeps all.
   */
  minShare?: number;
}

/** A tenth of a pixel of a picture 1,000 pixels wide; nothing is folded in recordings of up to 10,000 equal samples. */
const defaultMinShare = 1e-4;
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
 * decided which of them are followed further. Stacks at one node stay side by side (a counting sort per level), so that
 * one slot per function finds the node of the next step, without a hash table. O(steps).
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

  /** Frame → the node that it was last given, and for which parent. */
  const nodeOfFrame = new Int32Array(tree.frames.length);
  const parentOfFrame = new Int32Array(tree.frames.length).fill(-1);
  let here = stacksAt(starts.length);
  here.start.set(starts);
  here.outer.set(starts);
  let next = stacksAt(starts.length);
  let count = starts.length;
  let weightOf = new Float64Array(64);
  let slotOf = new Int32Array(65);

  while (count > 0) {
    const { start, outer, at } = here;
    const first = grown.nodes.length;
    let going = 0;
    for (let i = 0; i < count; i++) {
      const from = start[i]!;
      const step = outer[i]!;
      const parent = at[i]!;
      // No callers are left: the stack ends here. (At once for samples whose frames were all merged away.)
      if (step === 0) {
        grown.add(parent, weights[from]!, counts[from]!);
        continue;
      }
      const frame = nodes.frame[step]!;
      if (parentOfFrame[frame] !== parent) {
        parentOfFrame[frame] = parent;
        nodeOfFrame[frame] = grown.append(parent, frame);
      }
      const id = nodeOfFrame[frame]!;
      const slot = id - first;
      if (slot + 1 >= slotOf.length) {
        weightOf = withRoom(weightOf, slot + 2);
        slotOf = withRoom(slotOf, slot + 2);
      }
      weightOf[slot]! += weights[from]!;
      slotOf[slot + 1]!++;
      start[going] = from;
      outer[going] = nodes.parent[step]!;
      at[going++] = id;
    }
    const level = grown.nodes.length - first;
    for (let slot = 0; slot < level; slot++) slotOf[slot + 1]! += slotOf[slot]!;
    for (let i = 0; i < going; i++) {
      const place = slotOf[at[i]! - first]!++;
      next.start[place] = start[i]!;
      next.outer[place] = outer[i]!;
      next.at[place] = at[i]!;
    }
    [here, next] = [next, here];
    count = 0;
    let folded = -1;
    for (let i = 0; i < going; i++) {
      const id = here.at[i]!;
      const from = here.start[i]!;
      if (here.outer[i] === 0 || weightOf[id - first]! >= least) {
        here.start[count] = from;
        here.outer[count] = here.outer[i]!;
        here.at[count++] = id;
        continue;
      }
      if (rest === -1) rest = groups.add({ name: restName, url: '', category: 'root', packageName: '' });
      if (folded === -1 || grown.nodes.parent[folded] !== id) folded = grown.append(id, rest);
      grown.add(folded, weights[from]!, counts[from]!);
    }
    weightOf.fill(0, 0, level);
    slotOf.fill(0, 0, level + 1);
  }
  return grown.finish(groups.frames, tree);
}

/** Stacks on their way: where they started, the caller to come next, and the node of the new tree they have reached. */
function stacksAt(length: number) {
  return { start: new Int32Array(length), outer: new Int32Array(length), at: new Int32Array(length) };
}
