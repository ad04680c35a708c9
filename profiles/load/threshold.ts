/**
 * The grammar of thresholds, the same for the load process, the command line and the user interface:
 *
 *     [service] metric [{endpoint}] comparison value[unit]
 *     p95 < 500ms     service p99 <= 1s     errors < 1%     rps >= 100     checks > 99%     p95{GET /a} < 500ms
 */
import { durationMsOf, durationText } from './duration';

export const thresholdComparisons = ['<', '<=', '>', '>=', '=='] as const;
export type ThresholdComparison = (typeof thresholdComparisons)[number];

/** What is compared; `percentile` is the one that `percentile` names. */
export type ThresholdMetric =
  | 'min'
  | 'mean'
  | 'max'
  | 'percentile'
  /** Everything that went wrong: no answer, timeouts, answers that failed a check (without one: 4xx and 5xx). */
  | 'errors'
  /** Checks that held. */
  | 'checks'
  | 'timeouts'
  /** Requests that have ended. */
  | 'requests'
  | 'rps';

/** `value` and what it is compared with are in `unit`; a ratio of 0.01 is 1 %. */
export interface ThresholdTerm {
  metric: ThresholdMetric;
  /** 0 … 100, of `percentile`. */
  percentile?: number;
  /** Of latencies: from when they were due, or from when they were sent. */
  time: 'response' | 'service';
  comparison: ThresholdComparison;
  value: number;
  unit: 'ms' | 'ratio' | 'count' | 'perSecond';
  /** Only this endpoint: its name, or `METHOD url` as written in the scenario. */
  endpoint?: string;
}

/** Why an expression is no threshold: a sentence, and what to write. */
export class ThresholdSyntaxError extends Error {
  readonly hint: string;
  /** Position in the expression, from 0. */
  readonly at: number;

  constructor(message: string, hint: string, at: number) {
    super(message);
    this.name = 'ThresholdSyntaxError';
    this.hint = hint;
    this.at = at;
  }
}

const examples =
  'Write for example p95 < 500ms, errors < 1%, rps >= 100, checks > 99% or p95{GET /a} < 500ms.';
const latencyNames: Readonly<Record<string, Pick<ThresholdTerm, 'metric' | 'percentile'>>> = {
  min: { metric: 'min' },
  avg: { metric: 'mean' },
  mean: { metric: 'mean' },
  max: { metric: 'max' },
  med: { metric: 'percentile', percentile: 50 },
  median: { metric: 'percentile', percentile: 50 },
};
const countedNames = ['errors', 'checks', 'timeouts', 'requests', 'rps'] as const;
const number = /^(\d+(?:\.\d+)?|\.\d+)\s*(%|\/s)?$/;

