/**
 * k6's summaries: of `--summary-export`, what `handleSummary` is given (there the numbers stand under `values`), and the
 * machine-readable form of newer versions (schema 1.0.0 of grafana/k6-summary), whose metrics are a list.
 */
import type { LoadTotals } from '../../api';
import {
  addTo,
  badChecksOf,
  emptyTotals,
  latencyOf,
  malformed,
  numberOf,
  objectOf,
  resultOf,
  type ReadLoad,
} from './common';

type Json = Record<string, unknown>;

export function readK6Summary(document: unknown, fileName: string): ReadLoad {
  const root = objectOf(document);
  const results = objectOf(root['results']);
  const isNewForm = Array.isArray(results['metrics']);
  const metrics = isNewForm ? byName(results['metrics']) : objectOf(root['metrics']);
  const metric = (name: string): Json => {
    const found = objectOf(metrics[name]);
    return found['values'] === undefined ? found : objectOf(found['values']);
  };
  const requests = metric('http_reqs');
  const count = numberOf(requests['count']);
  const seconds = numberOf(objectOf(root['config'])['duration']);
  const toldMs = isNewForm
    ? seconds && seconds * 1000
    : numberOf(objectOf(root['state'])['testRunDurationMs']);
  const rate =
    numberOf(requests['rate']) ?? (count !== undefined && toldMs ? (count / toldMs) * 1000 : undefined);
  if (count === undefined || rate === undefined) throw malformed(fileName, 'k6', 'has no http_reqs');
  const durationMs = toldMs ?? (rate > 0 ? (count / rate) * 1000 : 0);
  const duration = metric('http_req_duration');
  const failedMetric = metric('http_req_failed');
  // `passes` and `fails` mean different things in the three forms; the share is that of the failed ones in all.
  const failed = Math.round((numberOf(failedMetric['rate']) ?? numberOf(failedMetric['value']) ?? 0) * count);
  const checks = isNewForm
    ? checksOf([objectOf(results['checks'])])
    : checksOf([objectOf(root['root_group'])]);
  const failedChecks = failedChecksOf(checks, metric('checks'));
  const badChecks =
    failedChecks && badChecksOf(failedChecks, { requests: count, errors: 0, timeouts: 0, non2xx: failed });
  const errorKinds: Record<string, number> = {};
  addTo(errorKinds, 'http_req_failed (no answer, or an unexpected status)', failed);
  addTo(errorKinds, 'check failed', badChecks ?? 0);
  const totals: LoadTotals = {
    ...emptyTotals(),
    requests: count,
    non2xx: failed,
    ...(Object.keys(errorKinds).length > 0 && { errorKinds }),
    ...(Object.keys(checks).length > 0 && { checks }),
    ...(badChecks !== undefined && { badChecks }),
    bytes: numberOf(metric('data_received')['count']) ?? 0,
    bytesSent: numberOf(metric('data_sent')['count']) ?? 0,
    meanRate: rate,
    latency: latencyOf({
      minMs: numberOf(duration['min']),
      meanMs: numberOf(duration['avg']),
      p50Ms: numberOf(duration['med'] ?? duration['p(50)']),
      p90Ms: numberOf(duration['p(90)']),
      p95Ms: numberOf(duration['p(95)']),
      p99Ms: numberOf(duration['p(99)']),
      p999Ms: numberOf(duration['p(99.9)']),
      maxMs: numberOf(duration['max']),
    }),
  };
  const iterations = numberOf(metric('iterations')['count']);
  const version = objectOf(root['metadata'])['k6Version'];
  return {
    result: resultOf('k6', {
      ...(typeof version === 'string' && { importedFrom: `k6 ${version}` }),
      durationMs,
      users: numberOf(metric('vus_max')['max'] ?? metric('vus_max')['value']) ?? 0,
      totals,
      ...(iterations !== undefined && { iterations }),
      notes: [
        'A summary of k6 tells no times and no endpoints: there is nothing to draw over time. Its JSON lines (--out json=…) have both.',
        'Latencies are from when a request was sent (service time). Statuses are not told apart.',
        ...(failedChecks?.some((each) => each > 0)
          ? [
              'A summary of k6 does not tell which requests failed a check: as far as they can be, they are taken to be those that failed anyway.',
            ]
          : []),
        ...(duration['p(99)'] === undefined
          ? [
              isNewForm
                ? 'P99 is not in the file.'
                : 'P99 is not in the file: k6 writes it with summaryTrendStats.',
            ]
          : []),
      ],
    }),
    series: [],
  };
}

function byName(list: unknown): Json {
  const named: Json = {};
  for (const each of (Array.isArray(list) ? list : []).map(objectOf))
    if (typeof each['name'] === 'string') named[each['name']] = each;
  return named;
}

/** Of groups and those within them; a list, or an object by name. */
function checksOf(groups: Json[]): NonNullable<LoadTotals['checks']> {
  const checks: NonNullable<LoadTotals['checks']> = {};
  for (let group = groups.pop(); group; group = groups.pop()) {
    groups.push(...valuesOf(group['groups']));
    for (const check of [
      ...valuesOf(group['checks']),
      ...valuesOf(group['results']),
      ...valuesOf(group['orderedChecks']),
    ]) {
      const { name } = check;
      if (typeof name !== 'string') continue;
      const counted = Object.hasOwn(checks, name) ? checks[name]! : { passed: 0, failed: 0 };
      counted.passed += numberOf(check['passes']) ?? 0;
      counted.failed += numberOf(check['fails']) ?? 0;
      Object.defineProperty(checks, name, {
        value: counted,
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
  }
  return checks;
}

function valuesOf(given: unknown): Json[] {
  return (Array.isArray(given) ? given : Object.values(objectOf(given))).map(objectOf);
}

/** How often each check failed; of all together where the file does not name them. */
function failedChecksOf(checks: NonNullable<LoadTotals['checks']>, metric: Json): number[] | undefined {
  const counted = Object.values(checks);
  if (counted.length > 0) return counted.map(({ failed }) => failed);
  const told = numberOf(metric['fails']);
  return told === undefined ? undefined : [told];
}
