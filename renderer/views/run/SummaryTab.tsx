import { Button, Skeleton } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconInfoCircle } from '@tabler/icons-react';
import { memo, useMemo, useRef, type ReactNode } from 'react';
import type { RunWarning } from '../../../main/api';
import {
  formatBytes,
  formatDurationMs,
  formatNumber,
  formatPercent,
  formatRate,
  formatTime,
  formatValue,
} from '../../../profiles/format';
import type { LeakVerdict } from '../../../profiles/leaks/types';
import { categoryTotals, frameKey } from '../../../profiles/functions';
import { formatLocation } from '../../../profiles/location';
import type { ProfileUnit } from '../../../profiles/types';
import { isRealFunction, verdict, type VerdictLink, type VerdictSentence } from '../../../profiles/verdict';
import { keptThresholds, useKeptThresholds } from '../../state/leak-thresholds';
import { failures } from '../../state/warnings';
import { useRoute } from '../../state/selection';
import { functionRows } from '../../state/trees';
import { categoryLabels } from '../../../profiles/totals';
import { inRange, maxOf, meanOf, pick } from './series-in-range';
import { useLeakVerdict } from './memory/overview/use-leak-verdict';
import { useSlowed } from './use-slowed';
import type { ViewedRun } from './viewed-run';

/** What was found, in words first, then in numbers. */
export function SummaryTab({ run: newest }: { run: ViewedRun }) {
  const run = useSlowed(newest);
  const { model, selection } = run;
  const kept = useKeptThresholds((state) => state.byTarget);
  const leak = useLeakVerdict(model, keptThresholds(kept, model.state)).verdict;
  // Of the whole run, what collections leave says more than what was used in between.
  const knowsLeaks = leak !== null && leak.outcome !== 'not-enough-data' && !selection.range;
  const sentences = useVerdict(run, knowsLeaks);
  const nothingYet = model.live && !run.cpuTree && model.series.length === 0;
  return (
    <div className="summary">
      <section className="verdict" aria-label="Verdict">
        {nothingYet ? (
          <>
            <p className="muted">Waiting for the first samples.</p>
            <Skeleton height={18} width="70%" />
          </>
        ) : (
          sentences.map((sentence, index) => <Sentence key={index} sentence={sentence} />)
        )}
        {!nothingYet && leak && <LeakSentence run={run} leak={leak} />}
        {selection.range && <p className="muted">In the selected range only.</p>}
      </section>
      <Warnings warnings={model.state.warnings} />
      <div className="summary-columns">
        <CategoryShares run={run} />
        <KeyFigures run={run} />
        <TopFunctions run={run} />
        <Circumstances run={run} />
      </div>
    </div>
  );
}

/** The sentences; while data arrives, at most one a second. */
function useVerdict(run: ViewedRun, knowsLeaks: boolean): VerdictSentence[] {
  const { model, selection, cpuTree, version } = run;
  const { range, threads } = selection;
  const last = useRef({ atMs: -Infinity, key: '', sentences: [] as VerdictSentence[] });
  const key = JSON.stringify([range, threads, knowsLeaks]);
  return useMemo(() => {
    const now = performance.now();
    if (model.live && key === last.current.key && now - last.current.atMs < 1000)
      return last.current.sentences;
    const seen = (tUs: number): boolean => !range || (tUs >= range.startUs && tUs < range.endUs);
    const of = (scope: string): boolean =>
      threads === null || scope === 'load' || scope === 'tree' || threads.includes(scope);
    const sentences = verdict({
      // Sentences about CPU time need time; profiles of other tools may count something else.
      cpu: cpuTree?.unit === 'microseconds' ? cpuTree : null,
      series: model.series
        .filter((series) => of(series.scope) && !(knowsLeaks && series.metric === 'heapUsed'))
        .map((series) => inRange(series, range)),
      marks: model.marks.filter((mark) => seen(mark.tUs) && (mark.kind !== 'blocked' || of(mark.thread))),
      load: range ? null : model.loadResult,
      cwd: model.state.cwd,
    });
    last.current = { atMs: now, key, sentences };
    return sentences;
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the model changes in place; `version` and `key` say when
  }, [model, cpuTree, version, key]);
}

const tones = {
  problem: <IconAlertTriangle size={16} className="tone-problem" aria-label="Problem" />,
  finding: <IconInfoCircle size={16} className="tone-finding" aria-label="Finding" />,
  fine: <IconCircleCheck size={16} className="tone-fine" aria-label="Fine" />,
  unknown: <IconInfoCircle size={16} className="tone-unknown" aria-label="Not enough measured" />,
};

