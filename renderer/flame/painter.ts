/** Draws a laid out call tree. Knows pixels and nothing about pointers. */
import { firstPositionRightOf, type FlameLayout } from '../../profiles/flame-layout';
import type { ChromeColors, FlamePalette } from '../theme/colors';
import { frameLabel } from './frame-text';
import { TextFitter } from './text-fit';
import type { Viewport } from './viewport';

export const rowHeight = 18;
/** Frames narrower than this are left to the background. */
const narrowestPx = 0.5;
const textPadding = 5;
const fontSize = 11;

export interface Scene {
  layout: FlameLayout;
  view: Viewport;
  /** Rows scrolled away, in px from the root. */
  scroll: number;
  /** CSS px. */
  width: number;
  height: number;
  /** The root stands at the bottom. */
  growUp: boolean;
}

export interface FrameBox {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Top of a row in CSS px. */
export function rowTop(scene: Scene, row: number): number {
  const fromRoot = row * rowHeight - scene.scroll;
  return scene.growUp ? scene.height - fromRoot - rowHeight : fromRoot;
}

/** The row at a height in CSS px; may lie outside the layout. */
export function rowAt(scene: Scene, y: number): number {
  return Math.floor(((scene.growUp ? scene.height - y : y) + scene.scroll) / rowHeight);
}

export function valueAt(scene: Scene, x: number): number {
  return scene.view.from + (x / scene.width) * (scene.view.to - scene.view.from);
}

/** Where a position is drawn, clipped to the canvas' sides; null when it is out of sight or too narrow. */
export function boxOf(scene: Scene, position: number, row: number): FrameBox | null {
  const y = rowTop(scene, row);
  if (y + rowHeight <= 0 || y >= scene.height) return null;
  const scale = scene.width / (scene.view.to - scene.view.from);
  const left = ((scene.layout.x0[position] ?? 0) - scene.view.from) * scale;
  const right = ((scene.layout.x1[position] ?? 0) - scene.view.from) * scale;
  if (right <= 0 || left >= scene.width || right - left < narrowestPx) return null;
  const x = Math.max(0, left);
  return { x, y, width: Math.min(scene.width, right) - x, height: rowHeight };
}

/** Calls back for every frame that is wide enough to see, row by row. */
export function forEachVisible(
  scene: Scene,
  visit: (position: number, row: number, left: number, right: number, y: number) => void,
): void {
  const { layout, view, width } = scene;
  if (layout.rows === 0 || width <= 0 || view.to <= view.from) return;
  const scale = width / (view.to - view.from);
  const firstRow = Math.max(0, Math.floor(scene.scroll / rowHeight));
  const lastRow = Math.min(layout.rows - 1, Math.ceil((scene.scroll + scene.height) / rowHeight));
  for (let row = firstRow; row <= lastRow; row++) {
    const end = layout.rowStart[row + 1] ?? 0;
    const y = rowTop(scene, row);
    for (let position = firstPositionRightOf(layout, row, view.from); position < end; position++) {
      const left = ((layout.x0[position] ?? 0) - view.from) * scale;
      if (left >= width) break;
      const right = ((layout.x1[position] ?? 0) - view.from) * scale;
      if (right - left >= narrowestPx) visit(position, row, left, right, y);
    }
  }
}

export interface FrameStyle {
  palette: FlamePalette;
  /** Frame → index into the palette's paints. */
  paintIndex: Uint16Array;
  chrome: ChromeColors;
  /** Frame → 1 when the search found it; null when nothing is searched. */
  found: Uint8Array | null;
  dimmed: number;
}

export class FramePainter {
  private readonly context: CanvasRenderingContext2D;
  private readonly fitter: TextFitter;

  constructor(context: CanvasRenderingContext2D, monospace: string) {
    this.context = context;
    this.fitter = new TextFitter(context, `${fontSize}px ${monospace}`);
  }

  paint(scene: Scene, style: FrameStyle): void {
    const { context } = this;
    const { tree } = scene.layout;
    context.fillStyle = style.chrome.surface;
    context.fillRect(0, 0, scene.width, scene.height);
    context.font = this.fitter.font;
    context.textBaseline = 'middle';
    forEachVisible(scene, (position, _row, left, right, y) => {
      const node = scene.layout.node[position] ?? 0;
      const frame = tree.nodes.frame[node] ?? 0;
      const paint = style.palette.paints[style.paintIndex[frame] ?? 0];
      if (!paint) return;
      const found = style.found === null || style.found[frame] === 1;
      context.globalAlpha = found ? 1 : style.dimmed;
      context.fillStyle = paint.fill;
      const x = Math.max(0, left);
      const shown = Math.min(scene.width, right) - x;
      // A gap of one pixel between neighbours, but never at the price of the frame itself.
      const gap = shown > 3 ? 1 : 0;
      context.fillRect(x, y, shown - gap, rowHeight - 1);
      if (shown >= 28) {
        const text = this.fitter.fit(frameLabel(tree, node), shown - gap - 2 * textPadding);
        if (text !== '') {
          context.globalAlpha = 1;
          context.fillStyle = found ? paint.text : style.chrome.muted;
          context.fillText(text, x + textPadding, y + (rowHeight - 1) / 2 + 0.5);
        }
      }
      if (style.found !== null && found && node !== 0) {
        context.fillStyle = style.chrome.match;
        context.fillRect(x, y + rowHeight - 3, Math.max(1, shown - gap), 2);
      }
    });
    context.globalAlpha = 1;
  }
}
