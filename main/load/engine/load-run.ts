/**
 * A load from its first request to its result: compiles the scenario, lets the model's driver begin iterations, looks after
 * time (windows, seconds, timeouts, the end), and tells what happens.
 */
import type { Scenario } from '../../api';
import type { FromRunner } from '../runner-messages';
import type { Origin } from './address';
import { nowUs } from './clock';
import { ClosedDriver } from './closed-driver';
import { compileScenario, type Compiled, type CompiledStep } from './compile';
import type { Driver, DriverOptions } from './driver';
import { Health } from './health';
import { HostLimits, type Place } from './host-limits';
import { Http1Connection } from './http1-connection';
import { KneeDriver } from './knee-driver';
import { OpenDriver } from './open-driver';
import { LoadStatistics, Tally } from './statistics';
import { ThresholdWatch } from './threshold-watch';
import type { Connection, ConnectionOptions } from './transport';
import { longWaitsUs, unansweredNote } from './unanswered';
import { UndiciConnection } from './undici-connection';
import type { Crew, User } from './user';

export interface LoadRunOptions {
  scenario: Scenario;
  /** Where paths go. */
  baseUrl: string | null;
  folder: string;
  tell: (message: FromRunner) => void;
  /** The result has been told, and nothing is open any more. */
  ended: () => void;
}

const windowMs = 500;
/** A window that is cut short by the end; shorter ones would make a rate out of a handful of answers. */
const shortestWindowUs = 200_000;
const shortestCutUs = 100_000;

export class LoadRun implements Crew {
  compiled!: Compiled;
  statistics!: LoadStatistics;
  readonly keepsCookies: boolean;
  readonly keepAlive: boolean;
  readonly http2: boolean;
  readonly insecureTls: boolean;
  readonly #health = new Health();
  readonly #connectionOptions: ConnectionOptions;
  readonly #limits: HostLimits | null;
  readonly #setUpFailures = new Map<string, number>();
  #driver: Driver | null = null;
  #thresholds: ThresholdWatch | null = null;
  #flowAt = 0;
  #startedUs = 0;
  #windowStartUs = 0;
  #secondStartUs = 0;
  #countedFromUs = 0;
  #iterations = 0;
  #timers: NodeJS.Timeout[] = [];
  #isOver = false;
  #lastState = '';

  constructor(private readonly options: LoadRunOptions) {
    const { connection, cookies } = options.scenario;
    this.keepsCookies = cookies;
    this.keepAlive = connection.keepAlive;
    this.http2 = connection.http2;
    this.insecureTls = connection.insecureTls;
    this.#connectionOptions = connection;
    this.#limits =
      connection.maxConnections === undefined
        ? null
        : new HostLimits(connection.maxConnections, (origin) => this.#open(origin));
  }

  /** Resolves when the load has begun. @throws AppError when the scenario cannot be carried out */
  async begin(): Promise<void> {
    const { scenario, baseUrl, folder, tell } = this.options;
    this.compiled = await compileScenario(scenario, baseUrl, folder);
    this.statistics = new LoadStatistics(this.compiled.endpoints);
    this.#thresholds = new ThresholdWatch(scenario.thresholds, this.statistics);
    // Cancelled while files were read.
    if (this.#isOver) return;
    tell({
      type: 'endpoints',
      endpoints: this.compiled.endpoints.map(({ method, url, name, checks }) => ({
        method,
        url,
        ...(checks.length > 0 && { checks: [...checks] }),
        ...(name !== undefined && { name }),
      })),
    });
    const driver = this.#newDriver({
      crew: this,
      health: this.#health,
      nowUs,
      over: () => this.end(false),
    });
    await driver.ready;
    if (this.#isOver) {
      driver.stop();
      return;
    }
    const startUs = nowUs();
    this.#startedUs = this.#windowStartUs = this.#secondStartUs = startUs;
    this.#countedFromUs = startUs + scenario.warmUpMs * 1000;
    this.#health.begin(startUs);
    this.#driver = driver;
    this.#timers.push(setInterval(() => this.#tick(), windowMs));
    if (scenario.warmUpMs > 0) this.#timers.push(setTimeout(() => this.#endWarmUp(), scenario.warmUpMs));
    const shortestMs = this.#shortestTimeoutMs();
    this.#timers.push(setInterval(() => this.#sweep(), Math.min(50, Math.max(5, shortestMs / 20))));
    driver.begin(startUs);
    this.#tellState();
  }

