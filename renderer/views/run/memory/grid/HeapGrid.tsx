import { Button } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import {
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
  type CSSProperties,
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
  type RefObject,
} from 'react';
import { formatNumber } from '../../../../../profiles/format';
import type { Branch, LazyTree, VisibleRow } from './lazy-tree';
import './heap-grid.css';

export interface GridColumn<Row, Sort extends string> {
  id: string;
  label: string;
  title: string;
  /** Of a CSS grid: `84px`, `minmax(200px, 1fr)`. */
  width: string;
  numeric?: boolean;
  /** What the list is sorted by when the head is pressed. */
  sort?: Sort;
  /** The list comes in the descending order of this column, and in no other. */
  isOrder?: boolean;
  /** Left out of a narrower list, so that names and places have room. */
  hideBelowPx?: number;
  /** Carries the toggles and the indentation. */
  isTree?: boolean;
  cell: (row: Row) => ReactNode;
  exact?: (row: Row) => string | undefined;
  /** 0..1: drawn behind the number. */
  share?: (row: Row) => number | undefined;
}

export interface GridOrder<Sort extends string> {
  sort: Sort;
  descending: boolean;
}

interface Props<Row, Sort extends string> {
  label: string;
  tree: LazyTree<Row>;
  pending: boolean;
  columns: readonly GridColumn<Row, Sort>[];
  order?: GridOrder<Sort>;
  onOrder?: (order: GridOrder<Sort>) => void;
  isSelected: (row: Row) => boolean;
  onPick: (row: Row) => void;
  /** Scrolls there when it changes: the place of a row in the outermost list. */
  reveal?: number | null;
  emptyText: ReactNode;
  minWidthPx?: number;
  testId?: string;
}

const rowPx = 24;
const stepPx = 14;
const deepestIndent = 24;

