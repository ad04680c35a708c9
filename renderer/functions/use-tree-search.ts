import { useEffect, useMemo, useRef } from 'react';
import { matchedShare, matchFrames } from '../../profiles/search';
import type { TreeRow } from '../../profiles/tree-rows';
import type { Outline } from './open-rows';

/** What a search found in the view that is shown, and how to walk through it. */
export interface SearchHits {
  /** Places found: calls on a graph or in a tree, rows in a list. */
  count: number;
  /** Which of them is shown, from 0; -1 when none is. */
  index: number;
  /** Of everything, 0..1, with a match on the stack. */
  share: number;
  next: () => void;
  previous: () => void;
}

interface Options {
  outline: Outline | null;
  search: string;
  cursor: TreeRow | null;
  show: (row: TreeRow) => void;
  onHits?: ((hits: SearchHits | null) => void) | undefined;
}

/** Frames of the tree that match, null without a search; tells `onHits` where the walk through them stands. */
export function useTreeSearch({ outline, search, cursor, show, onHits }: Options): Uint8Array | null {
  const table = outline?.table ?? null;
  const matches = useMemo(
    () => (table && search.trim() !== '' ? matchFrames(table.tree.frames, search) : null),
    [table, search],
  );
  const found = useMemo(() => {
    if (!table || !matches) return null;
    return { rows: table.search(matches), share: matchedShare(table.tree, matches) };
  }, [table, matches]);
  const place = useRef({ cursor, show });
  useEffect(() => {
    place.current = { cursor, show };
  });
  useEffect(() => {
    if (!onHits) return;
    if (!found) {
      onHits(null);
      return;
    }
    const { rows, share } = found;
    const indexOf = (row: TreeRow | null): number => (row ? rows.indexOf(row) : -1);
    const go = (step: 1 | -1): void => {
      if (rows.length === 0) return;
      const index = indexOf(place.current.cursor);
      const to = index === -1 && step === -1 ? rows.length - 1 : index + step;
      place.current.show(rows[(to + rows.length) % rows.length]!);
    };
    onHits({
      count: rows.length,
      index: indexOf(cursor),
      share,
      next: () => go(1),
      previous: () => go(-1),
    });
  }, [found, cursor, onHits]);
  useEffect(() => () => onHits?.(null), [onHits]);
  return matches;
}
