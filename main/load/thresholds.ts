/**
 * Limits on a load's numbers: `p95 < 500ms`, `errors < 1%`, `rps >= 100`, `checks > 99%`, of one endpoint with its name or
 * method and URL in braces: `p95{GET /a} < 500ms`.
 */
import { AppError } from '../errors';

const percentileShares: Record<string, number> = {
  p50: 0.5,
  median: 0.5,
  p90: 0.9,
  p95: 0.95,
  p99: 0.99,
  p999: 0.999,
};

export type ThresholdMetric = 'latency' | 'errors' | 'rps' | 'checks' | 'requests';
export type Comparison = '<' | '<=' | '>' | '>=' | '==' | '!=';

export interface ParsedThreshold {
  metric: ThresholdMetric;
  /** Of latency: a share 0..1, or one of the others. */
  of?: number | 'min' | 'mean' | 'max';
  /** Service time instead of response time: `service.p95`. */
  isService: boolean;
  /** Name, or method and URL; absent: all together. */
  endpoint?: string;
  comparison: Comparison;
  /** In ms, a percentage (`errors`, `checks`), per second, or a count. */
  limit: number;
}

/** @throws AppError BAD_INPUT when it is none */
export function parseThreshold(expression: string): ParsedThreshold {
  const [, metric = '', endpoint, comparison = '', amount = '', unit = ''] =
    /^\s*([a-zA-Z0-9_.]+)\s*(?:\{([^}]*)\})?\s*(<=|>=|==|!=|<|>)\s*(\d+(?:\.\d+)?)\s*(ms|s|%|\/s)?\s*$/.exec(
      expression,
    ) ?? [];
  const name = metric.toLowerCase().replace(/^(latency|response|service)\./, '');
  const what = kindOf(name);
  const unitIsRight = what && units[what.metric].includes(unit);
  if (!what || !unitIsRight)
    throw new AppError('BAD_INPUT', `“${expression}” is not a threshold.`, {
      hint: 'Write for example p95 < 500ms, errors < 1%, rps >= 100, checks > 99% or p95{GET /a} < 500ms.',
    });
  const isShare = what.metric === 'errors' || what.metric === 'checks';
  const factor = unit === 's' ? 1000 : isShare && unit === '' ? 100 : 1;
  return {
    ...what,
    isService: metric.toLowerCase().startsWith('service.'),
    ...(endpoint !== undefined && { endpoint: endpoint.trim() }),
    comparison: comparison as Comparison,
    limit: Number(amount) * factor,
  };
}

/** A share without a sign is 0..1. */
const units: Record<ThresholdMetric, readonly string[]> = {
  latency: ['ms', 's', ''],
  errors: ['%', ''],
  checks: ['%', ''],
  rps: ['', '/s'],
  requests: [''],
};

function kindOf(name: string): Pick<ParsedThreshold, 'metric' | 'of'> | undefined {
  if (name === 'errors' || name === 'rps' || name === 'checks' || name === 'requests')
    return { metric: name };
  if (name === 'min' || name === 'max' || name === 'mean') return { metric: 'latency', of: name };
  if (name === 'avg') return { metric: 'latency', of: 'mean' };
  const share = Object.hasOwn(percentileShares, name) ? percentileShares[name] : undefined;
  if (share !== undefined) return { metric: 'latency', of: share };
  const percent = Number(/^p(\d{1,2}(?:\.\d+)?)$/.exec(name)?.[1] ?? NaN);
  return percent > 0 && percent < 100 ? { metric: 'latency', of: percent / 100 } : undefined;
}

export function isWithin(
  value: number,
  { comparison, limit }: Pick<ParsedThreshold, 'comparison' | 'limit'>,
): boolean {
  switch (comparison) {
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
    case '==':
      return value === limit;
    case '!=':
      return value !== limit;
  }
}
