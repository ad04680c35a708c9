/**
 * One run: target + collectors + load, a state machine that always ends with a saved session.
 * starting → running → stopping → saving → done | failed
 */
import { AppError, toAppError, type AppErrorJson } from '../errors';
import type {
  AnyEvent,
  Fault,
  ListeningAddress,
  LoadResult,
  Mark,
  ProcessInfo,
  RunSnapshot,
  RunSpec,
  RunState,
  SessionMeta,
  SnapshotInfo,
  TargetExit,
  Timeline,
} from '../api';
import type { CaptureSink, Collector, ThreadCollectorOptions } from '../capture/types';
import type {
  AttachOptions,
  Clock,
  LaunchOptions,
  Target,
  TargetHandlers,
  TargetThread,
} from '../target/types';
import { impossibleFaults } from '../../profiles/load-picture/impossible-faults';
import type { TimelineWindow } from '../../profiles/series';
import type { ProfileDelta } from '../../profiles/types';
import type { ReportFaults } from '../load/faults';
import { extentOf, scenarioOfLoad } from '../load/scenario-of-load';
import { describeEnvironment, projectName } from './environment';
import { Recording, type JournalRecord } from './recording';
import type { Recorder, RecorderFactory } from './recorder';
import { RunFaults } from './run-faults';
import { RunLoad, type RunLoadOptions } from './run-load';
import { RunMemory, type RunMemoryOptions } from './run-memory';
import type { RunSnapshots } from './run-snapshots';

export interface RunDependencies {
  createClock(): Clock;
  launchTarget(options: LaunchOptions): Promise<Target>;
  attachTarget(options: AttachOptions): Promise<Target>;
  threadCollectors(options: ThreadCollectorOptions): Collector[];
  processMetrics(options: {
    pids: () => Promise<number[]>;
    intervalMs: number;
    clock: Clock;
    sink: CaptureSink;
  }): Collector;
  startAll(collectors: Collector[], sink: CaptureSink, clock: Clock): Promise<void>;
  snapshots: Pick<RunMemoryOptions, 'takeSnapshot' | 'freeBytes' | 'armAtEnd' | 'armNearLimit'>;
  load: Pick<RunLoadOptions, 'startLoad' | 'resolvePlan' | 'waitUntilReachable'>;
  reportFaults: ReportFaults;
  recorders: RecorderFactory;
  newSessionId(): string;
  emit(event: AnyEvent): void;
}

/** A spec whose sample, if any, has been resolved to a command. */
export type ResolvedRunSpec = RunSpec & {
  target: Exclude<RunSpec['target'], { kind: 'sample' }>;
};

/** How often header numbers (elapsed, samples) are sent while nothing else changes. */
const stateTickMs = 500;
/** How long the last flush before a signal may take; a target that hangs must still be stoppable. */
const flushTimeoutMs = 8000;
const loadCancelTimeoutMs = 12_000;
/** Ending a fault takes some ms, removing a control group a little longer. */
const faultsTimeoutMs = 12_000;
const anyAddress: ListeningAddress = {
  url: 'http://127.0.0.1/',
  port: 80,
  protocol: 'http',
  pid: 0,
  atUs: 0,
};

export class Run {
  readonly id: string;
  readonly recording = new Recording();
  /** Resolves when the session is saved; null when saving itself was impossible (the state's `error` says why). */
  readonly done: Promise<SessionMeta | null>;
  state: RunState;

  private readonly clock: Clock;
  private readonly memory: RunMemory;
  private readonly faults: RunFaults;
  private recorder: Recorder | undefined;
  private readonly early: JournalRecord[] = [];
  private target: Target | undefined;
  private readonly collectors = new Map<TargetThread, Collector[]>();
  private processCollector: Collector | undefined;
  private load: RunLoad | undefined;
  private tick: NodeJS.Timeout | undefined;
  private durationTimer: NodeJS.Timeout | undefined;
  private stopping: Promise<void> | undefined;
  private diskError: AppErrorJson | undefined;
  private resolveDone!: (meta: SessionMeta | null) => void;

