import { ActionIcon, Button, Checkbox, Progress, Tooltip } from '@mantine/core';
import { IconArrowsDiff, IconDownload, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { SnapshotInfo } from '../../../../../main/api';
import { toAppError } from '../../../../../main/errors';
import {
  exactBytes,
  formatBytes,
  formatDurationMs,
  formatPercent,
  formatTime,
  noValue,
} from '../../../../../profiles/format';
import { ConfirmDialog } from '../../../../components/ConfirmDialog';
import { CopyDetails } from '../../../../components/CopyDetails';
import { EmptyView } from '../../../../components/EmptyView';
import { useClient } from '../../../../state/client';
import { reportError } from '../../../../state/report-error';
import { useRoute } from '../../../../state/selection';
import type { ViewedRun } from '../../viewed-run';
import { reasonTitles, snapshotsOf, titleOfThread } from './snapshots-of';
import { saveSnapshot } from './take-snapshot';
import { TakeSnapshots } from './TakeSnapshots';

/** The recording's heap snapshots: taken, being written, failed; and the way to another one. */
export function SnapshotList({ run }: { run: ViewedRun }) {
  const { model } = run;
  const goInMemory = useRoute((state) => state.goInMemory);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const snapshots = snapshotsOf(model);
  const complete = snapshots.filter(({ state }) => state === 'complete');
  const two = complete.filter(({ file }) => chosen.includes(file));
  const choose = (file: string, isChosen: boolean): void =>
    // The third one takes the place of the first.
    setChosen(isChosen ? [...chosen, file].slice(-2) : chosen.filter((each) => each !== file));
  return (
    <div className="heap-lists">
      {model.live && <TakeSnapshots run={run} />}
      {snapshots.length === 0 ? (
        <EmptyView title="No heap snapshots">
          {model.live
            ? 'A snapshot shows every object of a thread’s heap and what holds it. Take one above; two of them show what has grown.'
            : 'None was taken while this was recorded. The run form’s “Memory” section takes them by itself: at the start, after the warm-up, at the end, or when the heap grows.'}
        </EmptyView>
      ) : (
        <>
          <div className="heap-tools">
            <Button
              size="compact-xs"
              variant="default"
              disabled={two.length !== 2}
              leftSection={<IconArrowsDiff size={13} aria-hidden />}
              onClick={() =>
                goInMemory({
                  file: two[1]!.file,
                  base: { id: '', file: two[0]!.file },
                  group: null,
                  object: null,
                })
              }
            >
              Compare the chosen two
            </Button>
            <span className="muted">
              {complete.length < 2
                ? 'A second snapshot would show what has grown since.'
                : two.length === 2
                  ? 'The earlier one is compared with the later one.'
                  : 'Choose two to see what has grown between them.'}
            </span>
          </div>
          <div className="heap-fill scroll">
            <table className="table sticky-head heap-snapshots" data-testid="snapshots">
              <thead>
                <tr>
                  <th scope="col">
                    <span className="visually-hidden">Choose</span>
                  </th>
                  <th scope="col">Snapshot</th>
                  <th scope="col">Thread</th>
                  <th scope="col" className="number">
                    Taken at
                  </th>
                  <th scope="col" className="number">
                    Heap used
                  </th>
                  <th scope="col" className="number">
                    On disk
                  </th>
                  <th scope="col" className="number" title="How long the thread was expected to stand still">
                    Pause, expected
                  </th>
                  <th scope="col" className="number" title="How long the thread stood still">
                    Pause, measured
                  </th>
                  <th scope="col">
                    <span className="visually-hidden">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {snapshots.map((snapshot) => (
                  <SnapshotLine
                    key={snapshot.file}
                    run={run}
                    snapshot={snapshot}
                    isChosen={chosen.includes(snapshot.file)}
                    onChoose={(isChosen) => choose(snapshot.file, isChosen)}
                  />
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </div>
  );
}

interface LineProps {
  run: ViewedRun;
  snapshot: SnapshotInfo;
  isChosen: boolean;
  onChoose: (isChosen: boolean) => void;
}

function SnapshotLine({ run, snapshot, isChosen, onChoose }: LineProps) {
  const client = useClient();
  const goInMemory = useRoute((state) => state.goInMemory);
  const [asking, setAsking] = useState(false);
  const { model } = run;
  const { file, thread, reason, state, sizeBytes } = snapshot;
  const open = (): void => goInMemory({ file, base: null, group: null, object: null, part: 'constructors' });
  const remove = (): void => {
    client
      .call('snapshots.delete', { id: model.id, file })
      .catch((thrown: unknown) => reportError(toAppError(thrown)));
  };
  const ms = (value: number | undefined): string => (value === undefined ? noValue : formatDurationMs(value));
  return (
    <tr data-state={state} onDoubleClick={() => state === 'complete' && open()}>
      <td className="heap-choose">
        {state === 'complete' && (
          <Checkbox
            size="xs"
            aria-label={`Choose ${file}`}
            checked={isChosen}
            onChange={(event) => onChoose(event.currentTarget.checked)}
          />
        )}
      </td>
      <td>
        <div className="heap-snapshot-name">
          {state === 'complete' ? (
            <button type="button" className="link proof" title={file} onClick={open}>
              {reasonTitles[reason]}
            </button>
          ) : (
            <span title={file}>{reasonTitles[reason]}</span>
          )}
          {state === 'writing' && <Writing snapshot={snapshot} />}
        </div>
        {state === 'failed' && (
          <div className="heap-failed" role="alert">
            <span className="bad">{snapshot.error?.message ?? 'It could not be taken.'}</span>{' '}
            {snapshot.error?.hint && <span className="muted">{snapshot.error.hint}</span>}
            {snapshot.error && <CopyDetails error={snapshot.error} />}
          </div>
        )}
      </td>
      <td className="ellipsis" title={titleOfThread(model, thread)}>
        {titleOfThread(model, thread)}
      </td>
      <td className="number">{reason === 'imported' ? noValue : formatTime(snapshot.startedUs)}</td>
      <td
        className="number"
        title={snapshot.heapUsedBytes === undefined ? undefined : exactBytes(snapshot.heapUsedBytes)}
      >
        {snapshot.heapUsedBytes === undefined ? noValue : formatBytes(snapshot.heapUsedBytes)}
      </td>
      <td className="number" title={exactBytes(sizeBytes)}>
        {state === 'failed' && sizeBytes === 0 ? noValue : formatBytes(sizeBytes)}
      </td>
      <td className="number">{ms(snapshot.estimatedPauseMs)}</td>
      <td className="number" data-testid="pause">
        {ms(snapshot.pauseMs)}
      </td>
      <td className="heap-row-actions">
        <div>
          {state === 'complete' && (
            <>
              <Button size="compact-xs" variant="default" onClick={open}>
                Open
              </Button>
              <Tooltip label="Save the .heapsnapshot file">
                <ActionIcon
                  aria-label={`Save ${file}`}
                  onClick={() => void saveSnapshot(client, { id: model.id, file }, sizeBytes)}
                >
                  <IconDownload size={15} />
                </ActionIcon>
              </Tooltip>
            </>
          )}
          {state !== 'writing' && (
            <Tooltip label="Delete this snapshot">
              <ActionIcon aria-label={`Delete ${file}`} onClick={() => setAsking(true)}>
                <IconTrash size={15} />
              </ActionIcon>
            </Tooltip>
          )}
        </div>
        <ConfirmDialog
          opened={asking}
          title="Delete this heap snapshot?"
          action="Delete the snapshot"
          onConfirm={remove}
          onClose={() => setAsking(false)}
        >
          <p>
            The snapshot {reasonTitles[reason]} ({formatBytes(sizeBytes)}) is deleted from the disk. The rest
            of the session stays. This cannot be undone.
          </p>
        </ConfirmDialog>
      </td>
    </tr>
  );
}

function Writing({ snapshot }: { snapshot: SnapshotInfo }) {
  const { progress, sizeBytes } = snapshot;
  return (
    <div className="heap-writing" role="status">
      <Progress
        size="xs"
        aria-label="Writing the snapshot"
        value={progress === null ? 100 : progress * 100}
        animated={progress === null}
      />
      <span className="muted ellipsis" title="Its thread stands still meanwhile">
        {progress === null ? 'being written' : `${formatPercent(progress)} written`}
        {sizeBytes > 0 && `, ${formatBytes(sizeBytes)}`}
      </span>
    </div>
  );
}
