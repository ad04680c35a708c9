import { Button } from '@mantine/core';
import { IconBolt } from '@tabler/icons-react';
import { useState } from 'react';
import type { LoadState, Scenario } from '../../../../main/api';
import { toAppError } from '../../../../main/errors';
import { formatDurationMs, formatNumber, formatTime } from '../../../../profiles/format';
import { useClient } from '../../../state/client';
import { reportError } from '../../../state/report-error';
import type { ViewedRun } from '../viewed-run';
import { loadWords } from '../../../../profiles/load-picture/load-words';

/** What load it is, how far it is, and what is broken just now. */
export function LoadHead({ run }: { run: ViewedRun }) {
  const { model } = run;
  const { load } = model.state;
  const result = model.loadResult;
  const preset = result?.preset ?? load?.preset ?? '';
  const scenario: Scenario | undefined = result?.scenario;
  const name = load?.name ?? scenario?.name;
  const planned = result?.plannedDurationMs ?? load?.plannedDurationMs ?? 0;
  const lastedMs = result && (result.endedUs - result.startedUs) / 1000;
  // A search for the knee ends when it has found it.
  const isShort = lastedMs !== null && lastedMs < planned * 0.98 && scenario?.load.model !== 'knee';
  const cut = result && (result.cancelled || isShort) && !model.live;
  return (
    <section className="load-head" aria-label="Load">
      <p className="load-what">
        <strong>{preset === 'custom' && name ? name : preset}</strong>{' '}
        <span className="muted">
          {[
            scenario ? loadWords(scenario.load) : usersWords(result?.users, load),
            lastedMs === null
              ? `${preset === 'knee' ? 'at most ' : ''}${formatDurationMs(planned)}`
              : formatDurationMs(lastedMs),
          ]
            .filter(Boolean)
            .join(' · ')}
          {cut &&
            ` (${result.cancelled ? 'cancelled' : 'ended early'}, ${formatDurationMs(planned)} planned)`}
          {result?.iterations !== undefined && ` · ${formatNumber(result.iterations)} iterations finished`}
          {result?.countedFromUs !== undefined &&
            result.countedFromUs > result.startedUs + 1000 &&
            (result.countedFromUs < result.endedUs
              ? ` · counted from ${formatTime(result.countedFromUs)}, after the warm-up`
              : ' · ended during the warm-up: nothing was counted')}
        </span>
      </p>
      {model.live && load && <Stage load={load} />}
      {model.live && <ActiveFaults run={run} />}
    </section>
  );
}

/** How many; a running load tells its stage, which has them. */
function usersWords(asked: number | undefined, load: LoadState | null): string {
  const users = asked ?? (load?.phase === 'running' && load.stage ? 0 : (load?.users ?? 0));
  return users > 0 ? `${formatNumber(users)} ${users === 1 ? 'user' : 'users'}` : '';
}

function Stage({ load }: { load: LoadState }) {
  if (load.phase === 'waiting')
    return (
      <p className="muted" role="status">
        The load starts as soon as the target listens on an address.
      </p>
    );
  if (load.phase !== 'running' || (!load.stage && !load.warmingUp)) return null;
  return (
    <p role="status" data-testid="load-stage">
      {upperFirst([load.warmingUp && 'warming up, not counted', load.stage].filter(Boolean).join(' · '))}
    </p>
  );
}

function upperFirst(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

/** Faults that last, each with the button that ends it. */
function ActiveFaults({ run }: { run: ViewedRun }) {
  const client = useClient();
  const { state } = run.model;
  const [ending, setEnding] = useState<string | null>(null);
  const faults = state.load?.faults ?? [];
  if (faults.length === 0) return null;
  const end = async (faultId: string): Promise<void> => {
    setEnding(faultId);
    await client
      .call('run.endFault', { runId: state.runId, faultId })
      .catch((thrown: unknown) => reportError(toAppError(thrown)));
    setEnding(null);
  };
  return (
    <ul className="plain-list active-faults" aria-label="Active faults">
      {faults.map(({ id, text, byHand, startedUs }) => (
        <li key={id} className="active-fault">
          <IconBolt size={14} aria-hidden />
          <span>
            {text}{' '}
            <span className="muted">
              since {formatTime(startedUs)}, {byHand ? 'by hand' : 'by the scenario'}
            </span>
          </span>
          <Button size="compact-xs" variant="default" loading={ending === id} onClick={() => void end(id)}>
            End it now
          </Button>
        </li>
      ))}
    </ul>
  );
}
