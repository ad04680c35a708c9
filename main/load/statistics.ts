/**
 * Counts what the load does: for the whole run, per request, and for the window of time that is just passing.
 *
 * Latencies come from a closed model: a user sends its next request only when it has the answer to the last one. While
 * the target stands still no request is sent, so the time that requests *would* have waited is not counted
 * (coordinated omission): percentiles under stalls are better than what independent users would have seen. They are
 * comparable between runs with the same number of users. Only answered requests have a latency.
 */
import { build } from 'hdr-histogram-js';
import type { LatencySummary, LoadTotals } from '../api';

export interface LoadWindow {
  /** Answers per second. */
  rate: number;
  /** Connection errors, timeouts and answers other than 2xx, per second. */
  errorRate: number;
  /** Null when nothing was answered. */
  latency: { p50Ms: number; p95Ms: number; p99Ms: number } | null;
}

export class LoadStatistics {
  readonly #perRequest = new Map<string, { method: string; url: string; tally: Tally }>();
  /** The tally of each request of the plan; equal method and URL share one. */
  readonly #tallies: Tally[];
  readonly #window = new LatencyHistogram();
  #windowErrors = 0;

  constructor(requests: readonly { method: string; url: string }[]) {
    this.#tallies = requests.map(({ method, url }) => {
      const key = `${method} ${url}`;
      const entry = this.#perRequest.get(key) ?? { method, url, tally: new Tally() };
      this.#perRequest.set(key, entry);
      return entry.tally;
    });
  }

  /** @param index position in the plan's requests @param latencyMs from sending to the last byte of the answer */
  answered(index: number, status: number, sizeBytes: number, latencyMs: number): void {
    this.#tallies[index]?.answered(status, sizeBytes, latencyMs);
    this.#window.record(latencyMs);
    if (!is2xx(status)) this.#windowErrors++;
  }

  /** @param kind a system error code like ECONNREFUSED, or a few words */
  failed(index: number, kind: string): void {
    this.#tallies[index]?.failed(kind);
    this.#windowErrors++;
  }

  timedOut(index: number): void {
    this.#tallies[index]?.timedOut();
    this.#windowErrors++;
  }

  /** What happened since the last call; starts the next window. */
  takeWindow(elapsedMs: number): LoadWindow {
    const seconds = Math.max(elapsedMs, 1) / 1000;
    const window = {
      rate: this.#window.count / seconds,
      errorRate: this.#windowErrors / seconds,
      latency: this.#window.summary(),
    };
    this.#window.reset();
    this.#windowErrors = 0;
    return window;
  }

  results(elapsedMs: number): {
    totals: LoadTotals;
    perRequest: { method: string; url: string; totals: LoadTotals }[];
  } {
    // Summed up only here: at tens of thousands of answers per second each histogram counts.
    const all = new Tally();
    for (const { tally } of this.#perRequest.values()) all.add(tally);
    return {
      totals: all.totals(elapsedMs),
      perRequest: [...this.#perRequest.values()].map(({ method, url, tally }) => ({
        method,
        url,
        totals: tally.totals(elapsedMs),
      })),
    };
  }
}

function is2xx(status: number): boolean {
  return status >= 200 && status < 300;
}

class Tally {
  readonly #latency = new LatencyHistogram();
  readonly #statusClasses: Record<string, number> = {};
  readonly #errorKinds: Record<string, number> = {};
  #errors = 0;
  #non2xx = 0;
  #bytes = 0;
  #timeouts = 0;

  answered(status: number, sizeBytes: number, latencyMs: number): void {
    const statusClass = `${Math.floor(status / 100)}xx`;
    this.#statusClasses[statusClass] = (this.#statusClasses[statusClass] ?? 0) + 1;
    if (!is2xx(status)) this.#non2xx++;
    this.#bytes += sizeBytes;
    this.#latency.record(latencyMs);
  }

  failed(kind: string): void {
    this.#errors++;
    this.#errorKinds[kind] = (this.#errorKinds[kind] ?? 0) + 1;
  }

  timedOut(): void {
    this.#timeouts++;
  }

  add(other: Tally): void {
    this.#latency.add(other.#latency);
    addCounts(this.#statusClasses, other.#statusClasses);
    addCounts(this.#errorKinds, other.#errorKinds);
    this.#errors += other.#errors;
    this.#non2xx += other.#non2xx;
    this.#bytes += other.#bytes;
    this.#timeouts += other.#timeouts;
  }

  totals(elapsedMs: number): LoadTotals {
    return {
      requests: this.#latency.count,
      errors: this.#errors,
      errorKinds: { ...this.#errorKinds },
      timeouts: this.#timeouts,
      non2xx: this.#non2xx,
      bytes: this.#bytes,
      meanRate: this.#latency.count / (Math.max(elapsedMs, 1) / 1000),
      latency: this.#latency.summary(),
      statusClasses: { ...this.#statusClasses },
    };
  }
}

function addCounts(counts: Record<string, number>, more: Record<string, number>): void {
  for (const [key, count] of Object.entries(more)) counts[key] = (counts[key] ?? 0) + count;
}

/** Latencies in µs with three significant digits; min, mean and max are exact. */
class LatencyHistogram {
  count = 0;
  readonly #histogram = build({
    highestTrackableValue: 60_000_000,
    autoResize: true,
    numberOfSignificantValueDigits: 3,
  });
  #minMs = Infinity;
  #maxMs = 0;
  #sumMs = 0;

  record(latencyMs: number): void {
    this.count++;
    this.#sumMs += latencyMs;
    if (latencyMs < this.#minMs) this.#minMs = latencyMs;
    if (latencyMs > this.#maxMs) this.#maxMs = latencyMs;
    this.#histogram.recordValue(Math.max(1, Math.round(latencyMs * 1000)));
  }

  add(other: LatencyHistogram): void {
    this.count += other.count;
    this.#sumMs += other.#sumMs;
    this.#minMs = Math.min(this.#minMs, other.#minMs);
    this.#maxMs = Math.max(this.#maxMs, other.#maxMs);
    this.#histogram.add(other.#histogram);
  }

  summary(): LatencySummary | null {
    if (this.count === 0) return null;
    // The histogram answers with the upper end of a bucket, which can lie above everything measured.
    const percentileMs = (percentile: number) =>
      Math.min(Math.max(this.#histogram.getValueAtPercentile(percentile) / 1000, this.#minMs), this.#maxMs);
    return {
      minMs: this.#minMs,
      meanMs: this.#sumMs / this.count,
      p50Ms: percentileMs(50),
      p90Ms: percentileMs(90),
      p95Ms: percentileMs(95),
      p99Ms: percentileMs(99),
      maxMs: this.#maxMs,
    };
  }

  reset(): void {
    this.count = 0;
    this.#sumMs = 0;
    this.#minMs = Infinity;
    this.#maxMs = 0;
    this.#histogram.reset();
  }
}
