import { SegmentedControl } from '@mantine/core';
import { exactBytes, formatBytes, formatNumber, formatPercent } from '../../../../../profiles/format';
import { heapListKinds, type HeapListKind, type HeapListRow } from '../../../../../profiles/heap/questions';
import { useRoute } from '../../../../state/selection';
import { HeapGrid, type GridColumn } from '../grid/HeapGrid';
import { useLazyTree } from '../grid/use-lazy-tree';
import { shortPaths } from '../short-paths';
import { useAnswer, type OpenSnapshot } from './use-snapshot';

const titles: Record<HeapListKind, { title: string; row: string; size?: string; none: string }> = {
  closures: { title: 'Closures', row: 'Function', none: 'No closures.' },
  timers: { title: 'Timers', row: 'Callback', none: 'No timer was pending.' },
  listeners: { title: 'Listeners', row: 'Event', none: 'No event listeners.' },
  promises: { title: 'Promises', row: 'Promise', none: 'No promises.' },
  sockets: { title: 'Sockets', row: 'Socket', none: 'No sockets or handles.' },
  caches: { title: 'Caches', row: 'Held by', size: 'Entries', none: 'No larger Map, Set, array or object.' },
  buffers: { title: 'Buffers', row: 'Buffer', size: 'Outside heap', none: 'No buffers.' },
};

const countsQuestion = { kind: 'listCounts' } as const;

/** What Node programs usually leak, each as a list. */
export function ListsView({ snapshot, cwd }: { snapshot: OpenSnapshot; cwd: string }) {
  const { route, goInMemory } = useRoute();
  const { list } = route.selection.memory;
  // They come when they are there: the list itself is waited for, not they.
  const { data: counts } = useAnswer(snapshot, countsQuestion);
  return (
    <div className="heap-lists">
      <div className="heap-tools">
        <SegmentedControl
          size="xs"
          aria-label="List"
          value={list}
          onChange={(value) => goInMemory({ list: value, object: null })}
          data={heapListKinds.map((kind) => ({
            value: kind,
            label: (
              <span>
                {titles[kind].title} <span className="muted">{counts && formatNumber(counts[kind])}</span>
              </span>
            ),
          }))}
        />
      </div>
      <div className="heap-fill">
        <List key={list} snapshot={snapshot} list={list} cwd={cwd} />
      </div>
    </div>
  );
}

function List(props: { snapshot: OpenSnapshot; list: HeapListKind; cwd: string }) {
  const { snapshot, list, cwd } = props;
  const { route, goInMemory } = useRoute();
  const { search, memory } = route.selection;
  const heapBytes = snapshot.overview.shallow;
  const { tree, pending } = useLazyTree<HeapListRow>(`${snapshot.key} ${list} ${search}`, {
    load: (_parent, offset, limit) => snapshot.ask({ kind: 'list', list, search, offset, limit }),
    canOpen: () => false,
  });
  const { row: title, size, none } = titles[list];
  const share = (row: HeapListRow): number => (heapBytes > 0 ? row.retained / heapBytes : 0);
  const columns: GridColumn<HeapListRow, never>[] = [
    {
      id: 'retained',
      label: 'Retained',
      title: 'What would be freed with them',
      width: '84px',
      numeric: true,
      cell: (row) => formatBytes(row.retained),
      exact: (row) => exactBytes(row.retained),
      share,
    },
    {
      id: 'share',
      label: 'Share',
      title: 'Retained size as a share of the whole heap',
      width: '62px',
      numeric: true,
      cell: (row) => formatPercent(share(row)),
    },
    {
      id: 'shallow',
      label: 'Shallow',
      title: 'Size of the objects themselves',
      width: '78px',
      numeric: true,
      cell: (row) => formatBytes(row.shallow),
      exact: (row) => exactBytes(row.shallow),
    },
    {
      id: 'count',
      label: 'Count',
      title: 'How many there are of this kind',
      width: '70px',
      numeric: true,
      cell: (row) => formatNumber(row.count),
    },
    ...(size
      ? [
          {
            id: 'size',
            label: size,
            title: list === 'buffers' ? 'Bytes outside of the JS heap' : 'Entries, elements or properties',
            width: '92px',
            numeric: true,
            cell: (row: HeapListRow) =>
              row.size === undefined
                ? '–'
                : list === 'buffers'
                  ? formatBytes(row.size)
                  : formatNumber(row.size),
            exact: (row: HeapListRow) =>
              row.size !== undefined && list === 'buffers' ? exactBytes(row.size) : undefined,
          },
        ]
      : []),
    {
      id: 'label',
      label: title,
      title,
      width: size || list === 'closures' ? 'minmax(200px, 2.4fr)' : 'minmax(150px, 1fr)',
      cell: (row) => (
        <span className="mono" title={row.label}>
          {shortPaths(row.label, cwd)}
        </span>
      ),
    },
    {
      id: 'detail',
      label: 'Where',
      title: 'More about it',
      width: 'minmax(100px, 1fr)',
      cell: (row) => (
        <span className="mono muted" title={row.detail}>
          {shortPaths(row.detail, cwd)}
        </span>
      ),
    },
  ];
  return (
    <HeapGrid
      label={titles[list].title}
      testId="heap-rows"
      tree={tree}
      pending={pending}
      columns={columns}
      isSelected={(row) => row.example.ordinal === memory.object}
      onPick={(row) => goInMemory({ object: row.example.ordinal })}
      minWidthPx={600}
      emptyText={search ? 'Nothing here matches the search.' : none}
    />
  );
}
