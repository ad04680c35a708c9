/**
 * Immediate dominators and retained sizes, after T. Lengauer and R. E. Tarjan, "A fast algorithm for finding dominators in a
 * flowgraph", ACM TOPLAS 1 (1979), 121–141: the simple version, O(m log n) whatever the graph looks like. The iterative
 * algorithm of Cooper, Harvey and Kennedy and semi-NCA are simpler and mostly as quick, but both walk up the tree step by
 * step, which on a linked list of millions, at whose end hangs an array of things that others hold as well, never ends.
 *
 * Everything is numbered by depth-first order, so an ancestor's number is always the smaller one and neighbours in the graph
 * are neighbours in memory. No recursion.
 */
import { holdingTypes } from './essential-edges';
import type { Incoming } from './incoming';
import type { HeapSnapshot } from './types';

export interface Dominators {
  dominator: Uint32Array;
  retained: Float64Array;
}

/** Depth-first order of the nodes that hang together with the root. */
interface Order {
  /** How many nodes have a number; 1 is the root, 0 means none. */
  count: number;
  numberOf: Uint32Array;
  nodeOf: Uint32Array;
  /** Number of the node it was reached from. */
  parent: Uint32Array;
}

export function dominatorsOf(
  snapshot: HeapSnapshot,
  incoming: Pick<Incoming, 'firstRetainer' | 'retainerEdge' | 'retainerNode'>,
): Dominators {
  const order = depthFirst(snapshot, incoming);
  const idom = immediateDominators(snapshot, incoming, order);
  const { count, nodeOf } = order;
  // What nothing holds in any way is left with the root.
  const dominator = new Uint32Array(snapshot.nodeCount);
  const retained = Float64Array.from(snapshot.shallow);
  for (let number = count; number > 1; number--) {
    const node = nodeOf[number]!;
    const above = nodeOf[idom[number]!]!;
    dominator[node] = above;
    retained[above]! += retained[node]!;
  }
  if (count < snapshot.nodeCount)
    for (let node = 1; node < snapshot.nodeCount; node++)
      if (order.numberOf[node] === 0) retained[0]! += retained[node]!;
  return { dominator, retained };
}

/**
 * First what the root reaches. Then, as DevTools and memlab do, what has no holding reference to it at all (only weak ones,
 * say) counts as held by the root, with all that hangs on it. What is left are circles that nothing refers to.
 */
function depthFirst(snapshot: HeapSnapshot, incoming: Incoming): Order {
  const { nodeCount, firstEdge, edgeTo, edgeType } = snapshot;
  const holding = holdingTypes(snapshot);
  const numberOf = new Uint32Array(nodeCount);
  const nodeOf = new Uint32Array(nodeCount + 1);
  const parent = new Uint32Array(nodeCount + 1);
  const nextEdge = new Uint32Array(nodeCount);
  let count = 0;

  const visit = (from: number): void => {
    let node = from;
    nodeOf[++count] = node;
    numberOf[node] = count;
    parent[count] = from === 0 ? 0 : 1;
    nextEdge[node] = firstEdge[node]!;
    for (;;) {
      const end = firstEdge[node + 1]!;
      const least = node === 0 ? 2 : 1;
      let edge = nextEdge[node]!;
      let found = -1;
      for (; edge < end; edge++) {
        const to = edgeTo[edge]!;
        if (numberOf[to] !== 0) continue;
        const kind = holding[edgeType[edge]!]!;
        if (kind === 1 || kind === least) {
          found = to;
          break;
        }
      }
      if (found !== -1) {
        nextEdge[node] = edge + 1;
        parent[++count] = numberOf[node]!;
        nodeOf[count] = found;
        numberOf[found] = count;
        nextEdge[found] = firstEdge[found]!;
        node = found;
      } else {
        if (node === from) return;
        node = nodeOf[parent[numberOf[node]!]!]!;
      }
    }
  };

  visit(0);
  for (let node = 1; node < nodeCount && count < nodeCount; node++)
    if (numberOf[node] === 0 && !isHeld(snapshot, incoming, holding, node)) visit(node);
  return { count, numberOf, nodeOf, parent };
}

