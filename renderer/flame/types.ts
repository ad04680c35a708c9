import type { CallTree } from '../../profiles/call-tree';

/** What a flame view shows and whom it tells. */
export interface FlameViewProps {
  /** null while nothing has arrived. */
  tree: CallTree | null;
  /** Changes whenever `tree` has changed (trees may be reused and grown in place). */
  version: number;
  /** When the newest sample in the tree was taken, µs since the run's start; for measuring how late the picture is. */
  newestUs?: number;
  /** Data is still arriving: siblings keep their order and a frame under the pointer stays under it. */
  live: boolean;
  /** Frames whose name, file or package contain this text are highlighted; '' = no search. */
  search: string;
  /** `frameKey` of the selected function; null = none. */
  selectedKey: string | null;
  onSelect(key: string | null): void;
  /** What the widths mean. */
  unit: 'microseconds' | 'bytes';
  /** Shown in place of an empty graph: what to do next. */
  emptyText: string;
}
