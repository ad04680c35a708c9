import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import type { Comparison, FunctionChange, MetricChange, SessionMeta } from '../../../main/api';
import {
  exactValue,
  formatDurationMs,
  formatNumber,
  formatPercent,
  formatValue,
  noValue,
} from '../../../profiles/format';
import { formatLocation } from '../../../profiles/location';
import { formatWhen } from '../../components/when';
import { formatHash, homeRoute, emptySelection } from '../../state/selection';
import { Change } from './Change';
import { judge, type Judgement } from './judge';

const shownFunctions = 100;

/** What changed from A to B. */
export function ComparisonTables({ comparison }: { comparison: Comparison }) {
  const { a, b, metrics, functions, caveats } = comparison;
  const [all, setAll] = useState(false);
  const shown = all ? functions : functions.slice(0, shownFunctions);
  const judged = metrics.map((metric) => ({ metric, judgement: judge(metric) }));
  return (
    <div className="compare-body">
      <p className="compare-verdict" role="status">
        {verdictOf(judged.map((each) => each.judgement))}{' '}
        <span className="muted">One run each: small differences may be chance.</span>
      </p>
      {caveats.length > 0 && (
        <div className="notice notice-warn">
          <IconAlertTriangle size={14} aria-hidden />
          <ul className="plain-list" aria-label="Why the numbers may not be comparable">
            {caveats.map((caveat) => (
              <li key={caveat}>{caveat}</li>
            ))}
          </ul>
        </div>
      )}
      <section className="section">
        <h2>Metrics</h2>
        <table className="table compare-metrics">
          <thead>
            <tr>
              <th scope="col">Metric</th>
              <th scope="col" className="number">
                <SessionLink letter="A" session={a} />
              </th>
              <th scope="col" className="number">
                <SessionLink letter="B" session={b} />
              </th>
              <th scope="col">Change</th>
            </tr>
          </thead>
          <tbody>
            {judged.map(({ metric, judgement }) => (
              <tr key={metric.key}>
                <th scope="row">{metric.label}</th>
                <Value metric={metric} value={metric.a} />
                <Value metric={metric} value={metric.b} />
                <td>
                  <Change
                    change={metric.change}
                    judgement={judgement}
                    direction={(metric.b ?? 0) - (metric.a ?? 0)}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <section className="section">
        <h2>Functions that changed most</h2>
        {functions.length === 0 ? (
          <p className="muted">At least one of the two has no CPU profile to compare.</p>
        ) : (
          <table className="table compare-functions">
            <thead>
              <tr>
                <th scope="col">Function</th>
                <th scope="col">Location</th>
                <th scope="col" className="number">
                  Self A
                </th>
                <th scope="col" className="number">
                  Self B
                </th>
                <th scope="col">Share of CPU time, A → B</th>
                <th scope="col" className="number">
                  Change
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((change) => (
                <FunctionRow
                  key={`${change.name} ${change.url} ${change.lineA} ${change.lineB}`}
                  change={change}
                  a={a}
                  b={b}
                />
              ))}
            </tbody>
          </table>
        )}
        {!all && functions.length > shownFunctions && (
          <Button variant="default" size="compact-xs" mt="sm" onClick={() => setAll(true)}>
            Show all {formatNumber(functions.length)}
          </Button>
        )}
      </section>
    </div>
  );
}

/** How many became better or worse, in words; says nothing of what only one of the two measured. */
function verdictOf(judgements: Judgement[]): string {
  const count = (judgement: Judgement): number => judgements.filter((each) => each === judgement).length;
  const [better, worse] = [count('better'), count('worse')];
  const comparable = better + worse + count('same');
  if (comparable === 0) return 'No metric that can be better or worse was measured in both.';
  if (better + worse === 0)
    return `None of the ${comparable} comparable metrics became better or worse by more than 5 %.`;
  return `Of ${comparable} comparable metrics, ${better} became better and ${worse} worse by more than 5 %.`;
}

function SessionLink({ letter, session }: { letter: string; session: SessionMeta }) {
  return (
    <a
      className="link compare-session"
      href={formatHash({ ...homeRoute, view: 'run', id: session.id })}
      title={`${session.name}, ${formatWhen(session.createdAt)}`}
    >
      {letter}: {session.name}
    </a>
  );
}

function Value({ metric, value }: { metric: MetricChange; value: number | null }) {
  return (
    <td className="number" title={value === null ? 'not measured' : exactValue(value, metric.unit)}>
      {value === null ? noValue : formatValue(value, metric.unit)}
    </td>
  );
}

function FunctionRow({ change, a, b }: { change: FunctionChange; a: SessionMeta; b: SessionMeta }) {
  const { selfShareA, selfShareB } = change;
  const points = selfShareB - selfShareA;
  const notable = Math.abs(points) >= 0.01;
  const kind = !notable ? 'same' : points > 0 ? 'worse' : 'better';
  const location = formatLocation(change.url, change.lineB || change.lineA, b.cwd);
  return (
    <tr>
      <td className="mono cell-name" title={change.name}>
        {change.name}
      </td>
      <td className="mono muted cell-command" title={change.url}>
        {location}
      </td>
      <td className="number">
        <FunctionLink
          session={a}
          change={change}
          line={change.lineA}
          ms={change.selfMsA}
          label={`${change.name} in A`}
        />
      </td>
      <td className="number">
        <FunctionLink
          session={b}
          change={change}
          line={change.lineB}
          ms={change.selfMsB}
          label={`${change.name} in B`}
        />
      </td>
      <td className="share-pair">
        <ShareBar a={selfShareA} b={selfShareB} />
        <span className="number">
          {formatPercent(selfShareA)} → {formatPercent(selfShareB)}
        </span>
      </td>
      <td className="number">
        <span className={`change change-${kind}`}>
          <span className="change-shape" aria-hidden>
            {!notable ? '≈' : points > 0 ? '▲' : '▼'}
          </span>
          {points >= 0 ? '+' : '−'}
          {(Math.abs(points) * 100).toFixed(1)} pp
        </span>
      </td>
    </tr>
  );
}

/** A hollow bar for A, a filled one for B. */
function ShareBar({ a, b }: { a: number; b: number }) {
  return (
    <span className="share-bar" aria-hidden>
      <span className="share-bar-a" style={{ width: `${a * 100}%` }} />
      <span className="share-bar-b" style={{ width: `${b * 100}%` }} />
    </span>
  );
}

/** The session with this function selected. The key has no column, which may differ between versions. */
function FunctionLink(props: {
  session: SessionMeta;
  change: FunctionChange;
  line: number;
  ms: number;
  label: string;
}) {
  const { session, change, line, ms, label } = props;
  if (ms === 0) return <span className="muted">{noValue}</span>;
  return (
    <a
      className="link"
      aria-label={label}
      title={`Show ${change.name} in ${session.name}`}
      href={formatHash({
        ...homeRoute,
        view: 'run',
        id: session.id,
        selection: {
          ...emptySelection,
          tab: 'functions',
          functionKey: `${change.name}\n${change.url}\n${line}`,
        },
      })}
    >
      {formatDurationMs(ms)}
    </a>
  );
}
