import { Button, SegmentedControl } from '@mantine/core';
import { IconCamera } from '@tabler/icons-react';
import { formatNumber } from '../../../../profiles/format';
import { useClient } from '../../../state/client';
import { memoryViews, type MemoryView } from '../../../state/memory-place';
import { useRoute } from '../../../state/selection';
import type { ViewedRun } from '../viewed-run';
import { AllocationsView } from './AllocationsView';
import { OverviewView } from './overview/OverviewView';
import { ComparisonView } from './snapshots/ComparisonView';
import { SnapshotList } from './snapshots/SnapshotList';
import { SnapshotView } from './snapshots/SnapshotView';
import { snapshotsOf } from './snapshots/snapshots-of';
import { takeSnapshot } from './snapshots/take-snapshot';
import { chosenThreads } from './snapshots/TakeSnapshots';
import './memory.css';

const titles: Record<MemoryView, string> = {
  overview: 'Overview',
  allocations: 'Allocations',
  snapshots: 'Snapshots',
};

/** Is it leaking, what, and who holds it. */
export function MemoryTab({ run }: { run: ViewedRun }) {
  const goInMemory = useRoute((state) => state.goInMemory);
  const { memory } = run.selection;
  const snapshots = snapshotsOf(run.model);
  const writing = snapshots.filter(({ state }) => state === 'writing').length;
  return (
    <div className="memory">
      <div className="memory-bar">
        <SegmentedControl
          size="xs"
          aria-label="Memory"
          value={memory.view}
          onChange={(view) => goInMemory({ view })}
          data={memoryViews.map((view) => ({
            value: view,
            label: (
              <span>
                {titles[view]}
                {view === 'snapshots' && snapshots.length > 0 && (
                  <span className="muted"> {formatNumber(snapshots.length)}</span>
                )}
              </span>
            ),
          }))}
        />
        {writing > 0 && (
          <span className="muted" role="status">
            {writing === 1 ? 'A heap snapshot is' : `${writing} heap snapshots are`} being written
          </span>
        )}
        {run.model.live && memory.view !== 'snapshots' && <TakeFromBar run={run} busy={writing > 0} />}
      </div>
      <div className="heap-fill">
        {memory.view === 'overview' && <OverviewView run={run} />}
        {memory.view === 'allocations' && <AllocationsView run={run} />}
        {memory.view === 'snapshots' && <Snapshots run={run} />}
      </div>
    </div>
  );
}

/** Of the only thread at once; of several, the list tells which, and what each would cost. */
function TakeFromBar({ run, busy }: { run: ViewedRun; busy: boolean }) {
  const client = useClient();
  const goInMemory = useRoute((state) => state.goInMemory);
  const threads = chosenThreads(run);
  const [first] = threads;
  if (!first) return null;
  return (
    <>
      <span className="grow" />
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconCamera size={14} aria-hidden />}
        loading={busy}
        title={
          threads.length === 1
            ? 'It stands still until the snapshot is written'
            : 'Choose the thread of which to take it'
        }
        onClick={() => {
          if (threads.length === 1) void takeSnapshot(client, run.model.id, first.key);
          else goInMemory({ view: 'snapshots', file: null, base: null, group: null, object: null });
        }}
      >
        Take heap snapshot
      </Button>
    </>
  );
}

function Snapshots({ run }: { run: ViewedRun }) {
  const { file, base } = run.selection.memory;
  if (file === null) return <SnapshotList run={run} />;
  if (base)
    return <ComparisonView key={`${base.id}/${base.file} ${file}`} run={run} base={base} file={file} />;
  return <SnapshotView key={file} run={run} file={file} />;
}