function Sentence({ sentence }: { sentence: VerdictSentence }) {
  return (
    <p className="verdict-sentence">
      {tones[sentence.tone]}
      <span>
        {sentence.parts.map((part, index) => {
          const text = part.code ? <code>{part.text}</code> : part.text;
          return part.link ? (
            <ProofLink key={index} link={part.link}>
              {text}
            </ProofLink>
          ) : (
            <span key={index}>{text}</span>
          );
        })}
      </span>
    </p>
  );
}

const leakTones = { leaking: 'problem', 'not-leaking': 'fine', 'not-enough-data': 'unknown' } as const;

/** Whether it leaks, of the whole run; the link leads to the proof. */
function LeakSentence({ run, leak }: { run: ViewedRun; leak: LeakVerdict }) {
  const goInMemory = useRoute((state) => state.goInMemory);
  // Without a measured heap there is nothing to say; the Memory tab says what is missing.
  if (run.model.series.length === 0 || run.model.cpuFromSamples) return null;
  return (
    <p className="verdict-sentence" data-testid="summary-leak">
      {tones[leakTones[leak.outcome]]}
      <span>
        {leak.sentence}{' '}
        <button
          type="button"
          className="link proof"
          onClick={() => goInMemory({ view: 'overview', file: null, base: null })}
        >
          {leak.outcome === 'leaking' ? 'What leaks' : 'How it was judged'}
        </button>
      </span>
    </p>
  );
}

function ProofLink({ link, children }: { link: VerdictLink; children: ReactNode }) {
  const select = useRoute((state) => state.select);
  const show = (): void => {
    if (link.kind === 'function') select({ tab: 'flame', functionKey: link.frameKey });
    else if (link.kind === 'tab') select({ tab: link.tab });
    else {
      // A little room on both sides, so that the range can be grasped on the lanes.
      const roomUs = (link.endUs - link.startUs) * 0.2;
      select({
        tab: 'flame',
        range: { startUs: Math.max(0, link.startUs - roomUs), endUs: link.endUs + roomUs },
      });
    }
  };
  return (
    <button type="button" className="link proof" onClick={show}>
      {children}
    </button>
  );
}

