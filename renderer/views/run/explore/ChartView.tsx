import { Button } from '@mantine/core';
import { EmptyView } from '../../../components/EmptyView';
import { FlameView } from '../../../flame/FlameView';
import { useExplorer } from '../../../explorer/use-explorer';
import { useRoute } from '../../../state/selection';
import type { ViewedRun } from '../viewed-run';
import { titleOf, useFrameActions } from './ExploreView';
import { CannotShow, isEmpty, NothingToShow } from './NothingToShow';
import type { ViewData } from './view-data';

/** Calls in order of time, one thread below the other. */
export function ChartView({ run, data }: { run: ViewedRun; data: ViewData }) {
  const { select, addTransform } = useRoute();
  const { onSelect, onMenu } = useFrameActions({ isCallPath: true });
  const { selection, model } = run;
  const timed = [...data.profiles.values()].some((facts) => facts.timed || facts.sampleCount === 0);
  const { answer, version, error, pending } = useExplorer(
    model,
    'chart',
    timed ? { scope: data.scope } : null,
    'chart',
  );
  if (!timed)
    return (
      <EmptyView
        title="This profile has no times"
        action={
          <Button variant="default" size="xs" onClick={() => select({ flameMode: 'left-heavy' })}>
            Show it left-heavy
          </Button>
        }
      >
        It says how much each stack costs but not when it ran, so that nothing can be drawn in order of time.
        All other views show it.
      </EmptyView>
    );
  if (error) return <CannotShow error={error} />;
  if (!pending && (answer?.length ?? 0) === 0 && isEmpty(data))
    return <NothingToShow run={run} data={data} />;
  return (
    <FlameView
      tree={data.tree}
      chart={answer}
      version={version}
      newestUs={run.newestUs}
      live={model.live}
      search={selection.search}
      selectedKey={selection.functionKey}
      runWeight={data.runWeight}
      onSelect={onSelect}
      onRange={(range) => select({ range })}
      onContextMenu={onMenu}
      onTransform={addTransform}
      unit={data.unit}
      title={titleOf(run, 'chart')}
      emptyText={pending ? 'Laying out the calls…' : 'No calls in what is selected.'}
    />
  );
}
