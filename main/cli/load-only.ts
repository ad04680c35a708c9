/**
 * `scorchmark load` without a program of ours: the load alone becomes a session, written second by second as a run's is, so
 * that one that is killed is completed at the next start.
 */
import { faultReports } from '../analysis/faults';
import type { LoadResult, LoadSpec, SessionMeta } from '../api';
import type { Engine } from '../engine';
import { AppError, toAppError } from '../errors';
import { resolvePlan, startLoad } from '../load';
import { faultText } from '../load/faults';
import type { LoadHandle } from '../load/types';
import type { Recorder } from '../run/recorder';
import { Recording, type JournalRecord } from '../run/recording';
import { RunFaults } from '../run/run-faults';
import type { Fault, PlannedFault } from '../scenario';
import { newSessionId } from '../sessions/layout';
import { unknownEnvironment } from '../sessions/unknown-environment';
import { createClock, type Clock } from '../target';
import { LoadProgress } from './load-progress';
import { withEngine, type DataFolderOption } from './with-engine';

export interface LoadOnlyOptions extends DataFolderOption {
  name: string;
  tags?: string[];
  /** The load has ended; the session is not saved yet. */
  onResult?: (result: LoadResult) => void;
}

export interface DoneLoad {
  result: LoadResult;
  session: SessionMeta;
}

/** Rejects as `LoadHandle.done`, or when the session cannot be saved. Ctrl-C ends the load early; twice, everything. */
export function loadOnly(spec: LoadSpec, options: LoadOnlyOptions): Promise<DoneLoad> {
  return withEngine(options, async (engine) => {
    const clock = createClock();
    const session = new LoadSession(engine, clock, options);
    let result: LoadResult;
    try {
      result = await sendLoad(spec, clock, session);
    } catch (error) {
      await session.failed(toAppError(error, 'The load'));
      throw error;
    }
    options.onResult?.(result);
    return { result, session: await session.done(result) };
  });
}

/** Begins when the load does: of a scenario that cannot be carried out nothing is kept. */
class LoadSession {
  readonly #recording = new Recording();
  readonly #id = newSessionId();
  readonly #startedAt = new Date().toISOString();
  #early: JournalRecord[] = [];
  #begun: Promise<Recorder> | undefined;
  #recorder: Recorder | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly clock: Clock,
    private readonly options: LoadOnlyOptions,
  ) {}

  record(record: JournalRecord): void {
    this.#recording.apply(record);
    if (this.#recorder) this.#recorder.append(record);
    else this.#early.push(record);
  }

  note(message: string): void {
    const warning = { tUs: this.clock.nowUs(), source: 'load', message, isNote: true };
    this.record({ k: 'warning', warning });
  }

  /** Rejects when the session's folder cannot be made. */
  begin(): Promise<Recorder> {
    return (this.#begun ??= this.#begin());
  }

  async #begin(): Promise<Recorder> {
    const { name, tags = [] } = this.options;
    const recorder = await this.engine.store.begin(
      {
        id: this.#id,
        name,
        tags,
        spec: null,
        commandLine: '',
        cwd: '',
        startedAt: this.#startedAt,
        originUs: this.clock.originUs,
        // The server's, which nobody knows.
        environment: unknownEnvironment(),
      },
      ({ message, hint }) =>
        this.#recording.apply({
          k: 'warning',
          warning: { tUs: this.clock.nowUs(), source: 'session', message, hint },
        }),
    );
    for (const record of this.#early) recorder.append(record);
    this.#early = [];
    this.#recorder = recorder;
    return recorder;
  }

  async done(result: LoadResult): Promise<SessionMeta> {
    const recorder = await this.begin();
    this.record({ k: 'load', result });
    const text = `load ${result.cancelled ? 'cancelled' : 'done'}`;
    this.record({ k: 'marks', marks: [{ kind: 'load-end', tUs: result.endedUs, text }] });
    const session = await recorder.finish(this.#recording, {
      durationMs: result.endedUs / 1000,
      status: 'complete',
    });
    const { error } = await this.engine.call('sessions.get', { id: session.id });
    if (error) throw AppError.fromJSON(error);
    return session;
  }

  /** What was measured until then is kept. */
  async failed(error: AppError): Promise<void> {
    const recorder = await this.#begun?.catch(() => undefined);
    await recorder?.finish(this.#recording, {
      durationMs: this.clock.nowUs() / 1000,
      status: 'failed',
      error: error.toJSON(),
    });
  }
}

