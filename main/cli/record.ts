/** `scorchmark record`: profile a command without a UI. */
import path from 'node:path';
import { formatBytes, formatDurationMs } from '../../profiles/format';
import type {
  AnyEvent,
  LoadResult,
  LoadSpec,
  RunSpecInput,
  RunState,
  RunWarning,
  SessionDetail,
} from '../api';
import { captureSpecSchema, httpRequestSchema, loadSpecSchema, presetNames } from '../api';
import { createEngine, type Engine } from '../engine';
import { AppError, toAppError } from '../errors';
import { parseDuration } from '../load/duration';
import { listSamples } from '../run/samples';
import { judged, verdictText } from './leaks';
import { allocationsOf, leaksOf, snapshotRulesOf, type MemoryOptions } from './memory-options';
import type { LoadVerdict } from './load-verdict';
import { mustBeWritable, writeOutputFile } from './output-file';
import { printable } from './printable';
import { describeError, exitCodeOf, exitCodes, StatusLine, summaryRows, table } from './terminal';

export interface RecordOptions extends MemoryOptions {
  name?: string;
  tag?: string[];
  cwd?: string;
  env?: string[];
  node?: string;
  nodeFlag?: string[];
  shell?: boolean;
  attach?: string;
  sample?: string;
  load?: string;
  users?: string;
  url?: string[];
  method?: string;
  header?: string[];
  body?: string;
  duration?: string;
  keepRunning?: boolean;
  interval?: string;
  report?: string;
  json?: boolean;
  quiet?: boolean;
  dataFolder?: string;
}

/** How often a line is printed where the status line cannot be redrawn. */
const plainProgressMs = 5000;

export async function record(argv: string[], options: RecordOptions): Promise<number> {
  return recordRun(await specOf(argv, options), options);
}

/** What is said of a load: after the summary, and as the exit code when all else went well. */
export interface ToldLoad extends LoadVerdict {
  text: string;
}

/** @param judge what the load came to; null when it came to no result */
export async function recordRun(
  spec: RunSpecInput,
  options: RecordOptions,
  judge?: (load: LoadResult | null) => ToldLoad,
): Promise<number> {
  if (options.report !== undefined) await mustBeWritable(options.report);
  const engine = await createEngine({ shell: 'cli', dataFolder: options.dataFolder });
  const progress = new RecordProgress(engine, options);
  let interrupts = 0;
  let runId: string | undefined;
  const stop = (): void => {
    if (runId)
      engine.call('run.stop', { runId }).catch((error: unknown) => progress.note(describeError(error)));
  };
  const interrupt = (): void => {
    interrupts++;
    // The reaper ends what is left of the target; the journal makes the session recoverable.
    if (interrupts > 1) {
      progress.note('Not waiting any more: the session is completed at the next start.');
      process.exit(130);
    }
    progress.note('Stopping the target and saving; press Ctrl-C again to give up waiting.');
    stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  try {
    const finished = progress.finished();
    const state = await engine.call('run.start', spec);
    runId = state.runId;
    // The interrupt may have come while the target was being started.
    if (interrupts > 0) stop();
    const end = await finished;
    const { loadResult } = await engine.call('run.snapshot', { runId: end.runId });
    return await conclude(engine, end, progress, options, {
      load: judge && { loadResult, ...judge(loadResult) },
      looksForLeaks: looksForLeaks(spec),
    });
  } finally {
    progress.close();
    await engine.close();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, interrupt);
  }
}

/** Whoever has garbage collected or snapshots taken wants to know what they tell. */
function looksForLeaks({ leaks, capture }: RunSpecInput): boolean {
  const { atStart, afterWarmUp, atEnd, growthAboveBytes } = capture?.snapshots ?? {};
  return Boolean(leaks?.forceGc ?? (atStart || afterWarmUp || atEnd || growthAboveBytes));
}

interface Told {
  load?: (ToldLoad & { loadResult: LoadResult | null }) | undefined;
  looksForLeaks: boolean;
}

