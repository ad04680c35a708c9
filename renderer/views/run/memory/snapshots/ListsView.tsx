import { SegmentedControl } from '@mantine/core';
import { exactBytes, formatBytes, formatNumber, formatPercent } from '../../../../../profiles/format';
import { heapListKinds, type HeapListKind, type HeapListRow } from '../../../../../profiles/heap/questions';
import { useRoute } from '../../../../state/selection';
import { HeapGrid, type GridColumn } from '../grid/HeapGrid';
import { useLazyTree } from '../grid/use-lazy-tree';
import { shortPaths } from '../short-paths';
import { useAnswer, type OpenSnapshot } from './use-snapshot';
import { Where } from './Where';

interface ListTexts {
  title: string;
  /** Heads of the columns: what the objects of a row have in common, and more about it. */
  row: string;
  detail: string;
  size?: string;
  none: string;
  /** The engine gives them in this order. */
  order: 'retained' | 'count' | 'size';
  /** How the two share what the numbers leave: of a grid's columns. */
  widths: [row: string, detail: string];
}

const even: ListTexts['widths'] = ['minmax(150px, 1fr)', 'minmax(150px, 1.2fr)'];
const mostlyRow: ListTexts['widths'] = ['minmax(200px, 1fr)', '132px'];

const titles: Record<HeapListKind, ListTexts> = {
  closures: {
    title: 'Closures',
    row: 'Function',
    detail: 'Defined at',
    none: 'No closures.',
    order: 'retained',
    widths: even,
  },
  timers: {
    title: 'Timers',
    row: 'Callback',
    detail: 'Kind, defined at',
    none: 'No timer was pending.',
    order: 'retained',
    widths: even,
  },
  listeners: {
    title: 'Listeners',
    row: 'Event',
    detail: 'Emitter, listener',
    none: 'No event listeners.',
    order: 'count',
    widths: ['minmax(110px, 0.7fr)', 'minmax(180px, 1.3fr)'],
  },
  promises: {
    title: 'Promises',
    row: 'Held by',
    detail: 'State',
    none: 'No promises.',
    order: 'count',
    widths: even,
  },
  sockets: {
    title: 'Sockets',
    row: 'Socket or handle',
    detail: 'Held by',
    none: 'No sockets or handles.',
    order: 'retained',
    widths: ['minmax(150px, 0.8fr)', 'minmax(150px, 1.2fr)'],
  },
  caches: {
    title: 'Caches',
    row: 'Held by',
    detail: 'Kind',
    size: 'Entries',
    none: 'No larger Map, Set, array or object.',
    order: 'size',
    widths: mostlyRow,
  },
  buffers: {
    title: 'Buffers',
    row: 'Held by',
    detail: 'Kind',
    size: 'Outside heap',
    none: 'No buffers.',
    order: 'size',
    widths: mostlyRow,
  },
};

/** Narrower lists leave out what other columns tell as well. */
const roomyPx = 900;

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
  const { row: title, detail, size, none, order, widths } = titles[list];
  const share = (row: HeapListRow): number => (heapBytes > 0 ? row.retained / heapBytes : 0);
  const columns: GridColumn<HeapListRow, never>[] = [
    {
      id: 'retained',
      label: 'Retained',
      title: 'What would be freed with them',
      width: '90px',
      numeric: true,
      isOrder: order === 'retained',
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
      hideBelowPx: roomyPx,
      cell: (row) => formatPercent(share(row)),
    },
    {
      id: 'shallow',
      label: 'Shallow',
      title: 'Size of the objects themselves',
      width: '78px',
      numeric: true,
      hideBelowPx: roomyPx,
      cell: (row) => formatBytes(row.shallow),
      exact: (row) => exactBytes(row.shallow),
    },
    {
      id: 'count',
      label: 'Count',
      title: 'How many there are of this kind',
      width: '74px',
      numeric: true,
      isOrder: order === 'count',
      cell: (row) => formatNumber(row.count),
    },
    ...(size
      ? [
          {
            id: 'size',
            label: size,
            title: list === 'buffers' ? 'Bytes outside of the JS heap' : 'Entries, elements or properties',
            width: list === 'buffers' ? '110px' : '84px',
            numeric: true,
            isOrder: order === 'size',
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
      width: widths[0],
      cell: (row) => (
        <span className="mono">
          <Where text={shortPaths(row.label, cwd)} title={row.label} />
        </span>
      ),
    },
    {
      id: 'detail',
      label: detail,
      title: detail,
      width: widths[1],
      cell: (row) => (
        <span className="mono muted">
          <Where text={shortPaths(row.detail, cwd)} title={row.detail} />
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
      minWidthPx={480}
      emptyText={search ? 'Nothing here matches the search.' : none}
    />
  );
}
