/** How much load, and what must hold, in k6's terms. */
import { parseThreshold, ThresholdSyntaxError, type ThresholdTerm } from '../../../profiles/load/threshold';
import { durationText } from '../../../profiles/load/duration';
import type { LoadModel, OpenModel, Scenario } from '../../api';
import { kneeUsers } from '../scenario-of-load';

type Json = Record<string, unknown>;

/** k6 takes whole numbers with units. */
function time(durationMs: number): string {
  return durationText(Math.max(0, Math.round(durationMs)));
}

export function k6Scenario(load: LoadModel, timeoutMs: number, notes: string[]): Json {
  const gracefulStop = time(timeoutMs);
  if (load.model === 'knee') {
    const stages = kneeUsers(load).flatMap((users) => [
      { duration: '0s', target: users },
      { duration: time(load.stepMs), target: users },
    ]);
    notes.push(
      'k6 searches no knee: the steps of users are stages; what ends the search are thresholds over the whole load, and “so many times as slow as the first step” is not said.',
    );
    return {
      executor: 'ramping-vus',
      startVUs: load.startUsers,
      stages,
      gracefulStop,
      gracefulRampDown: gracefulStop,
    };
  }
  const [first, ...more] = load.stages;
  if (load.model === 'closed') {
    const [only] = load.stages;
    if (only && more.length === 0 && only.ramp === 'step' && only.users > 0)
      return { executor: 'constant-vus', vus: only.users, duration: time(only.durationMs), gracefulStop };
    const stages = load.stages.flatMap(({ durationMs, users, ramp }, i) =>
      staged(ramp === 'step' && i > 0, users, durationMs),
    );
    const startVUs = first?.ramp === 'step' && only ? only.users : 0;
    return { executor: 'ramping-vus', startVUs, stages, gracefulStop, gracefulRampDown: gracefulStop };
  }
  return openScenario(load, gracefulStop, notes);
}

/** A jump is a stage without length before the one that holds. */
function staged(jumps: boolean, target: number, durationMs: number): Json[] {
  const hold = { duration: time(durationMs), target };
  return jumps ? [{ duration: '0s', target }, hold] : [hold];
}

function openScenario(load: OpenModel, gracefulStop: string, notes: string[]): Json {
  if (load.arrivals === 'poisson')
    notes.push('k6 spaces arrivals evenly; the independent (Poisson) ones are not said.');
  notes.push(
    `k6 drops iterations beyond maxVUs (${load.maxInFlight}); here they begin late and count from when they were due.`,
  );
  const rates = load.stages.map(({ rate }) => rate);
  // Whole numbers per unit of time.
  const seconds = [1, 10, 60, 100, 1000].find((each) =>
    rates.every((rate) => Number.isInteger(Number((rate * each).toPrecision(12)))),
  );
  if (seconds === undefined)
    notes.push(
      'k6 takes whole numbers of iterations per time unit: rates are rounded to a thousandth per second.',
    );
  const unit = seconds ?? 1000;
  const target = (rate: number) => Math.round(rate * unit);
  const users = {
    preAllocatedVUs: Math.min(load.maxInFlight, Math.max(1, Math.ceil(Math.max(...rates)))),
    maxVUs: load.maxInFlight,
  };
  const common = { timeUnit: `${unit}s`, ...users, gracefulStop };
  const [only, ...more] = load.stages;
  if (only && more.length === 0 && only.ramp === 'step' && target(only.rate) > 0)
    return {
      executor: 'constant-arrival-rate',
      rate: target(only.rate),
      duration: time(only.durationMs),
      ...common,
    };
  const stages = load.stages.flatMap(({ durationMs, rate, ramp }, i) =>
    staged(ramp === 'step' && i > 0, target(rate), durationMs),
  );
  return {
    executor: 'ramping-arrival-rate',
    startRate: only?.ramp === 'step' ? target(only.rate) : 0,
    stages,
    ...common,
  };
}

/** k6's thresholds by metric. @param endpointIds the tag of each endpoint by the name it is called by */
export function k6Thresholds(
  scenario: Scenario,
  endpointIds: ReadonlyMap<string, string>,
  notes: string[],
): Json {
  const all: Record<string, unknown[]> = {};
  const add = (metric: string, threshold: string, abort: boolean, afterMs: number) =>
    (all[metric] ??= []).push(
      abort ? { threshold, abortOnFail: true, delayAbortEval: time(afterMs) } : threshold,
    );
  for (const { expression, abort, afterMs } of scenario.thresholds) {
    let term: ThresholdTerm;
    try {
      term = parseThreshold(expression);
    } catch (error) {
      if (!(error instanceof ThresholdSyntaxError)) throw error;
      notes.push(`The threshold “${expression}” is left out: ${error.message}`);
      continue;
    }
    const endpoint = term.endpoint === undefined ? undefined : endpointIds.get(term.endpoint);
    if (term.endpoint !== undefined && endpoint === undefined) {
      notes.push(`The threshold “${expression}” is left out: no endpoint is called “${term.endpoint}”.`);
      continue;
    }
    const [metric, condition] = conditionOf(term);
    add(
      `${metric}{phase:load${endpoint === undefined ? '' : `,endpoint:${endpoint}`}}`,
      condition,
      abort,
      afterMs,
    );
  }
  if (scenario.load.model === 'knee') {
    const { p95Ms, errorRatio } = scenario.load.until;
    if (p95Ms !== undefined)
      add('http_req_duration{phase:load}', `p(95)<=${p95Ms}`, true, scenario.load.stepMs);
    add('errors{phase:load}', `rate<=${errorRatio}`, true, scenario.load.stepMs);
  }
  return all;
}

function conditionOf({ metric, percentile, comparison, value, unit }: ThresholdTerm): [string, string] {
  switch (metric) {
    case 'percentile':
      return ['http_req_duration', `p(${percentile ?? 50})${comparison}${value}`];
    case 'mean':
      return ['http_req_duration', `avg${comparison}${value}`];
    case 'min':
    case 'max':
      return ['http_req_duration', `${metric}${comparison}${value}`];
    case 'checks':
      return ['checks', `rate${comparison}${value}`];
    case 'rps':
      return ['http_reqs', `rate${comparison}${value}`];
    case 'requests':
      return ['http_reqs', `count${comparison}${value}`];
    case 'errors':
    case 'timeouts':
      return unit === 'ratio'
        ? [metric, `rate${comparison}${value}`]
        : [`${metric}_counted`, `count${comparison}${value}`];
  }
}
