/**
 * Depth-first order of the objects that hang together with the root, for `dominators.ts`. No recursion: the stack holds only
 * those objects that still have references to look at, so a list of millions needs no depth at all.
 */
import { holdingTypes } from './essential-edges';
import type { HeapSnapshot } from './types';

export interface DepthFirstOrder {
  /** How many nodes have a number; 1 is the root, 0 means none. */
  count: number;
  /** Number of each ordinal. */
  numberOf: Uint32Array;
  /** Ordinal of each number. */
  nodeOf: Uint32Array;
  /** By number: that of the node from which it was reached. */
  parent: Uint32Array;
}

/**
 * First what the root reaches. Then, as DevTools and memlab do, what has no holding reference to it at all (only weak ones,
 * say) counts as held by the root, with all that hangs on it. What is left are circles that nothing refers to.
 */
export function depthFirstOrder(snapshot: HeapSnapshot): DepthFirstOrder {
  const { nodeCount, firstEdge, edgeTo, edgeType } = snapshot;
  const holding = holdingTypes(snapshot);
  const nodeOf = new Uint32Array(nodeCount + 1);
  const parent = new Uint32Array(nodeCount + 1);
  // A bit each: of 20 million objects they fit into the processor's cache, their numbers would not.
  const seen = new Uint32Array((nodeCount >>> 5) + 1);
  const stack = new Stack();
  let count = 0;

  const visit = (start: number): void => {
    let own = ++count;
    nodeOf[own] = start;
    parent[own] = start === 0 ? 0 : 1;
    seen[start >>> 5]! |= 1 << (start & 31);
    let edge = firstEdge[start]!;
    let end = firstEdge[start + 1]!;
    for (;;) {
      if (edge === end) {
        if (stack.depth === 0) return;
        const top = --stack.depth;
        edge = stack.edge[top]!;
        end = stack.end[top]!;
        own = stack.number[top]!;
        continue;
      }
      const to = edgeTo[edge]!;
      const kind = holding[edgeType[edge]!]!;
      edge++;
      const bit = 1 << (to & 31);
      if ((seen[to >>> 5]! & bit) !== 0) continue;
      if (kind !== 1 && !(kind === 2 && own === 1)) continue;
      seen[to >>> 5]! |= bit;
      const number = ++count;
      nodeOf[number] = to;
      parent[number] = own;
      const first = firstEdge[to]!;
      const last = firstEdge[to + 1]!;
      if (first === last) continue;
      if (edge !== end) stack.push(edge, end, own);
      own = number;
      edge = first;
      end = last;
    }
  };

  visit(0);
  if (count < nodeCount) {
    const held = heldNodes(snapshot, holding);
    for (let node = 1; node < nodeCount && count < nodeCount; node++) {
      const bit = 1 << (node & 31);
      if ((seen[node >>> 5]! & bit) === 0 && (held[node >>> 5]! & bit) === 0) visit(node);
    }
  }
  const numberOf = new Uint32Array(nodeCount);
  for (let number = 1; number <= count; number++) numberOf[nodeOf[number]!] = number;
  return { count, numberOf, nodeOf, parent };
}

/** A bit for each node to which at least one reference of another holds. */
function heldNodes(
  { nodeCount, firstEdge, edgeTo, edgeType }: HeapSnapshot,
  holding: Uint8Array,
): Uint32Array {
  const held = new Uint32Array((nodeCount >>> 5) + 1);
  for (let node = 0; node < nodeCount; node++) {
    const end = firstEdge[node + 1]!;
    for (let edge = firstEdge[node]!; edge < end; edge++) {
      const kind = holding[edgeType[edge]!]!;
      const to = edgeTo[edge]!;
      if (to !== node && (kind === 1 || (kind === 2 && node === 0))) held[to >>> 5]! |= 1 << (to & 31);
    }
  }
  return held;
}

/** Objects on the way down whose references are not all looked at: the next one, where they end, the object's number. */
class Stack {
  depth = 0;
  edge = new Uint32Array(1 << 12);
  end = new Uint32Array(1 << 12);
  number = new Uint32Array(1 << 12);

  push(edge: number, end: number, number: number): void {
    const top = this.depth++;
    if (top === this.edge.length) {
      this.edge = doubled(this.edge);
      this.end = doubled(this.end);
      this.number = doubled(this.number);
    }
    this.edge[top] = edge;
    this.end[top] = end;
    this.number[top] = number;
  }
}

function doubled(column: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(column.length * 2);
  larger.set(column);
  return larger;
}
