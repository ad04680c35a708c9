import { useEffect, useMemo, useRef } from 'react';
import { matchedShare, matchFrames } from '../../profiles/search';
import { wholeOrder, type Outline } from './tree-rows';

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
  cursor: number;
  show: (node: number) => void;
  onHits?: ((hits: SearchHits | null) => void) | undefined;
}

/** Frames of the tree that match, null without a search; tells `onHits` where the walk through them stands. */
export function useTreeSearch({ outline, search, cursor, show, onHits }: Options): Uint8Array | null {
  const tree = outline?.tree ?? null;
  const matches = useMemo(
    () => (tree && search.trim() !== '' ? matchFrames(tree.frames, search) : null),
    [tree, search],
  );
  const found = useMemo(() => {
    if (!outline || !matches) return null;
    const nodes = wholeOrder(outline).filter((node) => matches[outline.tree.nodes.frame[node]!] === 1);
    return { nodes, share: matchedShare(outline.tree, matches), order: orderOf(outline) };
  }, [outline, matches]);
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
    const { nodes, share, order } = found;
    const go = (step: 1 | -1): void => {
      if (nodes.length === 0) return;
      const at = place.current.cursor;
      const index = nodes.indexOf(at);
      let to = index + step;
      if (index === -1) {
        // From a row that is no match: to the nearest one in reading order.
        const after = nodes.findIndex((node) => (order[node] ?? 0) > (order[at] ?? -1));
        to = step === 1 ? (after === -1 ? 0 : after) : (after === -1 ? nodes.length : after) - 1;
      }
      place.current.show(nodes[(to + nodes.length) % nodes.length]!);
    };
    onHits({
      count: nodes.length,
      index: nodes.indexOf(cursor),
      share,
      next: () => go(1),
      previous: () => go(-1),
    });
  }, [found, cursor, onHits]);
  useEffect(() => () => onHits?.(null), [onHits]);
  return matches;
}

/** Node → its place from top to bottom. */
function orderOf(outline: Outline): Int32Array {
  const order = new Int32Array(outline.tree.nodes.length).fill(-1);
  wholeOrder(outline).forEach((node, index) => {
    order[node] = index;
  });
  return order;
}
