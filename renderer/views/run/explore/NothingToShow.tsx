import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { EmptyView } from '../../../components/EmptyView';
import { ErrorPanel } from '../../../components/ErrorPanel';
import { useRoute } from '../../../state/selection';
import type { AppError } from '../../../../main/errors';
import { snapshotsOf } from '../memory/snapshots/snapshots-of';
import type { ViewedRun } from '../viewed-run';
import type { ViewData } from './view-data';

/** Whether there is anything to draw: what weighs nothing has no width. */
export function isEmpty({ tree }: Pick<ViewData, 'tree'>): boolean {
  return !tree || (tree.total[0] ?? 0) <= 0;
}

/** There are samples, and all of them weigh nothing. */
function isWeightless({ tree }: Pick<ViewData, 'tree'>): boolean {
  return isEmpty({ tree }) && !!tree?.sampleCount.some((count) => count > 0);
}

/** In place of a view that has nothing: why, and what to do about it. */
export function NothingToShow({ run, data }: { run: ViewedRun; data: ViewData }) {
  const { select } = useRoute();
  const { model, selection } = run;
  const { transforms, range, threads, showIdle } = selection;
  const memory = data.source === 'allocations';
  if (run.error) return <CannotShow error={run.error} />;
  if (run.pending && !data.tree)
    return (
      <div className="empty-view" role="status">
        <div className="empty-view-text explore-wait">Adding up the samples…</div>
      </div>
    );
  if (data.profiles.size === 0) return <NotRecorded run={run} memory={memory} />;
  const weightless = isWeightless(data);
  if (model.live && (!data.tree || weightless))
    return (
      <EmptyView title="Waiting for the first samples">They appear about a second after the start.</EmptyView>
    );
  if (weightless)
    return (
      <EmptyView
        title="Its samples have no weight"
        action={<Action onClick={() => select({ weights: 'samples' })}>Count samples</Action>}
      >
        All samples shown here weigh nothing, so that nothing can be drawn by weight. Options → Samples counts
        each of them as one.
      </EmptyView>
    );
  if (transforms.length > 0)
    return (
      <EmptyView
        title="Nothing left"
        action={
          <Action onClick={() => select({ transforms: transforms.slice(0, -1) })}>
            Remove the last step
          </Action>
        }
      >
        No sample remains after {transforms.length === 1 ? 'this step' : `these ${transforms.length} steps`}
        {range && ' in the selected range'}.
      </EmptyView>
    );
  if (range && !memory)
    return (
      <EmptyView
        title="Nothing in this range"
        action={<Action onClick={() => select({ range: null })}>Clear the range</Action>}
      >
        {memory
          ? 'Nothing was allocated here.'
          : 'No CPU time was spent here. Drag another range on the lanes, or clear it.'}
      </EmptyView>
    );
  if (threads)
    return (
      <EmptyView
        title="Nothing in these threads"
        action={<Action onClick={() => select({ threads: null })}>Show all threads</Action>}
      >
        The chosen {threads.length === 1 ? 'thread has' : 'threads have'} no samples of this kind.
      </EmptyView>
    );
  const samples = [...data.profiles.values()].reduce((sum, facts) => sum + facts.sampleCount, 0);
  if (samples === 0)
    return (
      <EmptyView title="No samples">
        The profile is whole but has no sample in it. It was probably stopped before the first one was taken.
      </EmptyView>
    );
  if (!showIdle && !memory)
    return (
      <EmptyView
        title="Only idle time"
        action={<Action onClick={() => select({ showIdle: true })}>Show idle time</Action>}
      >
        All samples were taken while there was nothing to do. Put load on the target, or look at the idle
        time.
      </EmptyView>
    );
  return <EmptyView title="Nothing to show">The samples of this profile weigh nothing.</EmptyView>;
}

/** A question to the explorer failed. */
export function CannotShow({ error }: { error: AppError }) {
  const { route, select } = useRoute();
  const { transforms } = route.selection;
  return (
    <div className="pane">
      <ErrorPanel error={error.toJSON()}>
        {transforms.length > 0 && (
          <Action onClick={() => select({ transforms: transforms.slice(0, -1) })}>
            Remove the last step
          </Action>
        )}
      </ErrorPanel>
    </div>
  );
}

function NotRecorded({ run, memory }: { run: ViewedRun; memory: boolean }) {
  const { select, goInMemory } = useRoute();
  const { model } = run;
  const other = memory ? model.cpu.size > 0 : model.allocations.size > 0;
  const hasSnapshots = snapshotsOf(model).some(({ state }) => state === 'complete');
  if (model.live)
    return (
      <EmptyView
        title={memory ? 'Waiting for the first allocation profile' : 'Waiting for the first samples'}
      >
        {memory
          ? '“Refresh now” asks for it at once.'
          : 'They appear here about a second after the target starts.'}
      </EmptyView>
    );
  return (
    <EmptyView
      title={memory ? 'No allocation profile' : 'No CPU profile'}
      action={
        other ? (
          <Action onClick={() => (memory ? select({ tab: 'flame' }) : goInMemory({ view: 'allocations' }))}>
            {memory ? 'Show the CPU profile' : 'Show the allocations'}
          </Action>
        ) : (
          hasSnapshots && (
            <Action onClick={() => goInMemory({ view: 'snapshots' })}>Show the heap snapshots</Action>
          )
        )
      }
    >
      {model.detail?.status === 'imported'
        ? `The file this session was made of has no ${memory ? 'allocation' : 'CPU'} profile in it.`
        : memory
          ? 'No allocation profile was recorded. Turn on “Allocations” in the run form.'
          : 'No CPU profile was recorded. Turn on “CPU profile” in the run form, or look at Memory and Output.'}
    </EmptyView>
  );
}

function Action({ onClick, children }: { onClick: () => void; children: ReactNode }) {
  return (
    <Button variant="default" size="xs" onClick={onClick}>
      {children}
    </Button>
  );
}
