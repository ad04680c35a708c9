/** What others are told about single boxes. */
import { frameKey, functionInfo } from '../../profiles/functions';
import type { Transform } from '../../profiles/transforms/types';
import type { Picture } from './picture';
import { forEachVisible, rowHeightAt, rowTop, type Scene } from './scene';
import type { FlameFrame } from './types';

/** One visible box, for tests and tools: CSS px in the viewport of the page. */
export interface VisibleFrame {
  name: string;
  url: string;
  line: number;
  key: string;
  /** Row; the root of a call tree is 0. */
  depth: number;
  /** In the picture's unit. */
  self: number;
  total: number;
  /** In a flame chart, when the call was on the stack. */
  startUs?: number;
  endUs?: number;
  x: number;
  y: number;
  width: number;
  height: number;
}

export function visibleFrames(scene: Scene, at: { left: number; top: number }): VisibleFrame[] {
  const { picture } = scene;
  const found: VisibleFrame[] = [];
  forEachVisible(scene, (position, row, left, right) => {
    const frame = picture.frame[position] ?? 0;
    const x = Math.max(0, left);
    found.push({
      name: picture.frames.name[frame] ?? '',
      url: picture.frames.url[frame] ?? '',
      line: picture.frames.line[frame] ?? 0,
      key: frameKey(picture.frames, frame),
      depth: row,
      self: picture.selfOf(position),
      total: picture.totalOf(position),
      ...(picture.timeOf(position) ?? {}),
      x: at.left + x,
      y: at.top + rowTop(scene, row),
      width: Math.min(scene.width, right) - x,
      height: rowHeightAt(scene.ratio),
    });
  });
  return found;
}

export function frameOf(picture: Picture, position: number): FlameFrame {
  const frame = picture.frame[position] ?? 0;
  const { name, url, line, column, category, packageName } = functionInfo(picture.frames, frame);
  const path: string[] = [];
  for (let at = position; at >= 0 && !picture.isRoot(at); at = picture.parentOf(at))
    path.push(frameKey(picture.frames, picture.frame[at] ?? 0));
  return {
    functionKey: frameKey(picture.frames, frame),
    name,
    url,
    line,
    column,
    category,
    packageName,
    path: path.reverse(),
    time: picture.timeOf(position),
  };
}

export function transformOf(
  frame: FlameFrame,
  kind: 'focus-function' | 'focus-subtree' | 'collapse-function' | 'merge-function',
): Transform {
  const { functionKey, path } = frame;
  return kind === 'focus-subtree' ? { kind, path } : { kind, functionKey };
}
