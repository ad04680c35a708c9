import type { LoadTotals } from '../../../../main/api';
import { formatNumber, formatPercent, noValue } from '../../../../profiles/format';
import { whatWentWrong } from '../../../../profiles/load-picture/failed';
import { statusesOf } from './outcome-colors';

/** Of one endpoint: its whole address, answers by status, what went wrong, checks; each with its share. */
export function EndpointDetails({ address, totals }: { address: string; totals: LoadTotals }) {
  const tried = totals.requests + totals.errors + totals.timeouts;
  const statuses = statusesOf(totals);
  const wrong = whatWentWrong(totals);
  const checks = Object.entries(totals.checks ?? {});
  return (
    <div className="endpoint-details">
      <p className="mono endpoint-address">{address}</p>
      <div className="endpoint-facts">
        <Facts
          title="Answers by status"
          none={tried === 0 ? 'It was not requested.' : 'No answer has a status.'}
          rows={statuses.map(([status, count]) => ({
            name: status,
            color: status,
            value: formatNumber(count),
            share: count / Math.max(1, tried),
            bad: /^[45]/.test(status),
          }))}
        />
        <Facts
          title="What went wrong"
          none="Nothing."
          rows={wrong.map(({ kind, count }) => ({
            name: kind,
            value: formatNumber(count),
            share: count / Math.max(1, tried),
            bad: true,
          }))}
        />
        {checks.length > 0 && (
          <Facts
            title="Checks"
            none=""
            rows={checks.map(([name, { passed, failed }]) => ({
              name,
              value: `${formatNumber(passed)} of ${formatNumber(passed + failed)} held`,
              share: passed + failed > 0 ? passed / (passed + failed) : null,
              bad: failed > 0,
            }))}
          />
        )}
      </div>
    </div>
  );
}

interface Fact {
  name: string;
  value: string;
  share: number | null;
  bad: boolean;
  /** Of a status class. */
  color?: string;
}

function Facts({ title, rows, none }: { title: string; rows: Fact[]; none: string }) {
  return (
    <section aria-label={title}>
      <h3 className="load-h3">{title}</h3>
      {rows.length === 0 ? (
        <p className="muted">{none}</p>
      ) : (
        <table className="table table-plain outcome-table">
          <tbody>
            {rows.map(({ name, value, share, bad, color }) => (
              <tr key={name}>
                <th scope="row" className="cell-name" title={name}>
                  {color && (
                    <span className="swatch" style={{ background: `var(--outcome-${color})` }} aria-hidden />
                  )}
                  {name}
                </th>
                <td className={bad ? 'number bad' : 'number'}>{value}</td>
                <td className="number share-cell">{share === null ? noValue : formatPercent(share)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
