/**
 * What the canvas needs to know of a graph, whatever it shows: boxes in rows, and what each box stands for. A position is
 * the number of a box; boxes are sorted by row and, within one, from left to right.
 */
import type { ChartDetail } from '../../profiles/flame-chart-detail';
import type { FrameTable, ProfileUnit, TimeRange } from '../../profiles/types';
import type { FrameFacts } from './frame-text';

export interface Picture {
  readonly kind: 'left-heavy' | 'chart';
  /** What the width means. */
  readonly unit: ProfileUnit;
  readonly frames: FrameTable;
  readonly rows: number;
  /** Row r has the positions `rowStart[r]` … `rowStart[r + 1]`. */
  readonly rowStart: Int32Array;
  /** Left and right edge of each box; times `perX` they are in `unit`. */
  readonly x0: Float64Array | Uint32Array;
  readonly x1: Float64Array | Uint32Array;
  readonly perX: number;
  /** Everything, in `unit`. Views go from 0 to here. */
  readonly width: number;
  /** What the left edge of everything stands for, in `unit`: an instant in a chart, 0 otherwise. */
  readonly origin: number;
  /** Position → frame. */
  readonly frame: Int32Array;
  readonly detail: ChartDetail | null;
  /** Bands with a thread's name between the rows. */
  readonly bands: readonly { row: number; title: string }[];

  labelOf(position: number): string;
  factsOf(position: number): FrameFacts;
  sentenceOf(position: number): string;
  /** Everything in one or two sentences for screen readers. */
  summary(): string;
  /** Position of the caller's box; -1 for outermost ones. */
  parentOf(position: number): number;
  /** The box to go to from here when one goes one call deeper; -1 when there is none. */
  calleeOf(position: number): number;
  /** Weight of the box itself and with what it calls, in `unit`. */
  selfOf(position: number): number;
  totalOf(position: number): number;
  /** When the call was on the stack; null when the picture is not in order of time. */
  timeOf(position: number): TimeRange | null;
  /** Whether the box stands for no function (the root of a call tree). */
  isRoot(position: number): boolean;
  /** Frame → weight of the function itself, in `unit`. */
  selfByFrame(): Float64Array;
  /** Share of everything, 0..1, in which at least one of the found frames is on the stack. */
  searchShare(found: Uint8Array): number;
  /** A function from positions of an older picture to this one's; -1 for what is gone. */
  following(previous: Picture): (position: number) => number;
}

/** First position of a row whose right edge lies right of `value` (in the picture's unit); the row's end when there is none. */
export function firstRightOf(picture: Picture, row: number, value: number): number {
  const { x1, rowStart } = picture;
  const x = value / picture.perX;
  let low = rowStart[row] ?? 0;
  let high = rowStart[row + 1] ?? low;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((x1[middle] ?? 0) > x) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The box at `value` in a row; -1 when there is none. */
export function boxAt(picture: Picture, row: number, value: number): number {
  if (row < 0 || row >= picture.rows) return -1;
  const position = firstRightOf(picture, row, value);
  const inRow = position < (picture.rowStart[row + 1] ?? 0);
  return inRow && leftOf(picture, position) <= value ? position : -1;
}

/** Edges of a box in the picture's unit, 0 being the left edge of everything. */
export function leftOf(picture: Picture, position: number): number {
  return (picture.x0[position] ?? 0) * picture.perX;
}
export function rightOf(picture: Picture, position: number): number {
  return (picture.x1[position] ?? 0) * picture.perX;
}

export function rowOfBox(picture: Picture, position: number): number {
  let low = 0;
  let high = picture.rows;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((picture.rowStart[middle + 1] ?? 0) > position) high = middle;
    else low = middle + 1;
  }
  return low;
}
