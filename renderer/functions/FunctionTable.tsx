import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import type { CallTree } from '../../profiles/call-tree';
import { exactValue, formatNumber, formatPercent, formatValue } from '../../profiles/format';
import { frameKey, functionTable, type FunctionRow } from '../../profiles/functions';
import { matchedShare, matchFrames } from '../../profiles/search';
import type { ProfileUnit } from '../../profiles/types';
import { fullLocation, shortLocation } from '../flame/frame-text';
import { categoryLabels } from '../theme/colors';
import { ColumnHead } from './ColumnHead';
import type { FlameFrame } from '../flame/types';
import { targetOfFrame, type Point } from './frame-target';
import { Marked } from './Marked';
import { sortRows, type ColumnName, type Order } from './rows';
import { Sparkline } from './Sparkline';
import { columnsOf } from './tree-columns';
import type { SearchHits } from './use-tree-search';
import './functions.css';

/** Self weight over time, for sparklines. */
export interface Activity {
  /** By `frameKey`; of the functions that were asked for. */
  rows: ReadonlyMap<string, Float32Array>;
  /** What reaches the top of a sparkline; null: each function's own maximum. */
  most: number | null;
}

export interface FunctionTableProps {
  tree: CallTree | null;
  /** Changes whenever `tree` has changed. */
  version: number;
  /** What 100 % is, in the tree's unit; without it everything in the tree. */
  wholeWeight?: number;
  /** Only rows whose name or file match are shown, highlighted; '' = no search. */
  search: string;
  /** `frameKey` of the selected function. */
  selectedKey: string | null;
  onSelect: (key: string | null) => void;
  onMenu?: (target: FlameFrame, at: Point) => void;
  onHits?: (hits: SearchHits | null) => void;
  /** Sparklines; without it there is no such column. */
  activity?: Activity | undefined;
  /** The functions whose rows can be seen, as `frameKey`s. */
  onVisible?: (keys: string[]) => void;
  emptyText?: string;
}

const rowPx = 24;
const headPx = 28;

/** Every function with what it cost; sortable, virtualised. Fills its parent. */
export const FunctionTable = memo(function FunctionTable(props: FunctionTableProps): ReactElement {
  const { tree, version, search, selectedKey, onHits, onVisible, activity } = props;
  const [order, setOrder] = useState<Order>({ column: 'self', descending: true });
  const scroller = useRef<HTMLDivElement>(null);

  const found = useMemo(() => {
    if (!tree) return { rows: [], share: 0 };
    const all = functionTable(tree);
    if (search.trim() === '') return { rows: all, share: 1 };
    const matches = matchFrames(tree.frames, search);
    return { rows: all.filter((row) => matches[row.frame] === 1), share: matchedShare(tree, matches) };
    // A live tree may be grown in place: the version says when.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [tree, version, search]);
  const sorted = useMemo(() => sortRows(found.rows, order), [found, order]);
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
    // The head sticks to the top and takes its height from the rows.
    scrollPaddingEnd: headPx,
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
  const latestPick = useRef({ pick, selected });
  useEffect(() => {
    latestPick.current = { pick, selected };
  });
  const searching = search.trim() !== '';
  useEffect(() => {
    if (!onHits) return;
    const count = sorted.length;
    const go = (step: 1 | -1): void => {
      if (count === 0) return;
      const { pick: pickNow, selected: at } = latestPick.current;
      pickNow(at < 0 ? (step === 1 ? 0 : count - 1) : (at + step + count) % count);
    };
    onHits(
      searching
        ? { count, index: selected, share: found.share, next: () => go(1), previous: () => go(-1) }
        : null,
    );
  }, [onHits, searching, sorted, selected, found]);
  useEffect(() => () => onHits?.(null), [onHits]);

  const items = virtual.getVirtualItems();
  const firstShown = items[0]?.index ?? 0;
  const lastShown = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (!tree || !onVisible) return;
    onVisible(sorted.slice(firstShown, lastShown + 1).map((row) => frameKey(tree.frames, row.frame)));
  }, [tree, sorted, firstShown, lastShown, onVisible]);

  const openMenu = (index: number, at: Point): void => {
    const row = sorted[index];
    if (tree && row) props.onMenu?.(targetOfFrame(tree.frames, row.frame), at);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowPx) - 1);
    const last = sorted.length - 1;
    if ((event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) && selected >= 0) {
      const box = document.getElementById(`function-row-${selected}`)?.getBoundingClientRect();
      openMenu(selected, { x: (box?.left ?? 0) + 260, y: box?.bottom ?? 0 });
      event.preventDefault();
      return;
    }
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
  const selfTitle = columnsOf({ inverted: false, unit }).find(({ label }) => label === 'Self')?.title ?? '';
  const head = (column: ColumnName, label: string, title: string) => (
    <ColumnHead column={column} label={label} title={title} order={order} onOrder={setOrder} />
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
        data-sparklines={activity ? true : undefined}
      >
        <div className="sm-functions-head" role="row" aria-rowindex={1}>
          {head('self', 'Self', selfTitle.replace(', on this path', ''))}
          {head('selfShare', 'Self %', 'Self as a share of everything')}
          {head('total', 'Total', 'The function and everything it calls')}
          {head('totalShare', 'Total %', 'Total as a share of everything')}
          {head('sampleCount', 'Samples', 'Samples that ended in the function itself')}
          {activity && (
            <div role="columnheader" title="Self over the selected range, each row to its own maximum">
              <span className="sm-head-text">Over time</span>
            </div>
          )}
          {head('name', 'Function', 'Function name')}
          {head('location', 'Location', 'File and line')}
        </div>
        {sorted.length === 0 ? (
          <div className="sm-functions-empty">
            {searching ? 'No function matches the search.' : (props.emptyText ?? 'No samples here yet.')}
          </div>
        ) : null}
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {items.map(({ index, start }) => {
            const row = sorted[index];
            return row && tree ? (
              <Row
                key={row.frame}
                row={row}
                index={index}
                topPx={start}
                unit={unit}
                wholeWeight={props.wholeWeight ?? tree.totalWeight}
                search={search}
                selected={index === selected}
                activity={activity}
                activityKey={activity ? frameKey(tree.frames, row.frame) : ''}
                onPick={() => pick(index)}
                onMenu={(at) => openMenu(index, at)}
              />
            ) : null;
          })}
        </div>
      </div>
    </div>
  );
});

