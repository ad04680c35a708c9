import { memo, useEffect, useMemo } from 'react';
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import type { TimeRange } from '../../../profiles/types';
import type { RecordingModel } from '../../state/recording';
import { emptySelection, useRoute } from '../../state/selection';
import { ErrorPanel } from '../../components/ErrorPanel';
import type { Scope } from '../../explorer/types';
import { useExplorer } from '../../explorer/use-explorer';
import { useFollowMapping } from '../../source/use-follow-mapping';
import { useSourceMaps } from '../../source/use-source-maps';
import { resolveKey } from '../../state/trees';
import { DetailsPanel } from './DetailsPanel';
import { useAllocationsInRange } from './memory/use-allocations-in-range';
import { TabBar } from './TabBar';
import { TabBody } from './TabBody';
import type { ViewedRun } from './viewed-run';

interface Props {
  model: RecordingModel;
  /** The model changes in place; this says when to look again. */
  version: number;
  range: TimeRange | null;
}

/** Below the lanes: tabs, the view, the details. */
export const RunBody = memo(function RunBody({ model, version, range }: Props) {
  const { route, select } = useRoute();
  const { selection } = route;
  const { threads, functionKey, mapped } = selection;
  // The summary is of what was recorded, in its own unit: steps and options of the explorer's views are not seen there.
  const summary = selection.tab === 'summary';
  const { transforms, weights, showIdle } = summary ? emptySelection : selection;
  const layout = useDefaultLayout({ id: 'run-details', storage: localStorage });
  const { live } = model;
  const cpuScope = useMemo<Scope>(
    () => ({ source: 'cpu', threads, range, transforms, weights, includeIdle: showIdle, mapped }),
    [threads, range, transforms, weights, showIdle, mapped],
  );
  // Only the allocations of the Memory tab and their details show it.
  const wantsMemory = selection.tab === 'memory' && selection.memory.view === 'allocations';
  const allocationsInRange = useAllocationsInRange(model, threads, range, wantsMemory);
  const isInRange = allocationsInRange.shown;
  const allocationScope = useMemo<Scope>(
    () => ({
      source: isInRange ? 'in-range' : 'allocations',
      threads,
      range: null,
      transforms,
      weights,
      includeIdle: showIdle,
      mapped,
    }),
    [isInRange, threads, transforms, weights, showIdle, mapped],
  );
  useSourceMaps(model);
  const cpu = useExplorer(model, 'tree', { scope: cpuScope, withLayout: !live }, 'cpu');
  const memory = useExplorer(
    model,
    'tree',
    wantsMemory ? { scope: allocationScope, withLayout: !live } : null,
    'allocations',
  );
  const cpuTree = cpu.answer?.tree ?? null;
  const run: ViewedRun = {
    model,
    version,
    selection: { ...selection, range },
    cpuScope,
    allocationScope,
    allocationsInRange,
    cpuTree,
    cpuVersion: cpu.version,
    cpuLayout: cpu.answer?.layout ?? null,
    cpuRunWeight: cpu.answer?.runWeight ?? 0,
    newestUs: cpu.answer?.newestUs ?? 0,
    allocationTree: memory.answer?.tree ?? null,
    allocationVersion: memory.version,
    allocationLayout: memory.answer?.layout ?? null,
    allocationRunWeight: memory.answer?.runWeight ?? 0,
    pending: cpu.pending || (wantsMemory && memory.pending),
    error: cpu.error ?? (wantsMemory ? memory.error : null),
  };
  useFollowMapping(model.id, {
    tree: wantsMemory ? run.allocationTree : cpuTree,
    pending: run.pending,
    functionKey,
    mapped,
  });
  useEffect(() => {
    if (functionKey === null || !cpuTree) return;
    const resolved = resolveKey(cpuTree, functionKey);
    if (resolved !== functionKey) select({ functionKey: resolved }, { replace: true });
  }, [functionKey, cpuTree, select]);

  const showDetails =
    functionKey !== null &&
    (selection.tab === 'memory'
      ? selection.memory.view === 'allocations'
      : ['flame', 'functions', 'summary'].includes(selection.tab));
  return (
    <div className="run-body">
      <TabBar run={run} />
      <Group
        id="run-details"
        className="run-split"
        orientation="horizontal"
        defaultLayout={layout.defaultLayout}
        onLayoutChanged={layout.onLayoutChanged}
      >
        <Panel id="view" minSize={320} className="run-tab-panel">
          {run.error && (
            <div className="pane">
              <ErrorPanel error={run.error.toJSON()} />
            </div>
          )}
          <TabBody run={run} />
        </Panel>
        {showDetails && (
          <>
            <Separator className="separator-v" aria-label="Resize the details" />
            <Panel
              id="details"
              defaultSize={340}
              minSize={240}
              maxSize={720}
              groupResizeBehavior="preserve-pixel-size"
            >
              <DetailsPanel run={run} functionKey={functionKey} />
            </Panel>
          </>
        )}
      </Group>
    </div>
  );
});