  private constructor(
    private readonly spec: ResolvedRunSpec,
    private readonly deps: RunDependencies,
    initial: { name: string; commandLine: string; cwd: string },
  ) {
    this.id = deps.newSessionId();
    this.clock = deps.createClock();
    this.done = new Promise((resolve) => (this.resolveDone = resolve));
    this.memory = new RunMemory({
      ...deps.snapshots,
      spec,
      loadDurationMs: spec.load ? extentOf(scenarioOfLoad(spec.load).load).durationMs : null,
      clock: this.clock,
      fileOf: (thread, number) => this.recorder!.snapshotFile(thread, number),
      onSnapshot: (snapshot) => this.snapshotChanged(snapshot),
      onMarks: (marks) => this.sink.marks(marks),
      onWarning: (warning) => this.sink.warning(warning),
    });
    this.faults = new RunFaults({
      scenario: spec.load ? scenarioOfLoad(spec.load) : null,
      clock: this.clock,
      threads: () => this.collectors.keys(),
      processes: () => this.recording.processes.values(),
      onRoutes: (routes) => this.load?.route(routes),
      onTurn: () => this.load?.cut(),
      onMarks: (marks) => this.sink.marks(marks),
      onWarning: (warning) => this.sink.warning(warning),
      onChange: () => this.state.load && this.changed({ load: this.withFaults(this.state.load) }),
      report: deps.reportFaults,
    });
    this.state = {
      runId: this.id,
      phase: 'starting',
      startedAt: new Date().toISOString(),
      durationMs: 0,
      processes: [],
      listening: [],
      load: null,
      impossibleFaults: impossibleFaults({
        isAttached: spec.target.kind === 'attach',
        hasLoad: spec.load !== undefined,
        platform: process.platform,
      }),
      warnings: [],
      sampleCount: 0,
      snapshots: [],
      ...initial,
    };
  }

  /**
   * Starts a run. Rejects, leaving nothing behind, when the target cannot be started at all
   * (COMMAND_NOT_FOUND, CWD_NOT_FOUND, …) or the session cannot be created (DISK_FULL, …).
   */
  static async start(spec: ResolvedRunSpec, deps: RunDependencies, describedAs?: string): Promise<Run> {
    const cwd = spec.target.kind === 'launch' ? (spec.target.cwd ?? process.cwd()) : process.cwd();
    const project = spec.target.kind === 'launch' ? await projectName(cwd) : `pid ${spec.target.pid}`;
    const name =
      spec.name ||
      `${describedAs ?? project}${spec.load ? ` · ${spec.load.scenario?.name ?? spec.load.preset}` : ''}`;
    const commandLine = spec.target.kind === 'launch' ? spec.target.argv.join(' ') : `pid ${spec.target.pid}`;
    // The spec is kept with the session: running it again gives a session of the same name.
    const run = new Run({ ...spec, name }, deps, { name, commandLine, cwd });
    await run.begin();
    return run;
  }

  private async begin(): Promise<void> {
    const { spec, deps, clock } = this;
    const environment = describeEnvironment(this.state.cwd);
    if (spec.load) {
      this.load = new RunLoad({
        ...deps.load,
        spec: spec.load,
        nowUs: () => clock.nowUs(),
        folder: () => this.state.cwd,
        onPoints: (points) => {
          this.sink.points(points);
          this.faults.seePoints(points);
        },
        onSeconds: (seconds) => {
          this.record({ k: 'load-seconds', seconds });
          this.faults.seeSeconds(seconds);
        },
        onEndpoints: (endpoints) => {
          this.record({ k: 'load-endpoints', endpoints });
          // Told when the first requests are sent, a moment after the load process was started.
          this.faults.loadStarted();
        },
        beforeStart: (plan) => this.faults.beforeLoad(plan),
        onFine: (windows) => this.faults.seeWindows(windows),
        onState: (load) => this.loadChanged(this.withFaults(load)),
        onResult: (result) => this.loadEnded(result),
      });
      this.state.load = this.load.state;
    }
    // Requests that can never be sent are told before anything is started; any address serves to see that.
    if (spec.load) deps.load.resolvePlan(spec.load, [anyAddress]);
    const options = { clock, handlers: this.handlers };
    try {
      this.target = await this.startTarget(options);
    } catch (error) {
      await this.faults.close();
      throw error;
    }
    this.state.commandLine = this.target.commandLine;
    this.state.cwd = this.target.cwd;
    try {
      this.recorder = await deps.recorders.begin(
        {
          id: this.id,
          name: this.state.name,
          tags: spec.tags,
          spec,
          commandLine: this.state.commandLine,
          cwd: this.state.cwd,
          startedAt: this.state.startedAt,
          originUs: clock.originUs,
          environment: await environment,
        },
        (trouble) => this.diskTrouble(trouble),
      );
    } catch (error) {
      await this.faults.close();
      await this.target.stop({ graceMs: 500 });
      throw toAppError(error, 'the session could not be created');
    }
    for (const record of this.early.splice(0)) this.recorder.append(record);
    this.memory.begin();
    this.processCollector = deps.processMetrics({
      pids: () => this.target!.pids(),
      intervalMs: spec.capture.metricsIntervalMs,
      clock,
      sink: this.sink,
    });
    await deps.startAll([this.processCollector], this.sink, clock);
    this.tick = setInterval(() => this.changed({}), stateTickMs);
    if (spec.durationMs)
      this.durationTimer = setTimeout(() => void this.stop('duration reached'), spec.durationMs);
    void this.target.ended.then((end) => this.save(end));
    this.load?.targetStarted();
    this.changed(this.state.phase === 'starting' ? { phase: 'running' } : {});
  }

