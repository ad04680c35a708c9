import { formatDurationMs, formatNumber, formatRate, noValue } from '../../../../profiles/format';
import type { TimeRange } from '../../../../profiles/types';
import { inRange, lastOf, maxOf, meanOf, pick } from '../series-in-range';
import type { ViewedRun } from '../viewed-run';

/**
 * While it runs: what was measured last. Of a range whose seconds were not kept (sessions of earlier versions): what the
 * lanes tell of it.
 */
export function LoadNow({
  run,
  range,
  seconds,
}: {
  run: ViewedRun;
  range: TimeRange | null;
  seconds: boolean;
}) {
  const { model } = run;
  const running = model.live && model.state.load?.phase === 'running' && !range;
  if (!running && (!range || seconds)) return null;
  const of = (metric: Parameters<typeof pick>[1]) =>
    pick(model.series, metric, null).map((series) => inRange(series, range));
  const users = lastOf(of('loadUsers'));
  const figures: [string, string][] = running
    ? [
        ...(users === undefined ? [] : [['Users', formatNumber(users)] as [string, string]]),
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

function show(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? noValue : format(value);
}
