/**
 * Immediate dominators and retained sizes. Semidominators after T. Lengauer and R. E. Tarjan, "A fast algorithm for finding
 * dominators in a flowgraph", ACM TOPLAS 1 (1979), 121–141, with simple path compression: O(m log n). From them the dominators
 * as in semi-NCA (L. Georgiadis, "Linear-Time Algorithms for Dominators and Related Problems", Princeton 2005, section 2.3):
 * that of w is the nearest dominator of w's parent that is not below w's semidominator. Georgiadis walks there step by step,
 * which never ends on a linked list of millions at whose end hangs an array of things that others hold as well; here the walk
 * takes jumps (E. W. Myers, "An applicative random-access stack", Information Processing Letters 17 (1983), 241–248), at most
 * about 2 log n of them.
 *
 * Everything is numbered by depth-first order, so an ancestor's number is always the smaller one. What costs is not
 * computing but waiting for memory: the references are brought into that order by passes of their own, in which the processor
 * can wait for many at once, and only those that have to be looked at. No recursion.
 */
import { depthFirstOrder, type DepthFirstOrder } from './depth-first';
import { holdingTypes } from './essential-edges';
import type { HeapSnapshot } from './types';

export interface Dominators {
  dominator: Uint32Array;
  retained: Float64Array;
}

export function dominatorsOf(snapshot: HeapSnapshot): Dominators {
  const { nodeCount, shallow } = snapshot;
  const order = depthFirstOrder(snapshot);
  const { count, nodeOf, numberOf } = order;
  const forest = new Uint32Array((count + 1) * 2);
  const semi = semidominators(snapshot, order, forest);
  const idom = immediateDominators(order, semi, forest);

  // The forest is done with: its memory takes the sums.
  const sums = new Float64Array(forest.buffer);
  for (let number = 1; number <= count; number++) sums[number] = shallow[nodeOf[number]!]!;
  for (let number = count; number > 1; number--) sums[idom[number]!]! += sums[number]!;
  const dominator = new Uint32Array(nodeCount);
  const retained = new Float64Array(nodeCount);
  for (let number = 2; number <= count; number++) dominator[nodeOf[number]!] = nodeOf[idom[number]!]!;
  // What nothing holds in any way is left with the root.
  let left = 0;
  for (let node = 0; node < nodeCount; node++) {
    const number = numberOf[node]!;
    if (number === 0) left += shallow[node]!;
    retained[node] = number === 0 ? shallow[node]! : sums[number]!;
  }
  retained[0]! += left;
  return { dominator, retained };
}

/**
 * By number: the topmost node that reaches it past its ancestors in between.
 * @param forest two entries per number: its ancestor on the compressed way up, and the smallest semidominator on that way
 */
function semidominators(snapshot: HeapSnapshot, order: DepthFirstOrder, forest: Uint32Array): Uint32Array {
  const { count, parent } = order;
  const { semi, first, from } = referencesByNumber(snapshot, order);
  let way = new Uint32Array(1 << 12);

  /** Brings v within one step of the root of its tree; returns the smallest semidominator on the way there. */
  const smallestAbove = (v: number): number => {
    let at = v * 2;
    let above = forest[at]! * 2;
    if (forest[above] === 0) return forest[at + 1]!;
    let length = 0;
    while (forest[above] !== 0) {
      if (length === way.length) {
        const longer = new Uint32Array(length * 2);
        longer.set(way);
        way = longer;
      }
      way[length++] = at;
      at = above;
      above = forest[at]! * 2;
    }
    const root = above >>> 1;
    let smallest = forest[at + 1]!;
    while (length > 0) {
      const below = way[--length]!;
      const own = forest[below + 1]!;
      if (own <= smallest) smallest = own;
      else forest[below + 1] = smallest;
      forest[below] = root;
    }
    return smallest;
  };

  let touched = 0;
  for (let w = count; w > 1; w--) {
    let smallest = semi[w]!;
    const begin = first[w]!;
    const end = first[w + 1]!;
    // What will be looked at soon is asked for now, and its ancestor when it is here, so that it does not have to be waited for.
    if (begin >= lookAhead) {
      const soon = forest[from[begin - lookAhead / 2]! * 2]!;
      touched |= forest[from[begin - lookAhead]! * 2]! | forest[soon * 2]!;
    }
    for (let at = begin; at < end; at++) {
      const candidate = smallestAbove(from[at]!);
      if (candidate < smallest) smallest = candidate;
    }
    semi[w] = smallest;
    forest[w * 2] = parent[w]!;
    forest[w * 2 + 1] = smallest;
  }
  // Number 0 is nobody's. Had it no use, what is asked for above would not be.
  semi[0] = touched;
  return semi;
}

