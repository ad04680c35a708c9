import { Button, SegmentedControl } from '@mantine/core';
import { IconArrowLeft, IconArrowsDiff } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import { exactBytes, formatBytes, formatNumber, formatTime } from '../../../../../profiles/format';
import { EmptyView } from '../../../../components/EmptyView';
import { ErrorPanel } from '../../../../components/ErrorPanel';
import { LoadingView } from '../../../../components/LoadingView';
import type { SnapshotPart } from '../../../../state/memory-place';
import { useRoute } from '../../../../state/selection';
import type { ViewedRun } from '../../viewed-run';
import { ComparePicker } from './ComparePicker';
import { ConstructorsView } from './ConstructorsView';
import { DominatorsView } from './DominatorsView';
import { DuplicatesView } from './DuplicatesView';
import { ListsView } from './ListsView';
import { ObjectPanel } from './ObjectPanel';
import { reasonTitles, snapshotsOf, titleOfThread } from './snapshots-of';
import { useSnapshot, type Opening, type OpenSnapshot } from './use-snapshot';

const parts: { value: SnapshotPart; label: string }[] = [
  { value: 'constructors', label: 'Constructors' },
  { value: 'dominators', label: 'Dominators' },
  { value: 'duplicates', label: 'Duplicated strings' },
  { value: 'lists', label: 'Lists' },
];

/** One opened snapshot. */
export function SnapshotView({ run, file }: { run: ViewedRun; file: string }) {
  const opening = useSnapshot({ id: run.model.id, file });
  return (
    <Opened run={run} opening={opening}>
      {(snapshot) => <Body run={run} snapshot={snapshot} />}
    </Opened>
  );
}

/** What is shown until something is open, and when it cannot be. */
export function Opened<T>(props: {
  run: ViewedRun;
  opening: Opening<T>;
  children: (value: T) => ReactNode;
}): ReactNode {
  const { opening, children } = props;
  const goInMemory = useRoute((state) => state.goInMemory);
  const toList = (): void => goInMemory({ file: null, base: null, object: null, group: null });
  switch (opening.status) {
    case 'opening':
      return (
        <LoadingView
          text={opening.text || opening.title}
          fraction={opening.fraction}
          onCancel={() => {
            opening.cancel();
          }}
        />
      );
    case 'failed':
      return opening.error.code === 'CANCELLED' ? (
        <EmptyView
          title="Opening was cancelled"
          action={
            <div className="heap-actions">
              <Button onClick={opening.again}>Open it</Button>
              <Button variant="default" onClick={toList}>
                All snapshots
              </Button>
            </div>
          }
        >
          The snapshot itself is untouched.
        </EmptyView>
      ) : (
        <div className="pane">
          <ErrorPanel error={opening.error.toJSON()}>
            <Button onClick={opening.again}>Try again</Button>
            <Button variant="default" onClick={toList}>
              All snapshots
            </Button>
          </ErrorPanel>
        </div>
      );
    case 'ready':
      return children(opening.value);
  }
}

function Body({ run, snapshot }: { run: ViewedRun; snapshot: OpenSnapshot }) {
  const goInMemory = useRoute((state) => state.goInMemory);
  const { part } = run.selection.memory;
  const { model } = run;
  const info = snapshotsOf(model).find((each) => each.file === snapshot.ref.file);
  const { overview } = snapshot;
  return (
    <div className="heap-lists" data-testid="snapshot">
      <div className="heap-tools">
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          leftSection={<IconArrowLeft size={13} aria-hidden />}
          onClick={() => goInMemory({ file: null, base: null, group: null, object: null })}
        >
          Snapshots
        </Button>
        <SegmentedControl
          size="xs"
          aria-label="Of the snapshot"
          value={part}
          onChange={(value) => goInMemory({ part: value })}
          data={parts}
        />
        <span className="muted ellipsis heap-title" title={snapshot.ref.file}>
          {info && `${titleOfThread(model, info.thread)}, ${reasonTitles[info.reason]}`}
          {info && info.reason !== 'imported' && ` at ${formatTime(info.startedUs)}`}
          {info && ' · '}
          <span title={exactBytes(overview.shallow)}>{formatBytes(overview.shallow)}</span> in{' '}
          {formatNumber(overview.nodeCount)} objects
        </span>
        <ComparePicker run={run} file={snapshot.ref.file}>
          <Button size="compact-xs" variant="default" leftSection={<IconArrowsDiff size={13} aria-hidden />}>
            Compare with…
          </Button>
        </ComparePicker>
      </div>
      <div className="heap-fill">
        <WithDetails run={run} snapshot={snapshot}>
          {part === 'constructors' && <ConstructorsView snapshot={snapshot} />}
          {part === 'dominators' && <DominatorsView snapshot={snapshot} />}
          {part === 'duplicates' && <DuplicatesView snapshot={snapshot} />}
          {part === 'lists' && <ListsView snapshot={snapshot} cwd={model.state.cwd} />}
        </WithDetails>
      </div>
    </div>
  );
}

/** A list, and the selected object beside it. */
export function WithDetails(props: { run: ViewedRun; snapshot: OpenSnapshot; children: ReactNode }) {
  const layout = useDefaultLayout({ id: 'heap-details', storage: localStorage });
  return (
    <Group
      id="heap-details"
      orientation="horizontal"
      className="run-split heap-split"
      defaultLayout={layout.defaultLayout}
      onLayoutChanged={layout.onLayoutChanged}
    >
      <Panel id="heap-list" minSize={300}>
        {props.children}
      </Panel>
      <Separator className="separator-v" aria-label="Resize the object’s details" />
      <Panel id="heap-object" defaultSize={440} minSize={300} groupResizeBehavior="preserve-pixel-size">
        <ObjectPanel run={props.run} snapshot={props.snapshot} />
      </Panel>
    </Group>
  );
}
