import { Button } from '@mantine/core';
import type { LoadResult, LoadTotals } from '../../../main/api';
import {
  exactValue,
  formatBytes,
  formatDurationMs,
  formatNumber,
  formatPercent,
  formatRate,
  noValue,
} from '../../../profiles/format';
import { failedShare } from '../../../profiles/verdict';
import { EmptyView } from '../../components/EmptyView';
import { useRoute } from '../../state/selection';
import { inRange, lastOf, maxOf, meanOf, pick } from './series-in-range';
import type { ViewedRun } from './viewed-run';

/** What the load asked and what it got. */
export function LoadTab({ run }: { run: ViewedRun }) {
  const go = useRoute((state) => state.go);
  const { model } = run;
  const { load } = model.state;
  const result = model.loadResult;
  if (!load && !result)
    return (
      <EmptyView
        title="No load was run"
        action={
          <Button variant="default" onClick={() => go({ view: 'new' })}>
            New run with load
          </Button>
        }
      >
        Choose one of the presets in the run form, and requests with their latency appear here.
      </EmptyView>
    );
  return (
    <div className="scroll load-tab">
      <LoadNow run={run} />
      {result && <LoadTables result={result} />}
    </div>
  );
}

/** While it runs, and for the selected range: from the measured series. */
function LoadNow({ run }: { run: ViewedRun }) {
  const { model, selection } = run;
  const { range } = selection;
  const { load } = model.state;
  const running = model.live && load?.phase === 'running' && !range;
  if (load?.phase === 'waiting')
    return <p className="tab-message">The load starts as soon as the target listens on an address.</p>;
  if (!running && !range) return null;
  const of = (metric: Parameters<typeof pick>[1]) =>
    pick(model.series, metric, null).map((series) => inRange(series, range));
  const figures: [string, string][] = running
    ? [
        ['Requests', show(lastOf(of('requestRate')), formatRate)],
        ['Latency P50', show(lastOf(of('latencyP50')), formatDurationMs)],
        ['P95', show(lastOf(of('latencyP95')), formatDurationMs)],
        ['P99', show(lastOf(of('latencyP99')), formatDurationMs)],
        ['Errors', show(lastOf(of('errorRate')), formatRate)],
      ]
    : [
        ['Requests, mean', show(meanOf(of('requestRate')), formatRate)],
        ['Latency P50, worst interval', show(maxOf(of('latencyP50')), formatDurationMs)],
        ['P95, worst interval', show(maxOf(of('latencyP95')), formatDurationMs)],
        ['P99, worst interval', show(maxOf(of('latencyP99')), formatDurationMs)],
        ['Errors, worst interval', show(maxOf(of('errorRate')), formatRate)],
      ];
  return (
    <section className="section">
      <h2>{running ? 'Now' : 'In the selected range'}</h2>
      <dl className="figures">
        {figures.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function LoadTables({ result }: { result: LoadResult }) {
  const { totals } = result;
  const durationMs = (result.endedUs - result.startedUs) / 1000;
  return (
    <>
      <section className="section">
        <h2>
          Whole load: {result.preset}, {result.users} users, {formatDurationMs(durationMs)}
          {result.cancelled && ` (cancelled, ${formatDurationMs(result.plannedDurationMs)} planned)`}
        </h2>
        <dl className="figures">
          <Figure label="Requests" value={formatNumber(totals.requests)} />
          <Figure label="Rate" value={formatRate(totals.meanRate)} />
          <Figure label="P50" value={show(totals.latency?.p50Ms, formatDurationMs)} />
          <Figure label="P95" value={show(totals.latency?.p95Ms, formatDurationMs)} />
          <Figure label="P99" value={show(totals.latency?.p99Ms, formatDurationMs)} />
          <Figure label="Max" value={show(totals.latency?.maxMs, formatDurationMs)} />
          <Figure label="Failed" value={formatPercent(failedShare(totals))} bad={failedShare(totals) > 0} />
          <Figure label="Received" value={formatBytes(totals.bytes)} />
        </dl>
      </section>
      <section className="section">
        <h2>By request</h2>
        <table className="table sticky-head">
          <thead>
            <tr>
              <th scope="col">Request</th>
              {[
                'Requests',
                'Rate',
                'Min',
                'Mean',
                'P50',
                'P90',
                'P95',
                'P99',
                'Max',
                'Status',
                'Errors',
                'Timeouts',
              ].map((title) => (
                <th key={title} scope="col" className="number">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {result.perRequest.map(({ method, url, totals: each }) => (
              <RequestRow key={`${method} ${url}`} name={`${method} ${url}`} totals={each} />
            ))}
            {result.perRequest.length !== 1 && <RequestRow name="All requests" totals={totals} strong />}
          </tbody>
        </table>
      </section>
    </>
  );
}

function RequestRow({
  name,
  totals,
  strong = false,
}: {
  name: string;
  totals: LoadTotals;
  strong?: boolean;
}) {
  const { latency } = totals;
  const times = [
    latency?.minMs,
    latency?.meanMs,
    latency?.p50Ms,
    latency?.p90Ms,
    latency?.p95Ms,
    latency?.p99Ms,
    latency?.maxMs,
  ];
  const statuses = Object.entries(totals.statusClasses).filter(([, count]) => count > 0);
  return (
    <tr className={strong ? 'row-strong' : undefined}>
      <th scope="row" className={strong ? 'cell-name' : 'cell-name mono'} title={name}>
        {name}
      </th>
      <td className="number">{formatNumber(totals.requests)}</td>
      <td className="number">{formatRate(totals.meanRate)}</td>
      {times.map((ms, index) => (
        <td key={index} className="number" title={ms === undefined ? undefined : exactValue(ms, 'ms')}>
          {show(ms, formatDurationMs)}
        </td>
      ))}
      <td className="number">
        {statuses.map(([status, count]) => (
          <span key={status} className={/^[45]/.test(status) ? 'status-count bad' : 'status-count'}>
            {status} {formatNumber(count)}
          </span>
        ))}
      </td>
      <td className={totals.errors > 0 ? 'number bad' : 'number'}>{formatNumber(totals.errors)}</td>
      <td className={totals.timeouts > 0 ? 'number bad' : 'number'}>{formatNumber(totals.timeouts)}</td>
    </tr>
  );
}

function Figure({ label, value, bad = false }: { label: string; value: string; bad?: boolean }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd className={bad ? 'bad' : undefined}>{value}</dd>
    </div>
  );
}

function show(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? noValue : format(value);
}
