import { ActionIcon, Button, Select } from '@mantine/core';
import { IconArrowsExchange } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { Comparison, SessionMeta } from '../../../main/api';
import type { AppError } from '../../../main/errors';
import { EmptyView } from '../../components/EmptyView';
import { ErrorPanel } from '../../components/ErrorPanel';
import { LoadingView } from '../../components/LoadingView';
import { useCall } from '../../components/use-call';
import { formatWhen } from '../../components/when';
import { useApp } from '../../state/app-store';
import { useClient } from '../../state/client';
import { useRoute } from '../../state/selection';
import { runTask, useTasks } from '../../state/tasks';
import { ComparisonTables } from './ComparisonTables';

/** Two sessions side by side. */
export function CompareView() {
  const { route, go } = useRoute();
  const { a, b } = route;
  const version = useApp((state) => state.sessionsVersion);
  const { data, error } = useCall('sessions.list', {}, String(version));
  const sessions = data?.sessions ?? [];
  const set = (change: { a?: string | null; b?: string | null }): void =>
    go({ view: 'compare', a, b, ...change }, { replace: true });

  return (
    <div className="compare">
      <header className="view-head">
        <h1 className="view-title">Compare</h1>
        <SessionPicker label="A, before" value={a} sessions={sessions} onChange={(id) => set({ a: id })} />
        <ActionIcon
          aria-label="Swap A and B"
          size={30}
          disabled={!a && !b}
          onClick={() => set({ a: b, b: a })}
        >
          <IconArrowsExchange size={16} />
        </ActionIcon>
        <SessionPicker label="B, after" value={b} sessions={sessions} onChange={(id) => set({ b: id })} />
      </header>
      {error && (
        <div className="pane-inline">
          <ErrorPanel error={error.toJSON()} />
        </div>
      )}
      {a && b ? (
        a === b ? (
          <EmptyView title="A and B are the same session">Choose another one for A or B.</EmptyView>
        ) : (
          <Result key={`${a} ${b}`} a={a} b={b} />
        )
      ) : data && sessions.length < 2 ? (
        <EmptyView
          title="Two sessions are needed"
          action={<Button onClick={() => go({ view: 'new' })}>Profile a command</Button>}
        >
          Record the same command before and after a change, then see here what became better or worse.
        </EmptyView>
      ) : (
        <EmptyView title="Choose two sessions">
          A is the one to compare against, B the newer one. Selecting two in the session list works too.
        </EmptyView>
      )}
    </div>
  );
}

function SessionPicker(props: {
  label: string;
  value: string | null;
  sessions: SessionMeta[];
  onChange: (id: string | null) => void;
}) {
  const { label, value, sessions, onChange } = props;
  return (
    <Select
      className="grow"
      aria-label={label}
      placeholder={`${label}: choose a session`}
      searchable
      value={value}
      onChange={onChange}
      data={sessions
        .filter((session) => session.status !== 'recording')
        .map((session) => ({
          value: session.id,
          label: `${session.name} · ${formatWhen(session.createdAt)}`,
        }))}
      limit={100}
      nothingFoundMessage="No session of that name"
      leftSection={<strong aria-hidden>{label[0]}</strong>}
    />
  );
}

function Result({ a, b }: { a: string; b: string }) {
  const client = useClient();
  const [comparison, setComparison] = useState<Comparison | null>(null);
  const [error, setError] = useState<AppError | null>(null);
  const [taskId, setTaskId] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);
  const [cancelled, setCancelled] = useState(false);
  const task = useTasks((state) => state.tasks.find((each) => each.id === taskId));

  useEffect(() => {
    let current = true;
    let id: string | null = null;
    const work = async (): Promise<void> => {
      const result = await runTask(
        client,
        'Comparing',
        (newId) => {
          id = newId;
          if (current) setTaskId(newId);
          return client.call('compare', { a, b, taskId: newId });
        },
        { onError: (failed) => current && setError(failed) },
      );
      if (!current) return;
      if (result) setComparison(result);
      else setCancelled(true);
    };
    void work();
    return () => {
      current = false;
      if (id)
        useTasks
          .getState()
          .tasks.find((each) => each.id === id)
          ?.cancel();
    };
  }, [client, a, b, turn]);

  const again = (): void => {
    setError(null);
    setCancelled(false);
    setTurn(turn + 1);
  };
  if (error)
    return (
      <div className="pane-inline">
        <ErrorPanel error={error.toJSON()}>
          <Button onClick={again}>Try again</Button>
        </ErrorPanel>
      </div>
    );
  if (comparison) return <ComparisonTables comparison={comparison} />;
  if (cancelled)
    return <EmptyView title="Comparing was cancelled" action={<Button onClick={again}>Compare</Button>} />;
  return (
    <LoadingView
      text={task?.text || 'Comparing'}
      fraction={task?.fraction ?? null}
      onCancel={() => task?.cancel()}
    />
  );
}
