import { Button } from '@mantine/core';
import { IconAlertTriangle, IconArrowLeft } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import { exactBytes, formatBytes, formatNumber } from '../../../../../profiles/format';
import type { ConstructorChange, HeapNodeRow } from '../../../../../profiles/heap/questions';
import { LoadingView } from '../../../../components/LoadingView';
import type { SnapshotRef } from '../../../../state/memory-place';
import { emptySelection, useRoute } from '../../../../state/selection';
import { HeapGrid, type GridColumn, type GridOrder } from '../grid/HeapGrid';
import { useLazyTree } from '../grid/use-lazy-tree';
import type { ViewedRun } from '../../viewed-run';
import { takenMs, useComparedBase } from './comparison-order';
import { mapPage } from './heap-columns';
import { Holders } from './Holders';
import { ObjectLabel } from './ObjectLabel';
import { ObjectPanel } from './ObjectPanel';
import { snapshotName } from './snapshot-name';
import { Opened } from './SnapshotView';
import { useComparison, type OpenComparison } from './use-comparison';
import { useSnapshot } from './use-snapshot';

type Sort = 'name' | 'newCount' | 'deletedCount' | 'countChange' | 'newSize' | 'deletedSize' | 'sizeChange';
type Row = { kind: 'change'; change: ConstructorChange } | { kind: 'object'; node: HeapNodeRow };

/** What has grown from one snapshot to a later one, which objects are new, and what holds them. */
export function ComparisonView({ run, base, file }: { run: ViewedRun; base: SnapshotRef; file: string }) {
  const { id } = run.model;
  const opening = useComparison({ id: base.id || id, file: base.file }, { id, file });
  return (
    <Opened run={run} opening={opening}>
      {(comparison) => <Body run={run} comparison={comparison} base={base} />}
    </Opened>
  );
}

function Body(props: { run: ViewedRun; comparison: OpenComparison; base: SnapshotRef }) {
  const { run, comparison, base } = props;
  const goInMemory = useRoute((state) => state.goInMemory);
  const layout = useDefaultLayout({ id: 'heap-details', storage: localStorage });
  const { totals, b } = comparison;
  const { group, object } = run.selection.memory;
  const change = totals.shallowB - totals.shallowA;
  const before = useComparedBase(run.model, base);
  const name = snapshotName(run.model, b.file);
  const ownMs = takenMs(run.model, b.file);
  // Where nobody knows when they were taken, ids tell: within one thread, where something came and something went.
  const isReversed = before.takenMs !== null && ownMs !== null ? before.takenMs > ownMs : totals.isReversed;
  return (
    <div className="heap-lists" data-testid="comparison">
      <div className="heap-tools">
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          leftSection={<IconArrowLeft size={13} aria-hidden />}
          onClick={() => goInMemory({ file: null, base: null, group: null, object: null })}
        >
          Snapshots
        </Button>
        <span className="ellipsis heap-title" title={`From ${before.name} to ${name}`}>
          <span className="muted">From </span>
          {before.name}
          <span className="muted"> ({formatBytes(totals.shallowA)}) to </span>
          {name}
          <span className="muted"> ({formatBytes(totals.shallowB)}): </span>
          <strong className={change > 0 ? 'worse' : change < 0 ? 'better' : undefined}>
            {signed(change)}
          </strong>
        </span>
        {!totals.sameIsolate && (
          <span
            className="muted nowrap"
            title="The snapshots are of different threads or runs, in which the same object has no common id: new and deleted are the differences of the counts."
          >
            Different threads: only counts and sizes compare
          </span>
        )}
      </div>
      {isReversed && <WrongOrder run={run} base={base} file={b.file} baseName={before.name} name={name} />}
      <div className="heap-fill">
        <Group
          id="heap-details"
          orientation="horizontal"
          className="run-split heap-split"
          defaultLayout={layout.defaultLayout}
          onLayoutChanged={layout.onLayoutChanged}
        >
          <Panel id="heap-list" minSize={300}>
            <Changes comparison={comparison} />
          </Panel>
          <Separator className="separator-v" aria-label="Resize the details" />
          <Panel id="heap-object" defaultSize={440} minSize={300} groupResizeBehavior="preserve-pixel-size">
            {object !== null ? (
              <ObjectOfB run={run} b={b} />
            ) : (
              <aside className="heap-details" aria-label="What holds them">
                {group === null ? (
                  <p className="muted heap-details-hint">
                    Select a constructor to see what holds its new objects. Its row opens to them.
                  </p>
                ) : (
                  <Holders comparison={comparison} group={group} cwd={run.model.state.cwd} />
                )}
              </aside>
            )}
          </Panel>
        </Group>
      </div>
    </div>
  );
}

interface Reversed {
  run: ViewedRun;
  base: SnapshotRef;
  file: string;
  baseName: string;
  name: string;
}

/** Growth would be told of what has shrunk. */
function WrongOrder({ run, base, file, baseName, name }: Reversed) {
  const { route, go, goInMemory } = useRoute();
  const { id } = run.model;
  const swap = (): void => {
    const isOther = base.id !== '' && base.id !== id;
    const swapped = { file: base.file, base: { id: isOther ? id : '', file }, group: null, object: null };
    if (!isOther) goInMemory(swapped);
    else {
      const memory = { ...route.selection.memory, ...swapped };
      go({ view: 'run', id: base.id, selection: { ...emptySelection, tab: 'memory', memory } });
    }
  };
  return (
    <div className="notice notice-warn heap-notice" role="status" data-testid="wrong-order">
      <IconAlertTriangle size={15} aria-hidden />
      <span>
        In the wrong order: <strong>{baseName}</strong> was taken after <strong>{name}</strong>. What is
        called new here has gone since, and what is called deleted has come.
      </span>
      <Button size="compact-xs" variant="default" onClick={swap}>
        Swap them
      </Button>
    </div>
  );
}

