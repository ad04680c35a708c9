/** The faults of a run: the proxies they need, who is killed and started again, and what the load did around them. */
import type {
  Fault,
  FaultReport,
  ListeningAddress,
  LoadResult,
  LoadSecond,
  LoadState,
  Mark,
  ProcessInfo,
  RunWarning,
  Scenario,
} from '../api';
import { AppError, toAppError } from '../errors';
import {
  createFaults,
  createProxies,
  EvidenceLog,
  NetworkPaths,
  programLoops,
  RestartableTarget,
  type Faults,
  type FineWindow,
  type ReportFaults,
  type Route,
} from '../load/faults';
import { originsOf } from '../load/plan';
import type { LoadPlan } from '../load/types';
import type { Clock, Target, TargetThread } from '../target/types';

export interface RunFaultsOptions {
  /** What the load sends; null without one. */
  scenario: Scenario | null;
  clock: Clock;
  threads(): Iterable<TargetThread>;
  processes(): Iterable<ProcessInfo>;
  /** The load's connections go there from now on. */
  onRoutes(routes: Route[]): void;
  /** One is about to begin, or has just ended. */
  onTurn(): void;
  onMarks(marks: Mark[]): void;
  onWarning(warning: RunWarning): void;
  /** Those that last have changed. */
  onChange(): void;
  report: ReportFaults;
}

export class RunFaults {
  private readonly faults: Faults;
  private readonly paths: NetworkPaths;
  private readonly evidence: EvidenceLog;
  private target: Target | undefined;
  private routes: Route[] = [];
  /** Since the target was started last. */
  private listening: ListeningAddress[] = [];
  /** Which of them the load goes to. */
  private aimedAt = 0;
  private aimedPort: number | undefined;

  constructor(private readonly options: RunFaultsOptions) {
    const { clock } = options;
    this.paths = new NetworkPaths({
      proxies: createProxies(),
      onRoutes: (routes) => {
        this.routes = routes;
        options.onRoutes(routes);
      },
    });
    this.faults = createFaults({
      nowUs: () => clock.nowUs(),
      originUs: clock.originUs,
      pids: async () => (await this.target?.pids()) ?? [],
      loops: () =>
        programLoops(
          options.threads(),
          options.processes(),
          new Set(this.listening.map(({ pid }) => pid)),
        ).filter(({ session }) => !session.isClosed),
      restartable: () => (this.target instanceof RestartableTarget ? this.target : null),
      proxyAt: (via) => this.paths.at(via),
      onMarks: (marks) => options.onMarks(marks),
      onWarning: (warning) => options.onWarning(warning),
      onChange: () => options.onChange(),
      onTurn: () => options.onTurn(),
      onFault: () => undefined,
    });
    this.evidence = new EvidenceLog(() => this.faults.happened);
  }

  get active(): NonNullable<LoadState['faults']> {
    return this.faults.active;
  }

  /** Opens proxies before the dependencies; resolves with the environment that leads the target to them. */
  openDependencies(): Promise<Record<string, string>> {
    return this.paths.openDependencies(this.options.scenario?.dependencies ?? []);
  }

  /** A launched target, which from now on can be killed and started again. @param launch starts the same again */
  launched(target: Target, launch: () => Promise<Target>): Target {
    const restartable = new RestartableTarget(target, async () => {
      this.listening = [];
      const next = await launch();
      await this.placeTarget(next);
      return next;
    });
    this.target = restartable;
    this.follow(restartable);
    void this.placeTarget(target);
    return restartable;
  }

  attached(target: Target): Target {
    this.target = target;
    this.follow(target);
    const dependencies = this.options.scenario?.dependencies ?? [];
    if (dependencies.length > 0)
      this.options.onWarning({
        tUs: this.options.clock.nowUs(),
        source: 'fault',
        message: `The program was attached to, so it does not know the proxy before ${dependencies.map(({ name }) => name).join(', ')}.`,
        hint: 'Let Scorchmark launch it: it is told the address in its environment then.',
      });
    return target;
  }

