import { Anchor, Button, Skeleton } from '@mantine/core';
import type { SessionMeta } from '../../../main/api';
import { formatBytes, formatDurationMs, formatRate } from '../../../profiles/format';
import { ErrorPanel } from '../../components/ErrorPanel';
import { formatWhen } from '../../components/when';
import { useCall } from '../../components/use-call';
import { useApp } from '../../state/app-store';
import { formatHash, homeRoute, useRoute } from '../../state/selection';
import { StatusLabel } from '../sessions/StatusLabel';

const shownCount = 8;

/** The latest recordings, to go on with. */
export function RecentSessions() {
  const version = useApp((state) => state.sessionsVersion);
  const go = useRoute((state) => state.go);
  const { data, error, again } = useCall('sessions.list', {}, String(version));
  if (error && !data)
    return (
      <ErrorPanel error={error.toJSON()}>
        <Button onClick={again}>Try again</Button>
      </ErrorPanel>
    );
  return (
    <section className="section" aria-label="Recent sessions">
      <div className="section-head">
        <h2>Recent sessions</h2>
        {data && data.total > shownCount && (
          <Button size="compact-xs" variant="subtle" color="gray" onClick={() => go({ view: 'sessions' })}>
            All {data.total}
          </Button>
        )}
      </div>
      {!data && <Skeleton height={26 * 3} />}
      {data?.sessions.length === 0 && (
        <p className="muted">
          None yet. What you record or open appears here
          {data.trashed > 0 ? `; ${data.trashed} are in the trash` : ''}.
        </p>
      )}
      {data && data.sessions.length > 0 && (
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Command</th>
              <th scope="col">When</th>
              <th scope="col" className="number">
                Duration
              </th>
              <th scope="col" className="number">
                Requests
              </th>
              <th scope="col" className="number">
                P99
              </th>
              <th scope="col" className="number">
                Heap max
              </th>
            </tr>
          </thead>
          <tbody>
            {data.sessions.slice(0, shownCount).map((session) => (
              <RecentRow key={session.id} session={session} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function RecentRow({ session }: { session: SessionMeta }) {
  const { summary } = session;
  return (
    <tr>
      <td className="cell-name">
        <Anchor
          href={formatHash({ ...homeRoute, view: 'run', id: session.id })}
          title={session.name}
          size="md"
        >
          {session.name}
        </Anchor>
        <StatusLabel status={session.status} quiet />
      </td>
      <td className="mono muted cell-command" title={session.commandLine}>
        {session.commandLine}
      </td>
      <td className="nowrap" title={new Date(session.createdAt).toLocaleString()}>
        {formatWhen(session.createdAt)}
      </td>
      <td className="number">{formatDurationMs(session.durationMs)}</td>
      <td className="number">{summary.requestRate === undefined ? '–' : formatRate(summary.requestRate)}</td>
      <td className="number">
        {summary.latencyP99Ms === undefined ? '–' : formatDurationMs(summary.latencyP99Ms)}
      </td>
      <td className="number">
        {summary.heapMaxBytes === undefined ? '–' : formatBytes(summary.heapMaxBytes)}
      </td>
    </tr>
  );
}
