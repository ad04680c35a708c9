/** Results of autocannon and Artillery in JSON, of Locust in CSV, of wrk and wrk2 as text. */
import type { EndpointResult, LoadTotals } from '../../api';
import { csvRows } from '../csv';
import {
  addTo,
  badChecksOf,
  classOf,
  emptyTotals,
  latencyOf,
  malformed,
  numberOf,
  objectOf,
  resultOf,
  seriesOf,
  type ReadLoad,
} from './common';

/** `autocannon --json`. Latencies are ms, corrected for coordinated omission only where a rate was asked for. */
export function readAutocannon(document: unknown, fileName: string): ReadLoad {
  const root = objectOf(document);
  const requests = objectOf(root['requests']);
  const latency = objectOf(root['latency']);
  const seconds = numberOf(root['duration']);
  const total = numberOf(requests['total']);
  if (seconds === undefined || total === undefined)
    throw malformed(fileName, 'autocannon', 'has no duration and no number of requests');
  const statusClasses: Record<string, number> = {};
  for (const each of ['1xx', '2xx', '3xx', '4xx', '5xx'])
    addTo(statusClasses, each, numberOf(root[each]) ?? 0);
  const timeouts = numberOf(root['timeouts']) ?? 0;
  // Its errors include timeouts.
  const errors = Math.max(0, (numberOf(root['errors']) ?? 0) - timeouts);
  const totals: LoadTotals = {
    requests: total,
    errors,
    timeouts,
    non2xx: numberOf(root['non2xx']) ?? 0,
    bytes: numberOf(objectOf(root['throughput'])['total']) ?? 0,
    meanRate: seconds > 0 ? total / seconds : 0,
    latency: latencyOf({
      minMs: numberOf(latency['min']),
      meanMs: numberOf(latency['average'] ?? latency['mean']),
      p50Ms: numberOf(latency['p50']),
      p90Ms: numberOf(latency['p90']),
      p99Ms: numberOf(latency['p99']),
      p999Ms: numberOf(latency['p99_9']),
      maxMs: numberOf(latency['max']),
    }),
    statusClasses,
  };
  const url = typeof root['url'] === 'string' ? root['url'] : '';
  const endpoint: EndpointResult = { method: 'GET', url, totals };
  return {
    result: resultOf('autocannon', {
      durationMs: seconds * 1000,
      users: numberOf(root['connections']) ?? 0,
      totals,
      perRequest: [endpoint],
      notes: [
        'autocannon counts in whole milliseconds and tells P97.5 instead of P95; it does not tell the method.',
        'The file tells no times: there is nothing to draw over time.',
      ],
    }),
    series: [],
  };
}

