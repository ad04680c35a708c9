import { Button } from '@mantine/core';
import { useDeferredValue, useEffect, useState, useSyncExternalStore } from 'react';
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import { EmptyView } from '../../components/EmptyView';
import { ErrorPanel } from '../../components/ErrorPanel';
import { LoadingView } from '../../components/LoadingView';
import { Lanes } from '../../lanes/Lanes';
import { openRecording } from '../../state/app-store';
import { useClient } from '../../state/client';
import { usePreferences } from '../../state/preferences';
import type { RecordingModel } from '../../state/recording';
import { useRoute } from '../../state/selection';
import { resolveKey, TreeCache } from '../../state/trees';
import { useOpened } from '../../state/use-recording';
import { DetailsPanel } from './DetailsPanel';
import { RunHeader } from './RunHeader';
import { RunProblems } from './RunProblems';
import { TabBar } from './TabBar';
import { TabBody } from './TabBody';
import type { ViewedRun } from './viewed-run';

/** A run, live or saved. */
export function RunView({ id }: { id: string }) {
  const client = useClient();
  const go = useRoute((state) => state.go);
  const entry = useOpened(id);
  if (!entry) return <LoadingView text="Opening the recording" />;
  if (entry.status === 'loading')
    return (
      <LoadingView text={entry.progress.text} fraction={entry.progress.fraction} onCancel={entry.cancel} />
    );
  if (entry.status === 'error') {
    const again = (): void => openRecording(client, id, { again: true });
    if (entry.error.code === 'CANCELLED')
      return (
        <EmptyView title="Opening was cancelled" action={<Button onClick={again}>Open it</Button>}>
          The session itself is untouched.
        </EmptyView>
      );
    return (
      <div className="pane">
        <ErrorPanel error={entry.error.toJSON()}>
          <Button onClick={again}>Try again</Button>
          <Button variant="default" onClick={() => go({ view: 'sessions' })}>
            Show all sessions
          </Button>
        </ErrorPanel>
      </div>
    );
  }
  return <Recording model={entry.model} />;
}

function Recording({ model }: { model: RecordingModel }) {
  useSyncExternalStore(model.subscribe, () => model.version);
  const { route, select } = useRoute();
  const { selection } = route;
  const { lanesCollapsed, set: setPreference } = usePreferences();
  const [cpuTrees] = useState(() => new TreeCache());
  const [allocationTrees] = useState(() => new TreeCache());
  const vertical = useDefaultLayout({ id: 'run-lanes', storage: localStorage });
  const horizontal = useDefaultLayout({ id: 'run-details', storage: localStorage });
  // While a range is dragged, the lanes follow the pointer and the views come after.
  const range = useDeferredValue(selection.range);
  const { threads } = selection;
  const { live } = model;
  const cpuTree = cpuTrees.get({ profiles: model.cpu, threads, range, live });
  const allocationTree = allocationTrees.get({ profiles: model.allocations, threads, range: null, live });
  const run: ViewedRun = {
    model,
    version: model.version,
    selection: { ...selection, range },
    cpuTree,
    cpuVersion: cpuTrees.version,
    allocationTree,
    allocationVersion: allocationTrees.version,
  };
  const { functionKey } = selection;
  useEffect(() => {
    if (functionKey === null || !cpuTree) return;
    const resolved = resolveKey(cpuTree, functionKey);
    if (resolved !== functionKey) select({ functionKey: resolved }, { replace: true });
  }, [functionKey, cpuTree, select]);

  const lanes = (
    <Lanes
      series={model.series}
      marks={model.marks}
      endUs={model.endUs}
      live={live}
      range={selection.range}
      onRangeChange={(changed) => select({ range: changed })}
      threads={threads}
      collapsed={lanesCollapsed}
      onCollapsedChange={(collapsed) => setPreference({ lanesCollapsed: collapsed })}
    />
  );
  const showDetails =
    functionKey !== null && ['flame', 'functions', 'memory', 'summary'].includes(selection.tab);
  const body = (
    <div className="run-body">
      <TabBar run={run} />
      <Group
        id="run-details"
        className="run-split"
        orientation="horizontal"
        defaultLayout={horizontal.defaultLayout}
        onLayoutChanged={horizontal.onLayoutChanged}
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
  return (
    <div className="run">
      <RunHeader model={model} />
      <RunProblems model={model} />
      {lanesCollapsed ? (
        <>
          <div className="lanes-strip">{lanes}</div>
          {body}
        </>
      ) : (
        <Group
          id="run-lanes"
          className="run-split"
          orientation="vertical"
          defaultLayout={vertical.defaultLayout}
          onLayoutChanged={vertical.onLayoutChanged}
        >
          <Panel
            id="lanes"
            defaultSize={284}
            minSize={80}
            groupResizeBehavior="preserve-pixel-size"
            className="lanes-panel"
          >
            {lanes}
          </Panel>
          <Separator className="separator-h" aria-label="Resize the lanes" />
          <Panel id="body" minSize={200}>
            {body}
          </Panel>
        </Group>
      )}
    </div>
  );
}
