/** Grows a call tree path by path: the same function called by the same path is one node. */
import type { CallTree } from './call-tree';
import { withRoom } from './columns';
import { PairTable } from './pair-table';
import type { FrameTable, NodeTable } from './types';

export class TreeGrower {
  readonly nodes: NodeTable;
  private self: Float64Array;
  private sampleCount: Uint32Array;
  private known: PairTable | null = null;

  constructor(rootFrame: number, expectedNodes = 64) {
    const room = Math.max(1, expectedNodes);
    this.nodes = {
      length: 1,
      frame: new Int32Array(room),
      parent: new Int32Array(room),
      depth: new Int32Array(room),
    };
    this.nodes.frame[0] = rootFrame;
    this.nodes.parent[0] = -1;
    this.self = new Float64Array(room);
    this.sampleCount = new Uint32Array(room);
  }

  /** The node of a function called from `parent`; new ones get the next index. */
  child(parent: number, frame: number): number {
    this.known ??= new PairTable(this.self.length);
    const known = this.known.get(parent, frame);
    if (known !== -1) return known;
    const id = this.append(parent, frame);
    this.known.set(parent, frame, id);
    return id;
  }

  /** A new node, for callers that know that it is not there yet; `child` does not find it. */
  append(parent: number, frame: number): number {
    const { nodes } = this;
    const id = nodes.length++;
    if (id === this.self.length) {
      nodes.frame = withRoom(nodes.frame, id + 1);
      nodes.parent = withRoom(nodes.parent, id + 1);
      nodes.depth = withRoom(nodes.depth, id + 1);
      this.self = withRoom(this.self, id + 1);
      this.sampleCount = withRoom(this.sampleCount, id + 1);
    }
    nodes.frame[id] = frame;
    nodes.parent[id] = parent;
    nodes.depth[id] = nodes.depth[parent]! + 1;
    return id;
  }

  /** Adds to what ends in a node. */
  add(node: number, self: number, sampleCount: number): void {
    this.self[node]! += self;
    this.sampleCount[node]! += sampleCount;
  }

  /** The tree, with totals. Nothing may be added afterwards. */
  finish(frames: FrameTable, { unit, idleWeight }: Pick<CallTree, 'unit' | 'idleWeight'>): CallTree {
    const { length, frame, parent, depth } = this.nodes;
    const nodes: NodeTable = {
      length,
      frame: frame.subarray(0, length),
      parent: parent.subarray(0, length),
      depth: depth.subarray(0, length),
    };
    const self = this.self.subarray(0, length);
    const total = new Float64Array(length);
    addUp(nodes, self, total);
    const sampleCount = this.sampleCount.subarray(0, length);
    return { unit, frames, nodes, self, total, sampleCount, totalWeight: total[0]!, idleWeight };
  }
}

/** Totals from self weights. Parents have smaller indices, so one pass from the end does it, however deep the tree. */
export function addUp(nodes: NodeTable, self: Float64Array, total: Float64Array): void {
  total.set(self);
  for (let node = nodes.length - 1; node > 0; node--) total[nodes.parent[node]!]! += total[node]!;
}
