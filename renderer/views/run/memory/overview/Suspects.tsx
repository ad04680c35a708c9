import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { formatBytes, formatNumber } from '../../../../../profiles/format';
import type { LeakVerdict } from '../../../../../profiles/leaks/types';
import { formatLocation } from '../../../../../profiles/location';
import { ErrorPanel } from '../../../../components/ErrorPanel';
import { LoadingView } from '../../../../components/LoadingView';
import { useClient } from '../../../../state/client';
import { useRoute } from '../../../../state/selection';
import type { ViewedRun } from '../../viewed-run';
import { snapshotsOf } from '../snapshots/snapshots-of';
import { useOpening } from '../snapshots/use-snapshot';
import { shortPaths } from '../short-paths';
import { Where } from '../snapshots/Where';
import { sitesToShow } from './sites-to-show';

interface Props {
  run: ViewedRun;
  verdict: LeakVerdict;
}

interface DeepProps extends Props {
  /** The verdict that also knows the snapshots. */
  onDeep: (verdict: LeakVerdict) => void;
}

/** Snapshots that together are larger are opened only when somebody asks for it. */
const mostBytesUnasked = 200e6;

/** What has grown: constructors with their holders, and the code that allocated what is still there. */
export function Suspects({ run, verdict, onDeep }: DeepProps) {
  const { model } = run;
  const complete = snapshotsOf(model).filter(({ state }) => state === 'complete');
  const perThread = new Map<string, number>();
  for (const { thread } of complete) perThread.set(thread, (perThread.get(thread) ?? 0) + 1);
  const comparable = [...perThread.values()].some((count) => count >= 2);
  const bytes = complete.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const [asked, setAsked] = useState(false);
  const isLeaking = verdict.outcome === 'leaking';
  const deep = comparable && (asked || (isLeaking && !model.live && bytes <= mostBytesUnasked));
  if (!isLeaking && verdict.sites.length === 0 && !comparable) return null;
  return (
    <div className="leak-suspects">
      <section className="section" aria-label="Suspected constructors">
        <div className="section-head">
          <h2>Constructors that have grown</h2>
          {verdict.constructors.length > 0 && (
            <span className="muted leak-column">held by · objects · held bytes</span>
          )}
        </div>
        {verdict.constructors.length > 0 ? (
          <Constructors run={run} verdict={verdict} />
        ) : deep ? (
          <Deep run={run} verdict={verdict} onDeep={onDeep} />
        ) : comparable ? (
          <div className="leak-ask">
            <span className="muted">
              Two heap snapshots tell which constructors have grown, and what holds them.
            </span>
            <Button size="compact-xs" variant="default" onClick={() => setAsked(true)}>
              Compare the snapshots ({formatBytes(bytes)})
            </Button>
          </div>
        ) : (
          <p className="muted">Two heap snapshots of one thread would tell.</p>
        )}
      </section>
      <Sites run={run} verdict={verdict} />
    </div>
  );
}

function Deep({ run, verdict, onDeep }: DeepProps) {
  const client = useClient();
  const { id } = run.model;
  const thresholds = JSON.stringify(verdict.thresholds);
  const opening = useOpening(`${id} ${thresholds}`, 'Comparing heap snapshots', (taskId) =>
    client.call('leaks.judge', { id, deep: true, taskId, thresholds: verdict.thresholds }),
  );
  const deep = opening.status === 'ready' ? opening.value : null;
  useEffect(() => {
    if (deep) onDeep(deep);
  }, [deep, onDeep]);
  if (opening.status === 'opening')
    return (
      <LoadingView
        text={opening.text || opening.title}
        fraction={opening.fraction}
        onCancel={opening.cancel}
      />
    );
  if (opening.status === 'failed')
    return opening.error.code === 'CANCELLED' ? (
      <Button size="compact-xs" variant="default" onClick={opening.again}>
        Compare the snapshots
      </Button>
    ) : (
      <ErrorPanel error={opening.error.toJSON()}>
        <Button size="compact-xs" variant="default" onClick={opening.again}>
          Try again
        </Button>
      </ErrorPanel>
    );
  return opening.value.constructors.length > 0 ? (
    <Constructors run={run} verdict={opening.value} />
  ) : (
    <p className="muted">No constructor has grown between the two snapshots.</p>
  );
}

