/** Whether a change is for the better. Pure. */
import type { MetricChange } from '../../../main/api';

export type Judgement = 'better' | 'worse' | 'same' | 'unknown' | 'neutral';

/** Changes of less than this are within what two runs of the same code differ by on a quiet machine. */
export const notableChange = 0.05;

export function judge(metric: Pick<MetricChange, 'change' | 'better' | 'a' | 'b'>): Judgement {
  const { a, b, better } = metric;
  if (a === null || b === null) return 'unknown';
  // From nothing to something has no percentage, but a direction.
  const change = metric.change ?? Math.sign(b - a);
  if (Math.abs(change) < notableChange) return 'same';
  if (better === 'neutral') return 'neutral';
  return change < 0 === (better === 'lower') ? 'better' : 'worse';
}