  /** Ends at once, whatever is under way; the result is told. Idempotent. */
  end(cancelled: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const timer of this.#timers) clearInterval(timer);
    const endUs = nowUs();
    const waitsUs = longWaitsUs(this.#driver?.everybody ?? [], endUs);
    // First: what one user gives back would go on to the next, who would send once more.
    this.#limits?.destroy();
    this.#driver?.stop();
    const started = this.#startedUs > 0;
    if (started) {
      if (endUs - this.#windowStartUs >= shortestWindowUs) this.#window(endUs);
      this.#second(endUs);
    }
    const results = started ? this.statistics.results() : emptyResults();
    const unanswered = started ? unansweredNote(waitsUs, this.#longestAnswerUs) : undefined;
    this.#health.due = Math.max(this.#health.due, this.#health.begun);
    this.options.tell({
      type: 'done',
      startedUs: started ? this.#startedUs : endUs,
      endedUs: endUs,
      cancelled,
      users: this.#driver?.mostUsers ?? 0,
      ...results,
      countedFromUs: started ? Math.min(this.#countedFromUs, endUs) : endUs,
      iterations: this.#iterations,
      setUpFailures: Object.fromEntries(this.#setUpFailures),
      generator: this.#health.result(),
      thresholds: started ? (this.#thresholds?.results() ?? []) : [],
      ...(this.#driver?.knee && { knee: this.#driver.knee }),
      ...(unanswered && { notes: [unanswered] }),
    });
    this.options.ended();
  }

  /** Ends the second that is just passing: what comes now is told apart. A tenth of a second would say nothing alone. */
  cut(): void {
    const now = nowUs();
    if (this.#driver && !this.#isOver && now - this.#secondStartUs >= shortestCutUs) this.#second(now);
  }

  // ── what users ask for ──

  connect(origin: Origin): Connection {
    return this.#limits ? this.#limits.connection(origin) : this.#open(origin);
  }

  place(origin: Origin, granted: () => void): Place | null {
    return this.#limits?.place(origin, granted) ?? null;
  }

  #open(origin: Origin): Connection {
    // A place that a WebSocket had may go on to a request.
    const url = new URL(origin.url.href.replace(/^ws/, 'http'));
    return origin.isSecure || this.http2
      ? new UndiciConnection(url, this.#connectionOptions)
      : new Http1Connection(url, this.#connectionOptions);
  }

  nextFlow(): readonly CompiledStep[] {
    this.#health.begun++;
    const { cycle, flows } = this.compiled;
    if (cycle.length === 1) return flows[0]!;
    const flow = flows[cycle[this.#flowAt]!]!;
    this.#flowAt = this.#flowAt + 1 === cycle.length ? 0 : this.#flowAt + 1;
    return flow;
  }

  iterationEnded(user: User, broken: boolean): void {
    if (this.#isOver) return;
    if (!broken && !this.#isWarmingUp) this.#iterations++;
    this.#driver!.iterationEnded(user, broken);
  }

  setUpFailed(user: User, kind: string): void {
    if (this.#isOver) return;
    this.#setUpFailures.set(kind, (this.#setUpFailures.get(kind) ?? 0) + 1);
    this.#driver!.setUpFailed(user);
  }

  // ── time ──

  /** 0 while nothing was counted. */
  get #longestAnswerUs(): number {
    const { response } = this.statistics.counted;
    return response.count === 0 ? 0 : response.maxUs;
  }

  get #isWarmingUp(): boolean {
    return this.#secondStartUs < this.#countedFromUs;
  }

  #tick(): void {
    const endUs = nowUs();
    this.#window(endUs);
    // Every other window ends a second.
    if (endUs - this.#secondStartUs >= 1_000_000 - (windowMs * 1000) / 2) this.#second(endUs);
    this.#tellState();
  }

  #window(endUs: number): void {
    const window = this.statistics.takeWindow((endUs - this.#windowStartUs) / 1000);
    this.#windowStartUs = endUs;
    this.options.tell({
      type: 'window',
      endUs,
      ...window,
      users: this.#driver!.users,
      slipMs: this.#health.takeSlipMs(),
    });
    const windows = this.statistics.fine.take(endUs);
    if (windows.length > 0) this.options.tell({ type: 'fine', windows });
  }

  #second(endUs: number): void {
    if (endUs <= this.#secondStartUs) return;
    const isCounted = !this.#isWarmingUp;
    const tally = new Tally();
    const drainsFromUs = this.#driver!.drainsFromUs ?? Infinity;
    const seconds = this.statistics.takeSecond(this.#secondStartUs, endUs, {
      isCounted,
      drainsFromUs,
      also: tally,
    });
    this.#secondStartUs = endUs;
    if (seconds.length > 0) this.options.tell({ type: 'seconds', seconds });
    this.#health.second(endUs);
    if (!isCounted || this.#isOver) return;
    const broken = this.#thresholds!.check(endUs);
    if (broken !== null || this.#driver!.second?.(tally, endUs)) this.end(false);
  }

  #endWarmUp(): void {
    // Not before its time: what follows is counted.
    const leftUs = this.#countedFromUs - nowUs();
    if (leftUs > 0) {
      this.#timers.push(setTimeout(() => this.#endWarmUp(), leftUs / 1000));
      return;
    }
    // A tick that came first has ended it.
    if (this.#isWarmingUp) this.#second(nowUs());
    this.#countedFromUs = this.#secondStartUs;
    this.#tellState();
  }

  #sweep(): void {
    const now = nowUs();
    // Behind what has come by now: an answer that waits for us to read it is not the target's delay.
    setImmediate(() => this.#giveUpLate(now));
  }

  #giveUpLate(now: number): void {
    if (this.#isOver) return;
    const { everybody } = this.#driver!;
    for (let at = 0; at < everybody.length; at++)
      if (everybody[at]!.deadlineUs <= now) everybody[at]!.timeOut();
  }

  #shortestTimeoutMs(): number {
    let shortestUs = Infinity;
    for (const flow of [this.compiled.setUp, ...this.compiled.flows])
      for (const step of flow) if (step.kind !== 'think') shortestUs = Math.min(shortestUs, step.timeoutUs);
    return shortestUs / 1000;
  }

  #tellState(): void {
    if (this.#isOver) return;
    const state = {
      warmingUp: this.#isWarmingUp,
      stage: this.#driver!.stage,
      generatorLimit: this.#health.limit,
      users: this.#driver!.users,
    };
    const text = JSON.stringify(state);
    if (text === this.#lastState) return;
    this.#lastState = text;
    this.options.tell({ type: 'state', ...state });
  }

  #newDriver(options: DriverOptions): Driver {
    const { load } = this.options.scenario;
    switch (load.model) {
      case 'closed':
        return new ClosedDriver(load, options);
      case 'open':
        return new OpenDriver(load, this.options.scenario.connection.timeoutMs, options);
      case 'knee':
        return new KneeDriver(load, this.options.scenario.warmUpMs, {
          ...options,
          cut: () => this.#second(nowUs()),
        });
    }
  }
}

function emptyResults(): ReturnType<LoadStatistics['results']> {
  return new LoadStatistics([]).results();
}
