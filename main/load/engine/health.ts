/** The generator watches itself, so that what it says about the target can be believed, or is known not to be. */
import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import type { GeneratorHealth } from '../../api';
import { LatencyHistogram } from '../../../profiles/latency/histogram';
import { waitedForCoreMs } from './run-delay';

/** How often the loop is looked at; the monitor counts this in. */
const resolutionMs = 10;
/** Of one core: the generator is one thread. */
const busyPercent = 95;
/** A loop that is this late nine times out of ten sends and reads late. */
const lateLoopMs = 10;
const lateStartMs = 50;
/** In a stretch of a few ms one task is all of a core, and says nothing. */
const shortestJudgedUs = 500_000;
/** A load of which so much was limited was limited. */
const goodPart = 0.2;
/** Of a second in which the loop was late: with so much of it spent in waiting for a core, others had the machine. */
const shareOfWaiting = 0.1;
/** With less of a core, nothing of its own can have kept it: a virtual machine's host takes time without telling. */
const ownWorkPercent = 50;

/** What was wrong with a second; the first that holds. */
type Trouble = 'busy' | 'capped' | 'late starts' | 'late' | 'machine' | null;

export class Health {
  readonly #secondLag: IntervalHistogram = monitorEventLoopDelay({ resolution: resolutionMs });
  readonly #allLag: IntervalHistogram = monitorEventLoopDelay({ resolution: resolutionMs });
  readonly #slip = new LatencyHistogram();
  readonly #windowSlip = new LatencyHistogram();
  readonly #secondSlip = new LatencyHistogram();
  #cpu = process.cpuUsage();
  #cpuAtUs = 0;
  #cpuSumMs = 0;
  #cpuElapsedMs = 0;
  #cpuMaxPercent = 0;
  #waitedMs: number | null = null;
  seconds = 0;
  readonly #troubles = new Map<Trouble, number>();
  /** The worst second's P90 of how late the loop was while others had the machine, ms. */
  #machineLagMs = 0;
  #isCapped = false;
  due = 0;
  begun = 0;
  /** A sentence while the generator is the limit. */
  limit: string | null = null;

  constructor(
    /** ms that this thread was ready to run and did not, since it began; null where the system does not tell. */
    private readonly waited: () => number | null = waitedForCoreMs,
  ) {}

  begin(nowUs: number): void {
    this.#secondLag.enable();
    this.#allLag.enable();
    this.#cpu = process.cpuUsage();
    this.#cpuAtUs = nowUs;
    this.#waitedMs = this.waited();
  }

  /** Something was begun so much later than it was due, because of us. */
  slipped(lateUs: number): void {
    this.#windowSlip.record(lateUs);
    this.#secondSlip.record(lateUs);
  }

  /** Something is due and cannot begin: as many are under way as may be. */
  capped(): void {
    this.#isCapped = true;
  }

  /** Seconds in which it used all of its core. */
  get busySeconds(): number {
    return this.#secondsOf('busy');
  }