  private async startTarget(options: Omit<AttachOptions, 'pid'>): Promise<Target> {
    const { deps, faults } = this;
    const { target } = this.spec;
    // Before the target: it is told their addresses.
    const env = await faults.openDependencies();
    if (target.kind === 'attach')
      return faults.attached(await deps.attachTarget({ ...options, pid: target.pid }));
    const spec = { ...target, env: { ...target.env, ...env } };
    const launch = (): Promise<Target> => deps.launchTarget({ ...options, spec });
    return faults.launched(await launch(), launch);
  }

  /** Ends the run politely: load first, last flush of every collector, then the target. Resolves when the session is saved. */
  async stop(why = 'stopped'): Promise<void> {
    this.stopping ??= this.stopNow(why);
    await this.stopping;
    await this.done;
  }

  private async stopNow(why: string): Promise<void> {
    if (this.state.phase === 'saving' || this.state.phase === 'done' || this.state.phase === 'failed') return;
    this.changed({ phase: 'stopping' });
    this.sink.marks([{ kind: 'stop', tUs: this.clock.nowUs(), text: why }]);
    this.tellUnsentLoad('until the stop, the target did not listen on an HTTP address');
    // First of all: a paused target could not be asked for anything.
    await withTimeout(this.faults.endAll(), faultsTimeoutMs);
    if (this.load) await withTimeout(this.load.cancel(), loadCancelTimeoutMs);
    await this.memory.beforeSignal();
    await withTimeout(this.flush(), flushTimeoutMs);
    await this.target?.stop();
  }

  get snapshots(): RunSnapshots {
    return this.memory.snapshots;
  }

  async cancelLoad(): Promise<void> {
    await this.load?.cancel();
  }

  /** Breaks something now. Rejects with an AppError when it cannot be done. */
  startFault(fault: Fault, forMs: number | undefined): Promise<{ faultId: string }> {
    if (this.state.phase !== 'running')
      throw new AppError('NO_RUN', 'The run is not going on: there is nothing to break.');
    return this.faults.start(fault, forMs);
  }

  endFault(faultId: string): Promise<void> {
    return this.faults.end(faultId);
  }

  async refreshAllocations(): Promise<void> {
    const all = [...this.collectors.values()].flat().filter((collector) => collector.name === 'allocations');
    await Promise.all(all.map((collector) => collector.flush()));
  }

  /** Something beside the recording went wrong: the person is told, the run goes on. */
  warn(source: string, error: AppError): void {
    this.sink.warning({ tUs: this.clock.nowUs(), source, message: error.message, hint: error.hint });
  }

  snapshot(): RunSnapshot {
    return this.recording.snapshot(this.state);
  }

  timeline(window: TimelineWindow): Timeline {
    return this.recording.timeline(window);
  }

  /** One that fails here keeps nobody else's data from being saved. */
  private async stopAll(collectors: Collector[]): Promise<void> {
    const outcomes = await Promise.allSettled(collectors.map((collector) => collector.stop()));
    for (const [index, outcome] of outcomes.entries())
      if (outcome.status === 'rejected')
        this.warn(
          collectors[index]?.source ?? 'capture',
          toAppError(outcome.reason, 'The last of what it measured is lost'),
        );
  }

  private async flush(): Promise<void> {
    await Promise.all([...this.collectors.values()].flat().map((collector) => collector.flush()));
  }

  // ── what the target tells ──

