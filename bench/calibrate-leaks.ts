/**
 * The leak verdict on programs that leak and programs that only look like it: each is recorded through the engine under
 * load, judged while it runs and judged again from its saved session with two snapshots opened.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { RunState, Timeline } from '../main/api';
import { createEngine, type Engine } from '../main/engine';
import { packageRoot } from '../main/paths';
import type { LeakOutcome, LeakVerdict } from '../profiles/leaks/types';
import type { CalibrationOptions } from './calibrate';
import { leakCases, type LeakCase } from './leak-cases';
import { note } from './print';

/** Runs differ: how many users ask, and how long the program takes to answer, ms. */
const loads = [
  { users: 4, waitMs: 30 },
  { users: 6, waitMs: 20 },
  { users: 3, waitMs: 40 },
  { users: 8, waitMs: 60 },
] as const;
const judgedEveryMs = 2000;
const topSuspects = 3;

interface CaseResult {
  case: string;
  run: number;
  expected: LeakOutcome;
  got: LeakOutcome;
  ok: boolean;
  /** Of a leak: the place of the planted one, from 1; null when it is not among the suspects told. */
  constructorRank: number | null;
  siteRank: number | null;
  /** When it was first called leaking while it ran, ms after its start; null: never. */
  calledAfterMs: number | null;
}

/** Prints all cases; true when every leak was called within its run, with its cause, and no other program ever was. */
export async function calibrateLeaks(options: CalibrationOptions): Promise<boolean> {
  const cases = leakCases.filter(
    ({ program }) => options.only.length === 0 || options.only.includes(program),
  );
  const queue = cases.flatMap((leakCase) =>
    Array.from({ length: options.runs }, (_, run) => ({ leakCase, run: run + 1 })),
  );
  note(
    `leaks: ${queue.length} recordings of ${options.quick ? 20 : 60} seconds, ${options.jobs} at a time, Node ${process.version}`,
  );
  const results: CaseResult[] = [];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift())
      results.push(await recordCase(next.leakCase, next.run, options.quick));
  };
  await Promise.all(Array.from({ length: options.jobs }, worker));
  const ok = results.length > 0 && results.every((result) => result.ok);
  tell(results);
  print({
    calibration: 'leaks',
    cases: results.length,
    right: results.filter((result) => result.ok).length,
    confusion: confusionOf(results),
    honestCalledMeanwhile: results.filter((result) => !isLeak(result) && result.calledAfterMs !== null)
      .length,
    causeFirst: results.filter((result) => isLeak(result) && rankOf(result) === 1).length,
    ok,
  });
  return ok;
}

async function recordCase(leakCase: LeakCase, run: number, quick: boolean): Promise<CaseResult> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'scorchmark-leaks-'));
  const engine = await createEngine({ shell: 'cli', dataFolder: folder });
  try {
    return await judgeCase(engine, leakCase, run, quick);
  } finally {
    await engine.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function judgeCase(
  engine: Engine,
  leakCase: LeakCase,
  run: number,
  quick: boolean,
): Promise<CaseResult> {
  const { users, waitMs } = loads[(run - 1) % loads.length]!;
  const ended = new Promise<RunState>((resolve) =>
    engine.subscribe((event) => {
      if (event.event === 'run.state' && ['done', 'failed'].includes(event.payload.phase))
        resolve(event.payload);
    }),
  );
  const { runId } = await engine.call('run.start', {
    target: {
      kind: 'launch',
      argv: [process.execPath, `${leakCase.program}.mjs`],
      cwd: path.join(packageRoot, 'resources/leak-programs'),
      env: { WAIT_MS: String(waitMs), ...(quick && leakCase.quickEnv) },
    },
    load: { preset: 'smoke', users, durationMs: quick ? 20_000 : 60_000, stopTargetAtEnd: true },
    capture: { snapshots: { afterWarmUp: true, atEnd: true } },
    // Of a minute the default is used; less than that needs more points.
    leaks: { forceGc: true, ...(quick && { forceGcEveryMs: 1000 }) },
  });
  const calledAfterMs = await judgeWhileRunning(engine, runId, ended);
  const state = await ended;
  const verdict = await engine.call('leaks.judge', { id: runId, deep: true });
  const result = resultOf(leakCase, run, verdict, calledAfterMs);
  const timeline = await engine.call('timeline.read', { id: runId });
  print({
    calibration: 'leaks',
    ...result,
    users,
    waitMs,
    constructors: verdict.constructors
      .slice(0, topSuspects)
      .map(({ name, heldBy }) => `${name} ${heldBy}`.trim()),
    sites: verdict.sites
      .slice(0, topSuspects)
      .map(({ name, url, line }) => `${name} ${path.posix.basename(url)}:${line}`),
    subjects: verdict.subjects.map(
      ({ subject, sentence }) => `${subject}: ${sentence.replaceAll('\u202F', ' ')}`,
    ),
    snapshots: state.snapshots.map(({ reason, state: how, error }) =>
      `${reason} ${how} ${error?.message ?? ''}`.trim(),
    ),
    floors: floorsOf(timeline),
    warnings: state.warnings.map(({ message }) => message),
    ...(state.error && { error: state.error.message }),
  });
  return result;
}

/** Asks as the window does, until the run has ended. */
async function judgeWhileRunning(
  engine: Engine,
  runId: string,
  ended: Promise<RunState>,
): Promise<number | null> {
  const startedMs = performance.now();
  let over = false;
  void ended.then(() => (over = true));
  let firstCalledMs: number | null = null;
  for (;;) {
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, judgedEveryMs))]);
    if (over) return firstCalledMs;
    const { outcome } = await engine.call('leaks.judge', { id: runId });
    if (outcome === 'leaking') firstCalledMs ??= Math.round(performance.now() - startedMs);
  }
}

