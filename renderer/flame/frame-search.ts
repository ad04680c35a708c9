import { matchedShare, matchFrames } from '../../profiles/search';
import type { CallTree } from '../../profiles/call-tree';

/** What a search found in a tree. */
export interface Found {
  /** Frame → 1 when it matches. */
  frames: Uint8Array;
  /** Matching functions that have any weight. */
  functions: number;
  /** Of the whole, 0..1, in which at least one match is on the stack. */
  share: number;
}

/** null when nothing is searched. */
export function findInTree(tree: CallTree, search: string): Found | null {
  if (search.trim() === '') return null;
  const frames = matchFrames(tree.frames, search);
  const functions = new Set<number>();
  for (let node = 1; node < tree.nodes.length; node++) {
    const frame = tree.nodes.frame[node] ?? 0;
    if (frames[frame] === 1 && (tree.total[node] ?? 0) > 0) functions.add(frame);
  }
  return { frames, functions: functions.size, share: matchedShare(tree, frames) };
}