  private readonly handlers: TargetHandlers = {
    onProcess: (info) => this.processChanged(info, 'process-start'),
    onProcessExit: (info) => this.processChanged(info, 'process-exit'),
    onThread: async (thread) => {
      const collectors = this.deps.threadCollectors({
        thread,
        spec: this.spec.capture,
        leaks: this.spec.leaks,
        clock: this.clock,
        sink: this.sink,
      });
      this.collectors.set(thread, collectors);
      this.memory.threadStarted(thread);
      await this.deps.startAll(collectors, this.sink, this.clock);
    },
    onThreadEnding: async (thread) => {
      const collectors = this.collectors.get(thread) ?? [];
      this.collectors.delete(thread);
      this.memory.threadEnded(thread);
      await this.stopAll(collectors);
      this.finishCpu(thread.info.key);
      this.keepProcess(thread.info.pid);
    },
    onListen: (address) => this.listens(address),
    onOutput: (lines) => {
      this.memory.seeOutput(lines);
      this.record({ k: 'output', lines });
      this.deps.emit({ event: 'run.output', payload: { runId: this.id, lines } });
    },
    onWarning: (warning) => this.sink.warning(warning),
  };

  private readonly sink: CaptureSink = {
    cpuChunk: (thread, chunk) => {
      const delta = this.recording.appendCpuChunk(thread.info.key, chunk, this.clock.originUs);
      if (delta) this.cpuGrew(thread.info.key, delta);
    },
    allocations: (thread, part, read) => {
      const { key } = thread.info;
      const record = this.recording.appendAllocations(key, part, read);
      this.record(record);
      this.deps.emit({
        event: 'run.allocations',
        payload: { runId: this.id, thread: key, profile: record.profile },
      });
    },
    points: (points) => {
      this.memory.seePoints(points);
      this.record({ k: 'points', points });
      this.deps.emit({ event: 'run.points', payload: { runId: this.id, points } });
    },
    marks: (told) => {
      const marks = this.faults.explain(told);
      this.record({ k: 'marks', marks });
      this.deps.emit({ event: 'run.marks', payload: { runId: this.id, marks } });
    },
    source: (source) => this.journal({ k: 'source', source }),
    warning: (warning) => {
      this.record({ k: 'warning', warning });
      this.changed({ warnings: [...this.recording.warnings] });
    },
  };

  private cpuGrew(thread: string, delta: ProfileDelta): void {
    this.journal({ k: 'cpu', thread, delta });
    this.deps.emit({ event: 'run.cpu', payload: { runId: this.id, thread, delta } });
  }

  private finishCpu(thread: string): void {
    const delta = this.recording.finishCpu(thread);
    if (delta) this.cpuGrew(thread, delta);
  }

  private processChanged(info: ProcessInfo, kind: 'process-start' | 'process-exit'): void {
    this.record({ k: 'process', process: info });
    const mark: Mark = {
      kind,
      tUs: (kind === 'process-exit' ? info.endedUs : info.startedUs) ?? this.clock.nowUs(),
      text: `${info.title} (${info.pid})`,
      pid: info.pid,
    };
    this.sink.marks([mark]);
    if (kind === 'process-exit') this.memory.processEnded(info.pid);
    this.changed({ processes: [...this.recording.processes.values()] });
  }

  /** Threads come and go within a process the target already told about; the journal keeps the newest picture. */
  private keepProcess(pid: number): void {
    const known = this.recording.processes.get(pid);
    if (known) this.record({ k: 'process', process: known });
  }

  private listens(address: ListeningAddress): void {
    this.record({ k: 'listen', address });
    this.sink.marks([{ kind: 'listen', tUs: address.atUs, text: address.url, pid: address.pid }]);
    this.changed({ listening: [...this.recording.listening] });
    this.memory.listens(address.pid);
    this.faults.listens(address);
    if (this.state.phase === 'starting' || this.state.phase === 'running')
      this.load?.targetListens(this.recording.listening);
  }

  /** The journal needs its beginning and its end; what is between them is for the views. */
  private snapshotChanged(snapshot: SnapshotInfo): void {
    const before = this.recording.snapshots.get(snapshot.file);
    if (before?.state === snapshot.state) this.recording.apply({ k: 'snapshot', snapshot });
    else this.record({ k: 'snapshot', snapshot });
    this.changed({ snapshots: [...this.recording.snapshots.values()] });
  }

  // ── the load ──

