/** Keeps an eye on a load's thresholds: measured over everything counted so far, judged once a second and at the end. */
import type { Threshold, ThresholdResult } from '../../api';
import { AppError } from '../../errors';
import { parseThreshold, thresholdHolds, type ThresholdTerm } from '../../../profiles/load/threshold';
import type { EndpointName, LoadStatistics, Tally } from './statistics';

interface Watched {
  threshold: Threshold;
  term: ThresholdTerm;
  /** Position; -1: all together. */
  endpoint: number;
  brokenSinceUs: number | null;
  abortedAtUs?: number;
}

export class ThresholdWatch {
  readonly #watched: Watched[];

  /** @throws AppError BAD_INPUT for what is no threshold, or names an endpoint that does not exist */
  constructor(
    thresholds: readonly Threshold[],
    private readonly statistics: LoadStatistics,
  ) {
    this.#watched = thresholds.map((threshold) => {
      const term = parseThreshold(threshold.expression);
      return { threshold, term, endpoint: placeOf(term, statistics.names), brokenSinceUs: null };
    });
  }

  /** @returns the expression that ends the load now, if any */
  check(nowUs: number): string | null {
    for (const watched of this.#watched) {
      const { threshold, term } = watched;
      const value = this.#value(watched);
      if (value === null || thresholdHolds(term, value)) {
        watched.brokenSinceUs = null;
        continue;
      }
      watched.brokenSinceUs ??= nowUs;
      if (!threshold.abort || nowUs - watched.brokenSinceUs < threshold.afterMs * 1000) continue;
      watched.abortedAtUs = nowUs;
      return threshold.expression;
    }
    return null;
  }

  results(): ThresholdResult[] {
    return this.#watched.map((watched) => {
      const value = this.#value(watched);
      return {
        expression: watched.threshold.expression,
        // What was never measured holds no promise.
        ok: value !== null && thresholdHolds(watched.term, value) && watched.abortedAtUs === undefined,
        value,
        ...(watched.abortedAtUs !== undefined && { abortedAtUs: watched.abortedAtUs }),
      };
    });
  }

  #value({ term, endpoint }: Watched): number | null {
    const tally = endpoint < 0 ? this.statistics.counted : this.statistics.countedOf(endpoint);
    return valueOf(term, tally, this.statistics.countedMs);
  }
}

/** In the term's unit. */
function valueOf(
  { metric, percentile, time, unit }: ThresholdTerm,
  tally: Tally,
  elapsedMs: number,
): number | null {
  const all = tally.answered + tally.errors + tally.timeouts;
  const histogram = time === 'service' ? tally.service : tally.response;
  const inMs = (us: number) => (histogram.count === 0 ? null : us / 1000);
  const share = (count: number, of: number) => (of === 0 ? null : unit === 'ratio' ? count / of : count);
  switch (metric) {
    case 'requests':
      return all;
    case 'rps':
      return elapsedMs > 0 ? tally.answered / (elapsedMs / 1000) : null;
    case 'errors':
      return share(tally.wrong, all);
    case 'timeouts':
      return share(tally.timeouts, all);
    case 'checks': {
      const passed = sum(tally.passed);
      return share(passed, passed + sum(tally.failedChecks));
    }
    case 'min':
      return inMs(histogram.minUs);
    case 'mean':
      return inMs(histogram.meanUs);
    case 'max':
      return inMs(histogram.maxUs);
    case 'percentile':
      return inMs(histogram.valueAt((percentile ?? 50) / 100));
  }
}

function sum(counts: readonly (number | undefined)[]): number {
  let total = 0;
  for (const count of counts) total += count ?? 0;
  return total;
}

function placeOf({ endpoint }: ThresholdTerm, names: readonly EndpointName[]): number {
  if (endpoint === undefined) return -1;
  const place = names.findIndex(
    ({ method, url, name }) => name === endpoint || `${method} ${url}` === endpoint,
  );
  if (place < 0)
    throw new AppError('BAD_INPUT', `A threshold is about “${endpoint}”, which is not in the scenario.`, {
      hint: `Requests here: ${names.map(({ method, url, name }) => name ?? `${method} ${url}`).join(', ')}.`,
    });
  return place;
}
