/** So many users, each doing one thing after another. */
import type { ClosedModel, ThinkTime } from '../../api';
import { brokenPauseMs, type Driver, type DriverOptions } from './driver';
import { usersAt } from './rates';
import { randomDelayMs, User } from './user';

/** The part that the search for the knee shares: a number of users that can be changed. */
export class UserGroup {
  readonly everybody: User[] = [];
  users = 0;
  mostUsers = 0;
  readonly #away = new Set<User>();

  constructor(
    private readonly options: DriverOptions,
    private readonly thinkTime: ThinkTime,
  ) {}

  /** Those beyond leave when their iteration is over. */
  setUsers(users: number): void {
    const before = this.users;
    this.users = users;
    this.mostUsers = Math.max(this.mostUsers, users);
    for (let at = before; at < users; at++) {
      const known = this.everybody[at];
      if (!known) {
        const user = new User(at, this.options.crew);
        this.everybody.push(user);
        this.#begin(user);
      } else if (this.#away.delete(known)) this.#begin(known);
    }
  }

  iterationEnded(user: User, broken: boolean): void {
    if (this.#leaves(user)) return;
    let delayMs = randomDelayMs(this.thinkTime);
    if (broken || user.hasFailed) delayMs = Math.max(delayMs, brokenPauseMs);
    // Iterations that send nothing would never let anything else happen.
    else if (!user.hasSent) delayMs = Math.max(delayMs, 1);
    if (delayMs > 0) user.beginIn(delayMs, (lateUs) => this.#mayBegin(user, lateUs));
    else user.begin(this.options.nowUs());
  }

  stop(): void {
    for (const user of this.everybody) user.stop();
  }

  /** Who thought for long may find that there are to be fewer meanwhile. */
  #mayBegin(user: User, lateUs: number): boolean {
    if (this.#leaves(user)) return false;
    this.options.health.slipped(lateUs);
    return true;
  }

  #leaves(user: User): boolean {
    if (user.index < this.users) return false;
    user.leave();
    this.#away.add(user);
    return true;
  }

  #begin(user: User): void {
    user.begin(this.options.nowUs());
  }
}

export class ClosedDriver implements Driver {
  readonly #group: UserGroup;
  #startUs = 0;
  #timer: NodeJS.Timeout | undefined;
  stage = '';

  constructor(
    private readonly model: ClosedModel,
    private readonly options: DriverOptions,
  ) {
    this.#group = new UserGroup(options, model.thinkTime);
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

  begin(startUs: number): void {
    this.#startUs = startUs;
    this.#adjust();
  }

  iterationEnded(user: User, broken: boolean): void {
    this.#group.iterationEnded(user, broken);
  }

  setUpFailed(): void {
    // This user never begins; the result says how many there were.
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#group.stop();
  }

  #adjust(): void {
    const { stages } = this.model;
    const level = usersAt(stages, (this.options.nowUs() - this.#startUs) / 1000);
    if (!level) {
      this.options.over();
      return;
    }
    const users = `${level.users} ${level.users === 1 ? 'user' : 'users'}`;
    this.stage = stages.length > 1 ? `stage ${level.stage + 1} of ${stages.length}: ${users}` : users;
    this.#timer = setTimeout(() => this.#adjust(), Math.min(level.changesInMs, 2 ** 31 - 1));
    this.#group.setUsers(level.users);
  }
}
