import { SegmentedControl } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { EndpointResult, LatencySummary, LoadTotals } from '../../../../main/api';
import {
  exactValue,
  formatBytes,
  formatDurationMs,
  formatNumber,
  formatPercent,
  formatRate,
  noValue,
} from '../../../../profiles/format';
import { whatWentWrong } from '../../../../profiles/load-picture/failed';
import { failedShare } from '../../../../profiles/verdict';

type Which = 'latency' | 'service';

interface Column {
  title: string;
  value: (totals: LoadTotals, which: Which) => number | undefined;
  format: (value: number) => string;
  unit: 'ms' | 'count' | 'perSecond' | 'bytes' | 'ratio';
}

const time = (title: string, of: keyof LatencySummary): Column => ({
  title,
  value: (totals, which) => (which === 'service' ? totals.service : totals.latency)?.[of],
  format: formatDurationMs,
  unit: 'ms',
});

const columns: Column[] = [
  { title: 'Requests', value: ({ requests }) => requests, format: formatNumber, unit: 'count' },
  { title: 'Rate', value: ({ meanRate }) => meanRate, format: formatRate, unit: 'perSecond' },
  time('Min', 'minMs'),
  time('Mean', 'meanMs'),
  time('P50', 'p50Ms'),
  time('P90', 'p90Ms'),
  time('P95', 'p95Ms'),
  time('P99', 'p99Ms'),
  time('P99.9', 'p999Ms'),
  time('Max', 'maxMs'),
  { title: 'Failed', value: failedShare, format: formatPercent, unit: 'ratio' },
  { title: 'Received', value: ({ bytes }) => bytes, format: formatBytes, unit: 'bytes' },
];

/** One row per endpoint, as written in the scenario; sorted by any column. */
export function EndpointTable({
  endpoints,
  totals,
}: {
  endpoints: readonly EndpointResult[];
  totals: LoadTotals;
}) {
  const [which, setWhich] = useState<Which>('latency');
  const [sort, setSort] = useState<{ column: number; descending: boolean } | null>(null);
  const hasService = Boolean(totals.service);
  const time = hasService ? which : 'latency';
  const sorted = useMemo(() => {
    const column = sort && columns[sort.column];
    if (!column) return endpoints;
    const sign = sort.descending ? -1 : 1;
    const of = (each: EndpointResult): number => column.value(each.totals, time) ?? -1;
    return [...endpoints].sort((a, b) => sign * (of(a) - of(b)));
  }, [endpoints, sort, time]);
  const hasTail = endpoints.some((each) => each.totals.latency?.p999Ms !== undefined);
  const shown = columns
    .map((column, index) => ({ column, index }))
    .filter(({ column }) => hasTail || column.title !== 'P99.9');
  return (
    <section className="section" aria-label="Endpoints">
      <div className="section-head">
        <h2>By endpoint</h2>
        {hasService && (
          <SegmentedControl
            size="xs"
            aria-label="Which latency"
            value={which}
            onChange={setWhich}
            data={[
              { value: 'latency', label: 'Response time' },
              { value: 'service', label: 'Service time' },
            ]}
          />
        )}
      </div>
      <div className="load-table-scroll">
        <table className="table load-endpoints" data-testid="load-endpoints">
          <thead>
            <tr>
              <th scope="col">Endpoint</th>
              {shown.map(({ column, index }) => (
                <th
                  key={column.title}
                  scope="col"
                  className="number"
                  aria-sort={
                    sort?.column === index ? (sort.descending ? 'descending' : 'ascending') : undefined
                  }
                >
                  <button
                    type="button"
                    className="sort-button"
                    onClick={() =>
                      setSort((before) =>
                        before?.column !== index
                          ? { column: index, descending: true }
                          : before.descending
                            ? { column: index, descending: false }
                            : null,
                      )
                    }
                  >
                    {column.title}
                    {sort?.column === index && (sort.descending ? ' ▾' : ' ▴')}
                  </button>
                </th>
              ))}
              <th scope="col">What went wrong</th>
            </tr>
          </thead>
          <tbody>
            {sorted.map((each, index) => (
              <Row
                key={`${index} ${each.method} ${each.url}`}
                name={titleOf(each)}
                title={`${each.method} ${each.url}`}
                totals={each.totals}
                which={time}
                shown={shown}
              />
            ))}
            {endpoints.length !== 1 && (
              <Row name="All" title="All endpoints" totals={totals} which={time} shown={shown} strong />
            )}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** The step's own name, or `METHOD url`. */
function titleOf({ name, method, url }: EndpointResult): string {
  return name ?? `${method} ${url}`;
}

function Row({
  name,
  title,
  totals,
  which,
  shown,
  strong = false,
}: {
  name: string;
  title: string;
  totals: LoadTotals;
  which: Which;
  shown: { column: Column; index: number }[];
  strong?: boolean;
}) {
  const wrong = whatWentWrong(totals);
  return (
    <tr className={strong ? 'row-strong' : undefined}>
      <th scope="row" className={strong ? 'cell-name' : 'cell-name mono'} title={title}>
        {name}
      </th>
      {shown.map(({ column, index }) => {
        const value = column.value(totals, which);
        const bad = column.title === 'Failed' && (value ?? 0) > 0;
        return (
          <td
            key={index}
            className={bad ? 'number bad' : 'number'}
            title={value === undefined ? undefined : exactValue(value, column.unit)}
          >
            {value === undefined ? noValue : column.format(value)}
          </td>
        );
      })}
      <td
        className="ellipsis load-wrong"
        title={wrong.map(({ kind, count }) => `${formatNumber(count)} ${kind}`).join('\n')}
      >
        {wrong.map(({ kind, count }) => `${formatNumber(count)} ${kind}`).join(' · ') || noValue}
      </td>
    </tr>
  );
}
