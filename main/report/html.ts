/** The report: one HTML file with everything in it, for someone who has nothing but a browser. */
import { createHash } from 'node:crypto';
import type { LoadInRange, LoadResult, SessionDetail, ThreadKey, Timeline } from '../api';
import { aggregate, mergeCallTrees, type CallTree } from '../../profiles/call-tree';
import { compactProfiles, type CompactResult } from '../../profiles/compact';
import { formatDurationMs, formatDurationUs } from '../../profiles/format';
import type { Profile } from '../../profiles/types';
import type { VerdictSentence } from '../../profiles/verdict';
import { html, jsonForScript, Markup } from './escape';
import {
  environmentSection,
  headerSection,
  processSection,
  summaryNumbers,
  warningSection,
} from './sections';
import { functionSection } from './function-table';
import { loadSection } from './load-section';

export interface ReportInput {
  detail: SessionDetail;
  timeline: Timeline;
  cpu: ReadonlyMap<ThreadKey, Profile>;
  allocations: ReadonlyMap<ThreadKey, Profile>;
  loadResult: LoadResult | null;
  /** All of the load by its seconds; absent where they were not kept. */
  loadSeconds?: LoadInRange | null;
  verdict: readonly VerdictSentence[];
  /** The bundled `renderer/report/client.ts`; '' makes a report without charts. */
  clientJs: string;
  clientCss: string;
  /** Upper bound for the profiles' data. */
  maxProfileBytes?: number;
}

const defaultMaxProfileBytes = 10_000_000;

/** The whole document. Needs no network, runs no code but the client's (enforced by its own content security policy). */
export function renderReport(input: ReportInput): string {
  const { detail, timeline } = input;
  const maxBytes = input.maxProfileBytes ?? defaultMaxProfileBytes;
  const cpu = compactProfiles(input.cpu, { maxBytes: maxBytes * 0.8 });
  const allocations = compactProfiles(input.allocations, { maxBytes: maxBytes * 0.2 });
  // An inline script ends at the first `</script`, wherever it stands; inside strings `<\/` is the same text.
  const script = input.clientJs.replace(/<\/(script)/gi, '<\\/$1').replaceAll('<!--', '<\\!--');
  const hash = createHash('sha256').update(script, 'utf8').digest('base64');
  const policy = `default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`;
  // Not in the template below: the hash is of every character between the tags.
  const code = new Markup(`<script>${script}</script>`);
  const style = new Markup(`<style>${input.clientCss.replace(/<\/(style)/gi, '<\\/$1')}</style>`);
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <meta name="generator" content="Scorchmark ${detail.environment.scorchmarkVersion}" />
        <title>${detail.name} · Scorchmark report</title>
        ${style} ${code}
      </head>
      <body>
        <main class="report">
          ${headerSection(detail, input.verdict)} ${summaryNumbers(detail, input.loadResult)}
          <section id="timeline" data-needs-script>
            <h2>Timeline</h2>
            <div class="report-lanes" id="lanes-host"></div>
          </section>
          ${cpuSection(detail, input.cpu, cpu)} ${allocationSection(detail, input.allocations)}
          ${loadSection(input.loadResult, input.loadSeconds)} ${processSection(detail)}
          ${warningSection(detail)} ${environmentSection(detail)}
        </main>
        ${dataScript('report-detail', { endUs: detail.durationMs * 1000, cwd: detail.cwd, threads: threadTitles(detail) })}
        ${dataScript('report-timeline', timeline)} ${dataScript('report-cpu', [...cpu.profiles])}
        ${dataScript('report-allocations', [...allocations.profiles])}
      </body>
    </html> `;
  return document.text;
}

function dataScript(id: string, value: unknown): Markup {
  return new Markup(`<script type="application/json" id="${id}">${jsonForScript(value)}</script>`);
}

function threadTitles(detail: SessionDetail): Record<ThreadKey, string> {
  const titles: Record<ThreadKey, string> = {};
  for (const process of detail.processes)
    for (const thread of process.threads)
      titles[thread.key] =
        thread.workerId === 0
          ? `${process.title} (${process.pid})`
          : `${process.title} (${process.pid}) · ${thread.title || `worker ${thread.workerId}`}`;
  return titles;
}

/** All threads in one tree. */
function merged(profiles: ReadonlyMap<ThreadKey, Profile>): CallTree {
  return mergeCallTrees([...profiles.values()].map((profile) => aggregate(profile)));
}

function cpuSection(
  detail: SessionDetail,
  profiles: ReadonlyMap<ThreadKey, Profile>,
  compact: CompactResult<ThreadKey>,
): Markup {
  if (profiles.size === 0)
    return html`<section id="cpu">
      <h2>CPU</h2>
      <p class="quiet">No CPU profile was recorded in this session.</p>
    </section>`;
  const tree = merged(profiles);
  return html`<section id="cpu">
    <h2>
      CPU time
      <small
        >${formatDurationUs(tree.totalWeight)} of work in
        ${profiles.size === 1 ? 'one thread' : `${profiles.size} threads`}</small
      >
    </h2>
    ${flameHost('cpu-flame', 'Flame graph of CPU time')}
    ${
      compact.bucketUs > 0 &&
      html`<p class="quiet">
        To keep this file small, samples of equal stacks within ${formatDurationMs(compact.bucketUs / 1000)}
        are added up in the flame graph. Totals are exact; the edges of a selected range are that coarse. The
        session itself has every sample.
      </p>`
    }
    ${
      compact.leftOutShare > 0 &&
      html`<p class="quiet">
        Call paths below ${Number((compact.leftOutShare * 100).toPrecision(2))} % of their thread are part of
        their callers in the flame graph. The table has every function; the session itself has every path.
      </p>`
    }
    ${functionSection({ id: 'functions', title: 'Functions by their own time', tree, cwd: detail.cwd })}
  </section>`;
}

function allocationSection(detail: SessionDetail, profiles: ReadonlyMap<ThreadKey, Profile>): Markup | null {
  if (profiles.size === 0) return null;
  const tree = merged(profiles);
  if (tree.totalWeight <= 0) return null;
  return html`<section id="memory">
    <h2>Live allocations <small>sampled, still alive at the end</small></h2>
    ${flameHost('allocation-flame', 'Flame graph of live allocations')}
    ${functionSection({ id: 'allocating', title: 'Functions by what they allocated', tree, cwd: detail.cwd })}
  </section>`;
}

function flameHost(id: string, label: string): Markup {
  return html`<div class="report-flame" id="${id}" data-needs-script aria-label="${label}"></div>`;
}
