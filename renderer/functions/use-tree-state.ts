import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { CallTree } from '../../profiles/call-tree';
import { findFrame } from '../../profiles/functions';
import {
  ancestorsOf,
  branchesBelow,
  chainFrom,
  childrenOf,
  hasChildren,
  heaviestNode,
  hotPath,
  outlineOf,
  reordered,
  sameBranches,
  visibleRows,
  type Outline,
  type TreeColumn,
  type TreeOrder,
} from './tree-rows';

/** Opening everything below a row stops here: nobody reads more, and the rows must stay quick. */
const mostOpened = 20_000;

interface Kept {
  tree: CallTree | null;
  outline: Outline | null;
  open: ReadonlySet<number>;
  /** Node that the keys start from; 0 = none. */
  cursor: number;
}

const firstOrder: TreeOrder = { column: 'total', descending: true };

export interface TreeState {
  outline: Outline | null;
  rows: Int32Array;
  open: ReadonlySet<number>;
  cursor: number;
  order: TreeOrder;
  setCursor: (node: number) => void;
  toggle: (node: number, all: boolean) => void;
  /** Opens the branches above a node and puts the cursor on it. */
  reveal: (node: number) => void;
  openHotPath: () => void;
  closeAll: () => void;
  sortBy: (column: TreeColumn) => void;
  /** Does what a key means in a tree; returns whether it meant anything. */
  key: (key: string, page: number) => boolean;
}

/** What is open in a tree table and where its cursor is; both survive new data. */
export function useTreeState(tree: CallTree | null, selectedKey: string | null): TreeState {
  const [order, setOrder] = useState(firstOrder);
  const [kept, setKept] = useState<Kept>(() => keep(tree, null, firstOrder));
  if (kept.tree !== tree) setKept(keep(tree, kept, order));
  const { outline, open, cursor } = kept;
  const rows = useMemo(() => (outline ? visibleRows(outline, open) : new Int32Array(0)), [outline, open]);

  const change = useCallback((part: Partial<Kept>) => setKept((now) => ({ ...now, ...part })), []);
  const reveal = useCallback(
    (node: number) =>
      setKept((now) =>
        now.tree
          ? { ...now, cursor: node, open: new Set([...now.open, ...ancestorsOf(now.tree, node)]) }
          : now,
      ),
    [],
  );
  const toggle = useCallback((node: number, all: boolean) => {
    setKept((now) => {
      if (!now.outline) return now;
      const next = new Set(now.open);
      const opening = !next.has(node);
      if (opening)
        for (const each of all ? branchesBelow(now.outline, node, mostOpened) : chainFrom(now.outline, node))
          next.add(each);
      else if (all) for (const each of branchesBelow(now.outline, node, mostOpened)) next.delete(each);
      else next.delete(node);
      return { ...now, open: next, cursor: node };
    });
  }, []);

  // A function selected elsewhere is shown where it costs most.
  const shownKey = useRef<string | null>(null);
  useEffect(() => {
    if (!tree || shownKey.current === selectedKey) return;
    shownKey.current = selectedKey;
    if (selectedKey === null) return;
    const frame = findFrame(tree.frames, selectedKey);
    if (frame === -1 || tree.nodes.frame[cursor] === frame) return;
    const node = heaviestNode(tree, frame);
    if (node !== -1) reveal(node);
  }, [tree, selectedKey, cursor, reveal]);

  const sortBy = useCallback(
    (column: TreeColumn) => {
      const next: TreeOrder =
        order.column === column
          ? { column, descending: !order.descending }
          : { column, descending: column !== 'name' };
      setOrder(next);
      setKept((now) => (now.outline ? { ...now, outline: reordered(now.outline, next) } : now));
    },
    [order],
  );
  const openHotPath = (): void => {
    if (!outline) return;
    const from = cursor > 0 ? cursor : 0;
    const path = hotPath(outline, from);
    const last = path.at(-1);
    change({
      open: new Set([...open, ...(from > 0 ? [from] : []), ...path.slice(0, -1)]),
      cursor: last ?? cursor,
    });
  };
  const closeAll = (): void => change({ open: new Set(), cursor: 0 });
  const key = (name: string, page: number): boolean => {
    if (!outline || rows.length === 0) return false;
    const at = rows.indexOf(cursor);
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
        if (cursor > 0 && hasChildren(outline, cursor)) {
          if (open.has(cursor)) change({ cursor: childrenOf(outline, cursor)[0] ?? cursor });
          else toggle(cursor, false);
        }
        return true;
      case 'ArrowLeft':
        if (cursor > 0 && open.has(cursor)) toggle(cursor, false);
        else if (cursor > 0) change({ cursor: outline.tree.nodes.parent[cursor]! || cursor });
        return true;
      case '*':
        if (cursor > 0) toggle(cursor, true);
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
    setCursor: useCallback((node: number) => change({ cursor: node }), [change]),
    toggle,
    reveal,
    openHotPath,
    closeAll,
    sortBy,
    key,
  };
}

function keep(tree: CallTree | null, before: Kept | null, order: TreeOrder): Kept {
  if (!tree) return { tree, outline: null, open: new Set(), cursor: 0 };
  const outline = outlineOf(tree, order);
  if (!before?.tree) {
    // A lone outermost call hides everything else: begin behind it.
    const open = chainFrom(outline, 0).filter((node) => node > 0);
    return { tree, outline, open: new Set(open), cursor: 0 };
  }
  const open = sameBranches(before.tree, before.open, outline);
  const [cursor = 0] = before.cursor > 0 ? sameBranches(before.tree, [before.cursor], outline) : [];
  return { tree, outline, open, cursor };
}
