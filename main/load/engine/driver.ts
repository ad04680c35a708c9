/** The seam between a load and its model: who begins iterations, and when. */
import type { KneeReport } from '../../api';
import type { Health } from './health';
import type { Tally } from './statistics';
import type { Crew, User } from './user';

export interface Driver {
  /** It can begin on time. */
  readonly ready?: Promise<void>;
  begin(startUs: number): void;
  /** Called by the crew. */
  iterationEnded(user: User, broken: boolean): void;
  setUpFailed(user: User): void;
  /** Everybody who may have something under way. */
  readonly everybody: readonly User[];
  /** Users, or iterations under way. */
  readonly users: number;
  readonly mostUsers: number;
  /** In words: `stage 2 of 3: 50 users`. */
  readonly stage: string;
  /** What the second that just ended came to, warm-up left out. @returns true when the load is over */
  second?(tally: Tally, endUs: number): boolean;
  readonly knee?: KneeReport;
  /** Since when nothing more is due, and only answers are waited for. */
  readonly drainsFromUs?: number | undefined;
  /** Nothing begins any more; everything under way is given up, all connections are closed. */
  stop(): void;
}

export interface DriverOptions {
  crew: Crew;
  health: Health;
  /** µs on the host's monotonic clock. */
  nowUs(): number;
  /** The model has nothing more to do. */
  over(): void;
}

/** After an iteration in which something was not answered; a dead server is not hammered. */
export const brokenPauseMs = 100;