function Constructors({ run, verdict }: Props) {
  const { cwd } = run.model.state;
  const goInMemory = useRoute((state) => state.goInMemory);
  const { snapshots } = verdict;
  const compare = (group: number): void => {
    if (snapshots)
      goInMemory({
        view: 'snapshots',
        file: snapshots.b,
        base: { id: '', file: snapshots.a },
        group,
        object: null,
      });
  };
  return (
    <table className="table table-plain leak-constructors" data-testid="suspect-constructors">
      <tbody>
        {verdict.constructors.map((suspect) => (
          <tr key={suspect.key}>
            <th scope="row" className="cell-name">
              <button
                type="button"
                className="link proof mono ellipsis"
                title={`Show what has happened to ${suspect.name}`}
                disabled={!snapshots}
                onClick={() => compare(suspect.key)}
              >
                {suspect.name}
              </button>
            </th>
            <td className="cell-command leak-held" title={suspect.heldBy}>
              {suspect.heldBy && (
                <button
                  type="button"
                  className="link"
                  disabled={!snapshots}
                  onClick={() => compare(suspect.key)}
                >
                  <Where
                    text={shortPaths(suspect.heldBy.replace(/^held by /, ''), cwd)}
                    title={suspect.heldBy}
                  />
                </button>
              )}
            </td>
            <td className="number">
              {suspect.countChange > 0 && '+'}
              {formatNumber(suspect.countChange)}
            </td>
            <td
              className="number"
              title={`${formatBytes(suspect.sizeChange)} of it are the objects themselves`}
            >
              {suspect.heldChange > 0 && '+'}
              {formatBytes(suspect.heldChange)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Sites({ run, verdict }: Props) {
  const { select } = useRoute();
  const { model, selection } = run;
  const isLeaking = verdict.outcome === 'leaking';
  // Without a leak nobody is suspected: it is said what lives, the program's own code first.
  const title = isLeaking ? 'Where it was allocated' : 'Where living memory was allocated';
  const sites = sitesToShow(verdict.sites, isLeaking);
  if (sites.length === 0)
    return (
      <section className="section" aria-label={title}>
        <div className="section-head">
          <h2>{title}</h2>
        </div>
        <p className="muted">
          {model.allocations.size === 0
            ? 'No allocation profile was recorded.'
            : 'No allocation site stands out.'}
        </p>
      </section>
    );
  return (
    <section className="section" aria-label={title}>
      <div className="section-head">
        <h2>{title}</h2>
        <span className="muted leak-column">grown · alive</span>
      </div>
      <table className="table table-plain" data-testid="suspect-sites">
        <tbody>
          {sites.map((site) => {
            const key = `${site.name}\n${site.url}\n${site.line}\n${site.column}`;
            return (
              <tr key={`${site.thread} ${key}`}>
                <th scope="row" className="cell-name">
                  <button
                    type="button"
                    className="link proof mono ellipsis"
                    title={`Show ${site.name} in the allocations`}
                    onClick={() =>
                      select({
                        tab: 'memory',
                        functionKey: key,
                        memory: { ...selection.memory, view: 'allocations' },
                      })
                    }
                  >
                    {site.name || '(anonymous)'}
                  </button>
                </th>
                <td className="mono muted cell-command" title={site.url}>
                  <Where text={formatLocation(site.url, site.line, model.state.cwd)} title={site.url} />
                </td>
                <td className="number">
                  {site.growthBytes > 0 && '+'}
                  {formatBytes(site.growthBytes)}
                </td>
                <td className="number muted">{formatBytes(site.aliveBytes)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
