import { exactBytes, formatBytes, formatNumber, formatPercent } from '../../../../../profiles/format';
import type { SnapshotAnswers } from '../../../../../profiles/heap/questions';
import { useRoute } from '../../../../state/selection';
import { HeapGrid, type GridColumn } from '../grid/HeapGrid';
import { useLazyTree } from '../grid/use-lazy-tree';
import type { OpenSnapshot } from './use-snapshot';

type Duplicate = SnapshotAnswers['duplicates']['rows'][number];

/** Equal strings that exist more than once, those that waste most first. */
export function DuplicatesView({ snapshot }: { snapshot: OpenSnapshot }) {
  const { route, goInMemory } = useRoute();
  const { search, memory } = route.selection;
  const { shallow } = snapshot.overview;
  const { tree, pending } = useLazyTree<Duplicate>(`${snapshot.key} ${search}`, {
    load: (_parent, offset, limit) => snapshot.ask({ kind: 'duplicates', search, offset, limit }),
    canOpen: () => false,
  });
  const columns: GridColumn<Duplicate, never>[] = [
    {
      id: 'wasted',
      label: 'Wasted',
      title: 'What all copies but one take',
      width: '84px',
      numeric: true,
      cell: (row) => formatBytes(row.wasted),
      exact: (row) => exactBytes(row.wasted),
      share: (row) => (shallow > 0 ? row.wasted / shallow : 0),
    },
    {
      id: 'share',
      label: 'Share',
      title: 'Wasted bytes as a share of the whole heap',
      width: '62px',
      numeric: true,
      cell: (row) => formatPercent(shallow > 0 ? row.wasted / shallow : 0),
    },
    {
      id: 'size',
      label: 'Size',
      title: 'What all copies take',
      width: '78px',
      numeric: true,
      cell: (row) => formatBytes(row.shallow),
      exact: (row) => exactBytes(row.shallow),
    },
    {
      id: 'count',
      label: 'Copies',
      title: 'How many there are',
      width: '76px',
      numeric: true,
      cell: (row) => formatNumber(row.count),
    },
    {
      id: 'text',
      label: 'Text',
      title: 'How it begins',
      width: 'minmax(220px, 1fr)',
      cell: (row) => (
        <span className="mono heap-type-string" title={row.text}>
          “{row.text}”
        </span>
      ),
    },
  ];
  return (
    <HeapGrid
      label="Duplicated strings"
      testId="duplicates"
      tree={tree}
      pending={pending}
      columns={columns}
      isSelected={(row) => row.example.ordinal === memory.object}
      onPick={(row) => goInMemory({ object: row.example.ordinal })}
      minWidthPx={520}
      emptyText={search ? 'No duplicated string matches the search.' : 'Every string exists only once.'}
    />
  );
}
