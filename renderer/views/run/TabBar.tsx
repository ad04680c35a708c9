import { ActionIcon, TextInput } from '@mantine/core';
import { IconChevronDown, IconChevronUp, IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState, useSyncExternalStore, type KeyboardEvent } from 'react';
import { formatNumber, formatPercent, formatTimeRange } from '../../../profiles/format';
import { Chip } from '../../components/Chip';
import { flameSearch, type FlameMatches } from '../../flame/flame-search';
import { useSearchHits } from '../../frame/search-hits';
import { tabTitles } from '../../frame/tab-titles';
import type { SearchHits } from '../../functions/use-tree-search';
import { runTabs, useRoute } from '../../state/selection';
import { failures } from '../../state/warnings';
import { ExploreBar } from './explore/ExploreBar';
import { exploringTabs } from './explore/modes';
import { ThreadPicker } from './ThreadPicker';
import type { ViewedRun } from './viewed-run';

/** The views of a run, and what they are restricted to. */
export function TabBar({ run }: { run: ViewedRun }) {
  const { route, select } = useRoute();
  const { selection } = route;
  const { range, functionKey } = selection;
  // Tabs with profiles have a row of their own for what they are restricted to.
  const exploring =
    exploringTabs.includes(selection.tab) &&
    (selection.tab !== 'memory' || selection.memory.view === 'allocations');
  const warnings = failures(run.model.state.warnings);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0 || event.altKey) return;
    const next = runTabs[(runTabs.indexOf(selection.tab) + step + runTabs.length) % runTabs.length];
    if (next) {
      select({ tab: next });
      document.getElementById(`tab-${next}`)?.focus();
    }
    event.preventDefault();
  };
  return (
    <>
      <div className="tab-bar">
        <div role="tablist" aria-label="Views" className="tabs" onKeyDown={onKeyDown}>
          {runTabs.map((tab, index) => (
            <button
              key={tab}
              id={`tab-${tab}`}
              type="button"
              role="tab"
              aria-selected={selection.tab === tab}
              aria-controls="tab-panel"
              tabIndex={selection.tab === tab ? 0 : -1}
              className="tab"
              title={`${tabTitles[tab]} (${index + 1})`}
              onClick={() => select({ tab })}
            >
              {tabTitles[tab]}
              {tab === 'summary' && warnings > 0 && (
                <span className="tab-count" aria-label={`${warnings} warnings`}>
                  {warnings}
                </span>
              )}
            </button>
          ))}
        </div>
        <div className="tab-tools">
          {!exploring && range && (
            <Chip
              label="Range"
              value={formatTimeRange(range.startUs, range.endUs)}
              onRemove={() => select({ range: null })}
            />
          )}
          {!exploring && functionKey !== null && (
            <Chip
              label="Function"
              value={<span className="mono">{functionKey.split('\n')[0]}</span>}
              onRemove={() => select({ functionKey: null })}
            />
          )}
          <ThreadPicker run={run} withChip={!exploring} />
          <SearchField />
        </div>
      </div>
      {exploring && selection.tab !== 'memory' && <ExploreBar run={run} />}
    </>
  );
}

/** Types at once, searches a moment later: each search goes through the whole tree. */
function SearchField() {
  const search = useRoute((state) => state.route.selection.search);
  const tab = useRoute((state) => state.route.selection.tab);
  const inSnapshot = useRoute(
    ({ route: { selection } }) =>
      selection.tab === 'memory' && selection.memory.file !== null && selection.memory.view === 'snapshots',
  );
  const select = useRoute((state) => state.select);
  const [text, setText] = useState(search);
  const sent = useRef(search);
  useEffect(() => {
    // The search was changed elsewhere: a chip, Escape, back.
    if (search !== sent.current) {
      sent.current = search;
      setText(search);
    }
  }, [search]);
  useEffect(() => {
    if (text === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = text;
      select({ search: text }, { replace: true });
    }, 120);
    return () => clearTimeout(timer);
  }, [text, select]);
  const hits = useHits();
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !hits) return;
    event.preventDefault();
    if (event.shiftKey) hits.previous();
    else hits.next();
  };
  return (
    <div className="search">
      {hits && text.trim() !== '' && <Hits hits={hits} />}
      <TextInput
        type="search"
        aria-label={
          inSnapshot ? 'Search the snapshot' : tab === 'output' ? 'Search output' : 'Search functions'
        }
        placeholder={
          inSnapshot ? 'Filter by name' : tab === 'output' ? 'Filter lines' : 'Search function or file'
        }
        title={
          tab === 'output' || inSnapshot
            ? undefined
            : 'Part of a name or file, or a regular expression between slashes: /^render/. Enter and Shift-Enter go from match to match.'
        }
        leftSection={<IconSearch size={13} aria-hidden />}
        data-search
        className="search-field"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
    </div>
  );
}

const followFlame = (listener: () => void): (() => void) => flameSearch.subscribe(listener);
const foundInFlame = (): FlameMatches | null => flameSearch.get();

/** What the flame view or the table on the screen found. */
function useHits(): SearchHits | null {
  const inTable = useSearchHits((state) => state.hits);
  const inFlame = useSyncExternalStore(followFlame, foundInFlame);
  if (inTable || !inFlame) return inTable;
  const { count, index, share } = inFlame;
  return { count, index, share, next: () => flameSearch.next(), previous: () => flameSearch.previous() };
}

/** `3 of 17 · 12.4 %`, and the way to the next one. */
function Hits({ hits }: { hits: SearchHits }) {
  const { count, index, share } = hits;
  const place = index >= 0 ? `${formatNumber(index + 1)} of ${formatNumber(count)}` : formatNumber(count);
  return (
    <span className="search-hits" role="status" data-testid="search-hits">
      {count === 0 ? (
        'No match'
      ) : (
        <>
          <span title="Share of everything shown with a match on its stack">
            {index >= 0 ? place : `${place} ${count === 1 ? 'match' : 'matches'}`} · {formatPercent(share)}
          </span>
          <ActionIcon aria-label="Previous match (Shift-Enter)" onClick={hits.previous}>
            <IconChevronUp size={14} />
          </ActionIcon>
          <ActionIcon aria-label="Next match (Enter)" onClick={hits.next}>
            <IconChevronDown size={14} />
          </ActionIcon>
        </>
      )}
    </span>
  );
}
