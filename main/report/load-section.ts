/** The report's part about the load: what was asked, what came of it, whether the generator can be believed. */
import type {
  EndpointResult,
  FaultReport,
  GeneratorHealth,
  KneeReport,
  LatencySummary,
  LoadInRange,
  LoadResult,
  LoadTotals,
  ThresholdResult,
} from '../api';
import {
  formatBytes,
  formatChange,
  formatDurationMs,
  formatDurationUs,
  formatNumber,
  formatPercent,
  formatRate,
  formatTime,
  formatTimeRange,
  formatValue,
  noValue,
  type FormatUnit,
} from '../../profiles/format';
import { parseThreshold } from '../../profiles/load/threshold';
import { whatWentWrong } from '../../profiles/load-picture/failed';
import { failedShare } from '../../profiles/verdict';
import { recoverySentence } from '../../profiles/load-picture/fault-words';
import { kneeSentence } from '../../profiles/load-picture/knee-words';
import { loadWords } from '../../profiles/load-picture/load-words';
import { html, type Markup } from './escape';
import { curvePicture, heatPicture, kneePicture } from './load-pictures';

/**
 * @param seconds what its seconds tell of all of it; null in sessions of earlier versions and of other tools
 */
export function loadSection(load: LoadResult | null, seconds: LoadInRange | null = null): Markup {
  if (!load)
    return html`<section id="load">
      <h2>Load</h2>
      <p class="quiet">No load in this run.</p>
    </section>`;
  const { totals, generator, scenario } = load;
  const what = load.preset === 'custom' && scenario ? scenario.name : load.preset;
  const how = scenario ? loadWords(scenario.load) : `${formatNumber(load.users)} users`;
  const warmUpUs = (load.countedFromUs ?? load.startedUs) - load.startedUs;
  // The pictures have it, the figures do not.
  const warmUp = warmUpUs > 1000 ? `, counted after a warm-up of ${formatDurationUs(warmUpUs)}` : '';
  const words = `${what}, ${how}, ${formatDurationUs(load.endedUs - load.startedUs)} of planned ${formatDurationMs(load.plannedDurationMs)}${load.cancelled ? ', ended early' : ''}${warmUp}`;
  const classes = Object.entries(totals.statusClasses).filter(([, count]) => count > 0);
  const wrong = whatWentWrong(totals);
  return html`<section id="load">
    <h2>Load <small>${words}</small></h2>
    ${load.importedFrom !== undefined && html`<p class="quiet">Read from ${load.importedFrom}.</p>`}
    ${generator?.wasLimit && html`<p class="problem-box"><strong>The generator was the limit.</strong> ${generator.verdict}</p>`}
    ${latencyTable(totals)} ${seconds && curvePicture(seconds)}
    ${seconds && heatPicture(seconds, load.startedUs, load.endedUs)} ${endpointTable(load.perRequest, totals)}
    ${classes.length > 0 && html`<p class="quiet">Answers by status: ${classes.map(([name, count]) => `${name} ${formatNumber(count)}`).join(' · ')}</p>`}
    ${wrong.length > 0 && html`<p class="quiet">What went wrong: ${wrong.map(({ kind, count }) => `${formatNumber(count)} ${kind}`).join(' · ')}</p>`}
    ${checkTable(totals)} ${thresholdTable(load.thresholds)} ${generatorWords(generator)}
    ${kneeTable(load.knee)} ${(load.faults ?? []).map(faultTable)}
    ${(load.notes ?? []).map((note) => html`<p class="quiet">${note}</p>`)}
  </section>`;
}

const ms = (value: number | undefined | null): string =>
  value === undefined || value === null ? noValue : formatDurationMs(value);

const latencyColumns: [title: string, of: keyof LatencySummary][] = [
  ['Min', 'minMs'],
  ['Mean', 'meanMs'],
  ['P50', 'p50Ms'],
  ['P90', 'p90Ms'],
  ['P95', 'p95Ms'],
  ['P99', 'p99Ms'],
  ['P99.9', 'p999Ms'],
  ['Max', 'maxMs'],
];

