import { useId } from 'react';
import type { KneeReport } from '../../../../main/api';
import {
  formatChange,
  formatDurationMs,
  formatNumber,
  formatPercent,
  formatRate,
} from '../../../../profiles/format';
import type { TimeRange } from '../../../../profiles/types';
import { kneeSentence } from '../../../../profiles/load-picture/knee-words';
import { KneeChart } from './KneeChart';

/** What became slower with more users: the picture and the table from which the knee is read. */
export function KneeSection({
  knee,
  range,
  onRange,
}: {
  knee: KneeReport | undefined;
  range: TimeRange | null;
  onRange: (range: TimeRange | null) => void;
}) {
  const tableId = useId();
  if (!knee) return null;
  return (
    <section className="section" aria-label="Degradation">
      <h2>Degradation</h2>
      <p className="load-sentence" data-testid="knee-sentence">
        {kneeSentence(knee)}
      </p>
      {knee.steps.length === 0 ? (
        <p className="muted">No step was measured to its end: there is nothing to compare.</p>
      ) : (
        <div className="knee-columns">
          {knee.steps.length === 1 ? (
            <p className="muted">
              One step was measured: a second one would show how users and latency go together.
            </p>
          ) : (
            <KneeChart knee={knee} range={range} onRange={onRange} tableId={tableId} />
          )}
          <div className="load-table-scroll">
            <table id={tableId} className="table load-degradation" data-testid="degradation">
              <thead>
                <tr>
                  <th scope="col" className="number">
                    Users
                  </th>
                  {['Requests', 'P50', 'P95', 'P99', 'Errors', 'P95 against the first'].map((title) => (
                    <th key={title} scope="col" className="number">
                      {title}
                    </th>
                  ))}
                  <th scope="col" />
                </tr>
              </thead>
              <tbody>
                {knee.steps.map(
                  ({ users, startUs, endUs, rps, p50Ms, p95Ms, p99Ms, errorRatio, p95Change }, index) => {
                    const isShown = range?.startUs === startUs && range.endUs === endUs;
                    return (
                      <tr
                        key={startUs}
                        aria-selected={isShown}
                        className={users === knee.kneeUsers ? 'load-knee' : undefined}
                      >
                        <td className="number">
                          <button
                            type="button"
                            className="link"
                            title="Select the time of this step"
                            onClick={() => onRange(isShown ? null : { startUs, endUs })}
                          >
                            {formatNumber(users)}
                          </button>
                        </td>
                        <td className="number">{formatRate(rps)}</td>
                        <td className="number">{formatDurationMs(p50Ms)}</td>
                        <td className="number">{formatDurationMs(p95Ms)}</td>
                        <td className="number">{formatDurationMs(p99Ms)}</td>
                        <td className={errorRatio > 0 ? 'number bad' : 'number'}>
                          {formatPercent(errorRatio)}
                        </td>
                        <td className="number">{index === 0 ? '' : formatChange(p95Change)}</td>
                        <td className="muted">
                          {[users === knee.kneeUsers && 'knee', users === knee.capacityUsers && 'capacity']
                            .filter(Boolean)
                            .join(', ')}
                        </td>
                      </tr>
                    );
                  },
                )}
              </tbody>
            </table>
          </div>
        </div>
      )}
    </section>
  );
}
