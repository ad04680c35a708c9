import { Button } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconInfoCircle } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { Series } from '../../../../../main/api';
import { formatBytes, formatDurationUs, formatNumber } from '../../../../../profiles/format';
import { compareSnapshotsAdvice } from '../../../../../profiles/leaks/overall';
import {
  leakThresholdsSchema,
  type LeakOutcome,
  type LeakThresholds,
  type LeakVerdict,
  type SubjectVerdict,
} from '../../../../../profiles/leaks/types';
import { ErrorPanel } from '../../../../components/ErrorPanel';
import type { RecordingModel } from '../../../../state/recording';
import { keptThresholds, useKeptThresholds } from '../../../../state/leak-thresholds';
import { tell } from '../../../../state/report-error';
import type { ViewedRun } from '../../viewed-run';
import { titleOfThread } from '../snapshots/snapshots-of';
import { FloorChart } from './FloorChart';
import { Suspects } from './Suspects';
import { RulesTable, thresholdNames } from './Thresholds';
import { useLeakVerdict } from './use-leak-verdict';

const outcomeTitles: Record<LeakOutcome, string> = {
  leaking: 'Leaking',
  'not-leaking': 'Not leaking',
  'not-enough-data': 'Not enough data',
};

const outcomeIcons: Record<LeakOutcome, React.ReactNode> = {
  leaking: <IconAlertTriangle size={18} className="tone-problem" aria-hidden />,
  'not-leaking': <IconCircleCheck size={18} className="tone-fine" aria-hidden />,
  'not-enough-data': <IconInfoCircle size={18} className="tone-unknown" aria-hidden />,
};

/** The leak verdict, in words first, then its proof. */
export function LeakSection({ run }: { run: ViewedRun }) {
  const { model } = run;
  const kept = keptThresholds(
    useKeptThresholds((state) => state.byTarget),
    model.state,
  );
  const [edited, setEdited] = useState<LeakThresholds | null>(null);
  const thresholds = edited ?? kept;
  // What is typed is judged a moment later.
  const asked = useLater(thresholds, 350);
  const { verdict: judged, error, again } = useLeakVerdict(model, asked);
  const [deep, setDeep] = useState<LeakVerdict | null>(null);
  // What was found in snapshots belongs to the same judgement as long as nothing is recorded and the limits are the same.
  const isDeep = deep !== null && judged !== null && !model.live && sameLimits(deep, judged);
  const verdict = isDeep ? deep : judged;
  if (!verdict)
    return (
      <section className="section" aria-label="Leak verdict">
        {error ? (
          <ErrorPanel error={error.toJSON()}>
            <Button size="compact-xs" variant="default" onClick={again}>
              Judge again
            </Button>
          </ErrorPanel>
        ) : (
          <p className="muted" role="status">
            Judging whether the heap leaks…
          </p>
        )}
      </section>
    );
  const shown = thresholds ?? verdict.thresholds;
  // The comparison stands right below: it runs there, or waits for its button.
  const advice = verdict.advice.filter((line) => line !== compareSnapshotsAdvice);
  return (
    <section className="section leak" aria-label="Leak verdict" data-outcome={verdict.outcome}>
      <div className="leak-head">
        {outcomeIcons[verdict.outcome]}
        <div>
          <h2 data-testid="leak-outcome">{outcomeTitles[verdict.outcome]}</h2>
          <p className="leak-sentence" data-testid="leak-sentence">
            {verdict.sentence}
          </p>
          {advice.length > 0 && (
            <ul className="leak-advice" aria-label="Advice">
              {advice.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          )}
          {error && <p className="bad">The last judgement failed: {error.message}</p>}
        </div>
      </div>
      <Suspects run={run} verdict={verdict} onDeep={setDeep} />
      <div className="leak-subjects">
        {verdict.subjects.map((subject) => (
          <Subject key={`${subject.thread} ${subject.subject}`} model={model} subject={subject} />
        ))}
      </div>
      <div className="leak-rules-section">
        <div className="section-head">
          <h2>Rules</h2>
          <span className="leak-tools">
            {edited && (
              <>
                <Button
                  size="compact-xs"
                  variant="default"
                  title={`Runs and sessions of ${model.state.commandLine || 'this target'} are judged by these limits in this window`}
                  onClick={() => {
                    useKeptThresholds.getState().keep(model.state, edited);
                    setEdited(null);
                    tell('Limits kept', 'Runs of this command are judged by them from now on.');
                  }}
                >
                  Keep for this target
                </Button>
                <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setEdited(null)}>
                  Undo
                </Button>
              </>
            )}
            {!edited && kept && (
              <Button
                size="compact-xs"
                variant="subtle"
                color="gray"
                onClick={() => useKeptThresholds.getState().forget(model.state)}
              >
                Back to the limits of the recording
              </Button>
            )}
            {!isDefault(shown) && (
              <Button
                size="compact-xs"
                variant="subtle"
                color="gray"
                onClick={() => setEdited(leakThresholdsSchema.parse({}))}
              >
                Defaults
              </Button>
            )}
          </span>
        </div>
        <RulesTable
          subjects={verdict.subjects}
          thresholds={shown}
          titleOf={(subject) => subjectTitle(model, subject, verdict)}
          onChange={setEdited}
        />
        <p className="muted leak-method">
          A rule alone makes no leak: the growth must also be a significant trend that does not level off.{' '}
          {verdict.method}
        </p>
      </div>
    </section>
  );
}

