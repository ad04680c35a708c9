import type { CallTree } from '../../profiles/call-tree';
import type { ChartLayout } from '../../profiles/flame-chart';
import type { FlameLayout } from '../../profiles/flame-layout';
import type { Transform } from '../../profiles/transforms/types';
import type { Category, ProfileUnit, TimeRange } from '../../profiles/types';

/** One frame that somebody points at. */
export interface FlameFrame {
  /** `frameKey` of its function. */
  functionKey: string;
  name: string;
  url: string;
  line: number;
  column: number;
  category: Category;
  packageName: string;
  /** Function keys from the outermost frame to this one, both included; what `focus-subtree` takes. */
  path: string[];
  /** When this call was on the stack; only in the flame chart. */
  time: TimeRange | null;
}

/** What is to be drawn: a call tree with the heaviest calls on the left, or calls in order of time. */
export interface FlameSubject {
  /** null while nothing has arrived. */
  tree: CallTree | null;
  /** The same tree laid out, when that was done elsewhere; otherwise it is laid out here. */
  layout?: FlameLayout | null;
  /** Given (also as null: nothing yet), calls are drawn in order of time and `tree` is only used for numbers. */
  chart?: ChartLayout | null;
  /** Leaves out the tree's root, whose one child is the function that the view is about (halves of a sandwich). */
  skipRoot?: boolean;
  /** Changes whenever the data have changed (trees may be reused and grown in place). */
  version: number;
  /** When the newest sample was taken, µs since the run's start; for measuring how late the picture is. */
  newestUs?: number;
  /** Data is still arriving: siblings keep their order and a frame under the pointer stays under it. */
  live: boolean;
  /** Frames whose name, file or package contain this text are highlighted; '' = no search. */
  search: string;
  /** `frameKey` of the selected function; null = none. */
  selectedKey: string | null;
  /** Weight of the whole run in the tree's unit, for "of the run" in the tooltip; 0 or absent when unknown. */
  runWeight?: number;
}

/** What a flame view shows and whom it tells. */
export interface FlameViewProps extends FlameSubject {
  onSelect(key: string | null): void;
  /** A range was dragged out in the flame chart. */
  onRange?(range: TimeRange): void;
  /** A key asked for a transform of the frame it is on. */
  onTransform?(transform: Transform): void;
  /** The menu of a frame was asked for, by mouse or by key; the position is in CSS px of the page's viewport. */
  onContextMenu?(frame: FlameFrame, position: { x: number; y: number }): void;
  /** What the widths mean. */
  unit: ProfileUnit;
  /** Shown in place of an empty graph: what to do next. */
  emptyText: string;
  /** Fixes the direction and leaves out its button; otherwise it is the person's choice, remembered. */
  direction?: 'down' | 'up';
  /** Without it the view is the picture only. */
  toolbar?: boolean;
  /** What is drawn, for the title of exported pictures and for screen readers: `shop-api · left-heavy`. */
  title?: string;
}
