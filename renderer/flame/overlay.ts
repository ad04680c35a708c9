/** What moves with the pointer and the keys: outlines on a canvas above the picture, so that pointing redraws nothing. */
import type { ChromeColors } from '../theme/colors';
import { rowOfBox } from './picture';
import { boxOf, xOf, type BoxOnCanvas, type Scene } from './scene';

export interface Marks {
  /** Positions; -1 for none. */
  hovered: number;
  focused: number;
  match: number;
  /** Boxes of the selected function. */
  selected: readonly BoxOnCanvas[];
  /** A range that is being dragged out, in the picture's unit; null for none. */
  range: { from: number; to: number } | null;
}

export class FlameOverlay {
  readonly canvas = document.createElement('canvas');
  private readonly context: CanvasRenderingContext2D;
  private isClear = true;

  constructor() {
    const context = this.canvas.getContext('2d');
    if (!context) throw new Error('This browser has no 2D canvas.');
    this.context = context;
    this.canvas.className = 'sm-flame-overlay';
    this.canvas.setAttribute('aria-hidden', 'true');
  }

  draw(scene: Scene | null, marks: Marks, chrome: ChromeColors, ratio: number): void {
    const { context, canvas } = this;
    const { hovered, focused, match, range, selected } = marks;
    const nothing = hovered < 0 && focused < 0 && match < 0 && !range && selected.length === 0;
    // An untouched canvas costs nothing; even clearing one makes the browser compose it anew.
    if (nothing && this.isClear) return;
    this.isClear = nothing;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (!scene) return;
    for (const box of selected) this.outline(box, chrome.selection, 2);
    const place = (position: number) =>
      position >= 0 ? boxOf(scene, position, rowOfBox(scene.picture, position)) : null;
    const matchBox = place(match);
    if (matchBox) this.outline(matchBox, chrome.match, 2);
    const hoveredBox = place(hovered);
    if (hoveredBox) {
      context.fillStyle = 'rgb(255 255 255 / 12%)';
      context.fillRect(hoveredBox.x, hoveredBox.y, hoveredBox.width - 1, hoveredBox.height - 1);
      this.outline(hoveredBox, chrome.text, 1);
    }
    const focusedBox = place(focused);
    if (focusedBox) this.outline(focusedBox, chrome.focus, 2);
    if (range) this.drawRange(scene, range, chrome);
  }

  private outline(box: BoxOnCanvas, color: string, thickness: number): void {
    const { context } = this;
    const inset = thickness / 2;
    const width = Math.max(0, box.width - 1 - thickness);
    context.strokeStyle = color;
    context.lineWidth = thickness;
    context.strokeRect(box.x + inset, box.y + inset, width, box.height - 1 - thickness);
  }

  private drawRange(scene: Scene, range: { from: number; to: number }, chrome: ChromeColors): void {
    const { context } = this;
    const left = xOf(scene, Math.min(range.from, range.to));
    const right = xOf(scene, Math.max(range.from, range.to));
    context.globalAlpha = 0.18;
    context.fillStyle = chrome.selection;
    context.fillRect(left, 0, right - left, scene.height);
    context.globalAlpha = 1;
    context.fillRect(left, 0, 1, scene.height);
    context.fillRect(right - 1, 0, 1, scene.height);
  }
}
