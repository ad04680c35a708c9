import { useVirtualizer } from '@tanstack/react-virtual';
import { IconChevronDown, IconChevronRight, IconFlame } from '@tabler/icons-react';
import { Button, Tooltip } from '@mantine/core';
import {
  memo,
  useEffect,
  useMemo,
  useRef,
  type KeyboardEvent,
  type MouseEvent,
  type ReactElement,
} from 'react';
import type { CallTree } from '../../profiles/call-tree';
import { exactValue, formatNumber, formatPercent, formatValue } from '../../profiles/format';
import { frameKey } from '../../profiles/functions';
import type { TreeRow } from '../../profiles/tree-rows';
import { categories } from '../../profiles/types';
import { fullLocation, shortLocation } from '../flame/frame-text';
import { categoryLabels } from '../theme/colors';
import type { FlameFrame } from '../flame/types';
import { targetOfFrame, type Point } from './frame-target';
import { Marked } from './Marked';
import { columnsOf, type ColumnHead } from './tree-columns';
import type { TreeColumn, TreeOrder } from './open-rows';
import { useTreeSearch, type SearchHits } from './use-tree-search';
import { useTreeState } from './use-tree-state';
import './functions.css';
import './tree-table.css';

export interface TreeTableProps {
  tree: CallTree | null;
  /** The outermost rows are the functions by their own weight, and what lies below them are callers. */
  inverted: boolean;
  /** What 100 % is, in the tree's unit. */
  wholeWeight: number;
  search: string;
  /** `frameKey` of the selected function. */
  selectedKey: string | null;
  onSelect: (key: string | null) => void;
  onMenu: (target: FlameFrame, at: Point) => void;
  /** What the search found, and how to walk through it; null when nothing is searched. */
  onHits?: ((hits: SearchHits | null) => void) | undefined;
  emptyText: string;
}

const rowPx = 24;
const headPx = 28;
const stepPx = 14;
/** Beyond this depth rows are no further indented, and say their depth instead. */
const deepestIndent = 32;

/** A call tree as rows that open and close. Fills its parent. */
export const TreeTable = memo(function TreeTable(props: TreeTableProps): ReactElement {
  const { tree, inverted, wholeWeight, search, selectedKey, onMenu } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const state = useTreeState(tree, inverted, selectedKey);
  const { outline, rows, cursor, open } = state;
  const cursorRow = useMemo(() => (cursor ? rows.indexOf(cursor) : -1), [rows, cursor]);
  const matches = useTreeSearch({ outline, search, cursor, onHits: props.onHits, show: state.reveal });
  const columns = columnsOf({ inverted, unit: tree?.unit ?? 'microseconds' });

  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 8,
    // The head sticks to the top and takes its height from the rows.
    scrollPaddingEnd: headPx,
  });
  // Scroll to where the cursor was put, not each time live data moves the rows.
  const shown = useRef<TreeRow | null>(null);
  useEffect(() => {
    if (shown.current === cursor || cursorRow < 0) return;
    shown.current = cursor;
    virtual.scrollToIndex(cursorRow, { align: 'auto' });
  }, [cursor, cursorRow, virtual]);

  const pick = (row: TreeRow): void => {
    state.setCursor(row);
    if (tree) props.onSelect(frameKey(tree.frames, row.frame));
  };
  const openMenu = (row: TreeRow, at: Point): void => {
    if (!tree || !outline) return;
    state.setCursor(row);
    const path = outline.table.path(row);
    // A stack is told from the outside in, and a bottom-up row hangs below the function it calls.
    if (inverted) path.reverse();
    onMenu({ ...targetOfFrame(tree.frames, row.frame), path }, at);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || !tree) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowPx) - 2);
    if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      if (!cursor) return;
      const box = (document.getElementById(rowId(cursor)) ?? scroller.current)?.getBoundingClientRect();
      openMenu(cursor, { x: (box?.left ?? 0) + 260, y: box?.bottom ?? 0 });
    } else if (event.key === 'Enter' && cursor) pick(cursor);
    else if (!state.key(event.key, page)) return;
    event.preventDefault();
  };
  if (!tree || !outline || rows.length === 0)
    return <div className="sm-functions-empty">{props.emptyText}</div>;
  return (
    <div className="sm-tree" data-testid={inverted ? 'bottom-up' : 'top-down'}>
      <div className="sm-tree-tools">
        <Tooltip label="Open the heaviest calls below the selected row, or below the root (H)">
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconFlame size={13} aria-hidden />}
            onClick={() => state.openHotPath()}
          >
            Expand hot path
          </Button>
        </Tooltip>
        <Button size="compact-xs" variant="subtle" color="gray" onClick={() => state.closeAll()}>
          Collapse all
        </Button>
        <span className="muted sm-tree-count">
          {formatNumber(rows.length)} {rows.length === 1 ? 'row' : 'rows'}
        </span>
      </div>
      <div
        className="sm-tree-scroll"
        ref={scroller}
        role="treegrid"
        aria-label={inverted ? 'Bottom-up call tree' : 'Top-down call tree'}
        aria-rowcount={rows.length + 1}
        aria-activedescendant={cursor && cursorRow >= 0 ? rowId(cursor) : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div className="sm-tree-head" role="row" aria-rowindex={1}>
          {columns.map((column) => (
            <Head key={column.label} head={column} order={state.order} onSort={state.sortBy} />
          ))}
        </div>
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const row = rows[index];
            return row === undefined ? null : (
              <Row
                key={row.id}
                row={row}
                index={index}
                topPx={start}
                tree={tree}
                inverted={inverted}
                wholeWeight={wholeWeight}
                search={search}
                open={open.has(row.id)}
                cursor={row === cursor}
                selected={selectedKey !== null && frameKey(tree.frames, row.frame) === selectedKey}
                match={matches?.[row.frame] === 1}
                onPick={pick}
                onToggle={state.toggle}
                onMenu={openMenu}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
});

