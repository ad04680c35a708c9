/** What a load came to, in the lines that people know from other load generators. */
import {
  formatBytes,
  formatDurationMs,
  formatNumber,
  formatPercent,
  formatRate,
  formatValue,
  noValue,
} from '../../profiles/format';
import { parseThreshold } from '../../profiles/load/threshold';
import { recoverySentence } from '../../profiles/load-picture/fault-words';
import type { FaultReport, LatencySummary, LoadResult, LoadTotals, PhaseNumbers } from '../api';
import { table } from './terminal';

/** @returns lines without the last line break */
export function loadSummary(result: LoadResult): string {
  const { totals, users } = result;
  const bad = badOf(totals);
  const all = totals.requests + totals.errors + totals.timeouts;
  const countedMs = (result.endedUs - (result.countedFromUs ?? result.startedUs)) / 1000;
  const count = (value: number) => value.toLocaleString('en');
  const rows = [
    ['total requests', count(all)],
    ['successful', count(Math.max(0, all - bad))],
    ['failed', `${count(bad)}${all > 0 ? `  (${formatPercent(bad / all)})` : ''}`],
    ['duration', formatDurationMs(countedMs)],
    ...latencyRows('response time', totals.latency),
    ...(totals.service && result.scenario?.load.model === 'open'
      ? latencyRows('service time', totals.service)
      : []),
    [
      'throughput',
      `${formatRate(totals.meanRate)}  ${formatBytes(countedMs > 0 ? (totals.bytes / countedMs) * 1000 : 0)}/s`,
    ],
    ...(users > 0 && result.scenario?.load.model !== 'open'
      ? [['per user', formatRate(totals.meanRate / users)]]
      : []),
    ...(result.iterations === undefined ? [] : [['iterations', count(result.iterations)]]),
    ['status', entries(totals.statusClasses)],
    ...(bad > 0 ? [['errors', entries(totals.errorKinds ?? {})]] : []),
    ...(result.setUpFailures ? [['set-up failed', entries(result.setUpFailures)]] : []),
    ...Object.entries(totals.checks ?? {}).map(([words, { passed, failed }]) => [
      failed > 0 ? '✗ check' : passed > 0 ? '✓ check' : `${noValue} check`,
      `${words}  ${count(passed)} held, ${count(failed)} did not`,
    ]),
    ...(result.thresholds ?? []).map(({ ok, expression, value, abortedAtUs }) => [
      ok ? '✓ threshold' : '✗ threshold',
      [
        `${expression}  (${value === null ? 'nothing measured' : `measured ${measured(value, expression)}`})`,
        ...(abortedAtUs === undefined ? [] : [', ended the load']),
      ].join(''),
    ]),
    ...(result.faults ?? []).map(faultRow),
    ...(result.knee ? kneeRows(result) : []),
    ...(result.generator ? [['generator', result.generator.verdict]] : []),
    ...(result.notes ?? []).map((note) => ['note', note]),
  ];
  const endpoints = result.perRequest.length > 1 ? `\n\n${endpointTable(result)}` : '';
  return `${table(rows.filter(([, value]) => value !== ''))}${endpoints}`;
}

/** Requests that did not end well; an answer may fail in one way only. */
export function badOf(totals: LoadTotals): number {
  const kinds = Object.values(totals.errorKinds ?? {}).reduce((sum, each) => sum + each, 0);
  return kinds > 0 ? kinds : totals.errors + totals.timeouts + totals.non2xx + (totals.badChecks ?? 0);
}

function latencyRows(label: string, latency: LatencySummary | null): string[][] {
  if (!latency) return [];
  return [
    [
      label,
      `min ${ms(latency.minMs)}  avg ${ms(latency.meanMs)}  median ${ms(latency.p50Ms)}  max ${ms(latency.maxMs)}`,
    ],
    [
      '',
      `p90 ${ms(latency.p90Ms)}  p95 ${ms(latency.p95Ms)}  p99 ${ms(latency.p99Ms)}${latency.p999Ms === undefined ? '' : `  p99.9 ${ms(latency.p999Ms)}`}`,
    ],
  ];
}

/** A dash where a tool's file, or an earlier version, does not tell. */
function ms(value: number | undefined): string {
  return value === undefined ? noValue : formatDurationMs(value);
}

/** In the expression's own unit; of results read from other tools it may be one of theirs. */
function measured(value: number, expression: string): string {
  try {
    return formatValue(value, parseThreshold(expression).unit);
  } catch {
    return formatNumber(value);
  }
}

function entries(counts: Record<string, number>): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${count.toLocaleString('en')}`)
    .join('  ');
}

function faultRow(fault: FaultReport): string[] {
  // With the rate: of a program that stands still nothing ends, and what did end looks fine.
  const phase = ({ absent, p95Ms, errorRatio, rps }: PhaseNumbers) =>
    absent === undefined
      ? `${ms(p95Ms ?? undefined)} ${errorRatio === null ? noValue : formatPercent(errorRatio)} ${rps === null ? noValue : formatRate(rps)}`
      : `${noValue} (${absent})`;
  const { before, during, after, problem } = fault;
  const phases = `p95, errors and rate before ${phase(before)}, during ${phase(during)}, after ${phase(after)}.`;
  return [`fault ${fault.text}`, [phases, recoverySentence(fault), problem].filter(Boolean).join(' ')];
}

function kneeRows({ knee }: LoadResult): string[][] {
  if (!knee) return [];
  return [
    ['capacity', `${formatRate(knee.capacityRps)} with ${knee.capacityUsers} users`],
    ['knee', knee.kneeUsers === null ? 'not reached' : `${knee.kneeUsers} users`],
  ];
}

function endpointTable({ perRequest }: LoadResult): string {
  const rows = perRequest.map(({ method, url, name, totals }) => [
    name ?? `${method} ${url}`,
    totals.requests.toLocaleString('en'),
    badOf(totals).toLocaleString('en'),
    ms(totals.latency?.p50Ms),
    ms(totals.latency?.p95Ms),
    ms(totals.latency?.p99Ms),
    formatRate(totals.meanRate),
  ]);
  return table(
    [['endpoint', 'answered', 'failed', 'median', 'p95', 'p99', 'rate'], ...rows],
    [1, 2, 3, 4, 5, 6],
  );
}
