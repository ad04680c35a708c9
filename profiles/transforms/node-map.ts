/**
 * What a transform gives: a new tree of call paths, and for every node of the old one where its samples go. Samples are
 * moved once, after all transforms of a stack (see `index.ts`).
 */
import { PairTable } from '../pair-table';
import type { FrameTable, NodeTable } from '../types';

/** What a transform works on. */
export interface Stage {
  frames: FrameTable;
  nodes: NodeTable;
  /** Weight of the samples that end in each node, of the whole profile. */
  selfWeights(): Float64Array;
}

export interface NodeMap {
  /** The stage's frames, perhaps with new ones behind them: indices of the old ones stay. */
  frames: FrameTable;
  nodes: NodeTable;
  /** Old node → new node; -1: samples that end there are left out. */
  to: Int32Array;
}

/** Grows a tree of call paths in which the same function called by the same path is one node. */
export class PathTree {
  readonly nodes: NodeTable;
  private readonly known: PairTable;

  /** A tree with the root only. It never grows beyond `room` nodes: no transform makes paths longer or more. */
  constructor(rootFrame: number, room: number) {
    const size = Math.max(1, room);
    this.nodes = {
      length: 1,
      frame: new Int32Array(size),
      parent: new Int32Array(size),
      depth: new Int32Array(size),
    };
    this.nodes.frame[0] = rootFrame;
    this.nodes.parent[0] = -1;
    this.known = new PairTable(size);
  }

  /** The node of a function called from `parent`; new ones get the next index. */
  child(parent: number, frame: number): number {
    const known = this.known.get(parent, frame);
    if (known !== -1) return known;
    const { nodes } = this;
    const id = nodes.length++;
    nodes.frame[id] = frame;
    nodes.parent[id] = parent;
    nodes.depth[id] = nodes.depth[parent]! + 1;
    this.known.set(parent, frame, id);
    return id;
  }
}

/** Nothing is left: the root alone. */
export function nothingLeft({ frames, nodes }: Stage): NodeMap {
  return {
    frames,
    nodes: new PathTree(nodes.frame[0]!, 1).nodes,
    to: new Int32Array(nodes.length).fill(-1),
  };
}
