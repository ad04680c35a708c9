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
import { holdsNot, type Incoming } from './incoming';
import type { HeapSnapshot } from './types';

type Holders = Pick<Incoming, 'firstRetainer' | 'retainerNode'>;

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

export function dominatorsOf(snapshot: HeapSnapshot, incoming: Holders): Dominators {
  const order = depthFirst(snapshot, incoming);
  const idom = immediateDominators(incoming, order);
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
function depthFirst(snapshot: HeapSnapshot, incoming: Holders): Order {
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
    if (numberOf[node] === 0 && !isHeld(incoming, node)) visit(node);
  return { count, numberOf, nodeOf, parent };
}

function isHeld({ firstRetainer, retainerNode }: Holders, node: number): boolean {
  for (let at = firstRetainer[node]!; at < firstRetainer[node + 1]!; at++)
    if (retainerNode[at]! < holdsNot) return true;
  return false;
}

/** What is known of a number in the forest, side by side so that it comes with one look into memory. */
const enum Field {
  Ancestor,
  /** The number with the smallest semidominator on the compressed way up to the ancestor. */
  Label,
  /** That one's semidominator. */
  Smallest,
  /** Linked list of those that have the same semidominator. */
  NextInBucket,
  Count,
}

/** @returns number of each number's immediate dominator */
function immediateDominators(
  { firstRetainer, retainerNode }: Holders,
  { count, numberOf, nodeOf, parent }: Order,
): Uint32Array {
  const forest = new Uint32Array((count + 1) * Field.Count);
  const semi = new Uint32Array(count + 1);
  const idom = new Uint32Array(count + 1);
  const firstInBucket = new Uint32Array(count + 1);
  const way = new Uint32Array(count + 1);

  /** Brings v within one step of the root of its tree in the forest: its label is then the smallest on the way there. */
  const compress = (v: number): void => {
    let length = 0;
    let at = v * Field.Count;
    let above = forest[at]! * Field.Count;
    while (forest[above] !== 0) {
      way[length++] = at;
      at = above;
      above = forest[at]! * Field.Count;
    }
    const root = above / Field.Count;
    let best = forest[at + Field.Label]!;
    let smallest = forest[at + Field.Smallest]!;
    while (length > 0) {
      const w = way[--length]!;
      const own = forest[w + Field.Smallest]!;
      if (own <= smallest) {
        best = forest[w + Field.Label]!;
        smallest = own;
      } else {
        forest[w + Field.Label] = best;
        forest[w + Field.Smallest] = smallest;
      }
      forest[w] = root;
    }
  };

  for (let w = count; w > 1; w--) {
    const node = nodeOf[w]!;
    const up = parent[w]!;
    let smallest = w;
    let held = false;
    const end = firstRetainer[node + 1]!;
    for (let at = firstRetainer[node]!; at < end; at++) {
      const from = retainerNode[at]!;
      if (from >= holdsNot) continue;
      const v = numberOf[from]!;
      if (v === 0) continue;
      held = true;
      // Those above w are their own semidominator; no need to look them up.
      let candidate = v;
      if (v > w) {
        compress(v);
        candidate = forest[v * Field.Count + Field.Smallest]!;
      }
      if (candidate < smallest) smallest = candidate;
    }
    if (!held) smallest = 1;
    semi[w] = smallest;
    const at = w * Field.Count;
    forest[at] = up;
    forest[at + Field.Label] = w;
    forest[at + Field.Smallest] = smallest;
    forest[at + Field.NextInBucket] = firstInBucket[smallest]!;
    firstInBucket[smallest] = w;
    for (let v = firstInBucket[up]!; v !== 0; v = forest[v * Field.Count + Field.NextInBucket]!) {
      compress(v);
      const found = v * Field.Count;
      idom[v] = forest[found + Field.Smallest]! < semi[v]! ? forest[found + Field.Label]! : up;
    }
    firstInBucket[up] = 0;
  }
  idom[1] = 1;
  for (let w = 2; w <= count; w++) if (idom[w] !== semi[w]) idom[w] = idom[idom[w]!]!;
  return idom;
}
