/**
 * The most telling way from a root to every object: the shortest one that people can follow. Every edge costs one step; edges
 * through V8's own machinery (shapes, code, hidden slots) cost more, and so do roots that are of the moment (handles, the stack),
 * so that an object held by a variable is not explained by an inline cache that happens to see it, too. Weak references are no
 * ways. Dijkstra's algorithm with small integer costs in a ring of buckets (Dial 1969, CACM algorithm 360).
 */
import { derived, type HeapGraph, unreachable } from './graph';
import { isContext } from './places';

export interface Ways {
  /** Edge by which an object is reached; `unreachable` for the root and for what nothing strong holds. */
  edge: Uint32Array;
  /** The object that edge leaves: the one before on the way. */
  from: Uint32Array;
}

const dearest = 63;
const costs = { plain: 2, internal: 3, hidden: 24, machinery: 30, rootList: 40, passingRoots: 60 };

/** Root lists under `(GC roots)` that hold what is at work at the moment of the snapshot, or V8's own. */
const passing = /^\((Stack roots|Handle scope|Relocatable|Debugger|Compilation cache|Startup object cache)\)/;

export const waysToRoots = derived((graph): Ways => {
  const { snapshot } = graph;
  const { nodeCount, firstEdge, edgeTo } = snapshot;
  const edge = new Uint32Array(nodeCount).fill(unreachable);
  const from = new Uint32Array(nodeCount);
  const cost = new Uint32Array(nodeCount).fill(unreachable);
  const stringFlags = new Map<number, boolean>();
  // The ring: one linked list per cost, its links in two arrays (a node may be queued again when a cheaper way is found).
  const ringSize = dearest + 1;
  const head = new Int32Array(ringSize).fill(-1);
  let entries = new Uint32Array(1024);
  let links = new Int32Array(entries.length);
  let free = -1;
  let used = 0;
  let queued = 0;
  const push = (node: number, atCost: number) => {
    let entry = free;
    if (entry === -1) {
      if (used === entries.length) {
        const larger = new Uint32Array(used * 2);
        larger.set(entries);
        entries = larger;
        const largerLinks = new Int32Array(used * 2);
        largerLinks.set(links);
        links = largerLinks;
      }
      entry = used++;
    } else free = links[entry]!;
    const slot = atCost % ringSize;
    entries[entry] = node;
    links[entry] = head[slot]!;
    head[slot] = entry;
    queued++;
  };
  cost[0] = 0;
  push(0, 0);
  for (let current = 0; queued > 0; current++) {
    const slot = current % ringSize;
    while (head[slot] !== -1) {
      const entry = head[slot]!;
      head[slot] = links[entry]!;
      links[entry] = free;
      free = entry;
      queued--;
      const node = entries[entry]!;
      if (cost[node] !== current) continue;
      for (let at = firstEdge[node]!; at < firstEdge[node + 1]!; at++) {
        const to = edgeTo[at]!;
        // No step is cheaper than that.
        if (cost[to]! <= current + costs.plain) continue;
        const step = costOf(graph, node, at, to, stringFlags);
        if (step === 0) continue;
        const next = current + step;
        if (next >= cost[to]!) continue;
        cost[to] = next;
        edge[to] = at;
        from[to] = node;
        push(to, next);
      }
    }
  }
  return { edge, from };
});

/** 0: no way at all. */
function costOf(
  graph: HeapGraph,
  from: number,
  at: number,
  to: number,
  ephemerons: Map<number, boolean>,
): number {
  const { snapshot, node, edge } = graph;
  const type = snapshot.edgeType[at]!;
  if (type === edge.weak) return 0;
  if (from === 0) {
    // `(GC roots)` after the global objects and what Node itself holds.
    if (snapshot.nodeType[to] === node.synthetic)
      return nameOf(graph, to) === '(GC roots)' ? costs.rootList : costs.plain;
    return costs.plain;
  }
  if (snapshot.nodeType[from] === node.synthetic && snapshot.nodeType[to] === node.synthetic)
    return passing.test(nameOf(graph, to)) ? costs.passingRoots : costs.plain;
  let cost = costs.plain;
  if (type === edge.internal) {
    // The value of a WeakMap's entry is held by the key, not by the table alone.
    if (snapshot.nodeType[from] === node.array && isEphemeron(graph, snapshot.edgeName[at]!, ephemerons))
      return 0;
    cost = costs.internal;
  } else if (type === edge.hidden)
    // Variables of blocks are hidden slots.
    cost = isContext(graph, from) ? costs.internal : costs.hidden;
  const toType = snapshot.nodeType[to]!;
  if (toType === node.shape || toType === node.code || (toType === node.hidden && type !== edge.property))
    cost = Math.max(cost, costs.machinery);
  return cost;
}

function nameOf(graph: HeapGraph, ordinal: number): string {
  return graph.snapshot.strings.start(graph.snapshot.nodeName[ordinal]!, 60);
}

function isEphemeron(graph: HeapGraph, name: number, known: Map<number, boolean>): boolean {
  const { strings } = graph.snapshot;
  // The shortest such name is `1 / part of key ( @1) -> value ( @1) pair in WeakMap (table @1)`.
  if (strings.bytes(name) < 50) return false;
  let is = known.get(name);
  if (is === undefined) {
    is = strings.start(name, 40).includes(' / part of key ');
    known.set(name, is);
  }
  return is;
}

/** The edges from the root to an object; empty when nothing strong holds it. */
export interface Way {
  edges: number[];
  /** How many were left out behind the first ones, because the way is longer than was asked for. */
  skipped: number;
}

/** A way may have millions of steps: of a longer one only the `first` and the `last` ones are kept. */
export function wayTo(graph: HeapGraph, ordinal: number, first: number, last: number): Way {
  const { edge, from } = waysToRoots(graph);
  let length = 0;
  for (let node = ordinal; edge[node] !== unreachable; node = from[node]!) length++;
  const skipped = Math.max(0, length - first - last);
  const edges: number[] = [];
  let place = length;
  for (let node = ordinal; edge[node] !== unreachable; node = from[node]!) {
    place--;
    if (place < first || place >= first + skipped) edges.push(edge[node]!);
  }
  return { edges: edges.reverse(), skipped };
}
