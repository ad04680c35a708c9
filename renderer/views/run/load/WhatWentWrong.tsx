import type { LoadTotals } from '../../../../main/api';
import { formatNumber, formatPercent, noValue } from '../../../../profiles/format';
import { whatWentWrong } from '../../../../profiles/load-picture/failed';
import { statusesOf } from './outcome-colors';

/** Errors by kind, answers by status, checks. */
export function WhatWentWrong({
  totals,
  setUpFailures = {},
}: {
  totals: LoadTotals;
  setUpFailures: Record<string, number> | undefined;
}) {
  const wrong = whatWentWrong(totals);
  const tried = Math.max(1, totals.requests + totals.errors + totals.timeouts);
  const statuses = statusesOf(totals);
  const checks = Object.entries(totals.checks ?? {});
  const setUp = Object.entries(setUpFailures);
  return (
    <section className="section" aria-label="Outcomes">
      <h2>Outcomes</h2>
      <table className="table table-plain outcome-table">
        <tbody>
          {statuses.map(([status, count]) => (
            <Row
              key={status}
              name={`Answered ${status}`}
              count={count}
              of={tried}
              color={status}
              bad={/^[45]/.test(status)}
            />
          ))}
          {wrong.map(({ kind, count }) => (
            <Row key={kind} name={kind} count={count} of={tried} bad />
          ))}
          {wrong.length === 0 && (
            <tr>
              <th scope="row" className="muted" colSpan={3}>
                No errors.
              </th>
            </tr>
          )}
          {setUp.map(([kind, count]) => (
            <tr key={kind}>
              <th scope="row" className="cell-name" title={kind}>
                Set-up failed: {kind}
              </th>
              <td className="number bad">{formatNumber(count)}</td>
              <td className="number share-cell muted">users</td>
            </tr>
          ))}
        </tbody>
      </table>
      {checks.length > 0 && (
        <>
          <h3 className="load-h3">Checks</h3>
          <table className="table table-plain outcome-table" aria-label="Checks">
            <tbody>
              {checks.map(([words, { passed, failed }]) => (
                <tr key={words}>
                  <th scope="row" className="cell-name" title={words}>
                    {words}
                  </th>
                  <td className={failed > 0 ? 'number bad' : 'number'}>
                    {passed + failed === 0
                      ? 'not reached'
                      : `${formatNumber(passed)} of ${formatNumber(passed + failed)} held`}
                  </td>
                  <td className="number share-cell">
                    {passed + failed === 0 ? noValue : formatPercent(passed / (passed + failed))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </section>
  );
}

function Row({
  name,
  count,
  of,
  color,
  bad,
}: {
  name: string;
  count: number;
  of: number;
  color?: string;
  bad: boolean;
}) {
  return (
    <tr>
      <th scope="row" className="cell-name" title={name}>
        {color && <span className="swatch" style={{ background: `var(--outcome-${color})` }} aria-hidden />}
        {name}
      </th>
      <td className={bad ? 'number bad' : 'number'}>{formatNumber(count)}</td>
      <td className="number share-cell">{formatPercent(count / of)}</td>
    </tr>
  );
}