/** What was judged, seconds and kB: so that a verdict can be understood, and judged again without recording again. */
function floorsOf({ series, marks }: Timeline): Record<string, [number, number][]> {
  const floors: Record<string, [number, number][]> = {};
  for (const { metric, tUs, values } of series)
    if (metric === 'heapFloor' || metric === 'externalFloor')
      floors[metric] = tUs.map((at, i) => [Math.round(at / 1e4) / 100, Math.round(values[i]! / 1000)]);
  const load = marks.flatMap(({ kind, tUs }): [number, number][] =>
    kind === 'load-start' || kind === 'load-end' ? [[Math.round(tUs / 1e4) / 100, 0]] : [],
  );
  return { ...floors, load };
}

function resultOf(
  { program, leaks, planted }: LeakCase,
  run: number,
  verdict: LeakVerdict,
  calledAfterMs: number | null,
): CaseResult {
  const constructorRank = placeOf(verdict.constructors, planted.constructors);
  const siteRank = placeOf(verdict.sites, planted.sites);
  const result: CaseResult = {
    case: program,
    run,
    expected: leaks ? 'leaking' : 'not-leaking',
    got: verdict.outcome,
    ok: false,
    constructorRank,
    siteRank,
    calledAfterMs,
  };
  const isRight = result.got === result.expected;
  const isCauseTold = rankOf(result) <= topSuspects;
  const isCalledMeanwhile = calledAfterMs !== null;
  return { ...result, ok: isRight && isCalledMeanwhile === leaks && (!leaks || isCauseTold) };
}

function placeOf(suspects: readonly { name: string }[], wanted: readonly string[]): number | null {
  const at = suspects.findIndex(({ name }) => wanted.includes(name.replace(/^new /, '')));
  return at === -1 ? null : at + 1;
}

function rankOf({ constructorRank, siteRank }: CaseResult): number {
  return Math.min(constructorRank ?? Infinity, siteRank ?? Infinity);
}

function isLeak({ expected }: CaseResult): boolean {
  return expected === 'leaking';
}

function confusionOf(results: readonly CaseResult[]): Record<string, Record<LeakOutcome, number>> {
  const row = (leaks: boolean): Record<LeakOutcome, number> => {
    const of = (got: LeakOutcome): number =>
      results.filter((result) => isLeak(result) === leaks && result.got === got).length;
    return {
      leaking: of('leaking'),
      'not-leaking': of('not-leaking'),
      'not-enough-data': of('not-enough-data'),
    };
  };
  return { leak: row(true), honest: row(false) };
}

/** The confusion table, as it stands in docs/measurements.md. */
function tell(results: readonly CaseResult[]): void {
  const lines = [
    '| program | leaks | runs | leaking | not leaking | not enough data | cause among the first three | called while running, after |',
    '| --- | --- | --: | --: | --: | --: | --: | --: |',
  ];
  for (const { program, leaks } of leakCases) {
    const of = results.filter((result) => result.case === program);
    if (of.length === 0) continue;
    const got = (outcome: LeakOutcome): number => of.filter((result) => result.got === outcome).length;
    const told = of.filter((result) => rankOf(result) <= topSuspects).length;
    lines.push(
      `| ${program} | ${leaks ? 'yes' : 'no'} | ${of.length} | ${got('leaking')} | ${got('not-leaking')} | ${got('not-enough-data')} | ${leaks ? told : '–'} | ${calledText(of)} |`,
    );
  }
  note(lines.join('\n'));
}

/** `3, 38–52 s`: in how many runs, and when. */
function calledText(results: readonly CaseResult[]): string {
  const seconds = results
    .flatMap(({ calledAfterMs }) => (calledAfterMs === null ? [] : [Math.round(calledAfterMs / 1000)]))
    .sort((a, b) => a - b);
  if (seconds.length === 0) return 'never';
  return `${seconds.length}, ${[...new Set([seconds[0], seconds[seconds.length - 1]])].join('–')} s`;
}

function print(line: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
