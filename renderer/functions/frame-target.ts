/** A frame that somebody points at, in a table or on a canvas: what its menu and its texts need. */
import type { CallTree } from '../../profiles/call-tree';
import { frameKey } from '../../profiles/functions';
import type { FrameTable } from '../../profiles/types';
import { fullLocation } from '../flame/frame-text';

export interface FrameTarget {
  frames: FrameTable;
  frame: number;
  /** Frames from the root's child to this one; only the frame itself where there is no call path (a list of functions). */
  path: number[];
  /** The path is a call path of the profile as it is: what a subtree can be focused by. */
  isCallPath: boolean;
}

/** Where a menu opens, CSS px in the window. */
export interface Point {
  x: number;
  y: number;
}

export function targetOfNode(
  tree: CallTree,
  node: number,
  options: { inverted?: boolean } = {},
): FrameTarget {
  const { nodes, frames } = tree;
  const path: number[] = [];
  for (let at = node; at > 0; at = nodes.parent[at]!) path.push(nodes.frame[at]!);
  // Inverted, the innermost frame stands next to the root.
  if (!options.inverted) path.reverse();
  return { frames, frame: nodes.frame[node]!, path, isCallPath: !options.inverted };
}

export function targetOfFrame(frames: FrameTable, frame: number): FrameTarget {
  return { frames, frame, path: [frame], isCallPath: false };
}

export function keyOfTarget({ frames, frame }: FrameTarget): string {
  return frameKey(frames, frame);
}

/** The stack as text, innermost first, as Node prints stacks. */
export function stackText({ frames, path }: FrameTarget): string {
  return path
    .toReversed()
    .map((frame) => `    at ${lineOf(frames, frame)}`)
    .join('\n');
}

/** `/srv/app/catalog.js:41:7`, '' when unknown. */
export function locationText({ frames, frame }: FrameTarget): string {
  return fullLocation(frames.url[frame] ?? '', frames.line[frame] ?? 0, frames.column[frame] ?? 0);
}

function lineOf(frames: FrameTable, frame: number): string {
  const name = frames.name[frame] ?? '';
  const where = fullLocation(frames.url[frame] ?? '', frames.line[frame] ?? 0, frames.column[frame] ?? 0);
  return where === '' ? name : `${name} (${where})`;
}
