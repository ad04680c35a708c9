import { SegmentedControl } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { Fragment, useMemo, useState } from 'react';
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
import { EndpointDetails } from './EndpointDetails';
import { statusesOf } from './outcome-colors';

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
  {
    title: 'Failed',
    value: (totals) =>
      totals.requests + totals.errors + totals.timeouts > 0 ? failedShare(totals) : undefined,
    format: formatPercent,
    unit: 'ratio',
  },
  {
    title: 'Received',
    // Answers have a head at least: where there are answers and no bytes, nobody told.
    value: ({ bytes, requests }) => (bytes > 0 || requests === 0 ? bytes : undefined),
    format: formatBytes,
    unit: 'bytes',
  },
];

/** One row per endpoint, as written in the scenario; sorted by any column. A row opens to its statuses, errors and checks. */
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
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const sorted = useMemo(() => {
    const rows = endpoints.map((each, at) => ({ each, at }));
    const column = sort && columns[sort.column];
    if (!column) return rows;
    const sign = sort.descending ? -1 : 1;
    const of = ({ totals: own }: EndpointResult): number => column.value(own, time) ?? -1;
    return rows.sort((a, b) => sign * (of(a.each) - of(b.each)));
  }, [endpoints, sort, time]);
  const toggle = (at: number): void =>
    setOpened((before) => {
      const after = new Set(before);
      if (!after.delete(at)) after.add(at);
      return after;
    });
  const hasStatus = statusesOf(totals).length > 0;
  // Other tools do not tell all of them.
  const shown = columns
    .map((column, index) => ({ column, index }))
    .filter(
      ({ column }) =>
        column.value(totals, time) !== undefined ||
        endpoints.some((each) => column.value(each.totals, time) !== undefined),
    );
  if (endpoints.length === 0) return null;
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
              {hasStatus && <th scope="col">Status</th>}
              <th scope="col">What went wrong</th>
            </tr>
          </thead>
          <tbody>
            {sorted.map(({ each, at }) => (
              <Fragment key={at}>
                <Row
                  name={titleOf(each)}
                  title={`${each.method} ${each.url}`}
                  totals={each.totals}
                  which={time}
                  shown={shown}
                  hasStatus={hasStatus}
                  opened={opened.has(at)}
                  onToggle={() => toggle(at)}
                />
                {opened.has(at) && (
                  <tr className="endpoint-more">
                    <td colSpan={shown.length + (hasStatus ? 3 : 2)}>
                      <EndpointDetails address={`${each.method} ${each.url}`} totals={each.totals} />
                    </td>
                  </tr>
                )}
              </Fragment>
            ))}
            {endpoints.length !== 1 && (
              <Row
                name="All"
                title="All endpoints"
                totals={totals}
                which={time}
                shown={shown}
                hasStatus={hasStatus}
              />
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
  hasStatus,
  opened,
  onToggle,
}: {
  name: string;
  title: string;
  totals: LoadTotals;
  which: Which;
  shown: { column: Column; index: number }[];
  hasStatus: boolean;
  opened?: boolean;
  /** Absent of the row of all. */
  onToggle?: () => void;
}) {
  const wrong = whatWentWrong(totals);
  return (
    <tr className={onToggle ? undefined : 'row-strong'}>
      <th scope="row" className={onToggle ? 'cell-name mono' : 'cell-name'} title={title}>
        {onToggle ? (
          <button
            type="button"
            className="endpoint-name"
            aria-expanded={opened}
            title={`${title}\nStatuses, errors and checks`}
            onClick={onToggle}
          >
            {opened ? <IconChevronDown size={12} aria-hidden /> : <IconChevronRight size={12} aria-hidden />}
            <span className="ellipsis">{name}</span>
          </button>
        ) : (
          name
        )}
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
      {hasStatus && (
        <td className="endpoint-status">
          <StatusBar totals={totals} />
        </td>
      )}
      <td
        className="ellipsis load-wrong"
        title={wrong.map(({ kind, count }) => `${formatNumber(count)} ${kind}`).join('\n')}
      >
        {wrong.map(({ kind, count }) => `${formatNumber(count)} ${kind}`).join(' · ') || noValue}
      </td>
    </tr>
  );
}

/** The one status of all answers, or a bar of several. */
function StatusBar({ totals }: { totals: LoadTotals }) {
  const statuses = statusesOf(totals);
  const [only] = statuses;
  if (!only) return <>{noValue}</>;
  const words = statuses.map(([status, count]) => `${formatNumber(count)} ${status}`);
  if (statuses.length === 1)
    return (
      <span title={words.join('\n')}>
        <span className="swatch" style={{ background: `var(--outcome-${only[0]})` }} aria-hidden />
        {only[0]}
      </span>
    );
  return (
    <span className="endpoint-status-bar" role="img" aria-label={words.join(', ')} title={words.join('\n')}>
      {statuses.map(([status, count]) => (
        <i key={status} style={{ flexGrow: count, background: `var(--outcome-${status})` }} />
      ))}
    </span>
  );
}
