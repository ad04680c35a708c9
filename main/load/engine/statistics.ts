/**
 * Counts what the load does: per endpoint and second, for the whole load, and for the half second that is just passing.
 * The paths that every request takes only add to numbers and typed arrays.
 *
 * Two latencies everywhere: response time from when the request was due, service time from when it was sent. Only answered
 * requests have one.
 */
import type { EndpointResult, LoadSecond, LoadTotals } from '../../api';
import { summaryOf } from '../../../profiles/latency/summary';
import { FineWindows } from '../faults/fine-windows';
import { nowUs } from './clock';
import { LatencyHistogram } from '../../../profiles/latency/histogram';

export interface EndpointName {
  method: string;
  /** As written in the scenario. */
  url: string;
  name?: string;
  /** Checks of its steps, in words. */
  checks: readonly string[];
}

/** Why an answer counts as wrong although it came. */
export type Fault = 'none' | 'status' | 'check';

export interface LoadWindow {
  /** Answers per second. */
  rate: number;
  /** Whatever went wrong, per second. */
  errorRate: number;
  /** Response times; null when nothing was answered. */
  latency: { p50Ms: number; p95Ms: number; p99Ms: number } | null;
}

export interface SecondOptions {
  /** False within the warm-up. */
  isCounted: boolean;
  /** From then on answers count, but no time does: nothing more is sent. */
  drainsFromUs: number;
  /** Gets all of it, too. */
  also: Tally;
}

export class LoadStatistics {
  readonly #endpoints: EndpointCounts[];
  readonly #window = new LatencyHistogram();
  #windowErrors = 0;
  #windowAnswered = 0;
  /** Counted seconds so far, for thresholds; the second under way is added when asked. */
  readonly #counted = new Tally();
  #countedUs = 0;
  iterations = 0;
  /** Finer than the seconds, for the time around faults. */
  readonly fine = new FineWindows();

  constructor(readonly names: readonly EndpointName[]) {
    this.#endpoints = names.map(() => new EndpointCounts());
  }

  /** @param responseUs from when it was due @param serviceUs from when it was sent @param bytes received, and sent */
  answered(
    endpoint: number,
    status: number,
    fault: Fault,
    responseUs: number,
    serviceUs: number,
    bytes: number,
    bytesSent: number,
  ): void {
    const second = this.#endpoints[endpoint]!.second;
    second.answered++;
    second.bytes += bytes;
    second.bytesSent += bytesSent;
    second.statusClasses[(status / 100) | 0]!++;
    second.response.record(responseUs);
    second.service.record(serviceUs);
    this.#window.record(responseUs);
    this.#windowAnswered++;
    this.fine.answered(nowUs(), responseUs, fault === 'none');
    if (fault === 'none') return;
    this.#windowErrors++;
    if (fault === 'check') second.badChecks++;
    else {
      second.non2xx++;
      second.addKind(`status ${status}`);
    }
  }

  /** Without an answer. @param kind a system's error code, or a few words @param bytes of what had come of one */
  failed(endpoint: number, kind: string, bytes: number, bytesSent: number): void {
    const second = this.#endpoints[endpoint]!.second;
    second.errors++;
    second.bytes += bytes;
    second.bytesSent += bytesSent;
    second.addKind(kind);
    this.#windowErrors++;
    this.fine.failed(nowUs());
  }

  timedOut(endpoint: number, kind: string, bytes: number, bytesSent: number): void {
    const second = this.#endpoints[endpoint]!.second;
    second.timeouts++;
    second.bytes += bytes;
    second.bytesSent += bytesSent;
    second.addKind(kind);
    this.#windowErrors++;
    this.fine.failed(nowUs());
  }

  /** Bytes that belong to no answer: WebSocket messages nobody waits for. @param bytes received */
  moved(endpoint: number, bytes: number, bytesSent: number): void {
    const { second } = this.#endpoints[endpoint]!;
    second.bytes += bytes;
    second.bytesSent += bytesSent;
  }

