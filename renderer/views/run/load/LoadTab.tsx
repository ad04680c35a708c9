import { Button } from '@mantine/core';
import { useLayoutEffect, useMemo, useRef } from 'react';
import type { LoadInRange, LoadResult } from '../../../../main/api';
import { formatTimeRange } from '../../../../profiles/format';
import type { TimeRange } from '../../../../profiles/types';
import { EmptyView } from '../../../components/EmptyView';
import { ErrorPanel } from '../../../components/ErrorPanel';
import { liveWindowEnd } from '../../../lanes/axis';
import { faultBands } from '../../../lanes/fault-bands';
import type { RecordingModel } from '../../../state/recording';
import { useSeenWindow } from '../../../state/seen-window';
import { useRoute } from '../../../state/selection';
import { useSlowed } from '../use-slowed';
import type { ViewedRun } from '../viewed-run';
import { alignWithLanes } from './align-with-lanes';
import { EndpointTable } from './EndpointTable';
import { FaultControls } from './FaultControls';
import { FaultReports } from './FaultReports';
import { GeneratorLimit, GeneratorSection } from './Generator';
import { HeatMap } from './HeatMap';
import { KneeSection } from './KneeSection';
import { LoadHead } from './LoadHead';
import { LoadNow } from './LoadNow';
import { OutcomesOverTime } from './OutcomesOverTime';
import { PercentileCurve } from './PercentileCurve';
import { Thresholds } from './Thresholds';
import { TotalsSection } from './TotalsSection';
import { useLoadBetween } from './use-load-between';
import { WhatWentWrong } from './WhatWentWrong';
import './load.css';

/** What the load asked and what it got: of the selected range, or of the whole load. */
export function LoadTab({ run: newest }: { run: ViewedRun }) {
  const run = useSlowed(newest);
  const go = useRoute((state) => state.go);
  const { model } = run;
  const { load } = model.state;
  const result = model.loadResult;
  if (!load && !result && model.detail?.spec?.load)
    return (
      <div className="scroll load-tab">
        <NothingMeasured begun={model.marks.some(({ kind }) => kind === 'load-start')} />
      </div>
    );
  if (!load && !result)
    return (
      <div className="scroll load-tab">
        {model.live && <FaultControls run={run} />}
        <EmptyView
          title="No load was run"
          action={
            <Button variant="default" onClick={() => go({ view: 'new' })}>
              New run with load
            </Button>
          }
        >
          Choose one of the presets in the run form, or write a scenario, and requests with their latency
          appear here.
        </EmptyView>
      </div>
    );
  return <LoadViews run={run} range={newest.selection.range} />;
}

function LoadViews({ run, range }: { run: ViewedRun; range: TimeRange | null }) {
  const { model } = run;
  const tab = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => (tab.current ? alignWithLanes(tab.current) : undefined), []);
  const select = useRoute((state) => state.select);
  const onRange = (chosen: TimeRange | null): void => select({ range: chosen });
  const { endUs, live, marks, loadResult } = model;
  const windowEndUs = live ? liveWindowEnd(endUs) : Math.max(1000, endUs);
  const window = useMemo(() => ({ startUs: 0, endUs: windowEndUs }), [windowEndUs]);
  // Where the lanes are zoomed, the pictures below are, too, and have finer columns.
  const zoomed = useSeenWindow((state) => state.window);
  const seen = zoomed ?? window;
  const whole = useLoadBetween(model, window);
  const inSight = useLoadBetween(model, seen);
  const inRange = useLoadBetween(model, range);
  const bands = useMemo(() => faultBands(marks, endUs), [marks, endUs]);
  const shown = range ? inRange.answer : whole.answer;
  const numbers = numbersOf(model, shown, range);
  const error = inRange.error ?? inSight.error ?? whole.error;
  const pictures = inSight.answer ?? whole.answer;
  return (
    <div ref={tab} className="scroll load-tab" aria-busy={whole.pending || inRange.pending}>
      <LoadHead run={run} />
      <GeneratorLimit
        generator={loadResult?.generator}
        live={live ? model.state.load?.generatorLimit : undefined}
      />
      {live && <FaultControls run={run} />}
      {error && <ErrorPanel error={error.toJSON()} />}
      {model.state.load?.error && <ErrorPanel error={model.state.load.error} />}
      {!live && !numbers && !whole.pending && (
        <NothingMeasured
          begun={model.state.load?.startedUs !== undefined}
          cancelled={model.state.load?.phase === 'cancelled'}
        />
      )}
      <LoadNow run={run} range={range} seconds={shown !== null} />
      {numbers && <TotalsSection numbers={numbers} result={loadResult} range={range} />}
      {loadResult && (
        <>
          <Thresholds thresholds={loadResult.thresholds} onRange={onRange} />
          <KneeSection knee={loadResult.knee} range={range} onRange={onRange} />
        </>
      )}
      {pictures && (
        <>
          <HeatMap map={pictures.heatMap} window={seen} range={range} onRange={onRange} bands={bands} />
          <OutcomesOverTime
            load={pictures}
            hasWarmUp={
              loadResult?.countedFromUs !== undefined &&
              loadResult.countedFromUs > loadResult.startedUs + 1000
            }
            window={seen}
            range={range}
            onRange={onRange}
            bands={bands}
          />
        </>
      )}
      <div className="load-columns">
        {shown && <PercentileCurve curve={shown.curve} />}
        {numbers && <WhatWentWrong totals={numbers.totals} setUpFailures={loadResult?.setUpFailures} />}
      </div>
      {numbers && <EndpointTable endpoints={numbers.perRequest} totals={numbers.totals} />}
      {loadResult && (
        <>
          <GeneratorSection generator={loadResult.generator} />
          <FaultReports faults={loadResult.faults} onRange={onRange} />
          <Notes result={loadResult} />
        </>
      )}
    </div>
  );
}

/** The load that was asked for came to nothing. */
function NothingMeasured({ begun, cancelled = false }: { begun: boolean; cancelled?: boolean }) {
  if (begun)
    return <EmptyView title="Nothing was measured">The load ended before its first answer.</EmptyView>;
  return (
    <EmptyView title="The load did not begin">
      {cancelled
        ? 'It was cancelled while it waited for the target to listen on an address.'
        : 'The target listened on no address while it was recorded. Requests with a full URL do not wait for one.'}
    </EmptyView>
  );
}

export type LoadNumbers = Pick<LoadInRange, 'totals' | 'perRequest'> & { title: string };

/** Of the range by its seconds; of the whole load as it was counted, without warm-up. Where no seconds were kept, always the latter. */
function numbersOf(
  { loadResult: result, live, state }: RecordingModel,
  between: LoadInRange | null,
  range: TimeRange | null,
): LoadNumbers | null {
  if (range && between) {
    const { startUs, endUs, totals, perRequest } = between;
    return {
      totals,
      perRequest,
      title: `Selected range, by whole seconds: ${formatTimeRange(startUs, endUs)}`,
    };
  }
  const whole = result ?? between;
  return (
    whole && {
      totals: whole.totals,
      perRequest: whole.perRequest,
      title: live && state.load?.phase === 'running' ? 'So far' : 'Whole load',
    }
  );
}

/** What a file of another tool does not tell. */
function Notes({ result: { importedFrom, notes = [] } }: { result: LoadResult }) {
  if (!importedFrom && notes.length === 0) return null;
  return (
    <section className="section">
      <h2>{importedFrom ? `Read from ${importedFrom}` : 'Notes'}</h2>
      <ul className="load-notes">
        {notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </section>
  );
}
