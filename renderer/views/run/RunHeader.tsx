import { Button } from '@mantine/core';
import { useInterval } from '@mantine/hooks';
import {
  IconFileExport,
  IconPlayerPlay,
  IconPlayerStopFilled,
  IconReportAnalytics,
  IconX,
} from '@tabler/icons-react';
import { memo, useEffect, useState } from 'react';
import type { LoadState, RunPhase } from '../../../main/api';
import { toAppError } from '../../../main/errors';
import { formatDurationMs } from '../../../profiles/format';
import { startRun, stopRun, useApp, isActive } from '../../state/app-store';
import { useClient } from '../../state/client';
import { exportReport, exportSession } from '../../state/files';
import type { RecordingModel } from '../../state/recording';
import { reportError } from '../../state/report-error';
import { NameEditor } from '../sessions/NameEditor';
import { StatusLabel } from '../sessions/StatusLabel';
import { formatClock } from './clock';

const phases: Record<RunPhase, string> = {
  starting: 'starting',
  running: 'recording',
  stopping: 'stopping',
  saving: 'saving',
  done: 'saved',
  failed: 'failed',
};

interface ModelProps {
  model: RecordingModel;
  /** The model changes in place; this says when its state has. */
  version: number;
}

/** What is recorded here, how far it is, and what can be done with it. */
export const RunHeader = memo(function RunHeader({ model }: ModelProps) {
  const client = useClient();
  const { state, detail, live } = model;
  const activeRun = useApp((app) => isActive(app.run));
  const [stopping, setStopping] = useState(false);
  const [restarting, setRestarting] = useState(false);
  const [renaming, setRenaming] = useState(false);
  const saved = detail !== null;
  const spec = detail?.spec;

  const stop = async (): Promise<void> => {
    setStopping(true);
    await stopRun(client);
    setStopping(false);
  };
  const cancelLoad = (): void => {
    client
      .call('run.cancelLoad', { runId: state.runId })
      .catch((thrown: unknown) => reportError(toAppError(thrown)));
  };
  const again = async (): Promise<void> => {
    if (!spec) return;
    setRestarting(true);
    await startRun(client, spec).catch((thrown: unknown) => reportError(toAppError(thrown)));
    setRestarting(false);
  };

  return (
    <header className="run-header" aria-label="Run">
      {renaming && detail ? (
        <NameEditor session={detail} onDone={() => setRenaming(false)} />
      ) : (
        <button
          type="button"
          className="run-name"
          title={saved ? `${state.name}\nClick to rename` : state.name}
          disabled={!saved}
          onClick={() => setRenaming(true)}
        >
          {state.name}
        </button>
      )}
      {state.commandLine !== '' && (
        <span className="run-command mono" title={`${state.commandLine}\nin ${state.cwd}`}>
          {state.commandLine}
        </span>
      )}
      {state.load && <LoadChip load={state.load} model={model} />}
      <span className="run-elapsed">
        <Elapsed model={model} />
      </span>
      <span className={`run-phase run-phase-${state.phase}`} data-testid="run-phase" role="status">
        {state.phase === 'running' && <span className="live-dot" aria-hidden />}
        {detail && detail.status !== 'complete' && !live && state.phase === 'done' ? (
          <StatusLabel status={detail.status} />
        ) : (
          phases[state.phase]
        )}
      </span>
      <span className="run-actions">
        {live && (state.load?.phase === 'waiting' || state.load?.phase === 'running') && (
          <Button variant="default" leftSection={<IconX size={14} />} onClick={cancelLoad}>
            Cancel load
          </Button>
        )}
        {live && (
          <Button
            leftSection={<IconPlayerStopFilled size={14} />}
            loading={stopping}
            disabled={state.phase === 'stopping' || state.phase === 'saving'}
            onClick={() => void stop()}
          >
            Stop and save
          </Button>
        )}
        {!live && spec && spec.target.kind !== 'attach' && (
          <Button
            variant="default"
            leftSection={<IconPlayerPlay size={14} />}
            loading={restarting}
            disabled={activeRun}
            title={
              activeRun ? 'Another run is being recorded' : 'Record the same command with the same load again'
            }
            onClick={() => void again()}
          >
            Run again
          </Button>
        )}
        {!live && (
          <>
            <Button
              variant="default"
              disabled={!saved}
              leftSection={<IconReportAnalytics size={14} />}
              onClick={() => void exportReport(client, model.id, state.name)}
            >
              Report
            </Button>
            <Button
              variant="default"
              disabled={!saved}
              leftSection={<IconFileExport size={14} />}
              onClick={() => void exportSession(client, model.id, state.name)}
            >
              Export
            </Button>
          </>
        )}
      </span>
    </header>
  );
});

/** Counts on by itself between two news of a live run. */
function Elapsed({ model }: { model: RecordingModel }) {
  const { state, live } = model;
  const [, tick] = useState(0);
  const interval = useInterval(() => tick((count) => count + 1), 1000);
  const counting = live && (state.phase === 'running' || state.phase === 'starting');
  useEffect(() => {
    if (counting) interval.start();
    return interval.stop;
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the interval's functions are new at each render
  }, [counting]);
  const elapsedMs = counting
    ? Math.max(state.durationMs, Date.now() - new Date(state.startedAt).getTime())
    : state.durationMs;
  return (
    <time title={counting ? 'Elapsed' : formatDurationMs(elapsedMs)}>
      {counting ? formatClock(elapsedMs) : formatDurationMs(elapsedMs)}
    </time>
  );
}

function LoadChip({ load, model }: { load: LoadState; model: RecordingModel }) {
  const users = load.users > 0 ? ` · ${load.users} ${load.users === 1 ? 'user' : 'users'}` : '';
  const name = load.name ?? model.loadResult?.scenario?.name;
  const what = load.preset === 'custom' && name ? name : load.preset;
  const sinceMs = load.startedUs === undefined ? 0 : model.state.durationMs - load.startedUs / 1000;
  const leftMs = Math.max(0, load.plannedDurationMs - sinceMs);
  const text = {
    waiting: 'waits until the target listens',
    running: `${formatClock(leftMs)} left`,
    done: 'finished',
    cancelled: 'cancelled',
    failed: 'failed',
  }[load.phase];
  return (
    <span
      className={`load-chip load-chip-${load.phase}`}
      title={
        load.error
          ? `${load.error.message} ${load.error.hint ?? ''}`
          : `Load: ${what}${users}${load.stage ? `\n${load.stage}` : ''}`
      }
    >
      <span className="load-chip-name">{what}</span>
      <span className="load-chip-facts">
        {users}
        {(model.live || load.phase !== 'done') && <span className="muted"> · {text}</span>}
      </span>
    </span>
  );
}