/** Rows that are fetched as they are scrolled to, and open to further rows. Fills its parent. */
export function HeapGrid<Row, Sort extends string>(props: Props<Row, Sort>): ReactElement {
  const { label, tree, pending, order, onOrder, emptyText } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const widthPx = useWidth(scroller);
  const columns = props.columns.filter(({ hideBelowPx = 0 }) => widthPx >= hideBelowPx);
  const [cursor, setCursor] = useState<{ branch: Branch<Row>; index: number } | null>(null);
  const name = useId();
  const count = tree.length;
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 8,
    scrollPaddingEnd: 28,
  });
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => tree.need(first, last), [tree, first, last, count]);
  // Another list begins at its top.
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 });
    setCursor(null);
  }, [tree]);
  const { reveal } = props;
  useEffect(() => {
    if (reveal === null || reveal === undefined || reveal < 0) return;
    virtual.scrollToIndex(tree.lineIn(tree.root, reveal), { align: 'start' });
    setCursor({ branch: tree.root, index: reveal });
  }, [tree, reveal, virtual]);

  const cursorLine = cursor ? tree.lineIn(cursor.branch, cursor.index) : -1;
  const rowId = (line: number): string => `${name}-${line}`;
  const goTo = (line: number): void => {
    const found = tree.at(line);
    if (!found) return;
    setCursor({ branch: found.branch, index: found.index });
    virtual.scrollToIndex(line, { align: 'auto' });
    if (found.row !== null) props.onPick(found.row);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== event.currentTarget) return;
    const at = tree.at(cursorLine);
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowPx) - 2);
    const steps: Record<string, number> = {
      ArrowDown: cursorLine + 1,
      ArrowUp: cursorLine < 0 ? count - 1 : cursorLine - 1,
      PageDown: cursorLine + page,
      PageUp: cursorLine - page,
      Home: 0,
      End: count - 1,
    };
    const to = steps[event.key];
    if (to !== undefined) goTo(Math.min(count - 1, Math.max(0, to)));
    else if (event.key === 'ArrowRight' && at) {
      if (at.isOpen) goTo(cursorLine + 1);
      else tree.toggle(at);
    } else if (event.key === 'ArrowLeft' && at) {
      if (at.isOpen) tree.toggle(at);
      else if (at.branch.parent) goTo(tree.lineIn(at.branch.parent, at.branch.indexInParent));
    } else if ((event.key === 'Enter' || event.key === ' ') && at?.row != null) {
      props.onPick(at.row);
      if (tree.canOpen(at.row)) tree.toggle(at);
    } else return;
    event.preventDefault();
  };

  const template = columns.map(({ width }) => width).join(' ');
  const failed = tree.root.error;
  return (
    <div className="heap-grid" data-testid={props.testId} aria-busy={pending}>
      {pending && <div className="explore-pending" role="progressbar" aria-label="Reading" />}
      <div
        className="heap-grid-scroll"
        ref={scroller}
        role="treegrid"
        aria-label={label}
        aria-rowcount={count + 1}
        aria-activedescendant={cursorLine >= 0 ? rowId(cursorLine) : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
        style={{ '--columns': template, '--min-width': `${props.minWidthPx ?? 0}px` } as CSSProperties}
      >
        <div className="heap-grid-head" role="row" aria-rowindex={1}>
          {columns.map((column) => (
            <Head key={column.id} column={column} order={order} onOrder={onOrder} />
          ))}
        </div>
        {!failed && !pending && count === 0 && <div className="sm-functions-empty">{emptyText}</div>}
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {items.map(({ index, start }) => {
            const line = tree.at(index);
            if (!line) return null;
            return (
              <Row
                key={index}
                id={rowId(index)}
                line={line}
                number={index}
                topPx={start}
                tree={tree}
                columns={columns}
                cursor={index === cursorLine}
                selected={line.row !== null && props.isSelected(line.row)}
                onPick={() => goTo(index)}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** Of an element, in px; known before it is painted. */
function useWidth(of: RefObject<HTMLElement | null>): number {
  const [widthPx, setWidthPx] = useState(0);
  useLayoutEffect(() => {
    const element = of.current;
    if (!element) return;
    const measure = (): void => setWidthPx(element.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [of]);
  return widthPx;
}

function Head<Row, Sort extends string>(props: {
  column: GridColumn<Row, Sort>;
  order: GridOrder<Sort> | undefined;
  onOrder: ((order: GridOrder<Sort>) => void) | undefined;
}): ReactElement {
  const { column, order, onOrder } = props;
  const { sort, label, title, numeric } = column;
  const active = sort !== undefined && order?.sort === sort;
  const isDescending = column.isOrder === true || (active && order.descending);
  return (
    <div
      role="columnheader"
      aria-sort={isDescending ? 'descending' : active ? 'ascending' : 'none'}
      className={numeric ? 'sm-number' : ''}
    >
      {sort === undefined || !onOrder ? (
        <span className="sm-head-text" title={title}>
          {label}
          {column.isOrder && <span className="sm-functions-arrow">▾</span>}
        </span>
      ) : (
        <button
          type="button"
          title={title}
          onClick={() => onOrder({ sort, descending: active ? !order.descending : sort !== 'name' })}
        >
          {label}
          <span className="sm-functions-arrow">{active ? (order.descending ? '▾' : '▴') : ''}</span>
        </button>
      )}
    </div>
  );
}

function Row<Row, Sort extends string>(props: {
  id: string;
  line: VisibleRow<Row>;
  number: number;
  topPx: number;
  tree: LazyTree<Row>;
  columns: readonly GridColumn<Row, Sort>[];
  cursor: boolean;
  selected: boolean;
  onPick: () => void;
}): ReactElement {
  const { line, tree, columns } = props;
  const { row, level, state } = line;
  const opens = row !== null && tree.canOpen(row);
  return (
    // Keys are handled by the grid, which keeps the focus.
    <div
      role="row"
      id={props.id}
      aria-level={level + 1}
      aria-rowindex={props.number + 2}
      aria-selected={props.selected}
      aria-expanded={opens ? line.isOpen : undefined}
      className={`heap-grid-row${props.cursor ? ' sm-cursor' : ''}`}
      style={{ transform: `translateY(${props.topPx}px)` }}
      onClick={props.onPick}
      onDoubleClick={() => opens && tree.toggle(line)}
    >
      {row === null ? (
        <div
          role="gridcell"
          className="heap-grid-state"
          style={{ paddingLeft: 8 + Math.min(level, deepestIndent) * stepPx }}
        >
          {state === 'failed' ? (
            <>
              <span className="bad">{line.branch.error?.message}</span>
              <Button size="compact-xs" variant="subtle" onClick={() => tree.retry(line.branch)}>
                Try again
              </Button>
            </>
          ) : state === 'nothing' ? (
            'Nothing.'
          ) : (
            'Reading…'
          )}
        </div>
      ) : (
        columns.map((column) => {
          const share = column.share?.(row);
          return column.isTree ? (
            <div
              key={column.id}
              role="gridcell"
              className="heap-grid-name"
              style={{ paddingLeft: 4 + Math.min(level, deepestIndent) * stepPx }}
            >
              {level > deepestIndent && <span className="sm-tree-depth">{formatNumber(level)}</span>}
              {opens ? (
                <span
                  className="sm-tree-toggle"
                  data-toggle
                  title={line.isOpen ? 'Close (←)' : 'Open (→)'}
                  onClick={(event) => {
                    event.stopPropagation();
                    tree.toggle(line);
                  }}
                >
                  {line.isOpen ? (
                    <IconChevronDown size={14} aria-hidden />
                  ) : (
                    <IconChevronRight size={14} aria-hidden />
                  )}
                </span>
              ) : (
                <span className="sm-tree-toggle" />
              )}
              {column.cell(row)}
            </div>
          ) : (
            <div
              key={column.id}
              role="gridcell"
              className={`${column.numeric ? 'sm-number' : 'sm-functions-text'}${share === undefined ? '' : ' sm-tree-bar'}`}
              style={share === undefined ? undefined : ({ '--share': Math.min(1, share) } as CSSProperties)}
              title={column.exact?.(row)}
            >
              {column.cell(row)}
            </div>
          );
        })
      )}
    </div>
  );
}
