import { describe, expect, it } from 'vitest';
import { floorOf, gaussFrom, judged, megabyte } from './testing';
import type { FloorPoint, LeakOutcome, SubjectVerdict } from './types';
import { neededWhileRunningUs } from './while-running';

const noise = gaussFrom(41);
const minuteUs = 60e6;

/** A program under a load of a minute: judged every two seconds while it runs, with what was seen until then. */
function meanwhile(
  points: FloorPoint[],
  neededUs = neededWhileRunningUs(minuteUs),
): { atS: number; verdict: SubjectVerdict }[] {
  const judgements: { atS: number; verdict: SubjectVerdict }[] = [];
  for (let atS = 2; atS <= 60; atS += 2) {
    const seen = points.filter(({ tUs }) => tUs <= atS * 1e6);
    const load = { startUs: 0, endUs: atS * 1e6 };
    judgements.push({ atS, verdict: judged(seen, { load, neededUs }) });
  }
  return judgements;
}

const outcomes = (points: FloorPoint[]): Set<LeakOutcome> =>
  new Set(meanwhile(points).map(({ verdict }) => verdict.outcome));
const everyS = 5;

function isCalled(points: FloorPoint[]): boolean {
  const load = { startUs: 0, endUs: points.at(-1)!.tUs };
  return judged(points, { load, neededUs: neededWhileRunningUs(minuteUs) }).outcome === 'leaking';
}

describe('while the recording runs', () => {
  it('a leak is called once it has grown for half of the load, and stays called', () => {
    const growing = floorOf((s) => 50 * megabyte + s * 100_000 + noise() * 2e4, { everyS });
    const judgements = meanwhile(growing);
    const first = judgements.findIndex(({ verdict }) => verdict.outcome === 'leaking');
    expect(judgements[first]!.atS).toBeGreaterThan(30);
    expect(judgements[first]!.atS).toBeLessThan(50);
    expect(judgements.slice(first).every(({ verdict }) => verdict.outcome === 'leaking')).toBe(true);
  });

  it('it is said before that it grows, and what is waited for', () => {
    const growing = floorOf((s) => 50 * megabyte + s * 100_000, { everyS });
    const early = meanwhile(growing).find(({ verdict }) => verdict.trend !== null)!.verdict;
    expect(early).toMatchObject({ outcome: 'not-enough-data' });
    expect(early.sentence).toMatch(
      /grew by .*too early to tell a leak from a cache that is filling up: .*30\ss/,
    );
  });

  it.each([1 / 4, 1 / 3, 2 / 5])('a cache that is full after %s of the load is never called', (share) => {
    const filling = (s: number): number => 20 * megabyte + Math.min(s, 60 * share) * 400_000 + noise() * 1e4;
    expect(outcomes(floorOf(filling, { everyS }))).not.toContain('leaking');
    expect(outcomes(floorOf(filling, { everyS: 1 }))).not.toContain('leaking');
  });

  it('a burst, one that was freed, a sawtooth and a warm-up are never called', () => {
    const shapes: ((s: number) => number)[] = [
      (s) => 20 * megabyte + (s > 18 && s < 30 ? 60 * megabyte : 0),
      (s) => 20 * megabyte + (s > 18 ? 60 * megabyte : 0),
      (s) => 20 * megabyte + (s % 20) * megabyte,
      (s) => 20 * megabyte + 15 * megabyte * (1 - Math.exp(-s / 8)),
    ];
    for (const shape of shapes)
      for (const interval of [1, 2.5, 5])
        expect(outcomes(floorOf((s) => shape(s) + noise() * 3e4, { everyS: interval }))).not.toContain(
          'leaking',
        );
  });

  it('a burst on top of a heap that warms up slowly is not called for the warming', () => {
    const burst = (s: number): number => 4.5 * megabyte + s * 25_000 + (s > 30 && s < 48 ? 62 * megabyte : 0);
    for (const interval of [2.5, 5])
      for (const { atS, verdict } of meanwhile(floorOf(burst, { everyS: interval })))
        if (atS > 30 && atS < 48) expect(verdict.outcome).not.toBe('leaking');
  });

  it('noise is called in fewer than 1 of 100 recordings, however often it is judged', () => {
    const gauss = gaussFrom(141);
    let called = 0;
    for (let trial = 0; trial < 400; trial++) {
      const points = floorOf(() => 50 * megabyte + gauss() * megabyte, { everyS });
      // Another judgement comes to another result only after another collection.
      if (points.some((_, last) => last >= 5 && isCalled(points.slice(0, last + 1)))) called++;
    }
    expect(called / 400).toBeLessThan(0.01);
  });

  it('growth that began halfway waits for more of it', () => {
    const late = floorOf((s) => 20 * megabyte + Math.max(0, s - 30) * 300_000 + s * 1000, { everyS: 2.5 });
    const last = meanwhile(late).at(-1)!.verdict;
    expect(last.outcome).toBe('not-enough-data');
    expect(last.sentence).toContain('does not grow evenly');
  });
});

describe('how long is waited', () => {
  it('is half of the load, within limits, and half a minute where nobody knows how long it will be', () => {
    expect(neededWhileRunningUs(minuteUs)).toBe(30e6);
    expect(neededWhileRunningUs(5e6)).toBe(10e6);
    expect(neededWhileRunningUs(3600e6)).toBe(300e6);
    expect(neededWhileRunningUs(undefined)).toBe(30e6);
  });
});
