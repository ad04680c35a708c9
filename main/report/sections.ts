/** The report's parts that are words and numbers. */
import type { LoadResult, SessionDetail } from '../api';
import {
  exactNumber,
  formatBytes,
  formatDurationMs,
  formatNumber,
  formatPercent,
  formatRate,
  formatTime,
  noValue,
} from '../../profiles/format';
import { failedShare, type VerdictLink, type VerdictSentence } from '../../profiles/verdict';
import { html, type Markup } from './escape';

export function headerSection(detail: SessionDetail, verdict: readonly VerdictSentence[]): Markup {
  return html`<header>
    <p class="brand">Scorchmark report</p>
    <h1>${detail.name}</h1>
    <p class="command"><code>${detail.commandLine}</code></p>
    <p class="quiet">
      Recorded ${recordedAt(detail.createdAt)} ·
      ${formatDurationMs(detail.durationMs)}${detail.nodeVersion !== '' && ` · Node.js ${detail.nodeVersion.replace(/^v/, '')}`}${statusWords(detail)}
    </p>
    ${detail.error && html`<p class="problem-box"><strong>${detail.error.message}</strong>${detail.error.hint && html` ${detail.error.hint}`}</p>`}
    ${
      verdict.length > 0 &&
      html`<ul class="verdict">
        ${verdict.map(sentence)}
      </ul>`
    }
    ${detail.note !== '' && html`<p class="note">${detail.note}</p>`}
  </header>`;
}

/** In the reader's words but in no time zone's: UTC, so that the file reads the same everywhere. */
function recordedAt(createdAt: string): string {
  const date = new Date(createdAt);
  return Number.isNaN(date.getTime())
    ? createdAt
    : `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function statusWords({ status, exit }: SessionDetail): string {
  const ended =
    exit === undefined || exit.stoppedByUs
      ? ''
      : exit.signal !== null
        ? ` · ended by ${exit.signal}`
        : ` · exit code ${exit.code ?? '?'}`;
  if (status === 'recovered') return `${ended} · recovered after the workbench was killed`;
  if (status === 'failed') return `${ended} · failed`;
  return status === 'imported' ? ' · imported' : ended;
}

function sentence({ tone, parts }: VerdictSentence): Markup {
  return html`<li class="${tone}">
    ${parts.map(({ text, link, code }) => {
      const words = code ? html`<code>${text}</code>` : html`${text}`;
      return link ? linked(link, words) : words;
    })}
  </li>`;
}

function linked(link: VerdictLink, words: Markup): Markup {
  if (link.kind === 'function') return html`<a href="#cpu" data-function="${link.frameKey}">${words}</a>`;
  if (link.kind === 'range')
    return html`<a href="#timeline" data-range="${link.startUs},${link.endUs}">${words}</a>`;
  const sections = {
    flame: 'cpu',
    functions: 'functions',
    memory: 'memory',
    load: 'load',
    output: 'environment',
    processes: 'processes',
  };
  return html`<a href="#${sections[link.tab]}">${words}</a>`;
}

export function summaryNumbers(detail: SessionDetail, load: LoadResult | null): Markup {
  const { summary } = detail;
  const numbers: [label: string, value: string][] = [];
  const add = (label: string, value: number | undefined, format: (value: number) => string) => {
    if (value !== undefined) numbers.push([label, format(value)]);
  };
  add('CPU, mean', summary.cpuMeanPercent, (percent) => formatPercent(percent / 100));
  add('CPU time', summary.cpuBusyMs, formatDurationMs);
  add('Event-loop delay, P99', summary.loopDelayP99Ms, formatDurationMs);
  add('Event-loop delay, longest', summary.loopDelayMaxMs, formatDurationMs);
  add('Heap, highest', summary.heapMaxBytes, formatBytes);
  add('RSS, highest', summary.rssMaxBytes, formatBytes);
  add('GC pauses', summary.gcPauseTotalMs, formatDurationMs);
  if (load) {
    const { totals } = load;
    add('Requests', totals.meanRate, formatRate);
    add('Latency, P50', totals.latency?.p50Ms, formatDurationMs);
    add('Latency, P99', totals.latency?.p99Ms, formatDurationMs);
    add('Failed requests', failedShare(totals), formatPercent);
  }
  add('CPU samples', summary.cpuSamples, formatNumber);
  if (numbers.length === 0) return html``;
  return html`<dl class="numbers">
    ${numbers.map(
      ([label, value]) =>
        html`<div>
          <dt>${label}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

export function processSection(detail: SessionDetail): Markup | null {
  if (detail.processes.length === 0) return null;
  return html`<section id="processes">
    <h2>Processes</h2>
    <table>
      <thead>
        <tr>
          <th class="number">pid</th>
          <th>Process</th>
          <th>Command</th>
          <th>Node.js</th>
          <th class="number">Started</th>
          <th class="number">Ended</th>
          <th class="number">Threads</th>
        </tr>
      </thead>
      <tbody>
        ${detail.processes.map(
          (process) =>
            html`<tr>
              <td class="number">${String(process.pid)}</td>
              <td>${process.title}</td>
              <td class="code quiet">${process.argv.join(' ')}</td>
              <td>${process.nodeVersion}</td>
              <td class="number">${formatTime(process.startedUs)}</td>
              <td class="number">${process.endedUs === undefined ? noValue : formatTime(process.endedUs)}</td>
              <td class="number">${formatNumber(process.threads.length)}</td>
            </tr> `,
        )}
      </tbody>
    </table>
    ${detail.listening.length > 0 && html`<p class="quiet">Listened on ${detail.listening.map(({ url }) => url).join(', ')}</p>`}
  </section>`;
}

export function warningSection({ warnings }: SessionDetail): Markup | null {
  if (warnings.length === 0) return null;
  return html`<section id="warnings">
    <h2>Warnings</h2>
    <ul class="warnings">
      ${warnings.map(
        ({ tUs, source, message, hint }) =>
          html`<li>
            <span class="quiet">${formatTime(tUs)} ${source}:</span>
            ${message}${hint && html` <span class="quiet">${hint}</span>`}
          </li>`,
      )}
    </ul>
  </section>`;
}

export function environmentSection(detail: SessionDetail): Markup {
  const { environment, exit } = detail;
  const rows: [label: string, value: string][] = [
    ['Command', detail.commandLine],
    ['Folder', detail.cwd],
    ['Node.js', environment.nodeVersion],
    // An imported profile says nothing about its machine.
    ['CPU', environment.cpuModel && `${environment.cpuModel} × ${exactNumber(environment.cpuCount)}`],
    ['Memory', environment.memoryBytes > 0 ? formatBytes(environment.memoryBytes) : ''],
    ['System', `${environment.os} ${environment.arch}`.trim()],
    [
      'Git revision',
      environment.gitRevision
        ? environment.gitRevision + (environment.gitDirty ? ' with uncommitted changes' : '')
        : '',
    ],
    ['Tags', detail.tags.join(', ')],
    [
      'Ended',
      exit
        ? `${exit.stoppedByUs ? 'stopped by Scorchmark, ' : ''}${exit.signal ?? `exit code ${exit.code ?? '?'}`}`
        : '',
    ],
    ['Scorchmark', environment.scorchmarkVersion],
    ['Session', detail.id],
  ];
  return html`<section id="environment">
    <h2>Environment</h2>
    <table class="facts">
      <tbody>
        ${rows
          .filter(([, value]) => value !== '')
          .map(
            ([label, value]) =>
              html`<tr>
                <th>${label}</th>
                <td>${value}</td>
              </tr>`,
          )}
      </tbody>
    </table>
  </section>`;
}
