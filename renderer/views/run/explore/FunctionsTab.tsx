import { useCallback, useEffect, useMemo, useState } from 'react';
import { useSearchHits } from '../../../frame/search-hits';
import { FunctionTable, type Activity } from '../../../functions/FunctionTable';
import { TotalsTable } from '../../../functions/TotalsTable';
import { useExplorer } from '../../../explorer/use-explorer';
import { useRoute } from '../../../state/selection';
import { useSlowed } from '../use-slowed';
import type { ViewedRun } from '../viewed-run';
import { useFrameActions } from './ExploreView';
import { isEmpty, NothingToShow } from './NothingToShow';
import { viewDataOf } from './view-data';

/** Values per sparkline. */
const parts = 44;
/** Scrolling asks for sparklines when it rests. */
const restMs = 120;
const noKeys: string[] = [];

/** Functions, or totals by package, kind, file. */
export function FunctionsTab({ run: newest }: { run: ViewedRun }) {
  const run = useSlowed(newest);
  const { onSelect, onMenu } = useFrameActions({ isCallPath: false });
  const addTransform = useRoute((state) => state.addTransform);
  const onHits = useSearchHits((state) => state.show);
  const { search, functionKey, tableMode } = newest.selection;
  const data = viewDataOf(run, 'cpu');
  const timed = [...data.profiles.values()].some((facts) => facts.timed);
  const { activity, onVisible } = useActivity(newest, timed && tableMode === 'functions');
  return (
    <div className="explore-view" data-mode={tableMode} aria-busy={newest.pending}>
      {newest.pending && <div className="explore-pending" role="progressbar" aria-label="Adding up" />}
      {isEmpty(data) || newest.error ? (
        <NothingToShow run={newest} data={data} />
      ) : tableMode === 'functions' ? (
        <FunctionTable
          tree={data.tree}
          version={data.version}
          wholeWeight={data.wholeWeight}
          search={search}
          selectedKey={functionKey}
          onSelect={onSelect}
          onMenu={onMenu}
          onHits={onHits}
          activity={activity}
          onVisible={onVisible}
        />
      ) : (
        <TotalsTable
          tree={data.tree}
          version={data.version}
          grouping={tableMode}
          wholeWeight={data.wholeWeight}
          search={search}
          selectedKey={functionKey}
          cwd={run.model.state.cwd}
          onSelect={onSelect}
          onMenu={onMenu}
          onTransform={addTransform}
          onHits={onHits}
          emptyText="No samples here."
        />
      )}
    </div>
  );
}

/** Sparklines of the rows that can be seen. Those asked for before stay until newer ones come. */
function useActivity(
  run: ViewedRun,
  wanted: boolean,
): { activity: Activity | undefined; onVisible: (keys: string[]) => void } {
  const [visible, setVisible] = useState(noKeys);
  const [asked, setAsked] = useState(noKeys);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(visible), restMs);
    return () => clearTimeout(timer);
  }, [visible]);
  const input = useMemo(
    () => (wanted && asked.length > 0 ? { scope: run.cpuScope, functionKeys: asked, parts } : null),
    [wanted, asked, run.cpuScope],
  );
  const { answer, version, pending } = useExplorer(run.model, 'activity', input);
  // Rows come in the order of the keys, so an answer is only read while it is of the keys asked for last.
  const [shown, setShown] = useState<{ version: number; rows: ReadonlyMap<string, Float32Array> }>({
    version: -1,
    rows: new Map(),
  });
  if (answer && !pending && shown.version !== version)
    setShown({ version, rows: new Map(asked.map((key, index) => [key, answer.rows[index]!])) });
  const activity = useMemo<Activity>(() => ({ rows: shown.rows, most: null }), [shown]);
  return {
    activity: wanted ? activity : undefined,
    onVisible: useCallback(
      (keys: string[]) => setVisible((before) => (before.join() === keys.join() ? before : keys)),
      [],
    ),
  };
}
