/** Only part of the samples stays. What is left out is gone from totals and shares too. */
import { categoryIndex } from '../categories';
import { findFrame } from '../frame-key';
import type { Category } from '../types';
import { PathTree, nothingLeft } from './node-map';
import type { NodeMap, Stage } from './node-map';

/** Only samples whose innermost frame is of one of the categories. */
export function keepCategories(stage: Stage, keep: readonly Category[]): NodeMap {
  const { frames, nodes } = stage;
  const wanted = new Set(keep.map(categoryIndex));
  const kept = new Uint8Array(nodes.length);
  for (let node = 0; node < nodes.length; node++)
    if (wanted.has(frames.category[nodes.frame[node]!]!)) kept[node] = 1;
  return keepSamplesOf(stage, kept);
}

/** Only samples with the function on their stack, with its callers and callees. */
export function focusFunction(stage: Stage, functionKey: string): NodeMap {
  const inside = belowFunction(stage, functionKey);
  return inside ? keepSamplesOf(stage, inside) : nothingLeft(stage);
}

/** Samples with the function on their stack are left out. null when nothing changes. */
export function dropFunction(stage: Stage, functionKey: string): NodeMap | null {
  const inside = belowFunction(stage, functionKey);
  return inside
    ? keepSamplesOf(
        stage,
        inside.map((is) => 1 - is),
      )
    : null;
}

/** Only what lies below the function: its outermost call becomes the root's child. */
export function focusCallees(stage: Stage, functionKey: string): NodeMap {
  const focus = findFrame(stage.frames, functionKey);
  if (focus === -1) return nothingLeft(stage);
  const { frame } = stage.nodes;
  return startAgainAt(stage, (node) => frame[node] === focus);
}

/** Only what lies below one call path; its end becomes the root's child. An empty path is everything. */
export function focusSubtree(stage: Stage, path: readonly string[]): NodeMap | null {
  if (path.length === 0) return null;
  const { frames, nodes } = stage;
  const wanted = path.map((key) => findFrame(frames, key));
  if (wanted.includes(-1)) return nothingLeft(stage);
  /** Nodes that the path leads through. */
  const onPath = new Uint8Array(nodes.length);
  onPath[0] = 1;
  for (let node = 1; node < nodes.length; node++) {
    const depth = nodes.depth[node]!;
    if (depth <= wanted.length && onPath[nodes.parent[node]!] && nodes.frame[node] === wanted[depth - 1])
      onPath[node] = 1;
  }
  return startAgainAt(stage, (node) => onPath[node] === 1 && nodes.depth[node] === wanted.length);
}

/** One byte per node: 1 for the function's calls and everything below them; null when it is nowhere. */
function belowFunction({ frames, nodes }: Stage, functionKey: string): Uint8Array | null {
  const focus = findFrame(frames, functionKey);
  if (focus === -1) return null;
  const inside = new Uint8Array(nodes.length);
  for (let node = 1; node < nodes.length; node++)
    if (nodes.frame[node] === focus || inside[nodes.parent[node]!]) inside[node] = 1;
  return inside;
}

/** The outermost nodes chosen become children of the root; all that is not below them is left out. */
function startAgainAt({ frames, nodes }: Stage, isStart: (node: number) => boolean): NodeMap {
  const tree = new PathTree(nodes.frame[0]!, nodes.length);
  const to = new Int32Array(nodes.length).fill(-1);
  for (let node = 1; node < nodes.length; node++) {
    const parent = to[nodes.parent[node]!]!;
    if (parent !== -1) to[node] = tree.child(parent, nodes.frame[node]!);
    else if (isStart(node)) to[node] = tree.child(0, nodes.frame[node]!);
  }
  return { frames, nodes: tree.nodes, to };
}

/** Samples that end in the marked nodes stay where they are, with the paths that lead there; others are left out. */
function keepSamplesOf({ frames, nodes }: Stage, kept: Uint8Array): NodeMap {
  const needed = Uint8Array.from(kept);
  needed[0] = 1;
  for (let node = nodes.length - 1; node > 0; node--) if (needed[node]) needed[nodes.parent[node]!] = 1;
  const tree = new PathTree(nodes.frame[0]!, nodes.length);
  const placed = new Int32Array(nodes.length);
  for (let node = 1; node < nodes.length; node++)
    if (needed[node]) placed[node] = tree.child(placed[nodes.parent[node]!]!, nodes.frame[node]!);
  for (let node = 0; node < nodes.length; node++) if (!kept[node]) placed[node] = -1;
  return { frames, nodes: tree.nodes, to: placed };
}
