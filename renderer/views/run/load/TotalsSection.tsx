import type { LatencySummary, LoadResult } from '../../../../main/api';
import {
  exactValue,
  formatBytes,
  formatDurationMs,
  formatNumber,
  formatPercent,
  formatRate,
  noValue,
} from '../../../../profiles/format';
import type { TimeRange } from '../../../../profiles/types';
import { failedShare } from '../../../../profiles/verdict';
import type { LoadNumbers } from './LoadTab';

const columns: { title: string; of: keyof LatencySummary }[] = [
  { title: 'Min', of: 'minMs' },
  { title: 'Mean', of: 'meanMs' },
  { title: 'P50', of: 'p50Ms' },
  { title: 'P90', of: 'p90Ms' },
  { title: 'P95', of: 'p95Ms' },
  { title: 'P99', of: 'p99Ms' },
  { title: 'P99.9', of: 'p999Ms' },
  { title: 'Max', of: 'maxMs' },
];

/** All requests together: how many, how quick, how many failed. */
export function TotalsSection({
  numbers: { totals, title },
  result,
  range,
}: {
  numbers: LoadNumbers;
  result: LoadResult | null;
  range: TimeRange | null;
}) {
  const tried = totals.requests + totals.errors + totals.timeouts;
  const failed = failedShare(totals);
  // Earlier versions and some tools do not tell all of them.
  const shown = columns.filter(({ of }) => totals.latency?.[of] !== undefined);
  const perUser =
    !range && result && result.users > 0 && !result.importedFrom && result.scenario?.load.model !== 'open'
      ? totals.requests / result.users
      : null;
  return (
    <section className="section" aria-label="Totals">
      <h2 data-testid="load-title">{title}</h2>
      <dl className="figures">
        <Figure
          label="Requests"
          value={formatNumber(totals.requests)}
          title={exactValue(totals.requests, 'count')}
        />
        <Figure
          label="Rate"
          value={formatRate(totals.meanRate)}
          title={exactValue(totals.meanRate, 'perSecond')}
        />
        <Figure label="Failed" value={tried > 0 ? formatPercent(failed) : noValue} bad={failed > 0} />
        <Figure
          label="Received"
          value={formatBytes(totals.bytes)}
          title={exactValue(totals.bytes, 'bytes')}
        />
        {totals.bytesSent !== undefined && (
          <Figure
            label="Sent"
            value={formatBytes(totals.bytesSent)}
            title={exactValue(totals.bytesSent, 'bytes')}
          />
        )}
        {perUser !== null && <Figure label="Per user" value={formatNumber(Math.round(perUser * 10) / 10)} />}
      </dl>
      {totals.latency && (
        <table className="table table-plain load-latencies">
          <thead>
            <tr>
              <th scope="col" aria-label="Which latency" />
              {shown.map((column) => (
                <th key={column.of} scope="col" className="number">
                  {column.title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <LatencyRow
              name={totals.service ? 'Response time' : 'Latency'}
              meaning={totals.service ? 'from when each was due: waiting counts' : undefined}
              latency={totals.latency}
              shown={shown}
            />
            {totals.service && (
              <LatencyRow
                name="Service time"
                meaning="from when each was really sent"
                latency={totals.service}
                shown={shown}
              />
            )}
          </tbody>
        </table>
      )}
    </section>
  );
}

function LatencyRow({
  name,
  meaning,
  latency,
  shown,
}: {
  name: string;
  meaning: string | undefined;
  latency: LatencySummary;
  shown: typeof columns;
}) {
  return (
    <tr>
      <th scope="row">
        {name} {meaning && <span className="muted">{meaning}</span>}
      </th>
      {shown.map((column) => {
        const value = latency[column.of];
        return (
          <td
            key={column.of}
            className="number"
            title={value === undefined ? undefined : exactValue(value, 'ms')}
          >
            {ms(value)}
          </td>
        );
      })}
    </tr>
  );
}

function Figure({
  label,
  value,
  title,
  bad = false,
}: {
  label: string;
  value: string;
  title?: string;
  bad?: boolean;
}) {
  return (
    <div title={title}>
      <dt>{label}</dt>
      <dd className={bad ? 'bad' : undefined}>{value}</dd>
    </div>
  );
}

function ms(value: number | undefined): string {
  return value === undefined ? noValue : formatDurationMs(value);
}
