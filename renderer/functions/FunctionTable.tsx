import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import type { CallTree } from '../../profiles/call-tree';
import { exactValue, formatNumber, formatPercent, formatValue } from '../../profiles/format';
import { frameKey, functionTable, type FunctionRow } from '../../profiles/functions';
import { matchFrames } from '../../profiles/search';
import type { ProfileUnit } from '../../profiles/types';
import { fullLocation, shortLocation } from '../flame/frame-text';
import { categoryLabels } from '../theme/colors';
import { Marked } from './Marked';
import { nextOrder, sortRows, type ColumnName, type Order } from './rows';
import './functions.css';

export interface FunctionTableProps {
  tree: CallTree | null;
  /** Changes whenever `tree` has changed. */
  version: number;
  /** Only rows whose name or file match are shown, highlighted; '' = no search. */
  search: string;
  /** `frameKey` of the selected function. */
  selectedKey: string | null;
  onSelect: (key: string | null) => void;
}

const rowPx = 24;

/** Every function with what it cost, by CPU time or by bytes; sortable, virtualised. Fills its parent. */
export const FunctionTable = memo(function FunctionTable(props: FunctionTableProps): ReactElement {
  const { tree, version, search, selectedKey } = props;
  const [order, setOrder] = useState<Order>({ column: 'self', descending: true });
  const scroller = useRef<HTMLDivElement>(null);

  const rows = useMemo(() => {
    if (!tree) return [];
    const all = functionTable(tree);
    if (search.trim() === '') return all;
    const matches = matchFrames(tree.frames, search);
    return all.filter((row) => matches[row.frame] === 1);
    // A live tree may be grown in place: the version says when.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [tree, version, search]);
  const sorted = useMemo(() => sortRows(rows, order), [rows, order]);
  const selected = useMemo(
    () =>
      tree && selectedKey !== null
        ? sorted.findIndex((row) => frameKey(tree.frames, row.frame) === selectedKey)
        : -1,
    [tree, sorted, selectedKey],
  );

  // The compiler cannot memoise what the virtualiser returns; nothing here relies on that.
  const virtual = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 6,
  });

  // Scroll to a selection made elsewhere, but not each time live data reorders the rows.
  const shownKey = useRef<string | null>(null);
  useEffect(() => {
    if (shownKey.current === selectedKey) return;
    if (selectedKey === null || selected >= 0) shownKey.current = selectedKey;
    if (selected >= 0) virtual.scrollToIndex(selected, { align: 'auto' });
  }, [selected, selectedKey, virtual]);

  const pick = (index: number) => {
    const row = sorted[index];
    if (!tree || !row) return;
    const key = frameKey(tree.frames, row.frame);
    shownKey.current = key;
    virtual.scrollToIndex(index, { align: 'auto' });
    props.onSelect(key);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowPx) - 1);
    const last = sorted.length - 1;
    const target: Record<string, number> = {
      ArrowDown: selected + 1,
      ArrowUp: selected < 0 ? last : selected - 1,
      PageDown: selected + page,
      PageUp: selected - page,
      Home: 0,
      End: last,
    };
    const next = target[event.key];
    if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    pick(Math.min(last, Math.max(0, next)));
  };

  const unit = tree?.unit ?? 'microseconds';
  const head = (column: ColumnName, label: string, title: string) => (
    <Head column={column} label={label} title={title} order={order} onOrder={setOrder} />
  );
  return (
    <div className="sm-functions" data-testid="function-table">
      <div
        className="sm-functions-scroll"
        ref={scroller}
        role="grid"
        aria-label="Functions"
        aria-rowcount={sorted.length + 1}
        aria-activedescendant={selected >= 0 ? `function-row-${selected}` : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div className="sm-functions-head" role="row" aria-rowindex={1}>
          {head(
            'self',
            'Self',
            unit === 'bytes'
              ? 'Allocated by the function itself and still alive'
              : 'Time in the function itself',
          )}
          {head('selfShare', 'Self %', 'Self as a share of everything shown')}
          {head('total', 'Total', 'The function and everything it calls')}
          {head('totalShare', 'Total %', 'Total as a share of everything shown')}
          {head('sampleCount', 'Samples', 'Samples that ended in the function itself')}
          {head('name', 'Function', 'Function name')}
          {head('location', 'Location', 'File and line')}
        </div>
        {sorted.length === 0 ? (
          <div className="sm-functions-empty">
            {search.trim() === '' ? 'No samples here yet.' : 'No function matches the search.'}
          </div>
        ) : null}
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const row = sorted[index];
            return row ? (
              <Row
                key={row.frame}
                row={row}
                index={index}
                topPx={start}
                unit={unit}
                search={search}
                selected={index === selected}
                onPick={() => pick(index)}
              />
            ) : null;
          })}
        </div>
      </div>
    </div>
  );
});

interface HeadProps {
  column: ColumnName;
  label: string;
  title: string;
  order: Order;
  onOrder(order: Order): void;
}

function Head(props: HeadProps): ReactElement {
  const { column, label, title, order } = props;
  const active = order.column === column;
  const numeric = column !== 'name' && column !== 'location';
  return (
    <div
      role="columnheader"
      aria-sort={active ? (order.descending ? 'descending' : 'ascending') : 'none'}
      className={numeric ? 'sm-number' : ''}
    >
      <button type="button" title={title} onClick={() => props.onOrder(nextOrder(order, column))}>
        {label}
        <span className="sm-functions-arrow">{active ? (order.descending ? '▾' : '▴') : ''}</span>
      </button>
    </div>
  );
}

interface RowProps {
  row: FunctionRow;
  index: number;
  topPx: number;
  unit: ProfileUnit;
  search: string;
  selected: boolean;
  onPick(): void;
}

function Row(props: RowProps): ReactElement {
  const { row, index, unit, search, selected } = props;
  return (
    // Keys are handled by the grid, which keeps the focus.
    <div
      role="row"
      id={`function-row-${index}`}
      aria-rowindex={index + 2}
      aria-selected={selected}
      className="sm-functions-row"
      style={{ transform: `translateY(${props.topPx}px)`, '--share': row.selfShare } as React.CSSProperties}
      onClick={() => props.onPick()}
    >
      <div role="gridcell" className="sm-number sm-functions-self" title={exactValue(row.self, unit)}>
        {formatValue(row.self, unit)}
      </div>
      <div role="gridcell" className="sm-number">
        {formatPercent(row.selfShare)}
      </div>
      <div role="gridcell" className="sm-number" title={exactValue(row.total, unit)}>
        {formatValue(row.total, unit)}
      </div>
      <div role="gridcell" className="sm-number">
        {formatPercent(row.totalShare)}
      </div>
      <div role="gridcell" className="sm-number sm-functions-quiet">
        {formatNumber(row.sampleCount)}
      </div>
      <div role="gridcell" className="sm-functions-name sm-mono">
        <span
          className="sm-swatch"
          title={row.packageName || categoryLabels[row.category]}
          style={{ background: `var(--sm-category-${row.category})` }}
        />
        <span className="sm-functions-text" title={row.name}>
          <Marked text={row.name} search={search} />
        </span>
      </div>
      <div
        role="gridcell"
        className="sm-functions-text sm-functions-quiet sm-mono"
        title={fullLocation(row.url, row.line, row.column)}
      >
        {row.packageName === '' ? '' : `${row.packageName} · `}
        <Marked text={shortLocation(row.url, row.line)} search={search} />
      </div>
    </div>
  );
}