async function sendLoad(spec: LoadSpec, clock: Clock, session: LoadSession): Promise<LoadResult> {
  const whole = resolvePlan(spec, []);
  const { acting, left } = faultsWithoutTarget(whole.scenario.faults);
  const scenario = { ...whole.scenario, faults: acting, dependencies: [] };
  const plan = { ...whole, scenario };
  const notes = left.map(
    ({ fault }) => `${faultText(fault)} was left out: this fault needs a program that Scorchmark launches.`,
  );
  const nowUs = (): number => clock.nowUs();
  const progress = new LoadProgress(plan.durationMs, nowUs);
  for (const note of notes) progress.note(`note: ${note}`);
  for (const note of notes) session.note(note);
  let handle: LoadHandle | undefined;
  let unkept: unknown;
  const faults = new RunFaults({
    scenario,
    clock,
    threads: () => [],
    processes: () => [],
    onRoutes: (routes) => handle?.route(routes),
    onTurn: () => handle?.cut(),
    onMarks: (marks) => {
      session.record({ k: 'marks', marks });
      for (const mark of marks)
        if (mark.kind === 'fault')
          progress.note(`fault ${mark.durationMs === undefined ? 'begins' : 'is over'}: ${mark.text}`);
    },
    onWarning: (warning) => {
      session.record({ k: 'warning', warning });
      notes.push(warning.message);
      progress.note(`warning: ${warning.message}`);
    },
    onChange: () => undefined,
    report: faultReports,
  });
  let interrupts = 0;
  const interrupt = (): void => {
    if (++interrupts > 1) {
      progress.note('Not waiting any more: the session is completed at the next start.');
      process.exit(130);
    }
    handle?.cancel();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  try {
    const routes = await faults.beforeLoad(plan);
    handle = startLoad({
      ...plan,
      routes,
      nowUs,
      onPoints: (points) => {
        session.record({ k: 'points', points });
        faults.seePoints(points);
        progress.take(points);
      },
      onSeconds: (seconds) => {
        session.record({ k: 'load-seconds', seconds });
        faults.seeSeconds(seconds);
      },
      onEndpoints: (endpoints) => {
        const text = `${scenario.name}, ${plan.users} users`;
        session.record({ k: 'marks', marks: [{ kind: 'load-start', tUs: nowUs(), text }] });
        session.record({ k: 'load-endpoints', endpoints });
        session.begin().catch((error: unknown) => {
          // Nothing is sent that nobody keeps.
          unkept = error;
          handle?.cancel();
        });
        faults.loadStarted();
      },
      onFine: (windows) => faults.seeWindows(windows),
      onState: ({ stage, generatorLimit }) => progress.tell(stage, generatorLimit),
    });
    // The interrupt may have come while proxies were opened.
    if (interrupts > 0) handle.cancel();
    const measured = await handle.done;
    const reports = await faults.loadEnded(measured);
    if (unkept !== undefined) throw toAppError(unkept, 'Creating the session');
    return {
      ...measured,
      ...(reports.length > 0 && { faults: reports }),
      ...(notes.length > 0 && { notes: [...(measured.notes ?? []), ...notes] }),
    };
  } finally {
    await faults.close();
    progress.close();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, interrupt);
  }
}

/** Those before the target, and those that need no target, act on a server that is not ours as well. */
function faultsWithoutTarget(planned: readonly PlannedFault[]): {
  acting: PlannedFault[];
  left: PlannedFault[];
} {
  const acts = (fault: Fault): boolean => fault.kind === 'cpu' || ('via' in fault && fault.via === 'target');
  return {
    acting: planned.filter(({ fault }) => acts(fault)),
    left: planned.filter(({ fault }) => !acts(fault)),
  };
}
