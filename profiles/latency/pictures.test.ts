import { expect, test } from 'vitest';
import { LatencyHistogram } from './histogram';
import { heatMapOf, percentileCurve } from './pictures';

function of(...valuesMs: number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const ms of valuesMs) histogram.record(ms * 1000);
  return histogram;
}

/** A column of one measurement that lies in it as a whole. */
const all = (histogram: LatencyHistogram) => ({ parts: [{ of: { histogram }, from: 0, to: 1 }] });

test('the curve rises from the fastest to the slowest and knows the usual shares', () => {
  const values = Array.from({ length: 1000 }, (_, i) => i + 1);
  const curve = percentileCurve(of(...values), of(...values.map((ms) => ms / 2)));
  expect(curve[0]).toEqual({ share: 0, responseMs: 1, serviceMs: 0.5 });
  expect(curve.at(-1)).toEqual({ share: 1, responseMs: 1000, serviceMs: 500 });
  for (const [share, ms] of [
    [0.5, 500],
    [0.9, 900],
    [0.99, 990],
    [0.999, 999],
  ] as const)
    expect(curve.find((point) => point.share === share)?.responseMs).toBeCloseTo(ms, -0.5);
  expect(curve.every(({ responseMs }, at) => at === 0 || responseMs >= curve[at - 1]!.responseMs)).toBe(true);
  expect(curve.some(({ share }) => share > 0.999 && share < 1)).toBe(false);
  expect(percentileCurve(of(), of())).toEqual([]);
});

test('every value stands in the row that it belongs to, in its column', () => {
  const { rowsMs, counts } = heatMapOf([all(of(1, 1.01, 100)), all(of()), all(of(5))]);
  const at = (column: number, ms: number) => {
    const row = rowsMs.findLastIndex((lowest) => lowest <= ms);
    return counts[column * rowsMs.length + row];
  };
  expect(at(0, 1.005)).toBe(2);
  expect(at(0, 100)).toBe(1);
  expect(at(2, 5)).toBe(1);
  expect(counts.reduce((sum, count) => sum + count)).toBe(4);
  for (const [at, lowest] of rowsMs.entries())
    if (at > 0) expect(lowest / rowsMs[at - 1]!).toBeCloseTo(10 ** 0.1, 6);
  expect(heatMapOf([all(of())])).toEqual({ rowsMs: [], counts: [] });
});

test('what reaches over two columns is counted in both, once', () => {
  const histogram = of(...Array.from({ length: 11 }, () => 5));
  const { counts } = heatMapOf([
    { parts: [{ of: { histogram }, from: 0, to: 0.25 }] },
    { parts: [{ of: { histogram }, from: 0.25, to: 1 }] },
  ]);
  expect(counts).toEqual([3, 8]);
});
