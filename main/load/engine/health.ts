/** The generator watches itself, so that what it says about the target can be believed, or is known not to be. */
import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import type { GeneratorHealth } from '../../api';
import { LatencyHistogram } from '../../../profiles/latency/histogram';

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
  seconds = 0;
  #limitedSeconds = 0;
  /** In which it used all of its core. */
  busySeconds = 0;
  #lateSeconds = 0;
  #cappedSeconds = 0;
  #isCapped = false;
  due = 0;
  begun = 0;
  /** A sentence while the generator is the limit. */
  limit: string | null = null;

  begin(nowUs: number): void {
    this.#secondLag.enable();
    this.#allLag.enable();
    this.#cpu = process.cpuUsage();
    this.#cpuAtUs = nowUs;
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
    const isBusy = cpuPercent >= busyPercent;
    const isLate = lagMs >= lateLoopMs || (slipMs >= lateStartMs && !this.#isCapped);
    this.seconds++;
    if (isBusy) this.busySeconds++;
    if (isLate) this.#lateSeconds++;
    if (this.#isCapped) this.#cappedSeconds++;
    if (isBusy || isLate || this.#isCapped) this.#limitedSeconds++;
    this.limit = isBusy
      ? `The generator uses ${Math.round(cpuPercent)} % of its one core: it is the limit, not the target.`
      : this.#isCapped
        ? 'As many iterations are under way as may be (maxInFlight): starts are late, and counted from when they were due.'
        : isLate
          ? `The generator does not get to run in time (${Math.max(lagMs, slipMs).toFixed(0)} ms late): this machine is too busy.`
          : null;
    this.#isCapped = false;
  }

  result(): GeneratorHealth {
    this.#secondLag.disable();
    this.#allLag.disable();
    this.#slip.add(this.#secondSlip);
    this.#secondSlip.reset();
    const limited = this.seconds > 0 ? this.#limitedSeconds / this.seconds : 0;
    const wasLimit = limited >= goodPart;
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
      limitedSeconds: this.#limitedSeconds,
      wasLimit,
    };
    return { ...numbers, verdict: this.#verdict(numbers) };
  }

  #verdict({ due, begun, slipP99Ms, cpuMeanPercent, wasLimit }: Omit<GeneratorHealth, 'verdict'>): string {
    const of = `in ${this.#limitedSeconds} of ${this.seconds} seconds`;
    const missed = due - begun;
    const notBegun = missed > 0 ? ` ${missed} of ${due} iterations that were due were never begun.` : '';
    if (this.#limitedSeconds === 0)
      return `The generator kept up: ${Math.round(cpuMeanPercent)} % of a core on average${slipP99Ms > 0 ? `, starts at most ${slipP99Ms.toFixed(1)} ms late (P99)` : ''}.${notBegun}`;
    const why =
      this.#cappedSeconds >= Math.max(this.busySeconds, this.#lateSeconds)
        ? 'as many iterations were under way as may be (maxInFlight), so that starts were late'
        : this.busySeconds >= this.#lateSeconds
          ? 'it used all of its one core'
          : 'it did not get to run in time, since the machine was busy';
    return `${wasLimit ? 'The generator was the limit, not only the target' : 'The generator was the limit for a while'}: ${of} ${why}.${notBegun}`;
  }
}