interface RowProps {
  row: FunctionRow;
  index: number;
  topPx: number;
  unit: ProfileUnit;
  wholeWeight: number;
  search: string;
  selected: boolean;
  activity: Activity | undefined;
  activityKey: string;
  onPick: () => void;
  onMenu: (at: Point) => void;
}

function Row(props: RowProps): ReactElement {
  const { row, index, unit, search, selected, wholeWeight, activity } = props;
  const share = (weight: number): number => (wholeWeight > 0 ? weight / wholeWeight : 0);
  const values = activity?.rows.get(props.activityKey);
  return (
    // Keys are handled by the grid, which keeps the focus.
    <div
      role="row"
      id={`function-row-${index}`}
      aria-rowindex={index + 2}
      aria-selected={selected}
      className="sm-functions-row"
      style={
        {
          transform: `translateY(${props.topPx}px)`,
          '--share': Math.min(1, share(row.self)),
        } as React.CSSProperties
      }
      onClick={() => props.onPick()}
      onContextMenu={(event) => {
        event.preventDefault();
        props.onMenu({ x: event.clientX, y: event.clientY });
      }}
    >
      <div role="gridcell" className="sm-number sm-functions-self" title={exactValue(row.self, unit)}>
        {formatValue(row.self, unit)}
      </div>
      <div role="gridcell" className="sm-number">
        {formatPercent(share(row.self))}
      </div>
      <div role="gridcell" className="sm-number" title={exactValue(row.total, unit)}>
        {formatValue(row.total, unit)}
      </div>
      <div role="gridcell" className="sm-number">
        {formatPercent(share(row.total))}
      </div>
      <div role="gridcell" className="sm-number sm-functions-quiet">
        {formatNumber(row.sampleCount)}
      </div>
      {activity && (
        <div role="gridcell" className="sm-functions-spark">
          <Sparkline
            values={values}
            most={activity.most ?? highest(values)}
            title={`${row.name}: self over time`}
          />
        </div>
      )}
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

function highest(values: Float32Array | undefined): number {
  let most = 0;
  for (const value of values ?? []) if (value > most) most = value;
  return most;
}
