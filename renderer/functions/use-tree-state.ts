import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { CallTree } from '../../profiles/call-tree';
import { findFrame } from '../../profiles/functions';
import { bottomUpRows, sameRows, topDownRows, type TreeRow } from '../../profiles/tree-rows';
import {
  branchesBelow,
  chainFrom,
  childrenOf,
  outlineOf,
  visibleRows,
  type Outline,
  type TreeColumn,
  type TreeOrder,
} from './open-rows';

/** Opening everything below a row stops here: nobody reads more, and the rows must stay quick. */
const mostOpened = 20_000;

interface Kept {
  tree: CallTree | null;
  outline: Outline | null;
  /** Open rows by id. */
  open: ReadonlyMap<number, TreeRow>;
  /** The row that the keys start from. */
  cursor: TreeRow | null;
}

export interface TreeState {
  outline: Outline | null;
  rows: readonly TreeRow[];
  open: ReadonlyMap<number, TreeRow>;
  cursor: TreeRow | null;
  order: TreeOrder;
  setCursor: (row: TreeRow) => void;
  toggle: (row: TreeRow, all: boolean) => void;
  /** Opens the branches above a row and puts the cursor on it. */
  reveal: (row: TreeRow) => void;
  openHotPath: () => void;
  closeAll: () => void;
  sortBy: (column: TreeColumn) => void;
  /** Does what a key means in a tree; returns whether it meant anything. */
  key: (key: string, page: number) => boolean;
}

/** What is open in a tree table and where its cursor is; both survive new data. */
export function useTreeState(
  tree: CallTree | null,
  inverted: boolean,
  selectedKey: string | null,
): TreeState {
  const [order, setOrder] = useState<TreeOrder>({ column: inverted ? 'self' : 'total', descending: true });
  const [kept, setKept] = useState<Kept>(() => keep(tree, inverted, null, order));
  if (kept.tree !== tree) setKept(keep(tree, inverted, kept, order));
  const { outline, open, cursor } = kept;
  const rows = useMemo(() => (outline ? visibleRows(outline, new Set(open.keys())) : []), [outline, open]);

  const change = useCallback((part: Partial<Kept>) => setKept((now) => ({ ...now, ...part })), []);
  const reveal = useCallback(
    (row: TreeRow) =>
      setKept((now) => {
        if (!now.outline) return now;
        const next = new Map(now.open);
        for (let at = now.outline.table.parentOf(row); at; at = now.outline.table.parentOf(at))
          next.set(at.id, at);
        return { ...now, cursor: row, open: next };
      }),
    [],
  );
  const toggle = useCallback((row: TreeRow, all: boolean) => {
    setKept((now) => {
      if (!now.outline) return now;
      const next = new Map(now.open);
      const below = () => branchesBelow(now.outline!, row, mostOpened);
      if (!next.has(row.id))
        for (const each of all ? below() : chainFrom(now.outline, row)) next.set(each.id, each);
      else for (const each of all ? below() : [row]) next.delete(each.id);
      return { ...now, open: next, cursor: row };
    });
  }, []);

  // A function selected elsewhere is shown where it costs most.
  const shownKey = useRef<string | null>(null);
  useEffect(() => {
    if (!tree || !outline || shownKey.current === selectedKey) return;
    shownKey.current = selectedKey;
    if (selectedKey === null) return;
    const frame = findFrame(tree.frames, selectedKey);
    if (frame === -1 || cursor?.frame === frame) return;
    const row = outline.table.heaviestOf(frame).at(-1);
    if (row) reveal(row);
  }, [tree, outline, selectedKey, cursor, reveal]);

  const sortBy = useCallback(
    (column: TreeColumn) => {
      const descending = order.column === column ? !order.descending : column !== 'name';
      const next: TreeOrder = { column, descending };
      setOrder(next);
      setKept((now) => (now.outline ? { ...now, outline: outlineOf(now.outline.table, next) } : now));
    },
    [order],
  );
  const openHotPath = (): void => {
    if (!outline) return;
    const path = outline.table.hotPath(cursor ?? undefined);
    const next = new Map(open);
    for (const row of path.slice(0, -1)) next.set(row.id, row);
    change({ open: next, cursor: path.at(-1) ?? cursor });
  };
  const closeAll = (): void => change({ open: new Map(), cursor: null });
  const key = (name: string, page: number): boolean => {
    if (!outline || rows.length === 0) return false;
    const at = cursor ? rows.indexOf(cursor) : -1;
    const move = (to: number): true => {
      change({ cursor: rows[Math.min(rows.length - 1, Math.max(0, to))]! });
      return true;
    };
    switch (name) {
      case 'ArrowDown':
        return move(at + 1);
      case 'ArrowUp':
        return move(at < 0 ? rows.length - 1 : at - 1);
      case 'PageDown':
        return move(at + page);
      case 'PageUp':
        return move(at - page);
      case 'Home':
        return move(0);
      case 'End':
        return move(rows.length - 1);
      case 'ArrowRight':
        if (cursor?.hasChildren) {
          if (open.has(cursor.id)) change({ cursor: childrenOf(outline, cursor)[0] ?? cursor });
          else toggle(cursor, false);
        }
        return true;
      case 'ArrowLeft':
        if (cursor && open.has(cursor.id)) toggle(cursor, false);
        else if (cursor) change({ cursor: outline.table.parentOf(cursor) ?? cursor });
        return true;
      case '*':
        if (cursor) toggle(cursor, true);
        return true;
      case 'h':
      case 'H':
        openHotPath();
        return true;
      default:
        return false;
    }
  };
  return {
    outline,
    rows,
    open,
    cursor,
    order,
    setCursor: useCallback((row: TreeRow) => change({ cursor: row }), [change]),
    toggle,
    reveal,
    openHotPath,
    closeAll,
    sortBy,
    key,
  };
}

function keep(tree: CallTree | null, inverted: boolean, before: Kept | null, order: TreeOrder): Kept {
  if (!tree) return { tree, outline: null, open: new Map(), cursor: null };
  const table = inverted ? bottomUpRows(tree) : topDownRows(tree);
  const outline = outlineOf(table, order);
  const byId = (rows: TreeRow[]) => new Map(rows.map((row) => [row.id, row]));
  // A lone outermost call hides everything else: begin behind it.
  if (!before?.outline)
    return { tree, outline, open: byId(inverted ? [] : chainFrom(outline, null)), cursor: null };
  const { table: old } = before.outline;
  const open = byId(sameRows(old, before.open.values(), table));
  const [cursor = null] = before.cursor ? sameRows(old, [before.cursor], table) : [];
  return { tree, outline, open, cursor };
}
