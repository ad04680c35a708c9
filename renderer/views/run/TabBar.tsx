import { TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { formatTimeRange } from '../../../profiles/format';
import { Chip } from '../../components/Chip';
import { tabTitles } from '../../frame/tab-titles';
import { runTabs, useRoute } from '../../state/selection';
import { ThreadPicker } from './ThreadPicker';
import type { ViewedRun } from './viewed-run';

/** The views of a run, and what they are restricted to. */
export function TabBar({ run }: { run: ViewedRun }) {
  const { route, select } = useRoute();
  const { selection } = route;
  const { range, functionKey } = selection;
  const warnings = run.model.state.warnings.length;
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
        {range && (
          <Chip
            label="Range"
            value={formatTimeRange(range.startUs, range.endUs)}
            onRemove={() => select({ range: null })}
          />
        )}
        {functionKey !== null && (
          <Chip
            label="Function"
            value={<span className="mono">{functionKey.split('\n')[0]}</span>}
            onRemove={() => select({ functionKey: null })}
          />
        )}
        <ThreadPicker run={run} />
        <SearchField />
      </div>
    </div>
  );
}

/** Types at once, searches a moment later: each search goes through the whole tree. */
function SearchField() {
  const search = useRoute((state) => state.route.selection.search);
  const tab = useRoute((state) => state.route.selection.tab);
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
  return (
    <TextInput
      type="search"
      aria-label={tab === 'output' ? 'Search output' : 'Search functions'}
      placeholder={tab === 'output' ? 'Filter lines' : 'Search function or file'}
      leftSection={<IconSearch size={13} aria-hidden />}
      data-search
      className="search-field"
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
    />
  );
}
