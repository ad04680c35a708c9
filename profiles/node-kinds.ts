/** Which nodes are not the program's own work: idle time, and what the profiler itself costs. */
import { categories } from './types';
import type { FrameTable, NodeTable } from './types';

export interface KindOptions {
  /** Keep samples in which the thread had nothing to do. */
  includeIdle?: boolean;
  /** Keep samples of Scorchmark's own code inside the target. */
  includeProfiler?: boolean;
}

/** Bits of what `nodeKinds` tells of a node. */
export const isIdle = 1;
export const isLeftOut = 2;

const idle = categories.indexOf('idle');
const profiler = categories.indexOf('profiler');
const app = categories.indexOf('app');
const dependency = categories.indexOf('dependency');

/**
 * What each node is to views, as bits. Node's own functions called by our agent are the profiler's cost too; the
 * person's code below an agent frame (a wrapped callback) is theirs.
 */
export function nodeKinds(
  { nodes, frames }: { nodes: NodeTable; frames: FrameTable },
  options: KindOptions = {},
): Uint8Array {
  const kinds = new Uint8Array(nodes.length);
  const ours = new Uint8Array(nodes.length);
  for (let node = 0; node < nodes.length; node++) {
    const category = frames.category[nodes.frame[node]!]!;
    const parent = nodes.parent[node]!;
    if (category === profiler) ours[node] = 1;
    else if (parent !== -1 && category !== app && category !== dependency) ours[node] = ours[parent]!;
    if (category === idle) kinds[node] = options.includeIdle ? isIdle : isIdle | isLeftOut;
    else if (ours[node] && !options.includeProfiler) kinds[node] = isLeftOut;
  }
  return kinds;
}
