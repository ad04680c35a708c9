/** The load's part of a run: waits for something to aim at, starts once, ends with the run. */
import { toAppError, AppError } from '../errors';
import type { ListeningAddress, LoadResult, LoadSecond, LoadSpec, LoadState, Point } from '../api';
import { needsListeningAddress, originsOf } from '../load/plan';
import { extentOf, nameOfLoad, scenarioOfLoad } from '../load/scenario-of-load';
import type { Route } from '../load/faults';
import type { LoadEndpoint, LoadHandle, LoadOptions, LoadPlan, StartLoad } from '../load/types';

export interface RunLoadOptions {
  spec: LoadSpec;
  startLoad: StartLoad;
  resolvePlan: (spec: LoadSpec, listening: ListeningAddress[]) => LoadPlan;
  /** Waits until something accepts connections at an explicit URL that is not the target's own address. */
  waitUntilReachable: (url: string, timeoutMs: number, signal: AbortSignal) => Promise<void>;
  /** The target's working directory: what a scenario's files are relative to. */
  folder?: () => string;
  nowUs: () => number;
  onPoints: (points: Point[]) => void;
  onSeconds?: (seconds: LoadSecond[]) => void;
  onEndpoints?: (endpoints: LoadEndpoint[]) => void;
  onFine?: LoadOptions['onFine'];
  /** The plan is made: what is to be done first, and where the connections are to go. */
  beforeStart?: (plan: LoadPlan) => Promise<Route[]>;
  onState(state: LoadState): void;
  onResult(result: LoadResult): void | Promise<void>;
}

/** How long an explicit URL may take to accept connections once the target runs. */
const reachableTimeoutMs = 120_000;

export class RunLoad {
  state: LoadState;
  private handle: LoadHandle | undefined;
  private started = false;
  private readonly abort = new AbortController();
  private settled: Promise<void> = Promise.resolve();

  constructor(private readonly options: RunLoadOptions) {
    const { spec } = options;
    const scenario = scenarioOfLoad(spec);
    const { users, durationMs } = extentOf(scenario.load);
    this.state = {
      phase: 'waiting',
      preset: nameOfLoad(spec),
      ...(spec.scenario && { name: scenario.name }),
      users,
      plannedDurationMs: durationMs,
    };
  }

  /** Call when the target is up; with explicit URLs the load starts as soon as they accept connections. */
  targetStarted(): void {
    if (needsListeningAddress(this.options.spec)) return;
    this.settled = this.untilReachable().then(
      () => this.start([]),
      (error: unknown) => this.fail(error),
    );
  }

  /** Rejects, too, when the requests make no plan. */
  private async untilReachable(): Promise<void> {
    const { spec, resolvePlan, waitUntilReachable } = this.options;
    await Promise.all(
      originsOf(resolvePlan(spec, [])).map((origin) =>
        waitUntilReachable(origin, reachableTimeoutMs, this.abort.signal),
      ),
    );
  }

  /** Call at each new listening address. */
  targetListens(listening: ListeningAddress[]): void {
    if (!needsListeningAddress(this.options.spec) || !listening.some((address) => address.protocol !== 'tcp'))
      return;
    this.start(listening);
  }

  private start(listening: ListeningAddress[]): void {
    if (this.started || this.state.phase !== 'waiting') return;
    this.started = true;
    let plan: LoadPlan;
    try {
      const { spec, resolvePlan, folder } = this.options;
      plan = resolvePlan(spec, listening);
      if (spec.scenarioFolder === undefined && folder) plan = { ...plan, folder: folder() };
    } catch (error) {
      this.fail(error);
      return;
    }
    const { beforeStart } = this.options;
    this.settled = beforeStart
      ? beforeStart(plan).then(
          // Otherwise cancelled meanwhile, which has been told.
          (routes) => (this.state.phase === 'waiting' ? this.begin(plan, routes) : undefined),
          (error: unknown) => this.fail(error),
        )
      : this.begin(plan, []);
  }

  private begin(plan: LoadPlan, routes: Route[]): Promise<void> {
    let handle: LoadHandle;
    try {
      handle = this.options.startLoad({
        ...plan,
        routes,
        nowUs: this.options.nowUs,
        onPoints: this.options.onPoints,
        onSeconds: this.options.onSeconds,
        onEndpoints: this.options.onEndpoints,
        ...(this.options.onFine && { onFine: this.options.onFine }),
        onState: (state) => {
          if (this.state.phase === 'running') this.setState(state);
        },
      });
    } catch (error) {
      this.fail(error);
      return Promise.resolve();
    }
    this.handle = handle;
    this.setState({ phase: 'running', startedUs: this.options.nowUs() });
    return handle.done.then(
      async (result) => {
        await this.options.onResult(result);
        // The last number that was told is of a moment: of a ramp it lacks the end, or is the end of its way down.
        this.setState({ phase: result.cancelled ? 'cancelled' : 'done', users: result.users });
      },
      (error: unknown) => this.fail(error),
    );
  }

  /** A fault begins or ends: what comes now is told apart. */
  cut(): void {
    this.handle?.cut();
  }

  /** Its connections go there from now on. */
  route(routes: Route[]): void {
    this.handle?.route(routes);
  }

  /** Ends the load, wherever it is. Resolves when its result, if any, has been delivered. */
  async cancel(): Promise<void> {
    this.abort.abort();
    if (this.handle) this.handle.cancel();
    else if (this.state.phase === 'waiting') this.setState({ phase: 'cancelled' });
    await this.settled;
  }

  private fail(error: unknown): void {
    if (this.abort.signal.aborted && !this.handle) return;
    const appError = toAppError(error, 'load');
    this.setState({
      phase: 'failed',
      error:
        appError.code === 'INTERNAL'
          ? new AppError('LOAD_FAILED', appError.message, { details: appError.details }).toJSON()
          : appError.toJSON(),
    });
  }

  private setState(change: Partial<LoadState>): void {
    this.state = { ...this.state, ...change };
    this.options.onState(this.state);
  }
}