/** Both latencies, each with what it counts from; earlier versions know only one, which stands in the table below. */
function latencyTable({ latency, service }: LoadTotals): Markup | null {
  if (!latency || !service) return null;
  const row = (name: string, meaning: string, summary: LatencySummary): Markup =>
    html`<tr>
      <th>${name} <span class="quiet">${meaning}</span></th>
      ${latencyColumns.map(([, of]) => html`<td class="number">${ms(summary[of])}</td>`)}
    </tr>`;
  return html`<table>
    ${head(
      '',
      latencyColumns.map(([title]) => title),
    )}
    <tbody>
      ${row('Response time', 'from when each was due: waiting counts', latency)}
      ${row('Service time', 'from when each was really sent', service)}
    </tbody>
  </table>`;
}

function endpointTable(endpoints: readonly EndpointResult[], totals: LoadTotals): Markup {
  const columns = [
    'Requests',
    'Rate',
    'P50',
    'P95',
    'P99',
    'Max',
    'Failed',
    'Errors',
    'Timeouts',
    'Non-2xx',
    'Received',
  ];
  return html`<h3>By endpoint</h3>
    <table>
      ${head('Request', columns)}
      <tbody>
        ${endpoints.map(({ method, url, name, totals: each }) =>
          endpointRow(
            name === undefined ? html`<span class="method">${method}</span> ${url}` : html`${name}`,
            each,
          ),
        )}
        ${endpoints.length !== 1 && endpointRow(html`<strong>All</strong>`, totals)}
      </tbody>
    </table>`;
}

function endpointRow(name: Markup, totals: LoadTotals): Markup {
  const count = (value: number) =>
    html`<td class="${value > 0 ? 'number problem' : 'number'}">${formatNumber(value)}</td>`;
  const failed = failedShare(totals);
  return html`<tr>
    <td class="code">${name}</td>
    <td class="number">${formatNumber(totals.requests)}</td>
    <td class="number">${formatRate(totals.meanRate)}</td>
    <td class="number">${ms(totals.latency?.p50Ms)}</td>
    <td class="number">${ms(totals.latency?.p95Ms)}</td>
    <td class="number">${ms(totals.latency?.p99Ms)}</td>
    <td class="number">${ms(totals.latency?.maxMs)}</td>
    <td class="${failed > 0 ? 'number problem' : 'number'}">${formatPercent(failed)}</td>
    ${count(totals.errors)}${count(totals.timeouts)}${count(totals.non2xx)}
    <td class="number">${formatBytes(totals.bytes)}</td>
  </tr> `;
}

function checkTable({ checks = {} }: LoadTotals): Markup | null {
  const rows = Object.entries(checks);
  if (rows.length === 0) return null;
  return html`<h3>Checks</h3>
    <table>
      ${head('Check', ['Held', 'Failed', 'Share'])}
      <tbody>
        ${rows.map(
          ([words, { passed, failed }]) =>
            html`<tr>
              <td>${words}</td>
              <td class="number">${formatNumber(passed)}</td>
              <td class="${failed > 0 ? 'number problem' : 'number'}">${formatNumber(failed)}</td>
              <td class="number">${formatPercent(passed / Math.max(1, passed + failed))}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
}

function thresholdTable(thresholds: readonly ThresholdResult[] = []): Markup | null {
  if (thresholds.length === 0) return null;
  const broken = thresholds.filter(({ ok }) => !ok).length;
  return html`<h3>Thresholds: ${broken > 0 ? `${broken} of ${thresholds.length} broken` : 'all held'}</h3>
    <table>
      ${head('Threshold', ['Measured', 'Outcome'])}
      <tbody>
        ${thresholds.map(
          ({ expression, ok, value, abortedAtUs }) =>
            html`<tr>
              <td class="code">${expression}</td>
              <td class="number">${value === null ? 'nothing' : formatValue(value, unitOf(expression))}</td>
              <td class="${ok ? 'number' : 'number problem'}">
                ${ok ? '✓ held' : '✗ broken'}${abortedAtUs !== undefined && `, ended the load at ${formatTime(abortedAtUs)}`}
              </td>
            </tr>`,
        )}
      </tbody>
    </table>`;
}

/** Of results read from other tools the expression may be one of theirs. */
function unitOf(expression: string): FormatUnit {
  try {
    return parseThreshold(expression).unit;
  } catch {
    return 'count';
  }
}

