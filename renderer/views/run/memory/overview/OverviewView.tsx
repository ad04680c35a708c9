import type { ViewedRun } from '../../viewed-run';
import { useSlowed } from '../../use-slowed';
import { GcTable } from './GcTable';
import { HeapTable } from './HeapTable';
import { LeakSection } from './LeakSection';

/** Is it leaking, what, and who holds it; then how large the heaps are and what their collections cost. */
export function OverviewView({ run: newest }: { run: ViewedRun }) {
  const run = useSlowed(newest);
  return (
    <div className="memory-overview scroll">
      <LeakSection run={run} />
      <HeapTable run={run} />
      <GcTable run={run} />
    </div>
  );
}
