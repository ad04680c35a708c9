import { Progress } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconPlugConnectedX } from '@tabler/icons-react';
import { formatBytes, formatNumber } from '../../profiles/format';
import { useApp } from '../state/app-store';
import { useRecording } from '../state/use-recording';
import { useRoute } from '../state/selection';
import { failures } from '../state/warnings';
import { snapshotsOf, titleOfThread } from '../views/run/memory/snapshots/snapshots-of';
import { TaskList } from './TaskList';

/** The last line: what is recorded here, whether all goes well, and with what. */
export function StatusBar() {
  const { info, connection, connectionReason } = useApp();
  const { view, id } = useRoute((state) => state.route);
  return (
    <footer className="status-bar" aria-label="Status">
      {view === 'run' && id ? (
        <RecordingFacts id={id} />
      ) : (
        <span>{info ? `Scorchmark ${info.version}` : ''}</span>
      )}
      <span className="status-gap" />
      <TaskList />
      {(connection === 'lost' || connection === 'reconnecting') && (
        <span className="status-bad" title={connectionReason ?? undefined}>
          <IconPlugConnectedX size={14} aria-hidden />
          {connection === 'lost' ? 'Connection to the workbench lost' : 'Reconnecting to the workbench'}
        </span>
      )}
      {connection === 'connecting' && <span>Connecting…</span>}
      {connection === 'connected' && <span>Connected</span>}
    </footer>
  );
}

function RecordingFacts({ id }: { id: string }) {
  const recording = useRecording(id);
  const select = useSelectProcesses();
  if (!recording) return <span />;
  const { state, cpu } = recording;
  let samples = 0;
  for (const profile of cpu.values()) samples += profile.sampleCount;
  samples ||= state.sampleCount;
  const processes = state.processes.length;
  const writing = snapshotsOf(recording).filter((snapshot) => snapshot.state === 'writing');
  // A session of snapshots alone has no samples to count.
  const hasProfile = recording.live || cpu.size > 0 || recording.allocations.size > 0;
  const nodeVersions = [...new Set(state.processes.map((process) => process.nodeVersion))].filter(Boolean);
  const nodeVersion = nodeVersions.join(', ') || recording.detail?.nodeVersion || '';
  const warnings = failures(state.warnings) + recording.problems.length;
  return (
    <>
      {processes > 0 && (
        <span>
          {formatNumber(processes)} {processes === 1 ? 'process' : 'processes'}
        </span>
      )}
      {hasProfile && (
        <span>
          <span data-testid="sample-count">{formatNumber(samples)}</span> samples
        </span>
      )}
      {writing.map((snapshot) => (
        <span key={snapshot.file} className="task" role="status">
          <span className="task-title">
            Writing a heap snapshot of {titleOfThread(recording, snapshot.thread)}
            {snapshot.sizeBytes > 0 && `, ${formatBytes(snapshot.sizeBytes)}`}
          </span>
          <Progress
            className="task-progress"
            size="xs"
            aria-label="Writing a heap snapshot"
            value={snapshot.progress === null ? 100 : snapshot.progress * 100}
            animated={snapshot.progress === null}
          />
        </span>
      ))}
      {warnings === 0 && recording.detail?.status === 'imported' ? null : warnings === 0 ? (
        <span className="status-ok">
          <IconCheck size={14} aria-hidden /> collectors ok
        </span>
      ) : (
        <button type="button" className="status-warn" onClick={select}>
          <IconAlertTriangle size={14} aria-hidden /> {warnings} {warnings === 1 ? 'warning' : 'warnings'}
        </button>
      )}
      {nodeVersion && <span>Node {nodeVersion.replace(/^v/, '')}</span>}
    </>
  );
}

function useSelectProcesses(): () => void {
  const select = useRoute((state) => state.select);
  return () => select({ tab: 'summary' });
}
