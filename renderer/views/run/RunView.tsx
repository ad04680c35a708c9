import { Button } from '@mantine/core';
import { useDeferredValue, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import { EmptyView } from '../../components/EmptyView';
import { ErrorPanel } from '../../components/ErrorPanel';
import { LoadingView } from '../../components/LoadingView';
import { Lanes } from '../../lanes/Lanes';
import { openRecording } from '../../state/app-store';
import { useClient } from '../../state/client';
import type { WantedWindow } from '../../state/finer-timeline';
import { usePreferences } from '../../state/preferences';
import type { RecordingModel } from '../../state/recording';
import { useSeenWindow } from '../../state/seen-window';
import { useRoute } from '../../state/selection';
import { useOpened } from '../../state/use-recording';
import { useOnlySnapshot } from './memory/snapshots/use-only-snapshot';
import { RunBody } from './RunBody';
import { RunHeader } from './RunHeader';
import { RunProblems } from './RunProblems';

/** Of the lanes' panel at first, in pixels. */
const lanesHeightPx = 312;

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
  useOnlySnapshot(model);
  const { route, select } = useRoute();
  const { range, threads } = route.selection;
  const { lanesCollapsed, set: setPreference } = usePreferences();
  const layout = useDefaultLayout({ id: 'run-lanes', storage: localStorage });
  const lanesView = useRef<WantedWindow | null>(null);
  const [lanes, setLanes] = useState<HTMLDivElement | null>(null);
  const tallestPx = useTallest(lanes);
  const wantFiner = (): void => {
    const exactRange = range && { startUs: range.startUs, endUs: range.endUs, points: 2000, exact: true };
    model.finer?.want([lanesView.current, exactRange].filter((window) => window !== null));
  };
  useEffect(wantFiner);
  // Another recording's lanes show all of it at first.
  useEffect(() => useSeenWindow.setState({ window: null }), [model]);
  // Lanes follow data and pointer at once; the view below comes after, in a task of its own.
  const shownVersion = useDeferredValue(model.versionWithoutPieces);
  const shownRange = useDeferredValue(range);

  const drawn = (
    <Lanes
      series={model.series}
      collections={model.collections}
      pieces={model.pieces}
      set={route.selection.tab === 'memory' ? 'memory' : 'run'}
      onView={(view) => {
        lanesView.current = view;
        useSeenWindow.setState({ window: view?.seen ?? null });
        wantFiner();
      }}
      marks={model.marks}
      endUs={model.endUs}
      live={model.live}
      range={range}
      onRangeChange={(changed) => select({ range: changed })}
      threads={threads}
      cpuFromSamples={model.cpuFromSamples}
      collapsed={lanesCollapsed}
      onCollapsedChange={(collapsed) => setPreference({ lanesCollapsed: collapsed })}
    />
  );
  // A session with one lane or none has nothing to give a panel's height to.
  const few = !model.live && (model.series.length === 0 || model.cpuFromSamples);
  const body = <RunBody model={model} version={shownVersion} range={shownRange} />;
  return (
    <div className="run">
      <RunHeader model={model} version={model.versions.state} />
      <RunProblems model={model} version={model.versions.state} />
      {lanesCollapsed || few ? (
        <>
          <div className="lanes-strip">{drawn}</div>
          {body}
        </>
      ) : (
        <Group
          id="run-lanes"
          className="run-split"
          orientation="vertical"
          defaultLayout={layout.defaultLayout}
          onLayoutChanged={layout.onLayoutChanged}
        >
          <Panel
            id="lanes-panel"
            defaultSize={lanesHeightPx}
            minSize={80}
            maxSize={Math.max(lanesHeightPx, tallestPx)}
            groupResizeBehavior="preserve-pixel-size"
            className="lanes-panel"
          >
            <div ref={setLanes}>{drawn}</div>
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

/** The greatest height that an element has had, in pixels: lanes that come and go must not make a panel smaller for good. */
function useTallest(element: HTMLElement | null): number {
  const [px, setPx] = useState(0);
  useEffect(() => {
    if (!element) return;
    const observer = new ResizeObserver(() => setPx((before) => Math.max(before, element.offsetHeight)));
    observer.observe(element);
    return () => observer.disconnect();
  }, [element]);
  return px;
}