function sameLimits(one: LeakVerdict, other: LeakVerdict): boolean {
  return thresholdNames.every((name) => one.thresholds[name] === other.thresholds[name]);
}

function isDefault(thresholds: LeakThresholds): boolean {
  const defaults = leakThresholdsSchema.parse({});
  return thresholdNames.every((name) => defaults[name] === thresholds[name]);
}

function subjectTitle(
  model: RecordingModel,
  { thread, subject }: SubjectVerdict,
  verdict?: LeakVerdict,
): string {
  const what = subject === 'heap' ? 'JS heap' : 'Outside the heap';
  const isOnly = new Set(verdict?.subjects.map((each) => each.thread)).size === 1;
  return isOnly ? what : `${what}, ${titleOfThread(model, thread)}`;
}

function Subject({ model, subject }: { model: RecordingModel; subject: SubjectVerdict }) {
  const { thread, trend, outcome, sentence } = subject;
  const isHeap = subject.subject === 'heap';
  const title = subjectTitle(model, subject);
  return (
    <section className="leak-subject" aria-label={title}>
      <h3>
        {title} <span className={`leak-outcome-${outcome}`}>{outcomeTitles[outcome].toLowerCase()}</span>
      </h3>
      <p>{sentence}</p>
      <FloorChart
        title={title}
        subject={subject}
        floor={seriesOf(model, isHeap ? 'heapFloor' : 'externalFloor', thread)}
        used={seriesOf(model, isHeap ? 'heapUsed' : 'external', thread)}
        endUs={model.endUs}
      />
      {trend && (
        <dl className="figures leak-figures">
          <Figure
            label="Slope, per hour"
            value={signed(trend.slopeBytesPerHour)}
            more={`95 %: ${signed(trend.slopeLow)} to ${signed(trend.slopeHigh)}`}
          />
          <Figure
            label="Growth"
            value={signed(trend.growthBytes)}
            more={`in ${formatDurationUs(trend.endUs - trend.startUs)}, ${formatNumber(trend.points)} collections`}
          />
          <Figure
            label="Per operation"
            value={trend.bytesPerOperation === null ? '–' : signed(trend.bytesPerOperation)}
            more={trend.bytesPerOperation === null ? 'no load' : 'of the load'}
          />
          <Figure
            label="Mann–Kendall p"
            value={trend.p < 0.001 ? '<0.001' : formatNumber(Number(trend.p.toPrecision(2)))}
            more={
              trend.levelledOff
                ? 'levelled off at the end'
                : trend.p < 0.01
                  ? 'a rising trend'
                  : 'no rising trend shown'
            }
          />
        </dl>
      )}
    </section>
  );
}

function Figure({ label, value, more }: { label: string; value: string; more: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
      <dd className="muted leak-more">{more}</dd>
    </div>
  );
}

function signed(bytes: number): string {
  return `${bytes > 0 ? '+' : ''}${formatBytes(bytes)}`;
}

function seriesOf(model: RecordingModel, metric: Series['metric'], thread: string): Series | null {
  return model.series.find((series) => series.metric === metric && series.scope === thread) ?? null;
}

function useLater<T>(value: T, ms: number): T {
  const [later, setLater] = useState(value);
  const text = JSON.stringify(value);
  useEffect(() => {
    const timer = setTimeout(() => setLater(JSON.parse(text) as T), ms);
    return () => clearTimeout(timer);
  }, [text, ms]);
  return later;
}