  listens(address: ListeningAddress): void {
    if (address.protocol === 'tcp') return;
    this.listening.push(address);
    if (this.aimedPort === undefined) return;
    // The same port, or the same one of several in the order in which they come.
    const known = this.listening.find(({ port }) => port === this.aimedPort) ?? this.listening[this.aimedAt];
    if (known === address) this.paths.targetListens(upstreamOf(address.url));
  }

  /** The load is about to begin. Resolves with where its connections are to go. */
  async beforeLoad(plan: LoadPlan): Promise<Route[]> {
    const origin = plan.baseUrl ?? originsOf(plan)[0];
    if (origin === undefined || origin === null) return [];
    const upstream = upstreamOf(origin);
    this.aimedPort = upstream.port;
    this.aimedAt = Math.max(
      0,
      this.listening.findIndex(({ port }) => port === upstream.port),
    );
    this.paths.aimAt(upstream);
    // From the start, so that before, during and after differ only by the fault.
    const needsProxy = plan.scenario.faults.some(({ fault }) => 'via' in fault && fault.via === 'target');
    if (needsProxy) await this.paths.at('target');
    return this.routes;
  }

  loadStarted(): void {
    this.faults.plan(this.options.scenario?.faults ?? []);
  }

  seeSeconds(seconds: readonly LoadSecond[]): void {
    this.evidence.addSeconds(seconds);
  }

  seeWindows(windows: readonly FineWindow[]): void {
    this.evidence.addWindows(windows);
  }

  /** The load has ended: so do the faults that were planned for it. Resolves with what all of them did; never rejects. */
  async loadEnded({ startedUs, endedUs, countedFromUs }: LoadResult): Promise<FaultReport[]> {
    await this.faults.planIsOver();
    const { seconds, windows } = this.evidence;
    try {
      return this.options.report({
        faults: this.faults.happened.filter((fault) => fault.startedUs < endedUs),
        seconds,
        windows,
        startedUs,
        endedUs,
        ...(countedFromUs !== undefined && { countedFromUs }),
      });
    } catch (error) {
      // The load's own result must not be lost for it.
      const { message } = toAppError(error, 'What the faults did could not be told');
      this.options.onWarning({ tUs: this.options.clock.nowUs(), source: 'fault', message });
      return [];
    }
  }

  /** It came to no result: what was planned for it ends all the same. Never rejects. */
  async loadFailed(): Promise<void> {
    await this.faults.planIsOver();
  }

  /** By hand. Rejects with an AppError when it cannot be done. */
  async start(fault: Fault, forMs: number | undefined): Promise<{ faultId: string }> {
    try {
      return { faultId: await this.faults.start(fault, forMs, true) };
    } catch (error) {
      const known = toAppError(error, 'the fault');
      throw known.code === 'INTERNAL'
        ? new AppError('BAD_INPUT', `The fault could not be made: ${known.message}`, {
            details: known.details,
          })
        : known;
    }
  }

  end(faultId: string): Promise<void> {
    return this.faults.end(faultId);
  }

  /** The run ends. Never rejects. */
  async endAll(): Promise<void> {
    await this.faults.endAll();
  }

  /** After the load: its connections went through the proxies. */
  async close(): Promise<void> {
    await this.endAll();
    await this.paths.close();
  }

  explain(marks: Mark[]): Mark[] {
    return this.faults.explain(marks);
  }

  private follow(target: Target): void {
    void target.ended.then((end) => {
      if (!end.stoppedByUs) this.faults.targetGone(end);
    });
  }

  private async placeTarget(target: Target): Promise<void> {
    await this.faults
      .targetStarted(this.options.scenario?.faults ?? [], target.pid)
      .catch((error: unknown) => {
        const { message } = toAppError(error);
        this.options.onWarning({ tUs: this.options.clock.nowUs(), source: 'fault', message });
      });
  }
}

function upstreamOf(url: string): { host: string; port: number } {
  const { hostname, port, protocol } = new URL(url);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (protocol === 'https:' || protocol === 'wss:' ? 443 : 80),
  };
}