/** References from one that is looked at to one that is asked for; measured with 6 M objects. */
const lookAhead = 24;

interface ReferencesByNumber {
  /** Of the references from smaller numbers, which are ancestors, only the topmost matters: it begins as the semidominator. */
  semi: Uint32Array;
  /** Those from larger numbers: of w, from[first[w]] … from[first[w + 1] - 1]. */
  first: Uint32Array;
  from: Uint32Array;
}

function referencesByNumber(
  snapshot: HeapSnapshot,
  { count, numberOf, parent }: DepthFirstOrder,
): ReferencesByNumber {
  const { nodeCount, firstEdge, edgeTo, edgeType } = snapshot;
  const holding = holdingTypes(snapshot);
  const semi = parent.slice(0, count + 1);
  const first = new Uint32Array(count + 2);
  for (let node = 0; node < nodeCount; node++) {
    const own = numberOf[node]!;
    if (own === 0) continue;
    const end = firstEdge[node + 1]!;
    for (let edge = firstEdge[node]!; edge < end; edge++) {
      const kind = holding[edgeType[edge]!]!;
      if (kind !== 1 && !(kind === 2 && own === 1)) continue;
      const to = numberOf[edgeTo[edge]!]!;
      if (to < own) first[to]!++;
      else if (to > own && own < semi[to]!) semi[to] = own;
    }
  }
  // Nothing is above the root.
  first[1] = 0;
  // Each entry becomes the end of its range and is counted down to its beginning.
  let end = 0;
  for (let number = 0; number <= count; number++) {
    end += first[number]!;
    first[number] = end;
  }
  first[count + 1] = end;
  const from = new Uint32Array(end);
  for (let node = 0; node < nodeCount; node++) {
    const own = numberOf[node]!;
    if (own === 0) continue;
    const last = firstEdge[node + 1]!;
    for (let edge = firstEdge[node]!; edge < last; edge++) {
      const to = numberOf[edgeTo[edge]!]!;
      // From the root nothing leads to a smaller number: only references that always hold remain.
      if (to < own && to > 1 && holding[edgeType[edge]!] === 1) from[--first[to]!] = own;
    }
  }
  return { semi, first, from };
}

/**
 * By number, in the place of the semidominators.
 * @param jumps two entries per number, whatever stands there: where its jump leads, and its depth
 */
function immediateDominators(
  { count, parent }: DepthFirstOrder,
  semi: Uint32Array,
  jumps: Uint32Array,
): Uint32Array {
  const idom = semi;
  idom[1] = 1;
  jumps[2] = 1;
  jumps[3] = 0;
  for (let w = 2; w <= count; w++) {
    const top = semi[w]!;
    let above = parent[w]!;
    while (above > top) {
      const far = jumps[above * 2]!;
      above = far >= top ? far : idom[above]!;
    }
    idom[w] = above;
    // Two jumps of equal length become one of both; otherwise it is a step.
    const near = jumps[above * 2]!;
    const far = jumps[near * 2]!;
    const depth = jumps[above * 2 + 1]!;
    const depthOfNear = jumps[near * 2 + 1]!;
    jumps[w * 2] = depth - depthOfNear === depthOfNear - jumps[far * 2 + 1]! ? far : above;
    jumps[w * 2 + 1] = depth + 1;
  }
  return idom;
}
