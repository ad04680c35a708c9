import { Button, CloseButton, TagsInput, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { Input, SessionMeta } from '../../../main/api';
import { toAppError } from '../../../main/errors';
import { formatBytes, formatNumber, formatPercent } from '../../../profiles/format';
import { useClient } from '../../state/client';
import { reportError } from '../../state/report-error';
import { formatHash, homeRoute } from '../../state/selection';
import { NameEditor } from './NameEditor';
import { StatusLabel } from './StatusLabel';

interface Props {
  session: SessionMeta;
  allTags: string[];
  onClose: () => void;
}

/** The session under the cursor: its facts, tags and note. */
export function SessionDetails({ session, allTags, onClose }: Props) {
  const client = useClient();
  const [note, setNote] = useState(session.note);
  const [renaming, setRenaming] = useState(false);
  const update = async (change: Omit<Input<'sessions.update'>, 'id'>): Promise<void> => {
    try {
      await client.call('sessions.update', { id: session.id, ...change });
    } catch (thrown) {
      reportError(toAppError(thrown));
    }
  };
  const { summary } = session;
  return (
    <aside className="side-panel" aria-label="Session details">
      <div className="side-panel-head">
        {renaming ? (
          <NameEditor session={session} onDone={() => setRenaming(false)} />
        ) : (
          <button
            type="button"
            className="editable-name"
            title="Click to rename"
            onClick={() => setRenaming(true)}
          >
            {session.name}
          </button>
        )}
        <CloseButton size="sm" aria-label="Close details" onClick={onClose} />
      </div>
      <dl className="facts">
        <dt>Status</dt>
        <dd>
          <StatusLabel status={session.status} />
        </dd>
        <dt>Recorded</dt>
        <dd>{new Date(session.createdAt).toLocaleString()}</dd>
        <dt>Command</dt>
        <dd className="mono break">{session.commandLine || '–'}</dd>
        <dt>Folder</dt>
        <dd className="mono break">{session.cwd || '–'}</dd>
        <dt>Node</dt>
        <dd>{session.nodeVersion || '–'}</dd>
        <dt>On disk</dt>
        <dd>{formatBytes(session.sizeBytes)}</dd>
        {summary.cpuSamples !== undefined && (
          <>
            <dt>CPU samples</dt>
            <dd>{formatNumber(summary.cpuSamples)}</dd>
          </>
        )}
        {summary.topFunction && (
          <>
            <dt>Top function</dt>
            <dd>
              <span className="mono break">{summary.topFunction.name}</span>{' '}
              <span className="muted">{formatPercent(summary.topFunction.share)}</span>
            </dd>
          </>
        )}
        {summary.topAllocator && (
          <>
            <dt>Top allocator</dt>
            <dd>
              <span className="mono break">{summary.topAllocator.name}</span>{' '}
              <span className="muted">{formatBytes(summary.topAllocator.selfBytes)}</span>
            </dd>
          </>
        )}
      </dl>
      <TagsInput
        label="Tags"
        placeholder={session.tags.length === 0 ? 'Add a tag' : ''}
        data={allTags}
        value={session.tags}
        onChange={(tags) => void update({ tags })}
      />
      <Textarea
        label="Note"
        placeholder="What was different in this run?"
        autosize
        minRows={4}
        maxRows={14}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
        onBlur={() => note !== session.note && void update({ note })}
      />
      {!session.trashedAt && (
        <Button component="a" href={formatHash({ ...homeRoute, view: 'run', id: session.id })}>
          Open
        </Button>
      )}
    </aside>
  );
}
