/**
 * Iterations begin when the schedule says so, whether or not earlier ones have been answered. Each has a place, which is a user
 * with connections and cookies of its own; the place that became free last is taken first, so that few are needed.
 */
import type { OpenModel } from '../../api';
import type { Driver, DriverOptions } from './driver';
import { Pacer } from './pacer';
import { Arrivals } from './rates';
import { User } from './user';

/** Above 4000 a second several begin at one wake-up. */
const shortestNapUs = 250;

export class OpenDriver implements Driver {
  readonly everybody: User[] = [];
  users = 0;
  mostUsers = 0;
  readonly #arrivals: Arrivals;
  readonly #free: User[] = [];
  readonly #pacer: Pacer;
  readonly #plannedMs: number;
  #startUs = 0;
  #endTimer: NodeJS.Timeout | undefined;
  #isFiring = false;
  #isCapped = false;
  #isOver = false;
  #isCounted = false;
  #drainsFromUs: number | undefined;

  constructor(
    private readonly model: OpenModel,
    /** How long what is under way may go on after the last stage. */
    private readonly drainMs: number,
    private readonly options: DriverOptions,
  ) {
    this.#arrivals = new Arrivals(model);
    this.#plannedMs = model.stages.reduce((sum, { durationMs }) => sum + durationMs, 0);
    this.#pacer = new Pacer(() => this.#fire());
  }

  begin(startUs: number): void {
    this.#startUs = startUs;
    this.#endTimer = setTimeout(() => this.#drain(), Math.min(this.#plannedMs, 2 ** 31 - 1));
    this.#fire();
  }

  get ready(): Promise<void> {
    return this.#pacer.ready;
  }

  get stage(): string {
    if (this.#drainsFromUs !== undefined) return 'waiting for the last answers';
    const { stages } = this.model;
    const { stage, rate } = this.#arrivals.rateAt((this.options.nowUs() - this.#startUs) / 1000);
    const rounded = rate >= 10 ? Math.round(rate) : Number(rate.toPrecision(2));
    return stages.length > 1
      ? `stage ${stage + 1} of ${stages.length}: ${rounded} per second`
      : `${rounded} per second`;
  }

  /** Since when nothing is due any more. */
  get drainsFromUs(): number | undefined {
    return this.#drainsFromUs;
  }

  iterationEnded(user: User): void {
    this.users--;
    this.#free.push(user);
    if (this.#isFiring) return;
    if (this.#isCapped) this.#fire();
    else if (this.#drainsFromUs !== undefined && this.users === 0) this.#over();
  }

  /** The place stays; whoever comes next tries again. */
  setUpFailed(user: User): void {
    user.leave();
    this.iterationEnded(user);
  }

  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#endTimer);
    this.#pacer.stop();
    for (const user of this.everybody) user.stop();
    this.#countMissed();
  }

  /** Begins everything that is due. */
  #fire(): void {
    if (this.#isFiring || this.#isOver || this.#isCounted) return;
    const { options } = this;
    const { health } = options;
    this.#isFiring = true;
    this.#isCapped = false;
    let now = options.nowUs();
    for (;;) {
      const dueUs = this.#startUs + this.#arrivals.nextMs * 1000;
      if (dueUs > now) {
        now = options.nowUs();
        if (dueUs > now) {
          this.#pacer.wakeAt(Math.max(dueUs, now + shortestNapUs * Number(dueUs - now < shortestNapUs / 4)));
          break;
        }
      }
      const user = this.#free.pop() ?? this.#newUser();
      if (!user) {
        this.#isCapped = true;
        health.capped();
        break;
      }
      this.#arrivals.advance();
      health.due++;
      this.users++;
      if (this.users > this.mostUsers) this.mostUsers = this.users;
      now = options.nowUs();
      health.slipped(now - dueUs);
      user.begin(dueUs);
    }
    this.#isFiring = false;
  }

  #newUser(): User | undefined {
    if (this.everybody.length >= this.model.maxInFlight) return undefined;
    const user = new User(this.everybody.length, this.options.crew);
    this.everybody.push(user);
    return user;
  }

  #drain(): void {
    const leftMs = this.#plannedMs - (this.options.nowUs() - this.#startUs) / 1000;
    if (leftMs > 0) {
      this.#endTimer = setTimeout(() => this.#drain(), Math.min(Math.max(1, leftMs), 2 ** 31 - 1));
      return;
    }
    this.#fire(); // what is due just now, and was not begun yet
    this.#drainsFromUs = this.#startUs + this.#plannedMs * 1000;
    this.#countMissed();
    this.#isCapped = false;
    if (this.users === 0) this.#over();
    else this.#endTimer = setTimeout(() => this.#over(), this.drainMs);
  }

  /** What was due and never began. */
  #countMissed(): void {
    if (this.#startUs === 0 || this.#isCounted) return;
    this.#isCounted = true;
    const untilUs = Math.min(this.options.nowUs(), this.#drainsFromUs ?? Infinity);
    this.options.health.due += this.#arrivals.dueBy((untilUs - this.#startUs) / 1000);
  }

  #over(): void {
    if (!this.#isOver) this.options.over();
  }
}