  /** An answer's check held or not. @param check position in the endpoint's `checks` */
  checked(endpoint: number, check: number, holds: boolean): void {
    const { second } = this.#endpoints[endpoint]!;
    const counts = holds ? second.passed : second.failedChecks;
    counts[check] = (counts[check] ?? 0) + 1;
  }

  /** A kind of an answer that counts as wrong by a check or a missing value. */
  kindOfFault(endpoint: number, kind: string): void {
    this.#endpoints[endpoint]!.second.addKind(kind);
  }

  /** What happened since the last call; starts the next window. */
  takeWindow(elapsedMs: number): LoadWindow {
    const seconds = Math.max(elapsedMs, 1) / 1000;
    const window: LoadWindow = {
      rate: this.#windowAnswered / seconds,
      errorRate: this.#windowErrors / seconds,
      latency:
        this.#window.count === 0
          ? null
          : {
              p50Ms: this.#window.valueAt(0.5) / 1000,
              p95Ms: this.#window.valueAt(0.95) / 1000,
              p99Ms: this.#window.valueAt(0.99) / 1000,
            },
    };
    this.#window.reset();
    this.#windowErrors = 0;
    this.#windowAnswered = 0;
    return window;
  }

  /** Ends a second (or what there is of one). */
  takeSecond(startUs: number, endUs: number, { isCounted, drainsFromUs, also }: SecondOptions): LoadSecond[] {
    const seconds: LoadSecond[] = [];
    for (const [endpoint, counts] of this.#endpoints.entries()) {
      const { second } = counts;
      if (second.isEmpty) continue;
      seconds.push({
        tUs: Math.round(startUs),
        durationUs: Math.round(endUs - startUs),
        endpoint,
        answered: second.answered,
        errors: second.errors,
        timeouts: second.timeouts,
        non2xx: second.non2xx,
        badChecks: second.badChecks,
        bytes: second.bytes,
        bytesSent: second.bytesSent,
        ...(second.passed.length > 0 && { checksHeld: wholeCounts(second.passed) }),
        ...(second.failedChecks.length > 0 && { checksFailed: wholeCounts(second.failedChecks) }),
        ...(second.kinds.size > 0 && { errorKinds: Object.fromEntries(second.kinds) }),
        ...(second.answered > 0 && { statusClasses: second.classes() }),
        response: second.response.encode(),
        service: second.service.encode(),
        ...(!isCounted && { warmUp: true }),
      });
      if (isCounted) {
        counts.total.add(second);
        this.#counted.add(second);
      }
      also.add(second);
      second.reset();
    }
    if (isCounted) this.#countedUs += Math.max(0, Math.min(endUs, drainsFromUs) - startUs);
    return seconds;
  }

  /** Everything counted up to the last `takeSecond`. */
  get counted(): Tally {
    return this.#counted;
  }

  get countedMs(): number {
    return this.#countedUs / 1000;
  }

  /** Of one endpoint. */
  countedOf(endpoint: number): Tally {
    return this.#endpoints[endpoint]!.total;
  }