/** `artillery run --output`. */
export function readArtillery(document: unknown, fileName: string): ReadLoad {
  const root = objectOf(document);
  const all = objectOf(root['aggregate']);
  const counters = objectOf(all['counters']);
  const first = numberOf(all['firstMetricAt']) ?? numberOf(all['firstCounterAt']);
  const last = numberOf(all['lastMetricAt']) ?? numberOf(all['lastCounterAt']);
  if (first === undefined || last === undefined)
    throw malformed(fileName, 'Artillery', 'does not say when it began and ended');
  const durationMs = Math.max(1, last - first);
  const totals = artilleryTotals(
    counters,
    objectOf(objectOf(all['summaries'])['http.response_time']),
    durationMs,
  );
  const prefix = 'plugins.metrics-by-endpoint.response_time.';
  const perRequest = Object.entries(objectOf(all['summaries'])).flatMap(
    ([name, summary]): EndpointResult[] => {
      if (!name.startsWith(prefix)) return [];
      const endpoint = name.slice(prefix.length);
      const [, method = '', url = endpoint] = /^([A-Z]+) (.*)$/s.exec(endpoint) ?? [];
      const own: Record<string, unknown> = {};
      for (const [key, value] of Object.entries(counters)) {
        const code = key.startsWith(`plugins.metrics-by-endpoint.${endpoint}.codes.`)
          ? key.slice(key.lastIndexOf('.') + 1)
          : undefined;
        if (code !== undefined) own[`http.codes.${code}`] = value;
      }
      own['http.responses'] = objectOf(summary)['count'];
      return [{ method, url, name: endpoint, totals: artilleryTotals(own, objectOf(summary), durationMs) }];
    },
  );
  const rows = {
    requestRate: [] as Row[],
    errorRate: [] as Row[],
    latencyP50: [] as Row[],
    latencyP95: [] as Row[],
    latencyP99: [] as Row[],
  };
  const intermediate = Array.isArray(root['intermediate']) ? root['intermediate'].map(objectOf) : [];
  const byTime = intermediate
    .map((each) => ({ at: numberOf(each['period']) ?? NaN, each }))
    .filter(({ at }) => Number.isFinite(at))
    .sort((a, b) => a.at - b.at);
  const periodMs = byTime.length > 1 ? byTime[1]!.at - byTime[0]!.at : 10_000;
  // The load begins within its first period and ends within its last: only so much of them has rates.
  const shortestMs = Math.min(1000, durationMs);
  const periods = new Map<number, { startUs: number; endUs: number }>();
  for (const { at, each } of byTime) {
    const startMs = Math.max(at, first);
    const endMs = Math.max(startMs, Math.min(at + periodMs, last));
    const tUs = Math.round((endMs - first) * 1000);
    periods.set(tUs, { startUs: Math.round((startMs - first) * 1000), endUs: tUs });
    const ownMs = Math.max(shortestMs, endMs - startMs);
    const own = artilleryTotals(objectOf(each['counters']), {}, ownMs);
    rows.requestRate.push([tUs, own.meanRate]);
    rows.errorRate.push([tUs, ((own.errors + own.non2xx) / ownMs) * 1000]);
    const summary = objectOf(objectOf(each['summaries'])['http.response_time']);
    for (const [metric, key] of [
      ['latencyP50', 'p50'],
      ['latencyP95', 'p95'],
      ['latencyP99', 'p99'],
    ] as const) {
      const value = numberOf(summary[key] ?? (key === 'p50' ? summary['median'] : undefined));
      if (value !== undefined) rows[metric].push([tUs, value]);
    }
  }
  return {
    result: resultOf('Artillery', {
      durationMs,
      totals,
      perRequest,
      notes: [
        'Artillery does not say how many users there were at once.',
        'Latencies are from when a request was sent (service time), by Artillery’s sketch: within about 1 %.',
      ],
    }),
    series: seriesOf(overItsPeriod(rows, (tUs) => periods.get(tUs))),
  };
}

type Row = [number, number];

/** A value that was told only once holds over all of its period: one instant would be no line. */
function overItsPeriod<R extends Record<string, Row[]>>(
  columns: R,
  periodOf: (tUs: number) => { startUs: number; endUs: number } | undefined,
): R {
  for (const rows of Object.values(columns)) {
    const [only] = rows;
    const period = only && rows.length === 1 ? periodOf(only[0]) : undefined;
    if (only && period) rows.splice(0, 1, [period.startUs, only[1]], [period.endUs, only[1]]);
  }
  return columns;
}

function artilleryTotals(
  counters: Record<string, unknown>,
  summary: Record<string, unknown>,
  durationMs: number,
): LoadTotals {
  const totals = emptyTotals();
  totals.errorKinds = {};
  const failedChecks: number[] = [];
  let reported = 0;
  for (const [key, value] of Object.entries(counters)) {
    const count = numberOf(value) ?? 0;
    if (key.startsWith('http.codes.')) {
      const status = Number(key.slice('http.codes.'.length));
      if (Number.isFinite(status)) addTo(totals.statusClasses, classOf(status), count);
      if (status >= 400) totals.non2xx += count;
    } else if (key.startsWith('errors.')) {
      const kind = key.slice('errors.'.length);
      addTo(totals.errorKinds, kind, count);
      // The plugin's option reportFailuresAsErrors; these were answered.
      if (kind.startsWith('Failed expectations')) reported += count;
      else if (/ETIMEDOUT|timeout/i.test(kind)) totals.timeouts += count;
      else totals.errors += count;
    } else if (key.startsWith('plugins.expect.failed.')) failedChecks.push(count);
  }
  totals.requests = numberOf(counters['http.responses']) ?? 0;
  totals.bytes = numberOf(counters['http.downloaded_bytes']) ?? 0;
  failedChecks.push(reported);
  if (failedChecks.length === 1) failedChecks.push(numberOf(counters['plugins.expect.failed']) ?? 0);
  totals.badChecks = badChecksOf(failedChecks, totals);
  totals.meanRate = (totals.requests / durationMs) * 1000;
  totals.latency = latencyOf({
    minMs: numberOf(summary['min']),
    meanMs: numberOf(summary['mean']),
    p50Ms: numberOf(summary['p50'] ?? summary['median']),
    p90Ms: numberOf(summary['p90']),
    p95Ms: numberOf(summary['p95']),
    p99Ms: numberOf(summary['p99']),
    p999Ms: numberOf(summary['p999']),
    maxMs: numberOf(summary['max']),
  });
  return totals;
}

