/** The faults of a run: the proxies they need, who is killed and started again, and what the load did around them. */
import type {
  Fault,
  FaultReport,
  ListeningAddress,
  LoadResult,
  LoadSecond,
  LoadState,
  Mark,
  Point,
  ProcessInfo,
  RunWarning,
  Scenario,
} from '../api';
import { impossibleFaults } from '../../profiles/load-picture/impossible-faults';
import { AppError, toAppError } from '../errors';
import {
  addressKey,
  amountOf,
  createFaults,
  createProxies,
  EvidenceLog,
  faultText,
  NetworkPaths,
  programLoops,
  RestartableTarget,
  UsersLog,
  type Faults,
  type FineWindow,
  type ReportFaults,
  type Route,
  type Upstream,
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
  private readonly users = new UsersLog();
  /** Planned ones that were told at the beginning to be left out. */
  private readonly impossible = new Set<Fault>();
  private target: Target | undefined;
  private routes: Route[] = [];
  /** Since the target was started last. */
  private listening: ListeningAddress[] = [];
  /** Where the load goes, and which of the target's addresses in the order in which it tells them that is. */
  private aims: { upstream: Upstream; at: number }[] = [];
  /** Addresses of the load that are not the target's, as far as they are known before it begins. */
  private elsewhere: string[] = [];

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
      isToldImpossible: (fault) => this.impossible.has(fault),
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
    this.tellImpossible(false);
    void this.placeTarget(target);
    return restartable;
  }

  attached(target: Target): Target {
    this.target = target;
    this.follow(target);
    this.tellImpossible(true);
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

  /** At the beginning, not in the middle of the run when they are due. */
  private tellImpossible(isAttached: boolean): void {
    const facts = { isAttached, hasLoad: true, platform: process.platform };
    for (const { fault } of this.options.scenario?.faults ?? []) {
      const why = impossibleFaults(facts)[fault.kind];
      // One before a service is made: its proxy is told below to be unknown to the program.
      if (why === undefined) continue;
      this.impossible.add(fault);
      this.options.onWarning({
        tUs: this.options.clock.nowUs(),
        source: 'fault',
        message: `${faultText(fault)} is left out: ${why}`,
        ...(isAttached && { hint: 'Let Scorchmark launch the program.' }),
      });
    }
  }

  listens(address: ListeningAddress): void {
    if (address.protocol === 'tcp') return;
    this.listening.push(address);
    const at = this.listening.length - 1;
    // The same port, or the same one of several in the order in which they come.
    const { port } = upstreamOf(address.url);
    const aim =
      this.aims.find(({ upstream }) => upstream.port === port) ?? this.aims.find((each) => each.at === at);
    if (aim) this.paths.targetListens(aim.upstream, upstreamOf(address.url));
  }

  /**
   * The load is about to begin. Resolves with where its connections are to go. The target's addresses are the load's base
   * URL and all that the target listens on; of a load without a base URL and without a program, all that it goes to.
   */
  async beforeLoad(plan: LoadPlan): Promise<Route[]> {
    const all = originsOf(plan).map((origin) => ({ origin, upstream: upstreamOf(origin) }));
    const base = plan.baseUrl === null ? undefined : keyOf(upstreamOf(plan.baseUrl));
    const told = new Set(this.listening.map(({ url }) => keyOf(upstreamOf(url))));
    const isAll = base === undefined && told.size === 0;
    const isTargets = ({ upstream }: { upstream: Upstream }): boolean =>
      isAll || keyOf(upstream) === base || told.has(keyOf(upstream));
    const targets = new Map<string, Upstream>();
    for (const { upstream } of all.filter(isTargets)) targets.set(keyOf(upstream), upstream);
    this.elsewhere = all.filter((each) => !isTargets(each)).map(({ origin }) => origin);
    if (all.length === 0) return [];
    this.aims = [...targets.values()].map((upstream) => ({
      upstream,
      at: this.listening.findIndex(({ url }) => keyOf(upstreamOf(url)) === keyOf(upstream)),
    }));
    this.paths.aimAt([...targets.values()]);
    // From the start, so that before, during and after differ only by the fault.
    const needsProxy = plan.scenario.faults.some(({ fault }) => 'via' in fault && fault.via === 'target');
    if (needsProxy) {
      await this.paths.at('target');
      this.tellElsewhere();
    }
    return this.routes;
  }

  private tellElsewhere(): void {
    if (this.elsewhere.length === 0) return;
    const targets = this.aims.map(({ upstream: { host, port } }) => `${host}:${port}`).join(', ');
    this.options.onWarning({
      tUs: this.options.clock.nowUs(),
      source: 'fault',
      message: `Network faults before the target act on connections to ${targets}, not on those to ${this.elsewhere.join(', ')}.`,
      hint: 'Only the base URL and addresses that the program itself listens on are the target.',
    });
    this.elsewhere = [];
  }

  loadStarted(): void {
    this.paths.loadRuns();
    this.faults.plan(this.options.scenario?.faults ?? []);
  }

  seeSeconds(seconds: readonly LoadSecond[]): void {
    this.evidence.addSeconds(seconds);
  }

  seeWindows(windows: readonly FineWindow[]): void {
    this.evidence.addWindows(windows);
  }

  /** How much load there is. */
  seePoints(points: readonly Point[]): void {
    this.users.see(points);
  }

  /** The load has ended: so do the faults that were planned for it. Resolves with what all of them did; never rejects. */
  async loadEnded({ startedUs, endedUs, countedFromUs }: LoadResult): Promise<FaultReport[]> {
    await this.faults.planIsOver();
    const { seconds, windows } = this.evidence;
    const { scenario } = this.options;
    try {
      return this.options.report({
        faults: this.faults.happened.filter((fault) => fault.startedUs < endedUs),
        seconds,
        windows,
        startedUs,
        endedUs,
        ...(countedFromUs !== undefined && { countedFromUs }),
        ...(scenario && { amount: amountOf(scenario, startedUs, this.users) }),
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
      const faultId = await this.faults.start(fault, forMs, true);
      if ('via' in fault && fault.via === 'target') this.tellElsewhere();
      return { faultId };
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

function keyOf({ host, port }: Upstream): string {
  return addressKey(host, port);
}

function upstreamOf(url: string): Upstream {
  const { hostname, port, protocol } = new URL(url);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (protocol === 'https:' || protocol === 'wss:' ? 443 : 80),
  };
}
