/** Frames disappear from stacks; what they cost is charged to whoever called them. */
import { findFrame } from '../frame-key';
import { isLeftOut, nodeKinds } from '../node-kinds';
import { PathTree } from './node-map';
import type { NodeMap, Stage } from './node-map';

/** The function disappears from all stacks. null when nothing changes. */
export function mergeFunction(stage: Stage, functionKey: string): NodeMap | null {
  const focus = findFrame(stage.frames, functionKey);
  if (focus === -1) return null;
  const { frame } = stage.nodes;
  return mergeWhere(stage, (node) => frame[node] === focus);
}

/**
 * Call paths whose total is below the share (0..1) of the whole are charged to their callers. The whole is what views
 * show: neither idle time nor the profiler's own cost is in it, and both keep their nodes, so that they can still be
 * told apart from work. It is the whole recording of this thread, not a range of it.
 */
export function dropBelow(stage: Stage, share: number): NodeMap | null {
  const { nodes } = stage;
  const kinds = nodeKinds(stage);
  const total = Float64Array.from(stage.selfWeights());
  for (let node = 0; node < nodes.length; node++) if (kinds[node]! & isLeftOut) total[node] = 0;
  for (let node = nodes.length - 1; node > 0; node--) total[nodes.parent[node]!]! += total[node]!;
  const least = total[0]! * share;
  // What weighs nothing is below any threshold, even in a profile in which nothing weighs anything.
  if (!(share > 0)) return null;
  return mergeWhere(
    stage,
    (node) => !(kinds[node]! & isLeftOut) && (total[node]! < least || total[node] === 0),
  );
}

function mergeWhere({ frames, nodes }: Stage, isMerged: (node: number) => boolean): NodeMap {
  const tree = new PathTree(nodes.frame[0]!, nodes.length);
  const to = new Int32Array(nodes.length);
  for (let node = 1; node < nodes.length; node++) {
    const parent = to[nodes.parent[node]!]!;
    to[node] = isMerged(node) ? parent : tree.child(parent, nodes.frame[node]!);
  }
  return { frames, nodes: tree.nodes, to };
}
