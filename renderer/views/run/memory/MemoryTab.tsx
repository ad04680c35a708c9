import { SegmentedControl } from '@mantine/core';
import { formatNumber } from '../../../../profiles/format';
import { memoryViews, type MemoryView } from '../../../state/memory-place';
import { useRoute } from '../../../state/selection';
import type { ViewedRun } from '../viewed-run';
import { AllocationsView } from './AllocationsView';
import { OverviewView } from './overview/OverviewView';
import { ComparisonView } from './snapshots/ComparisonView';
import { SnapshotList } from './snapshots/SnapshotList';
import { SnapshotView } from './snapshots/SnapshotView';
import { snapshotsOf } from './snapshots/snapshots-of';
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
      </div>
      <div className="heap-fill">
        {memory.view === 'overview' && <OverviewView run={run} />}
        {memory.view === 'allocations' && <AllocationsView run={run} />}
        {memory.view === 'snapshots' && <Snapshots run={run} />}
      </div>
    </div>
  );
}

function Snapshots({ run }: { run: ViewedRun }) {
  const { file, base } = run.selection.memory;
  if (file === null) return <SnapshotList run={run} />;
  if (base)
    return <ComparisonView key={`${base.id}/${base.file} ${file}`} run={run} base={base} file={file} />;
  return <SnapshotView key={file} run={run} file={file} />;
}