/** Locust's `…_stats.csv`, or its `…_stats_history.csv`, which has a row a second. */
export function readLocust(text: string, fileName: string): ReadLoad {
  const [names = [], ...rows] = csvRows(text);
  const records = rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i] ?? ''])));
  return names[0] === 'Timestamp' ? readLocustHistory(records, fileName) : readLocustStats(records, fileName);
}

type Record_ = Record<string, string>;

function readLocustStats(records: Record_[], fileName: string): ReadLoad {
  const all = records.find((row) => row['Name'] === 'Aggregated');
  if (!all) throw malformed(fileName, 'Locust', 'has no row “Aggregated”');
  const rate = numberOf(all['Requests/s']) ?? 0;
  const count = numberOf(all['Request Count']) ?? 0;
  return {
    result: resultOf('Locust', {
      durationMs: rate > 0 ? (count / rate) * 1000 : 0,
      totals: locustTotals(all, 'Request Count', 'Failure Count', 'Average Content Size'),
      perRequest: records
        .filter((row) => row !== all)
        .map((row) => ({
          method: row['Type'] ?? '',
          url: row['Name'] ?? '',
          totals: locustTotals(row, 'Request Count', 'Failure Count', 'Average Content Size'),
        })),
      notes: [
        'Locust’s table tells no times and no statuses: there is nothing to draw over time. …_stats_history.csv has the times.',
        'Latencies are from when a request was sent (service time), rounded.',
      ],
    }),
    series: [],
  };
}

function locustTotals(
  row: Record_,
  requests: string,
  failures: string,
  size: string,
  prefix = '',
): LoadTotals {
  const count = numberOf(row[requests]) ?? 0;
  const failed = numberOf(row[failures]) ?? 0;
  return {
    ...emptyTotals(),
    // Failed ones are counted in both columns.
    requests: count - failed,
    errors: failed,
    ...(failed > 0 && { errorKinds: { 'failed in Locust': failed } }),
    bytes: Math.round((numberOf(row[size]) ?? 0) * count),
    meanRate: numberOf(row['Requests/s']) ?? 0,
    latency:
      count === 0
        ? null
        : latencyOf({
            minMs: numberOf(row[`${prefix}Min Response Time`]),
            meanMs: numberOf(row[`${prefix}Average Response Time`]),
            p50Ms: numberOf(row['50%']),
            p90Ms: numberOf(row['90%']),
            p95Ms: numberOf(row['95%']),
            p99Ms: numberOf(row['99%']),
            p999Ms: numberOf(row['99.9%']),
            maxMs: numberOf(row[`${prefix}Max Response Time`]),
          }),
  };
}

function readLocustHistory(records: Record_[], fileName: string): ReadLoad {
  const rows = records.filter(
    (row) => row['Name'] === 'Aggregated' && numberOf(row['Timestamp']) !== undefined,
  );
  const last = rows.at(-1);
  const startS = numberOf(rows[0]?.['Timestamp']);
  if (!last || startS === undefined) throw malformed(fileName, 'Locust', 'has no rows of “Aggregated”');
  const columns = {
    requestRate: [] as Row[],
    errorRate: [] as Row[],
    latencyP50: [] as Row[],
    latencyP95: [] as Row[],
    latencyP99: [] as Row[],
    loadUsers: [] as Row[],
  };
  let users = 0;
  for (const row of rows) {
    const tUs = (numberOf(row['Timestamp'])! - startS) * 1e6;
    for (const [metric, name] of [
      ['requestRate', 'Requests/s'],
      ['errorRate', 'Failures/s'],
      ['latencyP50', '50%'],
      ['latencyP95', '95%'],
      ['latencyP99', '99%'],
      ['loadUsers', 'User Count'],
    ] as const) {
      const value = numberOf(row[name]);
      if (value !== undefined) columns[metric].push([tUs, value]);
    }
    users = Math.max(users, numberOf(row['User Count']) ?? 0);
  }
  const durationMs = Math.max(1000, ((numberOf(last['Timestamp']) ?? startS) - startS) * 1000);
  const totals = locustTotals(
    last,
    'Total Request Count',
    'Total Failure Count',
    'Total Average Content Size',
    'Total ',
  );
  totals.meanRate = ((totals.requests + totals.errors) / durationMs) * 1000;
  // Percentiles of a row are of its last ten seconds.
  if (totals.latency)
    totals.latency = latencyOf({
      minMs: totals.latency.minMs,
      meanMs: totals.latency.meanMs,
      maxMs: totals.latency.maxMs,
      p50Ms: numberOf(last['Total Median Response Time']),
    });
  return {
    result: resultOf('Locust', {
      durationMs,
      users,
      totals,
      notes: [
        'Locust’s percentiles in the history are of ten seconds each; those of the whole are in …_stats.csv.',
        'Latencies are from when a request was sent (service time).',
      ],
    }),
    series: seriesOf(
      overItsPeriod(columns, () =>
        rows.length === 1 ? { startUs: 0, endUs: durationMs * 1000 } : undefined,
      ),
    ),
  };
}

