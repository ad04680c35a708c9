/** The frame of a function on the other side of a source map. Pure. */
import { keyOf } from '../../profiles/call-tree';
import type { FrameTable } from '../../profiles/types';
import type { SourcePlace } from '../../main/api';

/**
 * Key of the frame that begins at a place, or next after it on its line: maps lead to a function's name, V8 says where its
 * parameters start. null when there is none.
 */
export function keyAt(frames: FrameTable, { url, line, column }: SourcePlace): string | null {
  let best = -1;
  for (let frame = 0; frame < frames.length; frame++) {
    if (frames.line[frame] !== line || frames.url[frame] !== url || frames.column[frame]! < column) continue;
    if (best === -1 || frames.column[frame]! < frames.column[best]!) best = frame;
  }
  return best === -1 ? null : keyOf(frames, best);
}

/** The place that a function key names. */
export function placeOfKey(functionKey: string): SourcePlace {
  const [, url = '', line = '0', column = '0'] = functionKey.split('\n');
  return { url, line: Number(line) || 0, column: Number(column) || 0 };
}
