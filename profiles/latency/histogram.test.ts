import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LatencyHistogram } from './histogram';

function of(values: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

const latencies = fc.array(fc.integer({ min: 1, max: 3_600_000_000 }), { minLength: 1, maxLength: 400 });
const shares = [0, 0.5, 0.9, 0.95, 0.99, 0.999, 1];

test('every percentile is within one thousandth of the sorted values', () => {
  fc.assert(
    fc.property(latencies, (values) => {
      const sorted = [...values].sort((a, b) => a - b);
      const histogram = of(values);
      for (const share of shares) {
        const exact = sorted[Math.max(0, Math.ceil(share * sorted.length - 1e-9) - 1)]!;
        expect(Math.abs(histogram.valueAt(share) - exact) / exact).toBeLessThanOrEqual(0.001);
      }
      expect(histogram.minUs).toBe(sorted[0]);
      expect(histogram.maxUs).toBe(sorted.at(-1));
      expect(histogram.meanUs).toBeCloseTo(values.reduce((sum, value) => sum + value) / values.length, 3);
    }),
  );
});

test('added histograms are the histogram of all values, and encoding keeps everything', () => {
  fc.assert(
    fc.property(latencies, latencies, (a, b) => {
      const sum = of(a);
      sum.add(LatencyHistogram.decode(of(b).encode()));
      const all = of([...a, ...b]);
      expect(sum.encode()).toBe(all.encode());
      expect(sum.count).toBe(a.length + b.length);
    }),
  );
});

test('counters cover their values without gaps, and all values are found in them', () => {
  const values = [1, 2, 1023, 1024, 1025, 2047, 2048, 2049, 4095, 4096, 1e6, 3_600_000_000, 2 ** 32 - 1];
  const found: [number, number, number][] = [];
  of(values).forEach((count, fromUs, toUs) => found.push([count, fromUs, toUs]));
  expect(found.reduce((sum, [count]) => sum + count, 0)).toBe(values.length);
  for (const value of values) expect(found.some(([, from, to]) => value >= from && value < to)).toBe(true);
});

test('what is too small or too large counts at the ends', () => {
  const histogram = of([0, -5, 0.2, 1e12]);
  expect(histogram.minUs).toBe(1);
  expect(histogram.maxUs).toBe(2 ** 32 - 1);
  expect(histogram.count).toBe(4);
});

test('an empty one is an empty text and has no percentiles', () => {
  const histogram = new LatencyHistogram();
  expect(histogram.encode()).toBe('');
  expect(LatencyHistogram.decode('').count).toBe(0);
  expect(histogram.valueAt(0.5)).toBeNaN();
  histogram.record(5);
  histogram.reset();
  expect(histogram.encode()).toBe('');
});

test('a second of a thousand answers is a few kilobytes at most', () => {
  const values = Array.from({ length: 1000 }, (_, i) => 800 + ((i * 7919) % 4000));
  expect(of(values).encode().length).toBeLessThan(3000);
});

test.each(['###', 'AA==', 'AQ==', btoa('\u0001\u0005\u0005\u0005\u00ff\u00ff\u00ff\u007f\u0001')])(
  '%s is refused',
  (text) => {
    expect(() => LatencyHistogram.decode(text)).toThrow(RangeError);
  },
);
