/** A load that was made without a recorded program, as a file that becomes a session. */
import type { LoadResult, Point, Series } from '../../api';

export const ownResultMark = 'scorchmarkLoad';

export function ownResultText({ result, points }: { result: LoadResult; points: readonly Point[] }): string {
  const series = new Map<string, Series>();
  for (const { metric, scope, tUs, value } of points) {
    const key = `${metric} ${scope}`;
    let one = series.get(key);
    if (!one) series.set(key, (one = { metric, scope, tUs: [], values: [] }));
    one.tUs.push(tUs);
    one.values.push(value);
  }
  return JSON.stringify({ [ownResultMark]: 1, result, series: [...series.values()] });
}
