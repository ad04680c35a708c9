import { ActionIcon, Tooltip } from '@mantine/core';
import { IconChevronDown, IconChevronRight, IconFilter, IconFold } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import type { CallTree } from '../../profiles/call-tree';
import { exactValue, formatNumber, formatPercent, formatValue } from '../../profiles/format';
import { frameKey, type FunctionRow } from '../../profiles/functions';
import { matchedShare, matchFrames } from '../../profiles/search';
import type { Transform } from '../../profiles/transforms/types';
import { fullLocation, shortLocation } from '../flame/frame-text';
import { ColumnHead } from './ColumnHead';
import type { FlameFrame } from '../flame/types';
import { targetOfFrame, type Point } from './frame-target';
import { Marked } from './Marked';
import { groupsOf, sortGroups, type Grouping, type FunctionGroup } from './groups';
import type { ColumnName, Order } from './rows';
import type { SearchHits } from './use-tree-search';
import './functions.css';
import './tree-table.css';

export interface TotalsTableProps {
  tree: CallTree | null;
  version: number;
  grouping: Grouping;
  /** What 100 % is, in the tree's unit. */
  wholeWeight: number;
  search: string;
  selectedKey: string | null;
  cwd?: string;
  onSelect: (key: string | null) => void;
  onMenu: (target: FlameFrame, at: Point) => void;
  onTransform: (transform: Transform) => void;
  onHits?: (hits: SearchHits | null) => void;
  emptyText: string;
}

type TotalsRow = { group: FunctionGroup; row: null } | { group: FunctionGroup; row: FunctionRow };

const rowPx = 26;
const headPx = 28;
const titles: Record<Grouping, string> = {
  packages: 'Package',
  categories: 'Kind of code',
  files: 'File',
};

