/** Thresholds as conditions of Artillery's `ensure`. */
import { parseThreshold, ThresholdSyntaxError, type ThresholdTerm } from '../../../profiles/load/threshold';
import type { RequestStep, Scenario } from '../../api';
import { allSteps, endpointName } from './endpoints';

/** @param notes gets what cannot be said */
export function ensureConditions(scenario: Scenario, notes: string[]): { expression: string }[] {
  return scenario.thresholds.flatMap(({ expression, abort }) => {
    if (abort) notes.push('Artillery looks at thresholds when all is over: none ends the load.');
    try {
      const condition = conditionOf(scenario, parseThreshold(expression));
      if (condition !== undefined) return [{ expression: condition }];
      notes.push(`The threshold “${expression}” is left out: Artillery does not measure that.`);
    } catch (error) {
      if (!(error instanceof ThresholdSyntaxError)) throw error;
      notes.push(`The threshold “${expression}” is left out: ${error.message}`);
    }
    return [];
  });
}

function conditionOf(scenario: Scenario, term: ThresholdTerm): string | undefined {
  if (term.metric === 'checks') return term.endpoint === undefined ? checksCondition(term) : undefined;
  const left = leftSide(scenario, term);
  return left === undefined ? undefined : `${left} ${term.comparison} ${term.value}`;
}

function leftSide(scenario: Scenario, term: ThresholdTerm): string | undefined {
  const { endpoint } = term;
  if (endpoint === undefined) return leftOf(term, 'http.response_time');
  const step = allSteps(scenario).find(
    (each): each is RequestStep =>
      each.kind === 'request' && (each.name === endpoint || `${each.method} ${each.url}` === endpoint),
  );
  if (!step || !['percentile', 'min', 'mean', 'max'].includes(term.metric)) return undefined;
  return leftOf(term, `plugins.metrics-by-endpoint.response_time.${endpointName(step)}`);
}

/**
 * Counters that stayed at 0 do not exist in Artillery, and a comparison with one that does not exist is false: hence the
 * negation, and that some must have held.
 */
function checksCondition({ comparison, value, unit }: ThresholdTerm): string | undefined {
  if (unit !== 'ratio' || !comparison.startsWith('>')) return undefined;
  const [ok, failed] = ['plugins.expect.ok', 'plugins.expect.failed'];
  const broken = comparison === '>' ? '>=' : '>';
  const share = Number((1 - value).toPrecision(12));
  return `${ok} > 0 and not (${failed} / (${ok} + ${failed}) ${broken} ${share})`;
}

function leftOf({ metric, percentile, unit }: ThresholdTerm, responseTime: string): string | undefined {
  switch (metric) {
    case 'percentile': {
      const name = percentile === 50 ? 'median' : percentile === 99.9 ? 'p999' : `p${percentile}`;
      return ['median', 'p75', 'p90', 'p95', 'p99', 'p999'].includes(name)
        ? `${responseTime}.${name}`
        : undefined;
    }
    case 'min':
    case 'mean':
    case 'max':
      return `${responseTime}.${metric}`;
    case 'rps':
      return 'http.request_rate';
    case 'requests':
      return 'http.requests';
    case 'errors':
      return unit === 'ratio' ? '(vusers.failed / vusers.created)' : 'vusers.failed';
    default:
      return undefined;
  }
}
