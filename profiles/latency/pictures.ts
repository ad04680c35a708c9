/** What latencies look like: the percentile curve, and how they spread over time. Pure. */
import type { LatencyHistogram } from './histogram';

/** Points of the curve per power of ten of what is left above. */
const pointsPerDecade = 12;
const usualShares = [0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 0.99999];

/**
 * Latency in ms by share of requests, from the fastest to the slowest, evenly spread over `1 / (1 - share)` (the axis of
 * HdrHistogram's plots), as far as there are values to tell shares apart. Empty without values.
 */
export function percentileCurve(
  response: LatencyHistogram,
  service: LatencyHistogram,
): { share: number; responseMs: number; serviceMs: number }[] {
  if (response.count === 0) return [];
  const shares = new Set<number>([0, 1]);
  const most = 1 - 1 / response.count;
  for (let step = 1; ; step++) {
    const share = 1 - 10 ** (-step / pointsPerDecade);
    if (share > most) break;
    shares.add(Number(share.toPrecision(9)));
  }
  for (const share of usualShares) if (share <= most) shares.add(share);
  return [...shares]
    .sort((a, b) => a - b)
    .map((share) => ({
      share,
      responseMs: response.valueAt(share) / 1000,
      serviceMs: service.valueAt(share) / 1000,
    }));
}

/** Of what was measured together, the stretch between two shares of its time: 0 and 1 are all of it. */
export interface Part<Of> {
  readonly of: Of;
  readonly from: number;
  readonly to: number;
}

/** How many of a count fall into a part: whole ones, and together as many as there are. */
export function countIn(count: number, { from, to }: Part<unknown>): number {
  return Math.round(count * to) - Math.round(count * from);
}

/** What falls into a column: measured stretches, or parts of those that reach into the next column. */
export interface LatencyColumn {
  readonly parts: readonly Part<{ readonly histogram: LatencyHistogram }>[];
}

/** Ten rows per power of ten. */
const rowFactor = 10 ** 0.1;

/** Counts by row of latency: `counts[column * rows + row]`; rows reach from the fastest to the slowest of all columns. */
export function heatMapOf(columns: readonly LatencyColumn[]): { rowsMs: number[]; counts: number[] } {
  let minUs = Infinity;
  let maxUs = 0;
  for (const { parts } of columns)
    for (const {
      of: { histogram },
    } of parts) {
      if (histogram.count === 0) continue;
      minUs = Math.min(minUs, histogram.minUs);
      maxUs = Math.max(maxUs, histogram.maxUs);
    }
  if (maxUs === 0) return { rowsMs: [], counts: [] };
  const rowOf = (us: number) => Math.floor(Math.log(us / 1000) / Math.log(rowFactor) + 1e-9);
  const first = rowOf(minUs);
  const rows = rowOf(maxUs) - first + 1;
  const counts = new Array<number>(columns.length * rows).fill(0);
  for (const [column, { parts }] of columns.entries())
    for (const part of parts)
      part.of.histogram.forEach((count, fromUs, toUs) => {
        // Counters at the ends reach beyond what was measured.
        const row = Math.min(rows - 1, Math.max(0, rowOf((fromUs + toUs) / 2) - first));
        counts[column * rows + row]! += countIn(count, part);
      });
  const rowsMs = Array.from({ length: rows }, (_, row) =>
    Number((rowFactor ** (first + row)).toPrecision(9)),
  );
  return { rowsMs, counts };
}
