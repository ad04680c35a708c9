import { useCallback, useEffect, useRef, useState } from 'react';
import { exactNumber, formatNumber } from '../../../../../profiles/format';
import { useRoute } from '../../../../state/selection';
import { HeapGrid, type GridColumn, type GridOrder } from '../grid/HeapGrid';
import type { RowSource } from '../grid/lazy-tree';
import { useLazyTree } from '../grid/use-lazy-tree';
import {
  edgeRow,
  HeapRowLabel,
  mapPage,
  nodeOf,
  objectRow,
  retainedColumns,
  shallowColumn,
  type HeapRow,
} from './heap-columns';
import type { OpenSnapshot } from './use-snapshot';

type Sort = 'name' | 'count' | 'shallow' | 'retained';

/** Objects by constructor; a row opens to its instances, an instance to what it refers to. */
export function ConstructorsView({ snapshot }: { snapshot: OpenSnapshot }) {
  const { route, goInMemory } = useRoute();
  const { search, memory } = route.selection;
  const [order, setOrder] = useState<GridOrder<Sort>>({ sort: 'retained', descending: true });
  const { overview } = snapshot;
  const source: RowSource<HeapRow> = {
    async load(parent, offset, limit) {
      if (parent === null)
        return mapPage(
          await snapshot.ask({ kind: 'constructors', search, ...order, offset, limit }),
          (group): HeapRow => ({ kind: 'group', group }),
        );
      if (parent.kind === 'group')
        return mapPage(
          await snapshot.ask({ kind: 'instances', group: parent.group.key, offset, limit }),
          objectRow,
        );
      return mapPage(
        await snapshot.ask({ kind: 'references', ordinal: parent.node.ordinal, offset, limit }),
        edgeRow,
      );
    },
    canOpen: (row) => (row.kind === 'group' ? row.group.count > 0 : row.node.references > 0),
  };
  const { tree, pending } = useLazyTree(
    `${snapshot.key} ${search} ${order.sort} ${order.descending}`,
    source,
  );

  // A link names a constructor: it is looked for and opened.
  const [reveal, setReveal] = useState<number | null>(null);
  const picked = useRef<number | null>(null);
  const { group } = memory;
  useEffect(() => {
    if (group === null || group === picked.current || pending) return;
    let current = true;
    picked.current = group;
    void tree
      .find((row) => row.kind === 'group' && row.group.key === group)
      .then((index) => {
        if (!current || index < 0) return;
        if (!tree.isOpen({ branch: tree.root, index })) tree.toggle({ branch: tree.root, index });
        setReveal(index);
      });
    return () => {
      current = false;
    };
  }, [tree, group, pending]);

  const onPick = useCallback(
    (row: HeapRow): void => {
      if (row.kind === 'group') {
        picked.current = row.group.key;
        goInMemory({ group: row.group.key });
      } else goInMemory({ object: row.node.ordinal });
    },
    [goInMemory],
  );
  const columns: GridColumn<HeapRow, Sort>[] = [
    ...retainedColumns<Sort>(overview.shallow, 'retained'),
    shallowColumn<Sort>('shallow'),
    {
      id: 'count',
      label: 'Count',
      title: 'Objects',
      width: '76px',
      numeric: true,
      sort: 'count',
      cell: (row) => (row.kind === 'group' ? formatNumber(row.group.count) : ''),
      exact: (row) => (row.kind === 'group' ? exactNumber(row.group.count) : undefined),
    },
    {
      id: 'name',
      label: 'Constructor',
      title: 'Opens to its instances, and those to what they refer to',
      width: 'minmax(220px, 1fr)',
      sort: 'name',
      isTree: true,
      cell: (row) => <HeapRowLabel row={row} />,
    },
  ];
  return (
    <HeapGrid
      label="Constructors"
      testId="constructors"
      tree={tree}
      pending={pending}
      columns={columns}
      order={order}
      onOrder={setOrder}
      isSelected={(row) =>
        row.kind === 'group'
          ? memory.object === null && row.group.key === memory.group
          : nodeOf(row)?.ordinal === memory.object
      }
      onPick={onPick}
      reveal={reveal}
      minWidthPx={520}
      emptyText={search ? 'No constructor matches the search.' : 'This snapshot has no objects.'}
    />
  );
}
