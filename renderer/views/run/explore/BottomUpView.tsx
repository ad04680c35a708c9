import { useSearchHits } from '../../../frame/search-hits';
import { TreeTable } from '../../../functions/TreeTable';
import { useExplorer } from '../../../explorer/use-explorer';
import type { Scope } from '../../../explorer/types';
import type { ViewedRun } from '../viewed-run';
import { useFrameActions } from './ExploreView';
import { CannotShow } from './NothingToShow';
import { viewDataOf } from './view-data';

/** Where the time was spent, heaviest first, and below each row who called it. */
export function BottomUpView({ run, source }: { run: ViewedRun; source: Scope['source'] }) {
  const { onSelect, onMenu } = useFrameActions({ isCallPath: false });
  const onHits = useSearchHits((state) => state.show);
  const data = viewDataOf(run, source);
  const { answer, error } = useExplorer(
    run.model,
    'tree',
    { scope: data.scope, inverted: true },
    `bottom-up ${source}`,
  );
  if (error) return <CannotShow error={error} />;
  return (
    <TreeTable
      tree={answer?.tree ?? null}
      inverted
      wholeWeight={
        run.selection.percentOf === 'run' ? (answer?.runWeight ?? 0) : (answer?.tree.totalWeight ?? 0)
      }
      search={run.selection.search}
      selectedKey={run.selection.functionKey}
      onSelect={onSelect}
      onMenu={onMenu}
      onHits={onHits}
      emptyText={answer ? 'No samples here.' : 'Turning the call tree inside out…'}
    />
  );
}
