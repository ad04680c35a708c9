import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationMsOf, durationText } from './duration';
import {
  parseThreshold,
  thresholdComparisons,
  thresholdHolds,
  ThresholdSyntaxError,
  thresholdText,
  type ThresholdTerm,
} from './threshold';

describe('a threshold', () => {
  it.each<[string, ThresholdTerm]>([
    [
      'p95 < 500ms',
      { metric: 'percentile', percentile: 95, time: 'response', comparison: '<', value: 500, unit: 'ms' },
    ],
    [
      'p(99)<1.5s',
      { metric: 'percentile', percentile: 99, time: 'response', comparison: '<', value: 1500, unit: 'ms' },
    ],
    [
      'p99.9 <= 200',
      { metric: 'percentile', percentile: 99.9, time: 'response', comparison: '<=', value: 200, unit: 'ms' },
    ],
    [
      'p999 <= 200',
      { metric: 'percentile', percentile: 99.9, time: 'response', comparison: '<=', value: 200, unit: 'ms' },
    ],
    ['service avg < 1m', { metric: 'mean', time: 'service', comparison: '<', value: 60_000, unit: 'ms' }],
    ['errors < 1%', { metric: 'errors', time: 'response', comparison: '<', value: 0.01, unit: 'ratio' }],
    ['errors = 0', { metric: 'errors', time: 'response', comparison: '==', value: 0, unit: 'count' }],
    ['rps >= 100', { metric: 'rps', time: 'response', comparison: '>=', value: 100, unit: 'perSecond' }],
    ['rps>=99.5/s', { metric: 'rps', time: 'response', comparison: '>=', value: 99.5, unit: 'perSecond' }],
    ['checks > 99.5 %', { metric: 'checks', time: 'response', comparison: '>', value: 0.995, unit: 'ratio' }],
    [
      'p95{GET /items/{{ id }}?a<b} < 500ms',
      {
        metric: 'percentile',
        percentile: 95,
        time: 'response',
        comparison: '<',
        value: 500,
        unit: 'ms',
        endpoint: 'GET /items/{{ id }}?a<b',
      },
    ],
  ])('%s is understood', (expression, term) => {
    expect(parseThreshold(expression)).toEqual(term);
  });

  it.each([
    ['', 'compares nothing'],
    ['p95', 'compares nothing'],
    ['p95 500ms', 'compares nothing'],
    ['p95 <', 'no length of time'],
    ['p95 < fast', 'no length of time'],
    ['p95 < 5 apples', 'no length of time'],
    ['p101 < 5ms', 'no percentile 101'],
    ['latency < 5ms', '“latency” is nothing that can be compared'],
    ['< 5ms', 'does not say what to compare'],
    ['errors < 0.01', 'a share or a count'],
    ['errors < 101%', 'at most 100'],
    ['checks > 3', 'needs a percentage'],
    ['rps > 5%', 'no share'],
    ['requests > 5%', 'a count'],
    ['service rps > 5', 'no service time'],
    ['p95{} < 5ms', 'names no endpoint'],
    ['p95 < 5ms < 6ms', 'no length of time'],
    ['p95 } < 5ms', 'nothing that can be compared'],
    ['p95 {a < 5ms', 'is not a threshold'],
    ['p95 < -5ms', 'no length of time'],
  ])('%s is refused: %s', (expression, why) => {
    expect(() => parseThreshold(expression)).toThrow(ThresholdSyntaxError);
    expect(() => parseThreshold(expression)).toThrow(why);
  });

  it('written from its parts is read as the same', () => {
    const latency = fc.record({
      metric: fc.constantFrom('min' as const, 'mean' as const, 'max' as const),
      time: fc.constantFrom('response' as const, 'service' as const),
      unit: fc.constant('ms' as const),
      value: fc.integer({ min: 0, max: 10_000_000 }),
    });
    const counted = fc.record({
      metric: fc.constantFrom('errors' as const, 'timeouts' as const, 'requests' as const),
      time: fc.constant('response' as const),
      unit: fc.constant('count' as const),
      value: fc.integer({ min: 0, max: 10_000_000 }),
    });
    fc.assert(
      fc.property(
        fc.oneof(latency, counted),
        fc.constantFrom(...thresholdComparisons),
        fc.option(
          fc
            .string({ minLength: 1 })
            .map((text) => text.trim())
            .filter((text) => text !== ''),
        ),
        (what, comparison, endpoint) => {
          const term: ThresholdTerm = { ...what, comparison, ...(endpoint !== null && { endpoint }) };
          expect(parseThreshold(thresholdText(term))).toEqual(term);
        },
      ),
    );
  });

  it('holds or does not', () => {
    const term = parseThreshold('p95 < 500ms');
    expect([499, 500, 501].map((value) => thresholdHolds(term, value))).toEqual([true, false, false]);
    expect(thresholdHolds(parseThreshold('errors == 0'), 0)).toBe(true);
    expect([99, 100].map((value) => thresholdHolds(parseThreshold('rps >= 100'), value))).toEqual([
      false,
      true,
    ]);
  });
});

describe('a length of time', () => {
  it.each([
    ['500ms', 500],
    ['1m30s', 90_000],
    ['1.5h', 5_400_000],
    ['2 min', 120_000],
    ['0s', 0],
    ['250µs', 0.25],
  ])('%s is %d ms', (text, ms) => expect(durationMsOf(text)).toBe(ms));

  it.each(['', '5', 's', '5 apples', '-5s', '5s!'])('“%s” is none', (text) =>
    expect(durationMsOf(text)).toBeUndefined(),
  );

  it('is written so that it is read as the same', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.integer({ min: 0, max: 86_400_000 }),
          fc.double({ min: 0, max: 86_400_000, noNaN: true }),
        ),
        (ms) => {
          expect(durationMsOf(durationText(ms)) === ms).toBe(true);
        },
      ),
    );
    expect([90_000, 3_600_000, 1500, 60_000, 90_061_000].map(durationText)).toEqual([
      '1m30s',
      '1h',
      '1500ms',
      '1m',
      '1501m1s',
    ]);
  });
});
