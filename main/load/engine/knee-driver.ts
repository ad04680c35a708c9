/** Raises the users step by step until latency or errors break, and tells what each step came to. */
import type { DegradationStep, KneeModel, KneeReport } from '../../api';
import { kneeUsers } from '../scenario-of-load';
import { UserGroup } from './closed-driver';
import type { Driver, DriverOptions } from './driver';
import { capacityOf, kneeOf, within15Percent } from './knee-report';
import { Tally } from './statistics';
import type { User } from './user';

/** The beginning of a step is not measured: new users connect, the target warms up. */
const settlingShare = 0.2;
/** Five times of half a ms is not what anybody calls slow: the search goes on. */
const shortestSlowP95Ms = 20;
const longestSettlingMs = 2000;

export class KneeDriver implements Driver {
  readonly #group: UserGroup;
  readonly #usersOfSteps: number[];
  readonly #steps: DegradationStep[] = [];
  #at = -1;
  #tally: Tally | null = null;
  #measuredFromUs = 0;
  #measuredUs = 0;
  #limitedBefore = 0;
  #secondsBefore = 0;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #endedBy: KneeReport['endedBy'] = 'cancelled';

  constructor(
    private readonly model: KneeModel,
    private readonly warmUpMs: number,
    private readonly options: DriverOptions & { cut(): void },
  ) {
    this.#group = new UserGroup(options, model.thinkTime);
    this.#usersOfSteps = kneeUsers(model);
  }

  get everybody(): readonly User[] {
    return this.#group.everybody;
  }

  get users(): number {
    return this.#group.users;
  }

  get mostUsers(): number {
    return this.#group.mostUsers;
  }

  get stage(): string {
    const users = this.#usersOfSteps[this.#at] ?? 0;
    return `step ${this.#at + 1}: ${users} ${users === 1 ? 'user' : 'users'}`;
  }

  begin(): void {
    this.#nextStep(this.warmUpMs);
  }

  iterationEnded(user: User, broken: boolean): void {
    this.#group.iterationEnded(user, broken);
  }

  setUpFailed(): void {
    // This user never begins; the result says how many there were.
  }

  second(tally: Tally, endUs: number): boolean {
    if (!this.#tally) return false;
    this.#tally.add(tally);
    this.#measuredUs = endUs - this.#measuredFromUs;
    return false;
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#group.stop();
  }

  get knee(): KneeReport {
    const steps = this.#steps;
    return {
      steps,
      kneeUsers: kneeOf(steps),
      ...capacityOf(steps, this.model.until.errorRatio),
      usersWithin15Percent: within15Percent(steps),
      endedBy: this.#endedBy,
    };
  }

  #nextStep(moreMs = 0): void {
    this.#at++;
    const users = this.#usersOfSteps[this.#at];
    if (users === undefined) {
      this.#end('max-users');
      return;
    }
    this.#group.setUsers(users);
    const settlingMs = Math.min(this.model.stepMs * settlingShare, longestSettlingMs);
    this.#timer = setTimeout(() => this.#measure(this.model.stepMs - settlingMs), moreMs + settlingMs);
  }

  #measure(durationMs: number): void {
    const { health } = this.options;
    this.options.cut();
    if (this.#isStopped) return; // a threshold ended the load
    this.#tally = new Tally();
    this.#measuredFromUs = this.options.nowUs();
    this.#measuredUs = 0;
    this.#limitedBefore = health.busySeconds;
    this.#secondsBefore = health.seconds;
    this.#timer = setTimeout(() => this.#judge(), durationMs);
  }

  #judge(): void {
    this.options.cut();
    if (this.#isStopped) return;
    const tally = this.#tally!;
    this.#tally = null;
    const step = this.#stepOf(tally);
    this.#steps.push(step);
    const { until } = this.model;
    const best = this.#steps.reduce(
      (most, { rps }, at) => (at === this.#steps.length - 1 ? most : Math.max(most, rps)),
      0,
    );
    const { health } = this.options;
    const isLimited = health.busySeconds - this.#limitedBefore > (health.seconds - this.#secondsBefore) / 2;
    if (step.errorRatio > until.errorRatio) this.#end('errors');
    else if (until.p95Ms !== undefined && step.p95Ms > until.p95Ms) this.#end('latency');
    else if (
      this.#steps.length > 1 &&
      step.p95Change + 1 >= until.slowdown &&
      step.p95Ms >= shortestSlowP95Ms
    )
      this.#end('latency');
    else if (isLimited && step.rps < best * 1.05) this.#end('generator');
    else this.#nextStep();
  }

  #stepOf(tally: Tally): DegradationStep {
    const ms = (share: number) => (tally.response.count === 0 ? 0 : tally.response.valueAt(share) / 1000);
    const p95Ms = ms(0.95);
    const firstMs = this.#steps[0]?.p95Ms ?? p95Ms;
    return {
      users: this.#usersOfSteps[this.#at]!,
      startUs: this.#measuredFromUs,
      endUs: this.#measuredFromUs + this.#measuredUs,
      rps: this.#measuredUs > 0 ? tally.answered / (this.#measuredUs / 1e6) : 0,
      p50Ms: ms(0.5),
      p95Ms,
      p99Ms: ms(0.99),
      errorRatio: tally.errorRatio,
      p95Change: firstMs > 0 ? (p95Ms - firstMs) / firstMs : 0,
    };
  }

  #end(endedBy: KneeReport['endedBy']): void {
    this.#endedBy = endedBy;
    this.options.over();
  }
}
