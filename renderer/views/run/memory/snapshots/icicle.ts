/** The dominator tree as an icicle on a canvas: width is retained size, each row lies below what keeps it alive. */
import type { DominatorTree } from '../../../../../profiles/heap/questions';
import { chromeColors, hashText, textOn, type ColorScheme } from '../../../../theme/colors';
import { oklch } from '../../../../theme/oklch';

export interface IcicleBox {
  /** Place in the tree's columns. */
  index: number;
  row: number;
  /** 0..1 of the whole width. */
  x0: number;
  x1: number;
}

export const icicleRowPx = 22;
/** Narrower boxes are not drawn one by one. */
const thinnestPx = 0.75;

/** The boxes of a dominator tree below `top`, larger siblings to the left. */
export function layOut(tree: DominatorTree, top = 0): IcicleBox[] {
  if (tree.parent.length === 0) return [];
  const children = childrenOf(tree);
  const boxes: IcicleBox[] = [{ index: top, row: 0, x0: 0, x1: 1 }];
  // Grows while it is walked: breadth first, without recursion.
  for (const box of boxes) {
    const whole = tree.retained[box.index] ?? 0;
    if (whole <= 0) continue;
    let x = box.x0;
    for (const child of children[box.index] ?? []) {
      const width = (box.x1 - box.x0) * ((tree.retained[child] ?? 0) / whole);
      // Rounding in the numbers must not push a box out of its parent.
      const x1 = Math.min(box.x1, x + width);
      boxes.push({ index: child, row: box.row + 1, x0: x, x1 });
      x = x1;
    }
  }
  return boxes;
}

/** Of each place in the tree's columns those below it, larger ones first. */
export function childrenOf(tree: DominatorTree): number[][] {
  const children: number[][] = Array.from({ length: tree.parent.length }, () => []);
  tree.parent.forEach((parent, index) => {
    if (parent >= 0) children[parent]?.push(index);
  });
  for (const list of children) list.sort((a, b) => (tree.retained[b] ?? 0) - (tree.retained[a] ?? 0));
  return children;
}

/** Fill of a box: V8's own grey, the program's by its constructor. */
export function fillOf(label: string, merged: boolean, scheme: ColorScheme): string {
  const dark = scheme === 'dark';
  if (merged) return dark ? '#2e2a25' : '#e9e4dc';
  if (/^(\(|system \/|<)/.test(label)) return dark ? '#4a4f57' : '#c6ccd4';
  const name = label.replace(/\s*@\d+.*$/, '');
  return oklch(dark ? 0.56 : 0.8, 0.09, hashText(name) % 360);
}

interface Paint {
  canvas: HTMLCanvasElement;
  tree: DominatorTree;
  boxes: readonly IcicleBox[];
  scheme: ColorScheme;
  selected: number | null;
  hovered: number;
  focused: number;
  widthPx: number;
  scrollPx: number;
  heightPx: number;
  font: string;
}

export function paintIcicle(paint: Paint): void {
  const { canvas, tree, boxes, scheme, widthPx, heightPx, scrollPx } = paint;
  const ratio = devicePixelRatio || 1;
  const [width, height] = [Math.round(widthPx * ratio), Math.round(heightPx * ratio)];
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = canvas.getContext('2d');
  if (!context) return;
  const colors = chromeColors[scheme];
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, widthPx, heightPx);
  context.font = paint.font;
  context.textBaseline = 'middle';
  boxes.forEach((box, place) => {
    const top = box.row * icicleRowPx - scrollPx;
    if (top + icicleRowPx < 0 || top > heightPx) return;
    const left = box.x0 * widthPx;
    const boxPx = (box.x1 - box.x0) * widthPx;
    if (boxPx < thinnestPx) return;
    const { index } = box;
    const label = tree.label[index] ?? '';
    const fill = fillOf(label, (tree.ordinal[index] ?? -1) < 0, scheme);
    context.fillStyle = fill;
    context.fillRect(left, top, Math.max(1, boxPx - 1), icicleRowPx - 1);
    if (tree.more[index]) {
      // Something below was cut off: a click goes there.
      context.fillStyle = colors.muted;
      context.fillRect(left, top + icicleRowPx - 3, Math.max(1, boxPx - 1), 2);
    }
    if (boxPx > 40) {
      context.fillStyle = textOn(fill);
      const room = Math.floor((boxPx - 10) / 7);
      const text = label.length > room ? `${label.slice(0, Math.max(1, room - 1))}…` : label;
      context.fillText(text, left + 5, top + icicleRowPx / 2);
    }
    const isSelected = paint.selected !== null && tree.ordinal[index] === paint.selected;
    if (isSelected || place === paint.hovered || place === paint.focused) {
      context.strokeStyle = isSelected ? colors.selection : colors.text;
      context.lineWidth = isSelected ? 2 : 1;
      context.strokeRect(left + 1, top + 1, Math.max(1, boxPx - 3), icicleRowPx - 3);
    }
  });
}

/** The place of the box under a point; -1 for none. */
export function boxUnder(boxes: readonly IcicleBox[], row: number, share: number): number {
  return boxes.findIndex((box) => box.row === row && box.x0 <= share && share < box.x1);
}
