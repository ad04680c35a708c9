import { IconAlertTriangle } from '@tabler/icons-react';
import type { FaultReport, PhaseNumbers } from '../../../../main/api';
import {
  formatChange,
  formatDurationMs,
  formatNumber,
  formatPercent,
  formatRate,
  formatTimeRange,
  noValue,
} from '../../../../profiles/format';
import type { TimeRange } from '../../../../profiles/types';
import { recoverySentence } from '../../../../profiles/load-picture/fault-words';

/** What each fault did: before, during and after, and how long it took to be well again. */
export function FaultReports({
  faults = [],
  onRange,
}: {
  faults: readonly FaultReport[] | undefined;
  onRange: (range: TimeRange) => void;
}) {
  if (faults.length === 0) return null;
  return (
    <section className="section" aria-label="Faults">
      <h2>Faults</h2>
      <div className="fault-reports">
        {faults.map((fault, index) => (
          <Report key={index} fault={fault} onRange={onRange} />
        ))}
      </div>
    </section>
  );
}

function Report({ fault, onRange }: { fault: FaultReport; onRange: (range: TimeRange) => void }) {
  const { text, byHand, startedUs, endedUs, problem, means, before, during, after } = fault;
  const phases: [string, PhaseNumbers][] = [
    ['before', before],
    ['during', during],
    ['after', after],
  ];
  return (
    <article className="fault-report" aria-label={text} data-testid="fault-report">
      <p>
        <strong>{text}</strong>{' '}
        <button
          type="button"
          className="link proof"
          title="Select the time of this fault"
          onClick={() => onRange({ startUs: startedUs, endUs: Math.max(endedUs, startedUs + 1000) })}
        >
          {formatTimeRange(startedUs, endedUs)}
        </button>{' '}
        <span className="muted">
          {formatDurationMs((endedUs - startedUs) / 1000)}, {byHand ? 'by hand' : 'by the scenario'}
          {means && `, ${means}`}
        </span>
      </p>
      {problem && (
        <p className="fault-problem">
          <IconAlertTriangle size={14} aria-hidden /> <span>{problem}</span>
        </p>
      )}
      {/* What could not be done has no effect to report. */}
      <p className="load-sentence">{recoverySentence(fault)}</p>
      <table className="table table-plain">
        <thead>
          <tr>
            <th scope="col" aria-label="When" />
            {['Requests', 'Rate', 'P50', 'P95', 'Errors'].map((title) => (
              <th key={title} scope="col" className="number">
                {title}
              </th>
            ))}
            <th scope="col">What went wrong</th>
          </tr>
        </thead>
        <tbody>
          {phases.map(([name, phase]) => (
            <Phase
              key={name}
              name={name}
              phase={phase}
              before={name === 'before' ? null : before}
              onRange={onRange}
            />
          ))}
        </tbody>
      </table>
    </article>
  );
}

function Phase({
  name,
  phase,
  before,
  onRange,
}: {
  name: string;
  phase: PhaseNumbers;
  before: PhaseNumbers | null;
  onRange: (range: TimeRange) => void;
}) {
  const { startUs, endUs, absent, requests, rps, p50Ms, p95Ms, errorRatio, errorKinds } = phase;
  if (absent !== undefined)
    return (
      <tr>
        <th scope="row">{name}</th>
        <td colSpan={6} className="muted">
          No numbers: {absent}.
        </td>
      </tr>
    );
  const kinds = Object.entries(errorKinds)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${formatNumber(count)} ${kind}`);
  return (
    <tr>
      <th scope="row">
        <button
          type="button"
          className="link"
          title={`Select ${formatTimeRange(startUs, endUs)}`}
          onClick={() => onRange({ startUs, endUs })}
        >
          {name}
        </button>
      </th>
      <td className="number">{formatNumber(requests)}</td>
      <td className="number">
        {rps === null ? noValue : formatRate(rps)} <Change now={rps} then={before?.rps ?? null} />
      </td>
      <td className="number">
        {p50Ms === null ? noValue : formatDurationMs(p50Ms)}{' '}
        <Change now={p50Ms} then={before?.p50Ms ?? null} />
      </td>
      <td className="number">
        {p95Ms === null ? noValue : formatDurationMs(p95Ms)}{' '}
        <Change now={p95Ms} then={before?.p95Ms ?? null} />
      </td>
      <td className={(errorRatio ?? 0) > 0 ? 'number bad' : 'number'}>
        {errorRatio === null ? noValue : formatPercent(errorRatio)}
      </td>
      <td className="ellipsis load-wrong" title={kinds.join('\n')}>
        {kinds.join(' · ') || noValue}
      </td>
    </tr>
  );
}

function Change({ now, then }: { now: number | null; then: number | null }) {
  if (now === null || then === null || then === 0) return null;
  return <span className="muted load-change">{formatChange((now - then) / then)}</span>;
}
