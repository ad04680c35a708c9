import { Checkbox } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { useRef, useState, type KeyboardEvent } from 'react';
import type { sortKeys, SessionMeta } from '../../../main/api';
import { formatHash, homeRoute, useRoute } from '../../state/selection';
import { columns, gridTemplate } from './columns';
import { NameEditor } from './NameEditor';
import { useSessionQuery } from './query';
import type { RowSelection } from './row-selection';
import { RowMenu } from './RowMenu';

interface Props {
  sessions: SessionMeta[];
  selection: RowSelection;
  focusId: string | null;
  onToggle: (id: string, range: boolean) => void;
  onToggleAll: (on: boolean) => void;
  onFocus: (id: string) => void;
}

const rowHeight = 28;

/** The sessions as a table that draws only the visible rows. */
export function SessionTable({ sessions, selection, focusId, onToggle, onToggleAll, onFocus }: Props) {
  const scroll = useRef<HTMLDivElement>(null);
  const [renaming, setRenaming] = useState<string | null>(null);

  const rows = useVirtualizer({
    count: sessions.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  const all = selection.ids.size === sessions.length;

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget) return;
    const at = sessions.findIndex((session) => session.id === focusId);
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const current = sessions[at];
    if (step !== 0) {
      const next = Math.min(sessions.length - 1, Math.max(0, at + step));
      const session = sessions[next];
      if (session) onFocus(session.id);
      rows.scrollToIndex(next);
    } else if (event.key === 'Enter' && current) useRoute.getState().go({ view: 'run', id: current.id });
    else if (event.key === ' ' && current) onToggle(current.id, event.shiftKey);
    else if (event.key === 'F2' && current) setRenaming(current.id);
    else return;
    event.preventDefault();
  };

  return (
    <div
      ref={scroll}
      className="grid-table"
      role="table"
      aria-label="Sessions"
      aria-rowcount={sessions.length + 1}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div className="grid-head" role="row" style={{ gridTemplateColumns: gridTemplate }}>
        <span role="columnheader" className="grid-cell">
          <Checkbox
            aria-label="Select all"
            checked={all}
            indeterminate={!all && selection.ids.size > 0}
            onChange={(event) => onToggleAll(event.currentTarget.checked)}
          />
        </span>
        <SortHeader title="Name" sort="name" />
        {columns.map((column) =>
          column.sort ? (
            <SortHeader key={column.key} title={column.title} sort={column.sort} number={column.number} />
          ) : (
            <span key={column.key} role="columnheader" className="grid-cell">
              {column.title}
            </span>
          ),
        )}
        <span role="columnheader" aria-label="Actions" className="grid-cell" />
      </div>
      <div className="grid-body" role="rowgroup" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((item) => {
          const session = sessions[item.index];
          if (!session) return null;
          return (
            <div
              key={session.id}
              role="row"
              aria-selected={selection.ids.has(session.id)}
              data-focused={session.id === focusId || undefined}
              className="grid-row"
              style={{ gridTemplateColumns: gridTemplate, transform: `translateY(${item.start}px)` }}
              onClick={() => onFocus(session.id)}
              onDoubleClick={() => useRoute.getState().go({ view: 'run', id: session.id })}
            >
              <span role="cell" className="grid-cell" onDoubleClick={(event) => event.stopPropagation()}>
                <Checkbox
                  aria-label={`Select ${session.name}`}
                  checked={selection.ids.has(session.id)}
                  onClick={(event) => {
                    event.stopPropagation();
                    onToggle(session.id, event.shiftKey);
                  }}
                  onChange={() => undefined}
                />
              </span>
              <span role="cell" className="grid-cell">
                {renaming === session.id ? (
                  <NameEditor session={session} onDone={() => setRenaming(null)} />
                ) : (
                  <a
                    className="link ellipsis"
                    href={formatHash({ ...homeRoute, view: 'run', id: session.id })}
                    title={session.name}
                  >
                    {session.name}
                  </a>
                )}
              </span>
              {columns.map((column) => (
                <span
                  key={column.key}
                  role="cell"
                  className={column.number ? 'grid-cell number' : 'grid-cell ellipsis'}
                  title={column.tooltip?.(session)}
                >
                  {column.cell(session)}
                </span>
              ))}
              <span role="cell" className="grid-cell">
                <RowMenu session={session} onRename={() => setRenaming(session.id)} />
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}

function SortHeader(props: { title: string; sort: (typeof sortKeys)[number]; number?: boolean }) {
  const { title, sort, number = false } = props;
  const { query, change } = useSessionQuery();
  const active = query.sort === sort;
  const Arrow = query.descending ? IconChevronDown : IconChevronUp;
  return (
    <span
      role="columnheader"
      aria-sort={active ? (query.descending ? 'descending' : 'ascending') : 'none'}
      className={number ? 'grid-cell number' : 'grid-cell'}
    >
      <button
        type="button"
        className="sort-button"
        onClick={() =>
          change(active ? { descending: !query.descending } : { sort, descending: sort !== 'name' })
        }
      >
        {title}
        {active && <Arrow size={12} aria-hidden />}
      </button>
    </span>
  );
}