  private loadChanged(load: RunState['load']): void {
    const before = this.state.load?.phase;
    this.changed({ load });
    if (!load || load.phase === before) return;
    const tUs = this.clock.nowUs();
    if (load.phase === 'running') this.memory.loadStarted();
    if (load.phase === 'failed') void this.faults.loadFailed();
    if (load.phase === 'running')
      this.sink.marks([
        { kind: 'load-start', tUs, text: `${load.name ?? load.preset}, ${load.users} users` },
      ]);
    else if (before === 'running') this.sink.marks([{ kind: 'load-end', tUs, text: `load ${load.phase}` }]);
    if (load.phase === 'failed' && load.error)
      this.sink.warning({ tUs, source: 'load', message: load.error.message, hint: load.error.hint });
    if (this.spec.load?.stopTargetAtEnd && (load.phase === 'done' || load.phase === 'failed'))
      void this.stop(load.phase === 'done' ? 'load finished' : 'load failed');
  }

  private tellUnsentLoad(why: string): void {
    if (this.load?.state.phase !== 'waiting') return;
    this.sink.warning({
      tUs: this.clock.nowUs(),
      source: 'load',
      message: this.recording.listening.some(({ protocol }) => protocol !== 'tcp')
        ? 'No load was sent.'
        : `No load was sent: ${why}.`,
      hint: 'Give the full URL of what should be requested if the server is not part of the target.',
    });
  }

  private withFaults<T extends RunState['load']>(load: T): T {
    const { active } = this.faults;
    return load && (active.length > 0 || load.faults) ? { ...load, faults: active } : load;
  }

  private async loadEnded(measured: LoadResult): Promise<void> {
    const faults = await this.faults.loadEnded(measured);
    const result = faults.length > 0 ? { ...measured, faults } : measured;
    this.record({ k: 'load', result });
    this.deps.emit({ event: 'run.load', payload: { runId: this.id, result } });
  }

  // ── the end ──

  private async save(end: TargetExit & { error?: AppError }): Promise<void> {
    const { error: cause, ...exit } = end;
    clearInterval(this.tick);
    clearTimeout(this.durationTimer);
    try {
      if (!cause) this.tellUnsentLoad('the target ended without listening on an HTTP address');
      await withTimeout(this.faults.endAll(), faultsTimeoutMs);
      if (this.load) await withTimeout(this.load.cancel(), loadCancelTimeoutMs);
      await withTimeout(this.faults.close(), faultsTimeoutMs);
      await this.memory.over(exit);
      const error = this.memory.explain(cause);
      await this.stopAll([
        ...(this.processCollector ? [this.processCollector] : []),
        ...[...this.collectors.values()].flat(),
      ]);
      for (const thread of this.recording.cpu.keys()) this.finishCpu(thread);
      const durationMs = this.clock.nowUs() / 1000;
      this.changed({ phase: 'saving', exit, ...(error && { error: error.toJSON() }) });
      const meta = await this.recorder!.finish(this.recording, {
        durationMs,
        status: error ? 'failed' : 'complete',
        exit,
        ...(error && { error: error.toJSON() }),
      });
      // A disk that could not take the session fails the run, however well the target ended.
      this.changed({ phase: meta.status === 'failed' ? 'failed' : 'done', durationMs });
      this.resolveDone(meta);
    } catch (problem) {
      const failed = toAppError(problem, 'the session could not be saved completely');
      this.changed({ phase: 'failed', exit, error: failed.toJSON() });
      this.resolveDone(null);
    }
  }

  // ── keeping and telling ──

  private record(record: JournalRecord): void {
    this.recording.apply(record);
    this.journal(record);
  }

  private journal(record: JournalRecord): void {
    if (this.recorder) this.recorder.append(record);
    else this.early.push(record);
  }

  private diskTrouble(trouble: AppErrorJson): void {
    if (this.diskError) return;
    this.diskError = trouble;
    this.recording.apply({
      k: 'warning',
      warning: { tUs: this.clock.nowUs(), source: 'session', message: trouble.message, hint: trouble.hint },
    });
    this.changed({ warnings: [...this.recording.warnings] });
  }

  private changed(change: Partial<RunState>): void {
    const live = this.state.phase !== 'done' && this.state.phase !== 'failed';
    this.state = {
      ...this.state,
      ...(live && { durationMs: this.clock.nowUs() / 1000, sampleCount: this.recording.sampleCount }),
      ...change,
    };
    this.deps.emit({ event: 'run.state', payload: this.state });
  }
}

/** Resolves when the work has settled or the time is over, whichever comes first; the work's own failure is its owner's to report. */
async function withTimeout(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([work.then(noop, noop), timeout]);
  clearTimeout(timer);
}

function noop(): void {}