function ObjectOfB({ run, b }: { run: ViewedRun; b: SnapshotRef }) {
  const opening = useSnapshot(b);
  if (opening.status === 'opening')
    return <LoadingView text="Reading the object" fraction={opening.fraction} />;
  return (
    <Opened run={run} opening={opening}>
      {(snapshot) => <ObjectPanel run={run} snapshot={snapshot} />}
    </Opened>
  );
}

function Changes({ comparison }: { comparison: OpenComparison }) {
  const { route, goInMemory } = useRoute();
  const { search, memory } = route.selection;
  const [order, setOrder] = useState<GridOrder<Sort>>({ sort: 'sizeChange', descending: true });
  const { tree, pending } = useLazyTree<Row>(
    `${comparison.key} ${search} ${order.sort} ${order.descending}`,
    {
      async load(parent, offset, limit) {
        if (parent?.kind === 'change')
          return mapPage(
            await comparison.ask({ kind: 'newInstances', group: parent.change.key, offset, limit }),
            (node): Row => ({ kind: 'object', node }),
          );
        return mapPage(
          await comparison.ask({ kind: 'constructors', search, ...order, offset, limit }),
          (change): Row => ({ kind: 'change', change }),
        );
      },
      canOpen: (row) => row.kind === 'change' && row.change.newCount > 0 && comparison.totals.sameIsolate,
    },
  );
  const [reveal, setReveal] = useState<number | null>(null);
  const picked = useRef<number | null>(null);
  const { group } = memory;
  useEffect(() => {
    if (group === null || group === picked.current || pending) return;
    let current = true;
    picked.current = group;
    void tree
      .find((row) => row.kind === 'change' && row.change.key === group)
      .then((index) => current && setReveal(index));
    return () => {
      current = false;
    };
  }, [tree, group, pending]);

  const bytes = (
    id: Sort,
    label: string,
    title: string,
    of: (change: ConstructorChange) => number,
    width: string,
  ): GridColumn<Row, Sort> => ({
    id,
    label,
    title,
    width,
    numeric: true,
    sort: id,
    cell: (row) =>
      row.kind === 'object' ? (
        id === 'newSize' ? (
          formatBytes(row.node.shallow)
        ) : (
          ''
        )
      ) : id === 'sizeChange' ? (
        <Signed value={of(row.change)} format={formatBytes} />
      ) : (
        formatBytes(of(row.change))
      ),
    exact: (row) => (row.kind === 'change' ? exactBytes(of(row.change)) : undefined),
  });
  const count = (
    id: Sort,
    label: string,
    title: string,
    of: (change: ConstructorChange) => number,
  ): GridColumn<Row, Sort> => ({
    id,
    label,
    title,
    width: id === 'countChange' ? '104px' : '70px',
    numeric: true,
    sort: id,
    cell: (row) =>
      row.kind === 'object' ? (
        ''
      ) : id === 'countChange' ? (
        <Signed value={of(row.change)} format={formatNumber} />
      ) : (
        formatNumber(of(row.change))
      ),
  });
  const columns: GridColumn<Row, Sort>[] = [
    bytes('sizeChange', 'Size change', 'New minus deleted bytes', (change) => change.sizeChange, '96px'),
    bytes(
      'newSize',
      'New size',
      'Bytes of objects that were not there before',
      (change) => change.newSize,
      '78px',
    ),
    bytes(
      'deletedSize',
      'Freed size',
      'Bytes of objects that are gone',
      (change) => change.deletedSize,
      '78px',
    ),
    count('countChange', 'Count change', 'New minus deleted objects', (change) => change.countChange),
    count('newCount', 'New', 'Objects that were not there before', (change) => change.newCount),
    count('deletedCount', 'Deleted', 'Objects that are gone', (change) => change.deletedCount),
    {
      id: 'name',
      label: 'Constructor',
      title: 'Opens to its new objects',
      width: 'minmax(180px, 1fr)',
      sort: 'name',
      isTree: true,
      cell: (row) =>
        row.kind === 'object' ? (
          <ObjectLabel node={row.node} />
        ) : (
          <span className="mono ellipsis" title={row.change.name}>
            {row.change.name}
          </span>
        ),
    },
  ];
  return (
    <HeapGrid
      label="Changes by constructor"
      testId="changes"
      tree={tree}
      pending={pending}
      columns={columns}
      order={order}
      onOrder={setOrder}
      isSelected={(row) =>
        row.kind === 'change'
          ? memory.object === null && row.change.key === memory.group
          : row.node.ordinal === memory.object
      }
      onPick={(row) => {
        if (row.kind === 'change') {
          picked.current = row.change.key;
          goInMemory({ group: row.change.key, object: null });
        } else goInMemory({ object: row.node.ordinal });
      }}
      reveal={reveal}
      minWidthPx={640}
      emptyText={search ? 'No constructor matches the search.' : 'Nothing has changed.'}
    />
  );
}

/** Growth is worse, and says so by its sign as well. */
function Signed({ value, format }: { value: number; format: (value: number) => string }) {
  return (
    <span className={value > 0 ? 'worse' : value < 0 ? 'better' : 'muted'}>
      {value > 0 ? '+' : ''}
      {format(value)}
    </span>
  );
}

function signed(bytes: number): string {
  return `${bytes > 0 ? '+' : ''}${formatBytes(bytes)}`;
}