/** @throws ThresholdSyntaxError saying what is wrong where, and what to write instead */
export function parseThreshold(expression: string): ThresholdTerm {
  // The name of an endpoint may hold anything, also `}` and `<`: it ends at the last `}` before a comparison.
  const [, head = '', endpoint, comparison = '', text = ''] =
    /^([^{<>=]*)(?:\{(.*)\})?\s*(<=|>=|==|<|>|=)([^{}]*)$/s.exec(expression) ?? [];
  if (comparison === '') {
    if (!/[<>=]/.test(expression))
      throw new ThresholdSyntaxError(`“${expression}” compares nothing.`, examples, expression.length);
    throw new ThresholdSyntaxError(`“${expression}” is not a threshold.`, examples, 0);
  }
  const metric = metricOf(head.trim(), expression);
  const valueAt = expression.length - text.length;
  return {
    ...metric,
    comparison: comparison === '=' ? '==' : (comparison as ThresholdComparison),
    ...valueOf(metric, text.trim(), expression, valueAt),
    ...(endpoint !== undefined && { endpoint: endpointOf(endpoint, expression) }),
  };
}

type NamedMetric = Pick<ThresholdTerm, 'metric' | 'percentile' | 'time'>;

function metricOf(head: string, expression: string): NamedMetric {
  const [, service, given = ''] = /^(service\s+|response\s+)?(.*)$/s.exec(head) ?? [];
  const time = service?.trim() === 'service' ? 'service' : 'response';
  const name = given.toLowerCase();
  const percentile = /^p\(?(\d{1,3}(?:\.\d+)?)\)?$/.exec(name)?.[1];
  if (percentile !== undefined) {
    const asked = percentile === '999' ? 99.9 : Number(percentile);
    if (asked > 100)
      throw new ThresholdSyntaxError(
        `There is no percentile ${percentile}.`,
        'Percentiles go from p0 to p100, for example p95 or p99.9.',
        expression.indexOf(given),
      );
    return { metric: 'percentile', percentile: asked, time };
  }
  const latency = Object.hasOwn(latencyNames, name) ? latencyNames[name] : undefined;
  if (latency) return { ...latency, time };
  const counted = countedNames.find((each) => each === name);
  if (!counted)
    throw new ThresholdSyntaxError(
      given === ''
        ? `“${expression}” does not say what to compare.`
        : `“${given}” is nothing that can be compared.`,
      'There are p50, p95, p99.9 … (also as service p95), min, mean, max, errors, checks, timeouts, requests and rps.',
      Math.max(0, expression.indexOf(given)),
    );
  if (service !== undefined)
    throw new ThresholdSyntaxError(`“${counted}” has no ${service.trim()} time.`, examples, 0);
  return { metric: counted, time };
}

function valueOf(
  { metric }: NamedMetric,
  text: string,
  expression: string,
  at: number,
): Pick<ThresholdTerm, 'value' | 'unit'> {
  const fail = (message: string, hint: string) => new ThresholdSyntaxError(message, hint, at);
  const [, digits, unit = ''] = number.exec(text) ?? [];
  const value = Number(digits);
  if (['min', 'mean', 'max', 'percentile'].includes(metric)) {
    // A bare number is ms, as k6 has it.
    const ms = digits !== undefined && unit === '' ? value : durationMsOf(text);
    if (ms === undefined)
      throw fail(`“${text}” in “${expression}” is no length of time.`, 'Write for example 500ms or 1.5s.');
    return { value: ms, unit: 'ms' };
  }
  if (digits === undefined)
    throw fail(
      `“${text}” in “${expression}” is not a number.`,
      metric === 'rps' ? 'Write for example rps >= 100.' : examples,
    );
  if (metric === 'rps') {
    if (unit === '%') throw fail(`“${expression}”: a rate is no share.`, 'Write for example rps >= 100.');
    return { value, unit: 'perSecond' };
  }
  if (unit === '/s') throw fail(`“${expression}”: ${metric} are not counted per second.`, examples);
  if (unit === '%') {
    if (metric === 'requests')
      throw fail(`“${expression}”: requests are a count.`, 'Write for example requests > 1000.');
    if (value > 100) throw fail(`“${expression}”: a share is at most 100 %.`, examples);
    return { value: Number((value / 100).toPrecision(12)), unit: 'ratio' };
  }
  if (metric === 'checks')
    throw fail(`“${expression}” needs a percentage.`, 'Write for example checks > 99%.');
  if (!Number.isInteger(value))
    throw fail(
      `“${expression}”: is ${text} a share or a count?`,
      `Write ${Number((value * 100).toPrecision(12))}% or a whole number.`,
    );
  return { value, unit: 'count' };
}

function endpointOf(endpoint: string, expression: string): string {
  const name = endpoint.trim();
  if (name === '')
    throw new ThresholdSyntaxError(
      `“${expression}” names no endpoint between { and }.`,
      'Write for example p95{GET /a} < 500ms.',
      expression.indexOf('{'),
    );
  return name;
}

/** Whether the measured value (in the term's unit) is as the threshold wants it. */
export function thresholdHolds({ comparison, value }: ThresholdTerm, measured: number): boolean {
  switch (comparison) {
    case '<':
      return measured < value;
    case '<=':
      return measured <= value;
    case '>':
      return measured > value;
    case '>=':
      return measured >= value;
    case '==':
      return measured === value;
  }
}

/** The term as an expression that `parseThreshold` reads back. */
export function thresholdText(term: ThresholdTerm): string {
  const metric = term.metric === 'percentile' ? `p${term.percentile ?? 50}` : term.metric;
  const service = term.time === 'service' ? 'service ' : '';
  const endpoint = term.endpoint === undefined ? '' : `{${term.endpoint}}`;
  return `${service}${metric}${endpoint} ${term.comparison} ${valueText(term)}`;
}

function valueText({ unit, value }: ThresholdTerm): string {
  if (unit === 'ms') return durationText(value);
  return unit === 'ratio' ? `${Number((value * 100).toPrecision(12))}%` : String(value);
}
