import { useCallback } from 'react';
import { useSearchHits } from '../../../frame/search-hits';
import { FlameView } from '../../../flame/FlameView';
import type { FlameFrame } from '../../../flame/types';
import type { Point } from '../../../functions/frame-target';
import { TreeTable } from '../../../functions/TreeTable';
import { useRoute, type FlameMode } from '../../../state/selection';
import { useSlowed } from '../use-slowed';
import type { ViewedRun } from '../viewed-run';
import { ChartView } from './ChartView';
import { useFrameMenu } from './frame-menu';
import { flameModeTitles } from './modes';
import { isEmpty, NothingToShow } from './NothingToShow';
import { SandwichView } from './SandwichView';
import { viewDataOf } from './view-data';
import type { Scope } from '../../../explorer/types';

interface Props {
  run: ViewedRun;
  source: Scope['source'];
  mode: FlameMode;
}

/** CPU time or allocations in one of the explorer's views. */
export function ExploreView({ run, source, mode }: Props) {
  const data = viewDataOf(run, source);
  const nothing = isEmpty(data);
  return (
    <div className="explore-view" data-mode={mode} aria-busy={run.pending}>
      {run.pending && <div className="explore-pending" role="progressbar" aria-label="Adding up" />}
      {mode === 'chart' && source === 'cpu' && data.profiles.size > 0 ? (
        <ChartView run={run} data={data} />
      ) : nothing || run.error ? (
        <NothingToShow run={run} data={data} />
      ) : (
        <Chosen run={run} source={source} mode={mode} />
      )}
    </div>
  );
}

function Chosen({ run, source, mode }: Props) {
  switch (mode) {
    case 'sandwich':
      return <SandwichView run={run} source={source} />;
    case 'top-down':
    case 'bottom-up':
      return <TreeView key={mode} run={run} source={source} inverted={mode === 'bottom-up'} />;
    default:
      return <LeftHeavyView run={run} source={source} />;
  }
}

type ViewProps = Omit<Props, 'mode'>;

function LeftHeavyView({ run, source }: ViewProps) {
  const { onSelect, onMenu } = useFrameActions({ isCallPath: true });
  const addTransform = useRoute((state) => state.addTransform);
  const data = viewDataOf(run, source);
  const { selection, model } = run;
  return (
    <FlameView
      tree={data.tree}
      layout={data.layout}
      version={data.version}
      {...(source === 'cpu' && { newestUs: run.newestUs })}
      live={model.live}
      search={selection.search}
      selectedKey={selection.functionKey}
      runWeight={data.runWeight}
      onSelect={onSelect}
      onContextMenu={onMenu}
      onTransform={addTransform}
      unit={data.unit}
      title={titleOf(run, 'left-heavy')}
      emptyText=""
    />
  );
}

/** Where the time was spent: what is called below each row, or bottom-up who called it. */
function TreeView({ run: newest, source, inverted }: ViewProps & { inverted: boolean }) {
  const run = useSlowed(newest);
  const { onSelect, onMenu } = useFrameActions({ isCallPath: !inverted });
  const onHits = useSearchHits((state) => state.show);
  const data = viewDataOf(run, source);
  return (
    <TreeTable
      tree={data.tree}
      inverted={inverted}
      wholeWeight={data.wholeWeight}
      search={newest.selection.search}
      selectedKey={newest.selection.functionKey}
      onSelect={onSelect}
      onMenu={onMenu}
      onHits={onHits}
      emptyText="No samples here."
    />
  );
}

/** Selecting frames and opening their menus. */
export function useFrameActions({ isCallPath }: { isCallPath: boolean }): {
  onSelect: (functionKey: string | null) => void;
  onMenu: (frame: FlameFrame, at: Point) => void;
} {
  const select = useRoute((state) => state.select);
  const open = useFrameMenu((state) => state.open);
  return {
    onSelect: useCallback((functionKey: string | null): void => select({ functionKey }), [select]),
    onMenu: useCallback(
      (frame: FlameFrame, at: Point): void => open({ frame, at, isCallPath }),
      [open, isCallPath],
    ),
  };
}

export function titleOf(run: ViewedRun, mode: FlameMode): string {
  return `${run.model.state.name} · ${flameModeTitles[mode].title.toLowerCase()}`;
}
