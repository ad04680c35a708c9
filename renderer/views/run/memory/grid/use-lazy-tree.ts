import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { LazyTree, type RowSource } from './lazy-tree';

/**
 * The rows of a source that changes with `key`. While the first page of a new one is awaited the old rows stay, so that
 * nothing jumps; `pending` says so. `source` is read when `key` changes.
 */
export function useLazyTree<Row>(
  key: string,
  source: RowSource<Row>,
): { tree: LazyTree<Row>; pending: boolean } {
  const latest = useRef(source);
  useEffect(() => {
    latest.current = source;
  });
  const [shown, setShown] = useState(() => ({ key, tree: new LazyTree(source) }));
  // It is on the screen from the beginning and gets rows by itself. Were it replaced when another one has them too, what was
  // opened in it meanwhile would be closed.
  const first = useRef<LazyTree<Row> | null>(shown.tree);
  useEffect(() => {
    let current = true;
    const tree =
      first.current ??
      new LazyTree({
        load: (parent: Row | null, offset, limit) => latest.current.load(parent, offset, limit),
        canOpen: (row: Row) => latest.current.canOpen(row),
      });
    first.current = null;
    void tree
      .start()
      .then(() => current && setShown((before) => (before.tree === tree ? before : { key, tree })));
    return () => {
      current = false;
    };
  }, [key]);
  useSyncExternalStore(shown.tree.subscribe, shown.tree.getVersion);
  return { tree: shown.tree, pending: shown.key !== key || shown.tree.total === null };
}