  results(): { totals: LoadTotals; perRequest: EndpointResult[] } {
    const checks: NonNullable<LoadTotals['checks']> = {};
    const perRequest = this.names.map(({ method, url, name, checks: words }, at): EndpointResult => {
      const { total } = this.#endpoints[at]!;
      const own = checksOf(words, total);
      for (const [word, { passed, failed }] of Object.entries(own)) {
        const sum = (checks[word] ??= { passed: 0, failed: 0 });
        sum.passed += passed;
        sum.failed += failed;
      }
      return {
        method,
        url,
        ...(name !== undefined && { name }),
        totals: totalsOf(total, this.countedMs, own),
      };
    });
    return { totals: totalsOf(this.#counted, this.countedMs, checks), perRequest };
  }
}

class EndpointCounts {
  readonly second = new Tally();
  readonly total = new Tally();
}

/** Sums of anything: of an endpoint's second, of all of it, of a step of the load. */
export class Tally {
  answered = 0;
  errors = 0;
  timeouts = 0;
  non2xx = 0;
  badChecks = 0;
  bytes = 0;
  bytesSent = 0;
  /** By the first digit of the status. */
  readonly statusClasses = new Float64Array(10);
  readonly kinds = new Map<string, number>();
  /** How often the endpoint's checks held, and did not, by their positions. */
  passed: number[] = [];
  failedChecks: number[] = [];
  readonly response = new LatencyHistogram();
  readonly service = new LatencyHistogram();

  get isEmpty(): boolean {
    return this.answered === 0 && this.kinds.size === 0 && this.bytes === 0 && this.bytesSent === 0;
  }

  /** Whatever went wrong; each request at most once. */
  get wrong(): number {
    return this.errors + this.timeouts + this.non2xx + this.badChecks;
  }

  /** 0..1 of all requests; 0 when there were none. */
  get errorRatio(): number {
    const all = this.answered + this.errors + this.timeouts;
    return all === 0 ? 0 : this.wrong / all;
  }

  addKind(kind: string, count = 1): void {
    // Servers make up statuses and systems make up codes, but not so many.
    const known = this.kinds.has(kind) || this.kinds.size < 100 ? kind : 'other';
    this.kinds.set(known, (this.kinds.get(known) ?? 0) + count);
  }

  classes(): Record<string, number> {
    const classes: Record<string, number> = {};
    for (let digit = 0; digit < this.statusClasses.length; digit++)
      if (this.statusClasses[digit]! > 0) classes[`${digit}xx`] = this.statusClasses[digit]!;
    return classes;
  }

  add(other: Tally): void {
    this.answered += other.answered;
    this.errors += other.errors;
    this.timeouts += other.timeouts;
    this.non2xx += other.non2xx;
    this.badChecks += other.badChecks;
    this.bytes += other.bytes;
    this.bytesSent += other.bytesSent;
    for (let digit = 0; digit < this.statusClasses.length; digit++)
      this.statusClasses[digit]! += other.statusClasses[digit]!;
    for (const [kind, count] of other.kinds) this.addKind(kind, count);
    addCounts(this.passed, other.passed);
    addCounts(this.failedChecks, other.failedChecks);
    this.response.add(other.response);
    this.service.add(other.service);
  }

  reset(): void {
    this.answered =
      this.errors =
      this.timeouts =
      this.non2xx =
      this.badChecks =
      this.bytes =
      this.bytesSent =
        0;
    this.statusClasses.fill(0);
    this.kinds.clear();
    this.passed = [];
    this.failedChecks = [];
    this.response.reset();
    this.service.reset();
  }
}

/** Without holes, which JSON would make nulls of. */
function wholeCounts(counts: readonly number[]): number[] {
  return Array.from(counts, (count: number | undefined) => count ?? 0);
}

function addCounts(counts: number[], more: readonly number[]): void {
  for (const [at, count] of more.entries()) counts[at] = (counts[at] ?? 0) + (count ?? 0);
}

/** How often each held and did not, by its words. @param words of the positions in the tally's counts */
export function checksOf(words: readonly string[], tally: Tally): NonNullable<LoadTotals['checks']> {
  const checks: NonNullable<LoadTotals['checks']> = {};
  for (const [at, word] of words.entries())
    checks[word] = { passed: tally.passed[at] ?? 0, failed: tally.failedChecks[at] ?? 0 };
  return checks;
}

/** As it is told. @param elapsedMs what the rate is over */
export function totalsOf(
  tally: Tally,
  elapsedMs: number,
  checks: NonNullable<LoadTotals['checks']>,
): LoadTotals {
  return {
    requests: tally.answered,
    errors: tally.errors,
    errorKinds: Object.fromEntries(tally.kinds),
    timeouts: tally.timeouts,
    non2xx: tally.non2xx,
    badChecks: tally.badChecks,
    ...(Object.keys(checks).length > 0 && { checks }),
    bytes: tally.bytes,
    bytesSent: tally.bytesSent,
    meanRate: elapsedMs > 0 ? tally.answered / (elapsedMs / 1000) : 0,
    latency: summaryOf(tally.response),
    service: summaryOf(tally.service),
    statusClasses: tally.classes(),
  };
}
