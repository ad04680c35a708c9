import { useMemo } from 'react';
import {
  exactBytes,
  exactValue,
  formatBytes,
  formatDurationMs,
  formatNumber,
  noValue,
} from '../../../../../profiles/format';
import type { ViewedRun } from '../../viewed-run';
import { collectionsOf } from './collections-of';
import { gcStatistics, type GcStatistics } from './gc-statistics';

const kindTitles: Record<GcStatistics['gcKind'], { title: string; hint: string }> = {
  minor: { title: 'Minor (scavenges)', hint: 'Of the young objects only' },
  major: { title: 'Major (mark-compact)', hint: 'Of the whole heap: what is left after it is the floor' },
  incremental: { title: 'Incremental marking', hint: 'Steps of a major collection, between other work' },
  weakcb: { title: 'Weak callbacks', hint: 'Finalizers and weak references' },
  all: { title: 'All', hint: '' },
};

/** What garbage collection cost, by kind. */
export function GcTable({ run }: { run: ViewedRun }) {
  const { model, selection, version } = run;
  const { threads, range } = selection;
  const rows = useMemo(
    () => gcStatistics(collectionsOf(model), threads, range),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the model changes in place; `version` says when
    [model, version, threads, range],
  );
  return (
    <section className="section" aria-label="Garbage collection">
      <h2>Garbage collection{range && ' in the selected range'}</h2>
      {rows.length === 0 ? (
        <p className="muted">
          {model.series.length === 0 ? 'Nothing measured it.' : 'No garbage collection was seen.'}
        </p>
      ) : (
        <table className="table" data-testid="gc-table">
          <thead>
            <tr>
              <th scope="col">Kind</th>
              {['Collections', 'Caused by us', 'Pauses, sum', 'P50', 'Longest', 'Freed'].map((title) => (
                <th key={title} scope="col" className="number">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.gcKind} className={row.gcKind === 'all' ? 'row-strong' : undefined}>
                <th scope="row" title={kindTitles[row.gcKind].hint}>
                  {kindTitles[row.gcKind].title}
                </th>
                <td className="number">{formatNumber(row.count)}</td>
                <td
                  className="number"
                  title="By an allocation refresh, a forced collection or a heap snapshot"
                >
                  {formatNumber(row.ours)}
                </td>
                <td className="number" title={exactValue(row.pauseMs, 'ms')}>
                  {formatDurationMs(row.pauseMs)}
                </td>
                <td className="number">{row.medianMs === null ? noValue : formatDurationMs(row.medianMs)}</td>
                <td className="number">{formatDurationMs(row.longestMs)}</td>
                <td
                  className="number"
                  title={row.freedBytes === null ? undefined : exactBytes(row.freedBytes)}
                >
                  {row.freedBytes === null ? noValue : formatBytes(row.freedBytes)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