async function conclude(
  engine: Engine,
  end: RunState,
  progress: RecordProgress,
  options: RecordOptions,
  { load, looksForLeaks }: Told,
): Promise<number> {
  const detail: SessionDetail = await engine.call('sessions.get', { id: end.runId });
  const folder = await engine.store.folderOf(end.runId);
  progress.close();
  const leaks = looksForLeaks
    ? await judged(engine, end.runId).catch((error: unknown) => toAppError(error, 'The leak verdict'))
    : undefined;
  if (leaks instanceof AppError) progress.note(describeError(leaks));
  const report = options.report === undefined ? {} : await writeReport(engine, end.runId, options.report);
  const crashed = !end.exit?.stoppedByUs && ((end.exit?.code ?? 0) !== 0 || Boolean(end.exit?.signal));
  const ownCode = end.error || crashed ? exitCodes.targetFailed : exitCodes.ok;
  // What the session tells and the run does not: it could not be saved.
  const unsaved = detail.error && !end.error ? AppError.fromJSON(detail.error) : undefined;
  const failureOfRun = unsaved ?? report.error;
  const withoutLoad = failureOfRun ? exitCodeOf(failureOfRun) : ownCode;
  const exitCode = withoutLoad === exitCodes.ok && load ? load.exitCode : withoutLoad;
  const failure = failureOfRun ?? load?.error;
  if (failure) process.stderr.write(`${describeError(failure)}\n`);
  if (options.json) {
    const error = failure && { error: failure.toJSON() };
    const ofLoad = load && { load: load.loadResult };
    const ofLeaks = leaks && !(leaks instanceof AppError) && { leaks };
    process.stdout.write(
      `${JSON.stringify({ session: detail, folder, ...ofLoad, ...ofLeaks, ...(report.file && { report: report.file }), ...error, exitCode })}\n`,
    );
    if (load) process.stderr.write(`\n${load.text}\n`);
    return exitCode;
  }
  const ended = end.exit?.signal ? `signal ${end.exit.signal}` : `exit code ${end.exit?.code ?? 'unknown'}`;
  const rows = [
    ...summaryRows(detail),
    ['target ended with', end.exit?.stoppedByUs ? `${ended} (stopped)` : ended],
    ['folder', folder],
    ...(report.file ? [['report', report.file]] : []),
  ];
  const ofLeaks = leaks && !(leaks instanceof AppError) ? `\n${verdictText(leaks, detail.processes)}\n` : '';
  process.stdout.write(`\n${table(rows)}\n${ofLeaks}${load ? `\n${load.text}\n` : ''}`);
  for (const warning of detail.warnings) process.stderr.write(`${warningLine(warning)}\n`);
  if (end.error) process.stderr.write(`${describeError(AppError.fromJSON(end.error))}\n`);
  return exitCode;
}

function warningLine({ source, message, hint }: RunWarning): string {
  return printable(`warning: ${source}: ${message}${hint ? ` ${hint}` : ''}`);
}

/** A report that cannot be written must not hide the session that was saved. */
async function writeReport(
  engine: Engine,
  id: string,
  given: string,
): Promise<{ file?: string; error?: AppError }> {
  try {
    const { html } = await engine.call('report.html', { id });
    return { file: await writeOutputFile(given, html) };
  } catch (error) {
    return { error: toAppError(error, 'The report') };
  }
}

/** Shows a run in the terminal while it lasts: its output as it comes, and where it stands. */
class RecordProgress {
  private readonly line = new StatusLine(process.stderr);
  private state: RunState | undefined;
  private phase: string | undefined;
  private lastPlainMs = 0;
  private rate: number | undefined;
  private rss: number | undefined;
  private readonly unsubscribe: () => void;
  private resolveFinished: ((state: RunState) => void) | undefined;

  constructor(
    engine: Engine,
    private readonly options: RecordOptions,
  ) {
    this.unsubscribe = engine.subscribe((event) => this.take(event));
  }

  finished(): Promise<RunState> {
    return new Promise((resolve) => (this.resolveFinished = resolve));
  }

  note(text: string): void {
    this.line.above(() => process.stderr.write(`${text}\n`));
  }

  close(): void {
    this.line.clear();
    this.unsubscribe();
  }

  private take(event: AnyEvent): void {
    if (event.event === 'run.output' && !this.options.quiet) this.output(event.payload.lines);
    else if (event.event === 'run.points')
      for (const point of event.payload.points) {
        if (point.metric === 'requestRate') this.rate = point.value;
        if (point.metric === 'rss' && point.scope === 'tree') this.rss = point.value;
      }
    else if (event.event === 'run.state') this.stateChanged(event.payload);
  }

  private output(lines: { stream: 'out' | 'err'; text: string }[]): void {
    this.line.above(() => {
      for (const { stream, text } of lines)
        (stream === 'out' && !this.options.json ? process.stdout : process.stderr).write(`${text}\n`);
    });
  }

