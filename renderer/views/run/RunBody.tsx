import { memo, useEffect, useState } from 'react';
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import type { TimeRange } from '../../../profiles/types';
import type { RecordingModel } from '../../state/recording';
import { useRoute } from '../../state/selection';
import { resolveKey, TreeCache } from '../../state/trees';
import { DetailsPanel } from './DetailsPanel';
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
  const { threads, functionKey } = selection;
  const [cpuTrees] = useState(() => new TreeCache());
  const [allocationTrees] = useState(() => new TreeCache());
  const layout = useDefaultLayout({ id: 'run-details', storage: localStorage });
  const { live } = model;
  const cpuTree = cpuTrees.get({ profiles: model.cpu, threads, range, live });
  const allocationTree = allocationTrees.get({ profiles: model.allocations, threads, range: null, live });
  const run: ViewedRun = {
    model,
    version,
    selection: { ...selection, range },
    cpuTree,
    cpuVersion: cpuTrees.version,
    newestUs: cpuTrees.newestUs,
    allocationTree,
    allocationVersion: allocationTrees.version,
  };
  useEffect(() => {
    if (functionKey === null || !cpuTree) return;
    const resolved = resolveKey(cpuTree, functionKey);
    if (resolved !== functionKey) select({ functionKey: resolved }, { replace: true });
  }, [functionKey, cpuTree, select]);

  const showDetails =
    functionKey !== null && ['flame', 'functions', 'memory', 'summary'].includes(selection.tab);
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