const rowId = ({ id }: TreeRow): string => `tree-row-${id}`;

interface HeadProps {
  head: ColumnHead;
  order: TreeOrder;
  onSort: (column: TreeColumn) => void;
}

function Head({ head, order, onSort }: HeadProps): ReactElement {
  const { column, label, title, numeric } = head;
  const active = column !== null && order.column === column;
  const arrow = active ? (order.descending ? '▾' : '▴') : '';
  return (
    <div
      role="columnheader"
      aria-sort={active ? (order.descending ? 'descending' : 'ascending') : 'none'}
      className={numeric ? 'sm-number' : ''}
    >
      {column === null ? (
        <span className="sm-head-text" title={title}>
          {label}
        </span>
      ) : (
        <button type="button" title={title} tabIndex={-1} onClick={() => onSort(column)}>
          {label}
          <span className="sm-functions-arrow">{arrow}</span>
        </button>
      )}
    </div>
  );
}

interface RowProps {
  row: TreeRow;
  index: number;
  topPx: number;
  tree: CallTree;
  inverted: boolean;
  wholeWeight: number;
  search: string;
  open: boolean;
  cursor: boolean;
  selected: boolean;
  match: boolean;
  onPick: (row: TreeRow) => void;
  onToggle: (row: TreeRow, all: boolean) => void;
  onMenu: (row: TreeRow, at: Point) => void;
}

const Row = memo(function Row(props: RowProps): ReactElement {
  const { row, tree, inverted, wholeWeight, search, open } = props;
  const { frames, unit } = tree;
  const { frame, self, total, hasChildren: branch } = row;
  const depth = row.depth + 1;
  const name = frames.name[frame]!;
  const url = frames.url[frame]!;
  const line = frames.line[frame]!;
  const packageName = frames.packageName[frame]!;
  const category = categories[frames.category[frame]!]!;
  const share = (weight: number): number => (wholeWeight > 0 ? weight / wholeWeight : 0);
  const value = (weight: number, bar: boolean): ReactElement => (
    <>
      <div
        role="gridcell"
        className={bar ? 'sm-number sm-tree-bar' : 'sm-number'}
        title={exactValue(weight, unit)}
      >
        {formatValue(weight, unit)}
      </div>
      <div role="gridcell" className="sm-number">
        {formatPercent(share(weight))}
      </div>
    </>
  );
  return (
    // Keys are handled by the grid, which keeps the focus.
    <div
      role="row"
      id={rowId(row)}
      aria-level={depth}
      aria-rowindex={props.index + 2}
      aria-selected={props.selected}
      aria-expanded={branch ? open : undefined}
      className={`sm-tree-row${props.cursor ? ' sm-cursor' : ''}${props.match ? ' sm-match' : ''}`}
      style={
        {
          transform: `translateY(${props.topPx}px)`,
          '--share': Math.min(1, share(inverted ? self : total)),
        } as React.CSSProperties
      }
      onClick={() => props.onPick(row)}
      onDoubleClick={() => branch && props.onToggle(row, false)}
      onContextMenu={(event: MouseEvent) => {
        event.preventDefault();
        props.onMenu(row, { x: event.clientX, y: event.clientY });
      }}
    >
      {value(inverted ? self : total, true)}
      {value(inverted ? total : self, false)}
      <div role="gridcell" className="sm-number sm-functions-quiet">
        {formatNumber(row.sampleCount)}
      </div>
      <div
        role="gridcell"
        className="sm-tree-name sm-mono"
        style={{ paddingLeft: 8 + Math.min(depth - 1, deepestIndent) * stepPx }}
      >
        {depth - 1 > deepestIndent && <span className="sm-tree-depth">{depth}</span>}
        {branch ? (
          <span
            className="sm-tree-toggle"
            data-toggle
            title={open ? 'Close' : 'Open; with Shift everything below'}
            onClick={(event) => {
              event.stopPropagation();
              props.onToggle(row, event.shiftKey);
            }}
          >
            {open ? <IconChevronDown size={14} aria-hidden /> : <IconChevronRight size={14} aria-hidden />}
          </span>
        ) : (
          <span className="sm-tree-toggle" />
        )}
        <span
          className="sm-swatch"
          title={packageName || categoryLabels[category]}
          style={{ background: `var(--sm-category-${category})` }}
        />
        <span className="sm-functions-text" title={name}>
          <Marked text={name} search={search} />
        </span>
      </div>
      <div
        role="gridcell"
        className="sm-functions-text sm-functions-quiet sm-mono"
        title={fullLocation(url, line, frames.column[frame]!)}
      >
        {packageName === '' ? '' : `${packageName} · `}
        <Marked text={shortLocation(url, line)} search={search} />
      </div>
    </div>
  );
});