  private stateChanged(state: RunState): void {
    for (const address of state.listening.slice(this.state?.listening.length ?? 0))
      this.note(`listening on ${printable(address.url)}`);
    for (const warning of state.warnings.slice(this.state?.warnings.length ?? 0))
      this.note(warningLine(warning));
    const loadBefore = this.state?.load?.phase;
    if (state.load && state.load.phase !== loadBefore && state.load.phase !== 'waiting')
      this.note(
        `load ${state.load.phase}: ${state.load.name ?? state.load.preset}, ${state.load.users} users, ${formatDurationMs(state.load.plannedDurationMs)}`,
      );
    this.state = state;
    this.line.show(this.status());
    const now = Date.now();
    if (!this.line.active && (this.phase !== state.phase || now - this.lastPlainMs >= plainProgressMs)) {
      this.lastPlainMs = now;
      process.stderr.write(`${this.status()}\n`);
    }
    this.phase = state.phase;
    if (state.phase === 'done' || state.phase === 'failed') this.resolveFinished?.(state);
  }

  private status(): string {
    const state = this.state!;
    const processes = state.processes.filter((info) => info.endedUs === undefined).length;
    const parts = [
      `● ${state.phase}`,
      formatDurationMs(state.durationMs),
      `${state.sampleCount.toLocaleString('en')} samples`,
      `${processes} ${processes === 1 ? 'process' : 'processes'}`,
    ];
    if (this.rss !== undefined) parts.push(`RSS ${formatBytes(this.rss)}`);
    if (state.load?.phase === 'running' && this.rate !== undefined)
      parts.push(`${Math.round(this.rate).toLocaleString('en')} requests/s`);
    return parts.join(' · ');
  }
}

/** The run that the options ask for. @throws AppError BAD_INPUT naming the option */
export async function specOf(argv: string[], options: RecordOptions): Promise<RunSpecInput> {
  const target = targetOf(argv, options);
  const durationMs = options.duration === undefined ? undefined : durationOf('--duration', options.duration);
  const sampleLoad = options.sample === undefined ? undefined : await loadOfSample(options.sample);
  const load = loadOf(options, durationMs, sampleLoad);
  const pointless = load ? undefined : givenOf(options, loadOnly);
  if (pointless)
    throw new AppError('BAD_INPUT', `${pointless} belongs to --load.`, {
      hint: `Add --load with one of: ${presetNames.join(', ')}.`,
    });
  return {
    target,
    name: options.name,
    tags: options.tag ?? [],
    load,
    durationMs: load ? undefined : durationMs,
    capture: {
      ...allocationsOf(options),
      snapshots: snapshotRulesOf(options),
      ...(options.interval !== undefined && { cpuIntervalUs: intervalUsOf(options.interval) }),
    },
    leaks: leaksOf(options),
  };
}

/** Options that say nothing without a load, and those that say nothing about a program that is not started by us. */
const loadOnly = ['url', 'users', 'method', 'header', 'body', 'keepRunning'] as const;
const launchOnly = ['cwd', 'env', 'node', 'nodeFlag', 'shell'] as const;