function Warnings({ warnings }: { warnings: RunWarning[] }) {
  if (warnings.length === 0) return null;
  return (
    <section className="section warnings" aria-label="Warnings">
      <h2>{warningsTitle(warnings)}</h2>
      <ul className="plain-list">
        {warnings.map((warning, index) => (
          <li key={index} className="warning">
            {warning.isNote ? (
              <IconInfoCircle size={14} className="tone-unknown" aria-label="Note" />
            ) : (
              <IconAlertTriangle size={14} aria-label="Warning" />
            )}
            <span className="number muted">{formatTime(warning.tUs)}</span>
            <strong>{warning.source}</strong>
            <span>
              {warning.message} {warning.hint && <span className="muted">{warning.hint}</span>}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function warningsTitle(warnings: readonly RunWarning[]): string {
  const failed = failures(warnings);
  const notes = warnings.length - failed;
  const parts = [
    ...(failed > 0 ? [failed === 1 ? '1 warning' : `${formatNumber(failed)} warnings`] : []),
    ...(notes > 0 ? [notes === 1 ? '1 note' : `${formatNumber(notes)} notes`] : []),
  ];
  return parts.join(', ');
}

/** What a profile adds up, in headings. */
const unitWords: Record<ProfileUnit, { byKind: string; most: string }> = {
  microseconds: { byKind: 'CPU time by kind of code', most: 'Most self time' },
  bytes: { byKind: 'Memory by kind of code', most: 'Most memory' },
  count: { byKind: 'Samples by kind of code', most: 'Most samples' },
};

const CategoryShares = memo(function CategoryShares({ run }: { run: ViewedRun }) {
  const { cpuTree } = run;
  if (!cpuTree || cpuTree.totalWeight === 0) return null;
  const totals = categoryTotals(cpuTree);
  return (
    <section className="section">
      <h2>{unitWords[cpuTree.unit].byKind}</h2>
      <div className="category-bar" aria-hidden>
        {totals.map(({ category, share }) => (
          <span
            key={category}
            style={{ width: `${share * 100}%`, background: `var(--sm-category-${category})` }}
          />
        ))}
      </div>
      <table className="table table-plain">
        <tbody>
          {totals.map(({ category, self, share }) => (
            <tr key={category}>
              <th scope="row">
                <span
                  className="swatch"
                  style={{ background: `var(--sm-category-${category})` }}
                  aria-hidden
                />
                {categoryLabels[category]}
              </th>
              <td className="number">{formatValue(self, cpuTree.unit)}</td>
              <td className="number share-cell">{formatPercent(share)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
});

const KeyFigures = memo(function KeyFigures({ run }: { run: ViewedRun }) {
  const { model, selection } = run;
  const { range, threads } = selection;
  const mean = (metric: Parameters<typeof pick>[1]): number | undefined =>
    meanOf(pick(model.series, metric, threads).map((series) => inRange(series, range)));
  const max = (metric: Parameters<typeof pick>[1]): number | undefined =>
    maxOf(pick(model.series, metric, threads).map((series) => inRange(series, range)));
  const latency = range ? null : model.loadResult?.totals.latency;
  const rows: [label: string, value: string | undefined][] = [
    ['CPU, mean', show(mean('cpu'), (value) => formatPercent(value / 100))],
    ['Event-loop delay P99, worst interval', show(max('loopDelayP99'), formatDurationMs)],
    ['Event-loop utilisation, mean', show(mean('loopUtilization'), formatPercent)],
    ['Heap used, max', show(max('heapUsed'), formatBytes)],
    ['RSS, max', show(max('rss'), formatBytes)],
    ['Requests, mean', show(mean('requestRate'), formatRate)],
    latency
      ? ['Latency P99', show(latency.p99Ms, formatDurationMs)]
      : ['Latency P99, worst interval', show(max('latencyP99'), formatDurationMs)],
  ];
  const shown = rows.filter(([, value]) => value !== undefined);
  if (shown.length === 0) return null;
  return (
    <section className="section">
      <h2>Key figures</h2>
      <table className="table table-plain">
        <tbody>
          {shown.map(([label, value]) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td className="number">{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
});

const TopFunctions = memo(function TopFunctions({ run }: { run: ViewedRun }) {
  const select = useRoute((state) => state.select);
  const { cpuTree, model } = run;
  if (!cpuTree || cpuTree.totalWeight === 0) return null;
  const top = functionRows(cpuTree).filter(isRealFunction).slice(0, 6);
  return (
    <section className="section">
      <div className="section-head">
        <h2>{unitWords[cpuTree.unit].most}</h2>
        <Button size="compact-xs" variant="subtle" color="gray" onClick={() => select({ tab: 'functions' })}>
          All functions
        </Button>
      </div>
      <table className="table table-plain">
        <tbody>
          {top.map((row) => (
            <tr key={row.frame}>
              <th scope="row" className="cell-name">
                <button
                  type="button"
                  className="link mono ellipsis"
                  title={row.name}
                  onClick={() => select({ functionKey: frameKey(cpuTree.frames, row.frame) })}
                >
                  {row.name}
                </button>
              </th>
              <td className="mono muted cell-command" title={row.url}>
                {formatLocation(row.url, row.line, model.state.cwd)}
              </td>
              <td className="number">{formatValue(row.self, cpuTree.unit)}</td>
              <td className="number share-cell">{formatPercent(row.selfShare)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
});

const Circumstances = memo(function Circumstances({ run }: { run: ViewedRun }) {
  const { state, detail } = run.model;
  const environment = detail?.environment;
  const rows: [string, ReactNode][] = [
    ['Command', <code key="command">{state.commandLine || '–'}</code>],
    ['Folder', <code key="cwd">{state.cwd || '–'}</code>],
    ['Listens on', state.listening.map((address) => address.url).join(', ') || '–'],
    ['Recorded', new Date(state.startedAt).toLocaleString()],
  ];
  if (state.exit)
    rows.push([
      'Ended',
      state.exit.stoppedByUs
        ? 'stopped by Scorchmark'
        : state.exit.signal
          ? `by signal ${state.exit.signal}`
          : `with exit code ${state.exit.code ?? '?'}`,
    ]);
  if (environment) {
    rows.push(['Node', environment.nodeVersion || '–']);
    if (environment.cpuModel)
      rows.push([
        'Machine',
        `${environment.cpuModel}, ${formatNumber(environment.cpuCount)} cores, ${formatBytes(environment.memoryBytes)}, ${environment.os} ${environment.arch}`,
      ]);
    if (environment.gitRevision)
      rows.push([
        'Revision',
        `${environment.gitRevision.slice(0, 12)}${environment.gitDirty ? ' with changes' : ''}`,
      ]);
  }
  if (detail?.note) rows.push(['Note', detail.note]);
  return (
    <section className="section">
      <h2>Circumstances</h2>
      <dl className="facts">
        {rows.map(([label, value]) => (
          <div key={label} className="facts-row">
            <dt>{label}</dt>
            <dd className="break">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
});

function show(value: number | undefined, format: (value: number) => string): string | undefined {
  return value === undefined ? undefined : format(value);
}
