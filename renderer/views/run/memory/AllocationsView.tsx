import { Button } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useState } from 'react';
import { toAppError } from '../../../../main/errors';
import { formatBytes, formatValue } from '../../../../profiles/format';
import { useClient } from '../../../state/client';
import { reportError } from '../../../state/report-error';
import { ExploreBar } from '../explore/ExploreBar';
import { ExploreView } from '../explore/ExploreView';
import { modeOnTab } from '../explore/modes';
import { allocationsInRangeText } from './allocation-reads';
import type { ViewedRun } from '../viewed-run';

/** Who allocated the memory: what is alive, or everything that was allocated. */
export function AllocationsView({ run }: { run: ViewedRun }) {
  return (
    <div className="memory">
      <ExploreBar run={run} />
      <AllocationNote run={run} />
      <div className="heap-fill">
        <ExploreView run={run} source="allocations" mode={modeOnTab('memory', run.selection.flameMode)} />
      </div>
    </div>
  );
}

function AllocationNote({ run }: { run: ViewedRun }) {
  const client = useClient();
  const { model, selection, allocationTree } = run;
  const [refreshing, setRefreshing] = useState(false);
  const refresh = async (): Promise<void> => {
    setRefreshing(true);
    try {
      await client.call('run.refreshAllocations', { runId: model.id });
    } catch (thrown) {
      reportError(toAppError(thrown));
    } finally {
      setRefreshing(false);
    }
  };
  const { times } = run.allocationsInRange;
  // Recordings of older workbenches and files of other tools have no times: what is alive is what V8 tells by default.
  const all = times?.some((of) => of.kind === 'all') ?? false;
  const inRange = allocationsInRangeText(run.allocationsInRange, selection.range);
  const weight = allocationTree?.totalWeight ?? 0;
  const ofWhole = all ? 'allocated in all, garbage included,' : 'alive';
  const kind = run.allocationsInRange.shown ? `${inRange},` : ofWhole;
  return (
    <div className="tab-note">
      <span data-testid="allocation-note">
        {allocationTree && weight > 0
          ? allocationTree.unit === 'bytes'
            ? `${formatBytes(weight)} ${kind} by the function that allocated it (sampled)`
            : `${formatValue(weight, allocationTree.unit)} samples of memory ${kind} by the function that allocated it`
          : 'Memory by the function that allocated it'}
        {!run.allocationsInRange.shown && inRange && `; ${inRange}`}
        {model.live && model.allocations.size > 0 && '. Each refresh runs a full garbage collection'}
      </span>
      {model.live && (
        <Button
          size="compact-xs"
          variant="default"
          loading={refreshing}
          leftSection={<IconRefresh size={13} />}
          onClick={() => void refresh()}
        >
          Refresh now
        </Button>
      )}
    </div>
  );
}