/** The first of the options that was given, as it is written. */
function givenOf(options: RecordOptions, names: readonly (keyof RecordOptions)[]): string | undefined {
  const given = names.find((name) => options[name] !== undefined);
  return given && `--${given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** @throws AppError BAD_INPUT naming the option */
function durationOf(option: string, text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw new AppError('BAD_INPUT', `${option} takes a time, not "${text}".`, {
      hint: toAppError(error).hint,
    });
  }
}

/** Sampling intervals are also written in microseconds: `500us`. */
function intervalUsOf(text: string): number {
  const micros = /^\s*(\d+(?:\.\d+)?)\s*(?:us|µs|μs)\s*$/i.exec(text)?.[1];
  const us = Math.round(micros === undefined ? durationOf('--interval', text) * 1000 : Number(micros));
  const { success } = captureSpecSchema.shape.cpuIntervalUs.safeParse(us);
  if (!success)
    throw new AppError('BAD_INPUT', `--interval takes 50us to 100ms, not "${text}".`, {
      hint: 'The default, 1ms, suits almost every program.',
    });
  return us;
}

async function loadOfSample(name: string): Promise<LoadSpec | undefined> {
  const samples = await listSamples();
  return samples.find((sample) => sample.name === name)?.spec.load;
}

function loadOf(
  options: RecordOptions,
  durationMs: number | undefined,
  ofSample: LoadSpec | undefined,
): LoadSpec | undefined {
  if (options.load === undefined && !ofSample) return undefined;
  const preset = presetNames.find((name) => name === (options.load ?? ofSample?.preset));
  if (!preset)
    throw new AppError('BAD_INPUT', `--load takes a preset, not "${options.load}".`, {
      hint: `The presets are: ${presetNames.join(', ')}.`,
    });
  const users = options.users === undefined ? ofSample?.users : Number(options.users);
  if (users !== undefined && !loadSpecSchema.shape.users.safeParse(users).success)
    throw new AppError('BAD_INPUT', `--users takes a whole number from 1 to 5000, not "${options.users}".`);
  const headers = Object.fromEntries((options.header ?? []).map((pair) => keyValue('--header', pair, ':')));
  const changed = givenOf(options, ['method', 'header', 'body']) !== undefined;
  const ofUrls = options.url ?? (changed && !ofSample ? ['/'] : []);
  const requests = ofUrls.map((given) => requestOf(given, { ...options, headers }));
  if (changed && ofSample && !options.url)
    throw new AppError('BAD_INPUT', 'A sample brings its own requests: say with --url which others to send.');
  return {
    preset,
    users,
    durationMs: durationMs ?? ofSample?.durationMs,
    requests: requests.length > 0 ? requests : (ofSample?.requests ?? []),
    stopTargetAtEnd: !options.keepRunning,
  };
}

/** `--url` takes a URL or a path, with a method before it if it is not GET: `"POST /cart"`. */
function requestOf(
  given: string,
  options: { method?: string; headers: Record<string, string>; body?: string },
): LoadSpec['requests'][number] {
  const [, method, url] = /^(?:([A-Za-z]+)\s+)?(\S+)$/.exec(given.trim()) ?? [];
  const parsed = httpRequestSchema.safeParse({
    url,
    method: (method ?? options.method ?? 'GET').toUpperCase(),
    headers: options.headers,
    body: options.body,
  });
  if (!parsed.success)
    throw new AppError(
      'BAD_INPUT',
      `--url "${given}" is not a request: ${parsed.error.issues[0]?.message ?? ''}`,
      {
        hint: 'Write a URL or a path, with a method before it if it is not GET: --url "POST /cart".',
      },
    );
  return parsed.data;
}

export function targetOf(argv: string[], options: RecordOptions): RunSpecInput['target'] {
  const ways = [argv.length > 0, options.attach !== undefined, options.sample !== undefined].filter(
    Boolean,
  ).length;
  if (ways !== 1)
    throw new AppError(
      'BAD_INPUT',
      ways === 0 ? 'Give a command to record.' : 'Give either a command, --attach or --sample, not several.',
      {
        hint: 'For example: scorchmark record --load smoke --duration 10s -- node server.js',
      },
    );
  const pointless = argv.length > 0 ? undefined : givenOf(options, launchOnly);
  if (pointless)
    throw new AppError(
      'BAD_INPUT',
      `${pointless} belongs to a command; nothing is started that it could change.`,
    );
  if (options.sample !== undefined) return { kind: 'sample', sample: options.sample };
  if (options.attach !== undefined) {
    const pid = Number(options.attach);
    if (!Number.isInteger(pid) || pid <= 0)
      throw new AppError('BAD_INPUT', `--attach takes a process id, not "${options.attach}".`);
    return { kind: 'attach', pid };
  }
  return {
    kind: 'launch',
    argv,
    cwd: path.resolve(options.cwd ?? '.'),
    env: Object.fromEntries((options.env ?? []).map((pair) => keyValue('--env', pair, '='))),
    nodeFlags: options.nodeFlag ?? [],
    nodeBinary: options.node === undefined ? undefined : path.resolve(options.node),
    shell: options.shell ?? false,
  };
}

function keyValue(option: string, pair: string, separator: string): [string, string] {
  const at = pair.indexOf(separator);
  if (at < 1) throw new AppError('BAD_INPUT', `${option} takes NAME${separator}VALUE, not "${pair}".`);
  const value = pair.slice(at + 1);
  // `name: value` is how headers are written; an environment variable may well begin with a space.
  return [pair.slice(0, at).trim(), separator === ':' ? value.trim() : value];
}
