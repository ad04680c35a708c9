/** Keeps an eye on a load's thresholds: measured over everything counted so far, judged once a second and at the end. */
import type { Threshold, ThresholdResult } from '../../api';
import { AppError } from '../../errors';
import { isWithin, parseThreshold, type ParsedThreshold } from '../thresholds';
import type { EndpointName, LoadStatistics, Tally } from './statistics';

interface Watched {
  threshold: Threshold;
  parsed: ParsedThreshold;
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
      const parsed = parseThreshold(threshold.expression);
      return { threshold, parsed, endpoint: placeOf(parsed, statistics.names), brokenSinceUs: null };
    });
  }

  /** @returns the expression that ends the load now, if any */
  check(nowUs: number): string | null {
    for (const watched of this.#watched) {
      const { threshold, parsed } = watched;
      const value = this.#value(watched);
      if (value === null || isWithin(value, parsed)) {
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
        ok: value !== null && isWithin(value, watched.parsed) && watched.abortedAtUs === undefined,
        value,
        ...(watched.abortedAtUs !== undefined && { abortedAtUs: watched.abortedAtUs }),
      };
    });
  }

  #value({ parsed, endpoint }: Watched): number | null {
    const tally = endpoint < 0 ? this.statistics.counted : this.statistics.countedOf(endpoint);
    return valueOf(parsed, tally, this.statistics.countedMs);
  }
}

function valueOf({ metric, of, isService }: ParsedThreshold, tally: Tally, elapsedMs: number): number | null {
  switch (metric) {
    case 'requests':
      return tally.answered;
    case 'rps':
      return elapsedMs > 0 ? tally.answered / (elapsedMs / 1000) : null;
    case 'errors':
      return tally.answered + tally.errors + tally.timeouts > 0 ? tally.errorRatio * 100 : null;
    case 'checks': {
      const passed = sum(tally.passed);
      const all = passed + sum(tally.failedChecks);
      return all > 0 ? (passed / all) * 100 : null;
    }
    case 'latency': {
      const histogram = isService ? tally.service : tally.response;
      if (histogram.count === 0) return null;
      if (of === 'min') return histogram.minUs / 1000;
      if (of === 'max') return histogram.maxUs / 1000;
      return (typeof of === 'number' ? histogram.valueAt(of) : histogram.meanUs) / 1000;
    }
  }
}

function sum(counts: readonly (number | undefined)[]): number {
  let total = 0;
  for (const count of counts) total += count ?? 0;
  return total;
}

function placeOf({ endpoint }: ParsedThreshold, names: readonly EndpointName[]): number {
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