/** Self and total by package, kind or file; a group opens to its functions. Fills its parent. */
export const TotalsTable = memo(function TotalsTable(props: TotalsTableProps): ReactElement {
  const { tree, version, grouping, wholeWeight, search, selectedKey, cwd, onHits } = props;
  const [order, setOrder] = useState<Order>({ column: 'self', descending: true });
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [cursor, setCursor] = useState(-1);
  const scroller = useRef<HTMLDivElement>(null);
  const searching = search.trim() !== '';

  const groups = useMemo(
    () => (tree ? groupsOf(tree, grouping, cwd) : []),
    // A live tree may be grown in place: the version says when.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [tree, version, grouping, cwd],
  );
  const { rows, share } = useMemo(() => {
    const matches = tree && searching ? matchFrames(tree.frames, search) : null;
    const shown: TotalsRow[] = [];
    for (const group of sortGroups(groups, order)) {
      const named = searching && group.label.toLowerCase().includes(search.trim().toLowerCase());
      const functions =
        matches && !named ? group.functions.filter((row) => matches[row.frame]) : group.functions;
      if (searching && !named && functions.length === 0) continue;
      shown.push({ group, row: null });
      if (open.has(group.key) || (searching && !named))
        for (const row of functions) shown.push({ group, row });
    }
    return { rows: shown, share: tree && matches ? matchedShare(tree, matches) : 0 };
  }, [tree, groups, order, open, search, searching]);

  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 6,
    // The head sticks to the top and takes its height from the rows.
    scrollPaddingEnd: headPx,
  });
  const goTo = (index: number): void => {
    const row = rows[index];
    if (!row) return;
    setCursor(index);
    virtual.scrollToIndex(index, { align: 'auto' });
    if (row.row && tree) props.onSelect(frameKey(tree.frames, row.row.frame));
  };
  const latest = useRef({ goTo, cursor });
  useEffect(() => {
    latest.current = { goTo, cursor };
  });
  useEffect(() => {
    if (!onHits) return;
    const found = rows.flatMap((row, index) => (row.row ? [index] : []));
    const go = (step: 1 | -1): void => {
      const { cursor: at, goTo: show } = latest.current;
      const after = step === 1 ? found.find((index) => index > at) : found.findLast((index) => index < at);
      show(after ?? (step === 1 ? found[0] : found.at(-1)) ?? -1);
    };
    onHits(
      searching
        ? {
            count: found.length,
            index: found.indexOf(cursor),
            share,
            next: () => go(1),
            previous: () => go(-1),
          }
        : null,
    );
  }, [onHits, rows, cursor, searching, share]);
  useEffect(() => () => onHits?.(null), [onHits]);

  const toggle = (group: FunctionGroup): void => {
    const next = new Set(open);
    if (!next.delete(group.key)) next.add(group.key);
    setOpen(next);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== event.currentTarget) return;
    const row = rows[cursor];
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowPx) - 2);
    const steps: Record<string, number> = {
      ArrowDown: cursor + 1,
      ArrowUp: cursor < 0 ? rows.length - 1 : cursor - 1,
      PageDown: cursor + page,
      PageUp: cursor - page,
      Home: 0,
      End: rows.length - 1,
    };
    const to = steps[event.key];
    if (to !== undefined) goTo(Math.min(rows.length - 1, Math.max(0, to)));
    else if (event.key === 'ArrowRight' && row && !open.has(row.group.key)) toggle(row.group);
    else if (event.key === 'ArrowLeft' && row) {
      goTo(rows.findIndex((each) => each.group === row.group));
      if (open.has(row.group.key)) toggle(row.group);
    } else if (event.key === 'Enter' && row && !row.row) toggle(row.group);
    else if ((event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) && row?.row && tree) {
      const box = document.getElementById(`totals-row-${cursor}`)?.getBoundingClientRect();
      props.onMenu(targetOfFrame(tree.frames, row.row.frame), {
        x: (box?.left ?? 0) + 260,
        y: box?.bottom ?? 0,
      });
    } else return;
    event.preventDefault();
  };
  const head = (column: ColumnName, label: string, title: string): ReactElement => (
    <ColumnHead column={column} label={label} title={title} order={order} onOrder={setOrder} />
  );
  const value = (weight: number): ReactElement => (
    <div role="gridcell" className="sm-number" title={exactValue(weight, tree?.unit ?? 'microseconds')}>
      {formatValue(weight, tree?.unit ?? 'microseconds')}
    </div>
  );
  const part = (weight: number): number => (wholeWeight > 0 ? weight / wholeWeight : 0);
  return (
    <div className="sm-functions" data-testid="totals-table">
      <div
        className="sm-functions-scroll"
        ref={scroller}
        role="treegrid"
        aria-label={`Totals by ${titles[grouping].toLowerCase()}`}
        aria-rowcount={rows.length + 1}
        aria-activedescendant={cursor >= 0 && cursor < rows.length ? `totals-row-${cursor}` : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div className="sm-totals-head" role="row" aria-rowindex={1}>
          {head('self', 'Self', 'Spent in the code of the group itself')}
          {head('selfShare', 'Self %', 'Self as a share of everything')}
          {head('total', 'Total', 'The group and everything it calls; each stack counts once')}
          {head('totalShare', 'Total %', 'Total as a share of everything')}
          {head('sampleCount', 'Samples', 'Samples that ended in the group')}
          {head('name', titles[grouping], 'Open a row for its functions')}
          <div role="columnheader">
            <span className="sm-head-text">Functions</span>
          </div>
        </div>
        {rows.length === 0 ? (
          <div className="sm-functions-empty">
            {searching ? 'Nothing here matches the search.' : props.emptyText}
          </div>
        ) : null}
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const shown = rows[index];
            if (!shown || !tree) return null;
            const { group, row } = shown;
            const of = row ?? group;
            const selected = row !== null && frameKey(tree.frames, row.frame) === selectedKey;
            const isOpen = open.has(group.key);
            return (
              <div
                key={row ? `${group.key} ${row.frame}` : group.key}
                role="row"
                id={`totals-row-${index}`}
                aria-level={row ? 2 : 1}
                aria-rowindex={index + 2}
                aria-expanded={row ? undefined : isOpen}
                aria-selected={selected}
                className={`sm-totals-row${index === cursor ? ' sm-cursor' : ''}`}
                style={
                  {
                    transform: `translateY(${start}px)`,
                    '--share': Math.min(1, part(of.self)),
                    '--bar': `var(--sm-category-${of.category})`,
                  } as React.CSSProperties
                }
                onClick={() => {
                  goTo(index);
                  if (!row) toggle(group);
                }}
                onContextMenu={(event) => {
                  event.preventDefault();
                  if (row)
                    props.onMenu(targetOfFrame(tree.frames, row.frame), {
                      x: event.clientX,
                      y: event.clientY,
                    });
                }}
              >
                {value(of.self)}
                <div role="gridcell" className="sm-number">
                  {formatPercent(part(of.self))}
                </div>
                {value(of.total)}
                <div role="gridcell" className="sm-number">
                  {formatPercent(part(of.total))}
                </div>
                <div role="gridcell" className="sm-number sm-functions-quiet">
                  {formatNumber(of.sampleCount)}
                </div>
                <div role="gridcell" className={`sm-totals-name${row ? ' sm-totals-child sm-mono' : ''}`}>
                  {!row && (
                    <span className="sm-tree-toggle">
                      {isOpen ? (
                        <IconChevronDown size={14} aria-hidden />
                      ) : (
                        <IconChevronRight size={14} aria-hidden />
                      )}
                    </span>
                  )}
                  <span className="sm-swatch" style={{ background: 'var(--bar)' }} />
                  <span
                    className="sm-functions-text"
                    title={
                      row ? fullLocation(row.url, row.line, row.column) || row.name : group.url || group.label
                    }
                  >
                    <Marked text={row ? row.name : group.label} search={search} />
                  </span>
                </div>
                <div role="gridcell" className="sm-totals-more">
                  {row ? (
                    <span className="sm-functions-text sm-functions-quiet sm-mono">
                      {shortLocation(row.url, row.line)}
                    </span>
                  ) : (
                    <>
                      <span className="sm-functions-quiet">{formatNumber(group.functions.length)}</span>
                      <GroupActions group={group} onTransform={props.onTransform} />
                    </>
                  )}
                </div>
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
});

/** What can be done with a whole group. */
function GroupActions(props: {
  group: FunctionGroup;
  onTransform: (transform: Transform) => void;
}): ReactElement {
  const { group, onTransform } = props;
  const actions: { label: string; icon: ReactElement; transform: Transform }[] = [];
  if (group.kind === 'category')
    actions.push({
      label: `Only samples in: ${group.label}`,
      icon: <IconFilter size={14} />,
      transform: { kind: 'categories', keep: [group.category] },
    });
  if (group.kind === 'category' && group.category === 'node')
    actions.push({
      label: 'Collapse Node.js internals',
      icon: <IconFold size={14} />,
      transform: { kind: 'collapse-node' },
    });
  if (group.kind === 'category' && group.category === 'dependency')
    actions.push({
      label: 'Collapse node_modules',
      icon: <IconFold size={14} />,
      transform: { kind: 'collapse-dependencies' },
    });
  if (group.kind === 'package')
    actions.push({
      label: `Collapse package ${group.packageName}`,
      icon: <IconFold size={14} />,
      transform: { kind: 'collapse-package', packageName: group.packageName },
    });
  if (group.kind === 'file')
    actions.push({
      label: `Collapse file ${group.label}`,
      icon: <IconFold size={14} />,
      transform: { kind: 'collapse-file', url: group.url },
    });
  return (
    <span className="sm-totals-actions">
      {actions.map(({ label, icon, transform }) => (
        <Tooltip key={transform.kind} label={label}>
          <ActionIcon
            size="sm"
            variant="subtle"
            color="gray"
            aria-label={label}
            onClick={(event) => {
              event.stopPropagation();
              onTransform(transform);
            }}
          >
            {icon}
          </ActionIcon>
        </Tooltip>
      ))}
    </span>
  );
}
