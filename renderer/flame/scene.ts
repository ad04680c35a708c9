/** Where boxes stand on the canvas. CSS px; row heights are whole device pixels, so that rows are sharp at any ratio. */
import { firstRightOf, leftOf, rightOf, type Picture } from './picture';
import type { Viewport } from './viewport';

export interface Scene {
  picture: Picture;
  view: Viewport;
  /** Rows scrolled away, in CSS px from the outermost row. */
  scroll: number;
  width: number;
  height: number;
  /** Device pixels per CSS px. */
  ratio: number;
  /** The outermost row stands at the bottom. */
  growUp: boolean;
}

export interface BoxOnCanvas {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Boxes narrower than this are not worth an outline or a place in a list. */
const narrowestPx = 0.5;
const rowHeightPx = 18;

/** CSS px; a whole number of device pixels. */
export function rowHeightAt(ratio: number): number {
  return Math.round(rowHeightPx * ratio) / ratio;
}

/** Top of a row. */
export function rowTop(scene: Scene, row: number): number {
  const height = rowHeightAt(scene.ratio);
  const fromRoot = row * height - scene.scroll;
  return scene.growUp ? scene.height - fromRoot - height : fromRoot;
}

/** The row at a height; may lie outside the picture. */
export function rowAt(scene: Scene, y: number): number {
  return Math.floor(((scene.growUp ? scene.height - y : y) + scene.scroll) / rowHeightAt(scene.ratio));
}

/** First and last row in sight. */
export function visibleRows(scene: Scene): [first: number, last: number] {
  const height = rowHeightAt(scene.ratio);
  const first = Math.max(0, Math.floor(scene.scroll / height));
  return [first, Math.min(scene.picture.rows - 1, Math.ceil((scene.scroll + scene.height) / height) - 1)];
}

export function valueAt(scene: Scene, x: number): number {
  return scene.view.from + (x / scene.width) * (scene.view.to - scene.view.from);
}

export function xOf(scene: Scene, value: number): number {
  return ((value - scene.view.from) / (scene.view.to - scene.view.from)) * scene.width;
}

/** Where a position is drawn, clipped to the canvas' sides; null when it is out of sight or too narrow. */
export function boxOf(scene: Scene, position: number, row: number): BoxOnCanvas | null {
  const height = rowHeightAt(scene.ratio);
  const y = rowTop(scene, row);
  if (y + height <= 0 || y >= scene.height) return null;
  const left = xOf(scene, leftOf(scene.picture, position));
  const right = xOf(scene, rightOf(scene.picture, position));
  if (right <= 0 || left >= scene.width || right - left < narrowestPx) return null;
  const x = Math.max(0, left);
  return { x, y, width: Math.min(scene.width, right) - x, height };
}

/** Calls back for every box that is wide enough to see, row by row. Goes through all boxes in the view: not for drawing. */
export function forEachVisible(
  scene: Scene,
  visit: (position: number, row: number, left: number, right: number) => void,
): void {
  const { picture, view, width } = scene;
  if (picture.rows === 0 || width <= 0 || view.to <= view.from) return;
  const [firstRow, lastRow] = visibleRows(scene);
  const { x0, x1, perX, rowStart } = picture;
  const scale = width / (view.to - view.from);
  for (let row = firstRow; row <= lastRow; row++) {
    const end = rowStart[row + 1] ?? 0;
    for (let position = firstRightOf(picture, row, view.from); position < end; position++) {
      const left = (x0[position]! * perX - view.from) * scale;
      if (left >= width) break;
      const right = (x1[position]! * perX - view.from) * scale;
      if (right - left >= narrowestPx) visit(position, row, left, right);
    }
  }
}
