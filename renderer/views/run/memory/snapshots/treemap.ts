/** The dominator tree as nested rectangles: area is retained size, each lies inside what keeps it alive. Pure but for `paint`. */
import type { DominatorTree } from '../../../../../profiles/heap/questions';
import { chromeColors, textOn, type ColorScheme } from '../../../../theme/colors';
import { childrenOf, fillOf } from './icicle';

export interface TreemapBox {
  /** Place in the tree's columns. */
  index: number;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A frame's own line, above what is in it. */
const headPx = 17;
const edgePx = 2;
/** Nothing is drawn inside of smaller ones. */
const leastInnerPx = 6;

/**
 * The boxes of a dominator tree, outer before inner, in px: squarified as by Bruls, Huizing and van Wijk, "Squarified
 * Treemaps" (2000). What an object does not share out to those below it, its own size, is left free inside of it.
 */
export function layOutTreemap(tree: DominatorTree, widthPx: number, heightPx: number): TreemapBox[] {
  if (tree.parent.length === 0 || widthPx <= 0 || heightPx <= 0) return [];
  const children = childrenOf(tree);
  const boxes: TreemapBox[] = [{ index: 0, x: 0, y: 0, width: widthPx, height: heightPx }];
  // Grows while it is walked: outer ones first, without recursion.
  for (const box of boxes) {
    const whole = tree.retained[box.index] ?? 0;
    const inner: Area = {
      x: box.x + edgePx,
      y: box.y + headPx,
      width: box.width - 2 * edgePx,
      height: box.height - headPx - edgePx,
    };
    if (whole <= 0 || inner.width < leastInnerPx || inner.height < leastInnerPx) continue;
    squarify(children[box.index] ?? [], tree.retained, whole, inner, boxes);
  }
  return boxes;
}

interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Fills an area with rows of boxes, each row as long as it makes its boxes squarer. `indices`: larger ones first. */
function squarify(
  indices: readonly number[],
  sizes: readonly number[],
  whole: number,
  area: Area,
  boxes: TreemapBox[],
): void {
  const scale = (area.width * area.height) / whole;
  let { x, y, width, height } = area;
  let from = 0;
  while (from < indices.length) {
    const side = Math.min(width, height);
    if (side <= 0) return;
    let to = from;
    let sum = 0;
    let worst = Infinity;
    while (to < indices.length) {
      const size = (sizes[indices[to]!] ?? 0) * scale;
      const next = worstRatio(sum + size, (sizes[indices[from]!] ?? 0) * scale, size, side);
      if (to > from && next > worst) break;
      worst = next;
      sum += size;
      to++;
    }
    const thickness = Math.min(sum / side, Math.max(width, height));
    let at = 0;
    for (let place = from; place < to; place++) {
      const index = indices[place]!;
      const length = sum > 0 ? (((sizes[index] ?? 0) * scale) / sum) * side : 0;
      boxes.push(
        width >= height
          ? { index, x, y: y + at, width: thickness, height: length }
          : { index, x: x + at, y, width: length, height: thickness },
      );
      at += length;
    }
    if (width >= height) {
      x += thickness;
      width -= thickness;
    } else {
      y += thickness;
      height -= thickness;
    }
    from = to;
  }
}

/** Of a row of this area along a side: how far its longest box is from a square. */
function worstRatio(area: number, largest: number, smallest: number, side: number): number {
  if (area <= 0 || smallest <= 0) return Infinity;
  return Math.max((side * side * largest) / (area * area), (area * area) / (side * side * smallest));
}

/** The innermost box at a point; -1 for none. */
export function boxAt(boxes: readonly TreemapBox[], x: number, y: number): number {
  return boxes.findLastIndex(
    (box) => x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height,
  );
}

interface Paint {
  canvas: HTMLCanvasElement;
  tree: DominatorTree;
  boxes: readonly TreemapBox[];
  scheme: ColorScheme;
  selected: number | null;
  hovered: number;
  focused: number;
  widthPx: number;
  heightPx: number;
  font: string;
}

export function paintTreemap(paint: Paint): void {
  const { canvas, tree, boxes, scheme, widthPx, heightPx } = paint;
  const ratio = devicePixelRatio || 1;
  canvas.width = Math.round(widthPx * ratio);
  canvas.height = Math.round(heightPx * ratio);
  const context = canvas.getContext('2d');
  if (!context) return;
  const colors = chromeColors[scheme];
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, widthPx, heightPx);
  context.font = paint.font;
  context.textBaseline = 'middle';
  for (const { index, x, y, width, height } of boxes) {
    if (width < 1 || height < 1) continue;
    const label = tree.label[index] ?? '';
    const fill = fillOf(label, (tree.ordinal[index] ?? -1) < 0, scheme);
    context.fillStyle = fill;
    context.fillRect(x, y, Math.max(1, width - 1), Math.max(1, height - 1));
    if (width < 34 || height < headPx - 3) continue;
    context.fillStyle = textOn(fill);
    const room = Math.floor((width - 8) / 7);
    const text = label.length > room ? `${label.slice(0, Math.max(1, room - 1))}…` : label;
    context.fillText(text, x + 4, y + Math.min(headPx, height) / 2 + 0.5);
  }
  boxes.forEach(({ index, x, y, width, height }, place) => {
    const isSelected = paint.selected !== null && tree.ordinal[index] === paint.selected;
    if (!isSelected && place !== paint.hovered && place !== paint.focused) return;
    context.strokeStyle = isSelected ? colors.selection : colors.text;
    context.lineWidth = isSelected ? 2 : 1;
    context.strokeRect(x + 1, y + 1, Math.max(1, width - 3), Math.max(1, height - 3));
  });
}