function generatorWords(generator: GeneratorHealth | undefined): Markup | null {
  if (!generator) return null;
  const { verdict, slipP99Ms, slipMaxMs, cpuMeanPercent, cpuMaxPercent, loopLagP99Ms, due, begun } =
    generator;
  return html`<h3>Generator</h3>
    <p>${verdict}</p>
    <p class="quiet">
      Sent late: P99 ${formatDurationMs(slipP99Ms)}, at most ${formatDurationMs(slipMaxMs)} · CPU
      ${formatPercent(cpuMeanPercent / 100)}, at most ${formatPercent(cpuMaxPercent / 100)} of a core ·
      event-loop lag P99 ${formatDurationMs(loopLagP99Ms)} · ${formatNumber(begun)} of ${formatNumber(due)}
      iterations begun
    </p>`;
}

function kneeTable(knee: KneeReport | undefined): Markup | null {
  if (!knee || knee.steps.length === 0) return null;
  return html`<h3>Degradation</h3>
    <p>${kneeSentence(knee)}</p>
    ${kneePicture(knee)}
    <table>
      ${head('Users', ['Requests', 'P50', 'P95', 'P99', 'Errors', 'P95 against the first'])}
      <tbody>
        ${knee.steps.map(
          ({ users, rps, p50Ms, p95Ms, p99Ms, errorRatio, p95Change }, index) =>
            html`<tr>
              <td>
                ${formatNumber(users)}${users === knee.kneeUsers && ' · knee'}${users === knee.capacityUsers && ' · capacity'}
              </td>
              <td class="number">${formatRate(rps)}</td>
              <td class="number">${formatDurationMs(p50Ms)}</td>
              <td class="number">${formatDurationMs(p95Ms)}</td>
              <td class="number">${formatDurationMs(p99Ms)}</td>
              <td class="${errorRatio > 0 ? 'number problem' : 'number'}">${formatPercent(errorRatio)}</td>
              <td class="number">${index === 0 ? '' : formatChange(p95Change)}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
}

function faultTable(fault: FaultReport): Markup {
  const phases = [
    ['before', fault.before],
    ['during', fault.during],
    ['after', fault.after],
  ] as const;
  return html`<h3>Fault: ${fault.text}</h3>
    <p class="quiet">
      <a href="#timeline" data-range="${fault.startedUs},${fault.endedUs}"
        >${formatTimeRange(fault.startedUs, fault.endedUs)}</a
      >, ${fault.byHand ? 'by hand' : 'by the scenario'}${fault.means !== undefined && `, ${fault.means}`}
    </p>
    ${fault.problem !== undefined && html`<p class="problem-box">${fault.problem}</p>`}
    <p>${recoverySentence(fault)}</p>
    <table>
      ${head('', ['Requests', 'Rate', 'P50', 'P95', 'Errors', 'What went wrong'])}
      <tbody>
        ${phases.map(([name, { absent, requests, rps, p50Ms, p95Ms, errorRatio, errorKinds }]) => {
          if (absent !== undefined)
            return html`<tr>
              <th>${name}</th>
              <td colspan="6">No numbers: ${absent}.</td>
            </tr>`;
          return html`<tr>
            <th>${name}</th>
            <td class="number">${formatNumber(requests)}</td>
            <td class="number">${rps === null ? noValue : formatRate(rps)}</td>
            <td class="number">${ms(p50Ms)}</td>
            <td class="number">${ms(p95Ms)}</td>
            <td class="${(errorRatio ?? 0) > 0 ? 'number problem' : 'number'}">
              ${errorRatio === null ? noValue : formatPercent(errorRatio)}
            </td>
            <td class="number">
              ${Object.entries(errorKinds)
                .map(([kind, count]) => `${formatNumber(count)} ${kind}`)
                .join(' · ')}
            </td>
          </tr>`;
        })}
      </tbody>
    </table>`;
}

function head(first: string, columns: readonly string[]): Markup {
  return html`<thead>
    <tr>
      <th>${first}</th>
      ${columns.map((title) => html`<th class="number">${title}</th>`)}
    </tr>
  </thead>`;
}
