import { Button, MultiSelect, SegmentedControl, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconFileImport, IconSearch } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { formatNumber } from '../../../profiles/format';
import { EmptyView } from '../../components/EmptyView';
import { ErrorPanel } from '../../components/ErrorPanel';
import { LoadingView } from '../../components/LoadingView';
import { useCall } from '../../components/use-call';
import { useApp } from '../../state/app-store';
import { useClient } from '../../state/client';
import { chooseAndImport } from '../../state/files';
import { useRoute } from '../../state/selection';
import { useSessionQuery } from './query';
import { keepExisting, noRows, toggleRow } from './row-selection';
import { SelectionBar } from './SelectionBar';
import { SessionDetails } from './SessionDetails';
import { SessionTable } from './SessionTable';
import { TrashBar } from './TrashBar';

/** Everything recorded or opened so far. */
export function SessionsView() {
  const client = useClient();
  const go = useRoute((state) => state.go);
  const version = useApp((state) => state.sessionsVersion);
  const { query, change } = useSessionQuery();
  const [search] = useDebouncedValue(query.search, 150);
  const asked = { ...query, search };
  const { data, error, again } = useCall('sessions.list', asked, `${version} ${JSON.stringify(asked)}`);
  const [picked, setPicked] = useState(noRows);
  const [focusId, setFocusId] = useState<string | null>(null);

  const order = useMemo(() => data?.sessions.map((session) => session.id) ?? [], [data]);
  const selection = useMemo(() => keepExisting(picked, order), [picked, order]);
  const selected = data?.sessions.filter((session) => selection.ids.has(session.id)) ?? [];
  const focused = data?.sessions.find((session) => session.id === focusId);
  const filtered = query.search !== '' || query.tags.length > 0;

  return (
    <div className="sessions">
      <header className="view-head">
        <h1 className="view-title">Sessions</h1>
        <SegmentedControl
          aria-label="Which sessions"
          value={query.trash ? 'trash' : 'kept'}
          onChange={(value) => {
            change({ trash: value === 'trash' });
            setPicked(noRows);
            setFocusId(null);
          }}
          data={[
            { value: 'kept', label: 'Kept' },
            { value: 'trash', label: data ? `Trash (${formatNumber(data.trashed)})` : 'Trash' },
          ]}
        />
        <TextInput
          className="grow"
          type="search"
          aria-label="Search sessions"
          placeholder="Search name, command, note, tag"
          leftSection={<IconSearch size={14} aria-hidden />}
          data-search
          value={query.search}
          onChange={(event) => change({ search: event.currentTarget.value })}
        />
        <MultiSelect
          aria-label="Tags"
          placeholder={query.tags.length === 0 ? 'Any tag' : ''}
          data={[...new Set([...(data?.allTags ?? []), ...query.tags])]}
          value={query.tags}
          onChange={(tags) => change({ tags })}
          clearable
          w={200}
          nothingFoundMessage="No tags yet"
        />
        <Button
          variant="default"
          leftSection={<IconFileImport size={14} />}
          onClick={() => chooseAndImport(client)}
        >
          Import
        </Button>
      </header>
      {error && (
        <div className="pane-inline">
          <ErrorPanel error={error.toJSON()}>
            <Button onClick={again}>Try again</Button>
          </ErrorPanel>
        </div>
      )}
      {!data && !error && <LoadingView text="Reading the list of sessions" />}
      {query.trash && data && data.trashed > 0 && (
        <TrashBar selected={selected} trashed={data.trashed} onDone={() => setPicked(noRows)} />
      )}
      {!query.trash && selected.length > 0 && (
        <SelectionBar selected={selected} onClear={() => setPicked(noRows)} />
      )}
      {data && data.sessions.length === 0 && (
        <EmptyView
          title={filtered ? 'Nothing matches' : query.trash ? 'The trash is empty' : 'Nothing recorded yet'}
          action={
            filtered ? (
              <Button variant="default" onClick={() => change({ search: '', tags: [] })}>
                Show all
              </Button>
            ) : query.trash ? undefined : (
              <Button onClick={() => go({ view: 'new' })}>Profile a command</Button>
            )
          }
        >
          {filtered
            ? 'The search looks at names, commands, notes and tags.'
            : query.trash
              ? 'Sessions moved to the trash wait here until they are deleted for good.'
              : 'Each recording is kept as a session, with everything needed to look at it again or compare it.'}
        </EmptyView>
      )}
      {data && data.sessions.length > 0 && (
        <div className="sessions-body">
          <SessionTable
            sessions={data.sessions}
            selection={selection}
            focusId={focusId}
            onToggle={(id, range) => setPicked(toggleRow(selection, id, { range, order }))}
            onToggleAll={(on) => setPicked({ ids: new Set(on ? order : []), anchor: null })}
            onFocus={setFocusId}
          />
          {focused && (
            <SessionDetails
              key={focused.id}
              session={focused}
              allTags={data.allTags}
              onClose={() => setFocusId(null)}
            />
          )}
        </div>
      )}
    </div>
  );
}