const timeMs: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const sizes: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1024,
  MB: 1024 ** 2,
  GB: 1024 ** 3,
  TB: 1024 ** 4,
};

/** What wrk and wrk2 print, best with `--latency`. */
export function readWrk(text: string, fileName: string): ReadLoad {
  const time = (given: string | undefined) => {
    const [, amount, unit = ''] = /^([\d.]+)(us|ms|s|m|h)$/.exec(given ?? '') ?? [];
    return amount === undefined ? undefined : Number(amount) * timeMs[unit]!;
  };
  const [, requests, durationText, read, unit = 'B'] =
    /(\d+) requests in ([\d.]+\w+), ([\d.]+)\s*([KMGT]?B) read/.exec(text) ?? [];
  const durationMs = time(durationText);
  if (requests === undefined || durationMs === undefined)
    throw malformed(fileName, 'wrk', 'has no line “… requests in …”');
  const percentile = (share: string) =>
    time(new RegExp(`^\\s*${share}(?:0+)?%\\s+([\\d.]+\\w+)`, 'm').exec(text)?.[1]);
  const [, mean, , max] = /^\s*Latency\s+([\d.]+\w+)\s+([\d.]+\w+)\s+([\d.]+\w+)/m.exec(text) ?? [];
  const sockets = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/
    .exec(text)
    ?.slice(1)
    .map(Number) ?? [0, 0, 0, 0];
  const errorKinds: Record<string, number> = {};
  ['connect', 'read', 'write', 'timeout'].forEach((kind, i) => addTo(errorKinds, kind, sockets[i] ?? 0));
  const non2xx = Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0);
  const url = /Running .* test @ (\S+)/.exec(text)?.[1] ?? '';
  const isWrk2 = /calibration|Recorded Latency/.test(text);
  const p50 = percentile('50(?:\\.0)?');
  const totals: LoadTotals = {
    ...emptyTotals(),
    requests: Number(requests),
    errors: (sockets[0] ?? 0) + (sockets[1] ?? 0) + (sockets[2] ?? 0),
    timeouts: sockets[3] ?? 0,
    errorKinds,
    non2xx,
    bytes: Math.round(Number(read) * (sizes[unit] ?? 1)),
    meanRate: (Number(requests) / durationMs) * 1000,
    latency: latencyOf({
      meanMs: time(mean),
      p50Ms: p50,
      p90Ms: percentile('90(?:\\.0)?'),
      p99Ms: percentile('99(?:\\.0)?'),
      p999Ms: percentile('99\\.9'),
      maxMs: time(max),
    }),
  };
  return {
    result: resultOf(isWrk2 ? 'wrk2' : 'wrk', {
      durationMs,
      users: Number(/(\d+) connections/.exec(text)?.[1] ?? 0),
      totals,
      perRequest: [{ method: 'GET', url, totals }],
      notes: [
        isWrk2
          ? 'wrk2 counts latency from when a request was due.'
          : 'wrk counts latency from when a request was sent (service time).',
        'The text tells no times, no minimum, no P95 and no method.',
        ...(p50 === undefined ? ['Percentiles are missing: run it with --latency.'] : []),
      ],
    }),
    series: [],
  };
}
