/** How functions are named: the same in every thread, while data arrives, and in another recording of the same code. */
import type { FrameTable } from './types';

/** Name, URL, line and column, in lines: what makes two frames the same function. */
export function keyOf(frames: FrameTable, frame: number): string {
  return `${frames.name[frame]!}\n${frames.url[frame]!}\n${frames.line[frame]!}\n${frames.column[frame]!}`;
}

/** The frame with this key, or -1. */
export function findFrame(frames: FrameTable, key: string): number {
  const name = key.slice(0, key.indexOf('\n'));
  for (let frame = 0; frame < frames.length; frame++)
    if (frames.name[frame] === name && keyOf(frames, frame) === key) return frame;
  return -1;
}
