/** How many users there are, and when arrivals are due, as the stages of a scenario say. Pure. */
import type { ClosedModel, OpenModel } from '../../api';

export interface Level {
  /** Position of the stage. */
  stage: number;
  users: number;
  /** ms until this can be another number. */
  changesInMs: number;
}

/** Users to be there at a time; null when the load is over. */
export function usersAt(stages: ClosedModel['stages'], elapsedMs: number): Level | null {
  let beginMs = 0;
  let before = 0;
  for (const [stage, { durationMs, users, ramp }] of stages.entries()) {
    const withinMs = elapsedMs - beginMs;
    if (withinMs < durationMs) {
      const leftMs = durationMs - withinMs;
      if (ramp === 'step' || users === before) return { stage, users, changesInMs: leftMs };
      const exact = before + ((users - before) * withinMs) / durationMs;
      const msPerUser = durationMs / Math.abs(users - before);
      return { stage, users: Math.round(exact), changesInMs: Math.min(leftMs, Math.max(10, msPerUser / 2)) };
    }
    beginMs += durationMs;
    before = users;
  }
  return null;
}

/**
 * When arrivals are due: the n-th when the integral of the rate reaches n (even), or a sum of n exponential steps (Poisson).
 * Exact over any length of time; rates that change linearly are solved as what they are.
 */
export class Arrivals {
  readonly #stages: { beginMs: number; durationMs: number; from: number; to: number; before: number }[] = [];
  readonly #total: number;
  readonly #random: () => number;
  readonly #isPoisson: boolean;
  #stage = 0;
  #count: number;
  /** ms after the start; Infinity when no more are due. */
  nextMs: number;

  constructor(
    { stages, arrivals }: Pick<OpenModel, 'stages' | 'arrivals'>,
    random: () => number = Math.random,
  ) {
    let beginMs = 0;
    let rate = 0;
    let before = 0;
    for (const { durationMs, rate: to, ramp } of stages) {
      const from = ramp === 'linear' ? rate : to;
      this.#stages.push({ beginMs, durationMs, from, to, before });
      before += ((from + to) / 2) * (durationMs / 1000);
      beginMs += durationMs;
      rate = to;
    }
    this.#total = before;
    this.#random = random;
    this.#isPoisson = arrivals === 'poisson';
    this.#count = this.#isPoisson ? this.#step() : 0;
    this.nextMs = this.#timeOf(this.#count);
  }

  /** How many are due in all, on average. */
  get total(): number {
    return this.#total;
  }

  advance(): void {
    this.#count += this.#isPoisson ? this.#step() : 1;
    this.nextMs = this.#timeOf(this.#count);
  }

  /** How many are due from the next one up to a time: exactly when they are even, else as many as can be expected. */
  dueBy(elapsedMs: number): number {
    if (this.nextMs > elapsedMs) return 0;
    const upTo = this.#integralAt(elapsedMs);
    // 1e-6: what is due at that very moment is due.
    if (this.#isPoisson) return Math.max(1, Math.round(upTo - this.#count));
    return Math.min(Math.ceil(this.#total - 1e-9), Math.floor(upTo + 1e-6) + 1) - this.#count;
  }

  #integralAt(elapsedMs: number): number {
    let sum = 0;
    for (const { beginMs, durationMs, from, to } of this.#stages) {
      const withinMs = Math.min(Math.max(0, elapsedMs - beginMs), durationMs);
      sum += ((from + ((to - from) * withinMs) / durationMs / 2) * withinMs) / 1000;
    }
    return sum;
  }

  /** The rate at a time, per second, and the stage. */
  rateAt(elapsedMs: number): { stage: number; rate: number } {
    const stage = this.#stages.findIndex(({ beginMs, durationMs }) => elapsedMs < beginMs + durationMs);
    const found = this.#stages[stage];
    if (!found) return { stage: this.#stages.length - 1, rate: 0 };
    const { beginMs, durationMs, from, to } = found;
    return { stage, rate: from + ((to - from) * (elapsedMs - beginMs)) / durationMs };
  }

  #step(): number {
    return -Math.log(1 - this.#random());
  }

  #timeOf(count: number): number {
    // 1e-9: sums of fractions of stages are not whole to the last bit.
    if (count >= this.#total - 1e-9) return Infinity;
    for (;;) {
      const stage = this.#stages[this.#stage]!;
      const after = this.#stages[this.#stage + 1];
      if (after && count >= after.before) {
        this.#stage++;
        continue;
      }
      const { beginMs, durationMs, from, to, before } = stage;
      const wanted = count - before;
      const seconds = durationMs / 1000;
      const slope = (to - from) / seconds;
      // from·t + slope·t²/2 = wanted, solved without cancellation for small slopes.
      const root = Math.sqrt(Math.max(0, from * from + 2 * slope * wanted));
      const t = wanted === 0 && from === 0 && slope === 0 ? 0 : (2 * wanted) / (from + root || 1);
      return beginMs + Math.min(t, seconds) * 1000;
    }
  }
}