function isHeld(
  { edgeType }: HeapSnapshot,
  { firstRetainer, retainerEdge, retainerNode }: Incoming,
  holding: Uint8Array,
  node: number,
): boolean {
  for (let at = firstRetainer[node]!; at < firstRetainer[node + 1]!; at++) {
    const from = retainerNode[at]!;
    const kind = holding[edgeType[retainerEdge[at]!]!]!;
    if (from !== node && (kind === 1 || (kind === 2 && from === 0))) return true;
  }
  return false;
}

/** @returns number of each number's immediate dominator */
function immediateDominators(
  snapshot: HeapSnapshot,
  { firstRetainer, retainerEdge, retainerNode }: Incoming,
  { count, numberOf, nodeOf, parent }: Order,
): Uint32Array {
  const { edgeType } = snapshot;
  const holding = holdingTypes(snapshot);
  const semi = new Uint32Array(count + 1);
  /** The number with the smallest `semi` on the compressed way up to `ancestor`. */
  const label = new Uint32Array(count + 1);
  const ancestor = new Uint32Array(count + 1);
  const idom = new Uint32Array(count + 1);
  /** Linked lists of those that have the same semidominator. */
  const firstInBucket = new Uint32Array(count + 1);
  const nextInBucket = new Uint32Array(count + 1);
  const way = new Uint32Array(count + 1);
  for (let number = 1; number <= count; number++) {
    semi[number] = number;
    label[number] = number;
  }

  /** The number with the smallest semidominator between v and the root of its tree in the forest, which is left out. */
  const evaluate = (v: number): number => {
    const above = ancestor[v]!;
    if (above === 0) return v;
    if (ancestor[above] !== 0) {
      let length = 0;
      let at = v;
      while (ancestor[ancestor[at]!] !== 0) {
        way[length++] = at;
        at = ancestor[at]!;
      }
      // `at` is just below the tree's root; everything on the way gets there in one step.
      const root = ancestor[at]!;
      let best = label[at]!;
      let bestSemi = semi[best]!;
      while (length > 0) {
        const w = way[--length]!;
        const own = label[w]!;
        if (semi[own]! <= bestSemi) {
          best = own;
          bestSemi = semi[own]!;
        } else label[w] = best;
        ancestor[w] = root;
      }
    }
    return label[v]!;
  };

  for (let w = count; w > 1; w--) {
    const node = nodeOf[w]!;
    const up = parent[w]!;
    let smallest = w;
    let held = false;
    const end = firstRetainer[node + 1]!;
    for (let at = firstRetainer[node]!; at < end; at++) {
      const from = retainerNode[at]!;
      const v = numberOf[from]!;
      const kind = holding[edgeType[retainerEdge[at]!]!]!;
      if (kind === 0 || (kind === 2 && from !== 0) || v === 0 || v === w) continue;
      held = true;
      // Those above w are their own semidominator; no need to look them up.
      const candidate = v < w ? v : semi[evaluate(v)]!;
      if (candidate < smallest) smallest = candidate;
    }
    if (!held) smallest = 1;
    semi[w] = smallest;
    nextInBucket[w] = firstInBucket[smallest]!;
    firstInBucket[smallest] = w;
    ancestor[w] = up;
    for (let v = firstInBucket[up]!; v !== 0; v = nextInBucket[v]!) {
      const u = evaluate(v);
      idom[v] = semi[u]! < semi[v]! ? u : up;
    }
    firstInBucket[up] = 0;
  }
  idom[1] = 1;
  for (let w = 2; w <= count; w++) if (idom[w] !== semi[w]) idom[w] = idom[idom[w]!]!;
  return idom;
}
