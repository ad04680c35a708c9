import { Button } from '@mantine/core';
import { IconCamera } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { SnapshotEstimate, ThreadInfo } from '../../../../../main/api';
import { toAppError, type AppError } from '../../../../../main/errors';
import { formatBytes, formatDurationMs } from '../../../../../profiles/format';
import { useClient } from '../../../../state/client';
import { threadsOf, type RecordingModel } from '../../../../state/recording';
import { threadTitle } from '../../thread-title';
import type { ViewedRun } from '../../viewed-run';
import { snapshotsOf } from './snapshots-of';
import { takeSnapshot } from './take-snapshot';

/** Threads that run now: those of which a snapshot can be taken. */
export function runningThreads(model: RecordingModel): ThreadInfo[] {
  return threadsOf(model).filter(
    (thread) => thread.pid !== 0 && thread.endedUs === undefined && thread.process?.endedUs === undefined,
  );
}

/** Those of them that are chosen. */
export function chosenThreads({ model, selection }: ViewedRun): ThreadInfo[] {
  return runningThreads(model).filter(
    ({ key }) => selection.threads === null || selection.threads.includes(key),
  );
}

/** For each running thread what a snapshot would cost now, and the button. */
export function TakeSnapshots({ run }: { run: ViewedRun }) {
  const { model } = run;
  const threads = chosenThreads(run);
  if (threads.length === 0) return null;
  return (
    <section className="heap-take" aria-label="Take a heap snapshot">
      {threads.map((thread) => (
        <TakeOne key={thread.key} model={model} thread={thread} />
      ))}
    </section>
  );
}

/** Often enough to follow a heap that grows, seldom enough to cost nothing. */
const askEveryMs = 3000;

function TakeOne({ model, thread }: { model: RecordingModel; thread: ThreadInfo }) {
  const client = useClient();
  const [estimate, setEstimate] = useState<SnapshotEstimate | null>(null);
  const [error, setError] = useState<AppError | null>(null);
  const [asked, setAsked] = useState(false);
  const { id } = model;
  const { key } = thread;
  const isWriting = snapshotsOf(model).some((each) => each.thread === key && each.state === 'writing');
  useEffect(() => {
    let current = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = (): void => {
      client
        .call('snapshots.estimate', { runId: id, thread: key })
        .then(
          (answer) => {
            if (!current) return;
            setEstimate(answer);
            setError(null);
          },
          (thrown: unknown) => current && setError(toAppError(thrown)),
        )
        .finally(() => {
          if (current) timer = setTimeout(ask, askEveryMs);
        });
    };
    // A thread that stands still cannot answer.
    if (!isWriting) ask();
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [client, id, key, isWriting]);
  const take = (): void => {
    setAsked(true);
    void takeSnapshot(client, id, key).finally(() => setAsked(false));
  };
  return (
    <div className="heap-take-row">
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconCamera size={14} aria-hidden />}
        loading={asked || isWriting}
        onClick={take}
      >
        Take heap snapshot
      </Button>
      <strong>{threadTitle(thread)}</strong>
      <span className="muted" data-testid="snapshot-estimate">
        {estimate
          ? `Stops it for about ${formatDurationMs(estimate.pauseMs)} and takes about ${formatBytes(
              estimate.sizeBytes,
            )} on disk (heap used ${formatBytes(estimate.heapUsedBytes)}; ${
              estimate.basis === 'measured'
                ? 'from this run’s last snapshot'
                : 'at a typical rate, none was measured in this run yet'
            })`
          : error
            ? `${error.message} ${error.hint ?? ''}`
            : 'Working out what it would cost…'}
      </span>
    </div>
  );
}
