/** Frames of tables as the flame views name them, so that one menu serves both. */
import { frameKey, functionInfo } from '../../profiles/functions';
import type { FrameTable } from '../../profiles/types';
import { fullLocation } from '../flame/frame-text';
import type { FlameFrame } from '../flame/types';

/** Where a menu opens, CSS px in the window. */
export interface Point {
  x: number;
  y: number;
}

/** A function, wherever it is called. */
export function targetOfFrame(frames: FrameTable, frame: number): FlameFrame {
  const { name, url, line, column, category, packageName } = functionInfo(frames, frame);
  const functionKey = frameKey(frames, frame);
  return { functionKey, name, url, line, column, category, packageName, path: [functionKey], time: null };
}

/** The stack as text, innermost first, as Node prints stacks. */
export function stackText({ path }: FlameFrame): string {
  return path
    .toReversed()
    .map((key) => {
      const [name = '', url = '', line = '0', column = '0'] = key.split('\n');
      const where = fullLocation(url, Number(line), Number(column));
      return `    at ${where === '' ? name : `${name} (${where})`}`;
    })
    .join('\n');
}