  /** P99 since the last call in ms; null when nothing was scheduled. */
  takeSlipMs(): number | null {
    if (this.#windowSlip.count === 0) return null;
    const p99Ms = this.#windowSlip.valueAt(0.99) / 1000;
    this.#windowSlip.reset();
    return p99Ms;
  }

  /** Judges the second that just ended; one that was cut short is judged with the next one. */
  second(nowUs: number): void {
    if (nowUs - this.#cpuAtUs < shortestJudgedUs) return;
    const used = process.cpuUsage(this.#cpu);
    const usedMs = (used.user + used.system) / 1000;
    const elapsedMs = Math.max(1, (nowUs - this.#cpuAtUs) / 1000);
    const cpuPercent = (usedMs / elapsedMs) * 100;
    const waitedMs = this.waited();
    // Where the system does not tell, a late loop with less than a core in use has waited, as far as we know.
    const waitedShare =
      waitedMs === null || this.#waitedMs === null ? 1 : (waitedMs - this.#waitedMs) / elapsedMs;
    this.#waitedMs = waitedMs;
    this.#cpu = process.cpuUsage();
    this.#cpuAtUs = nowUs;
    this.#cpuSumMs += usedMs;
    this.#cpuElapsedMs += elapsedMs;
    this.#cpuMaxPercent = Math.max(this.#cpuMaxPercent, cpuPercent);
    const lagMs = this.#secondLag.percentile(90) / 1e6 - resolutionMs;
    const slipMs = this.#secondSlip.count > 0 ? this.#secondSlip.valueAt(0.99) / 1000 : 0;
    this.#secondLag.reset();
    this.#slip.add(this.#secondSlip);
    this.#secondSlip.reset();
    const trouble = this.#troubleOf(cpuPercent, waitedShare, lagMs, slipMs);
    this.#isCapped = false;
    this.seconds++;
    this.#troubles.set(trouble, this.#secondsOf(trouble) + 1);
    if (trouble === 'machine') this.#machineLagMs = Math.max(this.#machineLagMs, lagMs);
    this.limit = limitOf(trouble, cpuPercent, lagMs, slipMs);
  }

  #troubleOf(cpuPercent: number, waitedShare: number, lagMs: number, slipMs: number): Trouble {
    if (cpuPercent >= busyPercent) return 'busy';
    if (this.#isCapped) return 'capped';
    if (slipMs >= lateStartMs) return 'late starts';
    if (lagMs < lateLoopMs) return null;
    return waitedShare >= shareOfWaiting || cpuPercent < ownWorkPercent ? 'machine' : 'late';
  }

  #secondsOf(trouble: Trouble): number {
    return this.#troubles.get(trouble) ?? 0;
  }

  result(): GeneratorHealth {
    this.#secondLag.disable();
    this.#allLag.disable();
    this.#slip.add(this.#secondSlip);
    this.#secondSlip.reset();
    const limitedSeconds = this.seconds - this.#secondsOf(null) - this.#secondsOf('machine');
    const wasLimit = this.seconds > 0 && limitedSeconds / this.seconds >= goodPart;
    const lag = (ns: number) => (ns > 0 && Number.isFinite(ns) ? Math.max(0, ns / 1e6 - resolutionMs) : 0);
    const numbers = {
      cpuMeanPercent: this.#cpuElapsedMs > 0 ? (this.#cpuSumMs / this.#cpuElapsedMs) * 100 : 0,
      cpuMaxPercent: this.#cpuMaxPercent,
      loopLagP99Ms: lag(this.#allLag.percentile(99)),
      loopLagMaxMs: this.#allLag.exceeds || this.#allLag.max > 0 ? lag(this.#allLag.max) : 0,
      slipP99Ms: this.#slip.count > 0 ? this.#slip.valueAt(0.99) / 1000 : 0,
      slipMaxMs: this.#slip.count > 0 ? this.#slip.maxUs / 1000 : 0,
      due: this.due,
      begun: this.begun,
      limitedSeconds,
      machineBusySeconds: this.#secondsOf('machine'),
      wasLimit,
    };
    return { ...numbers, verdict: this.#verdict(numbers) };
  }

  #verdict(numbers: Omit<GeneratorHealth, 'verdict'>): string {
    const { due, begun, slipP99Ms, cpuMeanPercent, wasLimit, limitedSeconds } = numbers;
    const missed = due - begun;
    const notBegun = missed > 0 ? ` ${missed} of ${due} iterations that were due were never begun.` : '';
    const machine = this.#secondsOf('machine');
    const shared =
      machine > 0
        ? ` The machine was busy in ${machine} of ${this.seconds} seconds: the generator got to run up to ${this.#machineLagMs.toFixed(0)} ms late (P90), which is in the latencies.`
        : '';
    if (limitedSeconds === 0)
      return `The generator kept up: ${Math.round(cpuMeanPercent)} % of a core on average${slipP99Ms > 0 ? `, starts at most ${slipP99Ms.toFixed(1)} ms late (P99)` : ''}.${shared}${notBegun}`;
    const reasons: [Trouble, string][] = [
      ['capped', 'as many iterations were under way as may be (maxInFlight), so that starts were late'],
      ['busy', 'it used all of its one core'],
      ['late starts', `starts were late (P99 of all ${slipP99Ms.toFixed(0)} ms)`],
      ['late', 'its own work kept it from reading answers in time'],
    ];
    const [, why] = reasons.reduce((most, each) =>
      this.#secondsOf(each[0]) > this.#secondsOf(most[0]) ? each : most,
    );
    const head = wasLimit
      ? 'The generator was the limit, not only the target'
      : 'The generator was the limit for a while';
    return `${head}: in ${limitedSeconds} of ${this.seconds} seconds ${why}.${shared}${notBegun}`;
  }
}

function limitOf(trouble: Trouble, cpuPercent: number, lagMs: number, slipMs: number): string | null {
  switch (trouble) {
    case 'busy':
      return `The generator uses ${Math.round(cpuPercent)} % of its one core: it is the limit, not the target.`;
    case 'capped':
      return 'As many iterations are under way as may be (maxInFlight): starts are late, and counted from when they were due.';
    case 'late starts':
      return `The generator begins ${slipMs.toFixed(0)} ms late (P99) what is due: this machine is too busy for both.`;
    case 'late':
      return `The generator reads answers ${lagMs.toFixed(0)} ms late: it has too much to do with each of them.`;
    default:
      return null;
  }
}
