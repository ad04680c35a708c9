import { expect, test } from 'vitest';
import { Arrivals, usersAt } from './rates';

function timesOf(arrivals: Arrivals): number[] {
  const times: number[] = [];
  for (; arrivals.nextMs < Infinity; arrivals.advance()) times.push(arrivals.nextMs);
  return times;
}

test('a constant rate is due evenly, exactly as often as it says', () => {
  const times = timesOf(
    new Arrivals({ arrivals: 'even', stages: [{ durationMs: 2000, rate: 500, ramp: 'step' }] }),
  );
  expect(times).toHaveLength(1000);
  expect(times.every((ms, at) => Math.abs(ms - at * 2) < 1e-6)).toBe(true);
});

test('a ramp brings its integral, each at its place', () => {
  const stages = [
    { durationMs: 10_000, rate: 100, ramp: 'linear' as const },
    { durationMs: 5000, rate: 100, ramp: 'step' as const },
    { durationMs: 10_000, rate: 0, ramp: 'linear' as const },
  ];
  const times = timesOf(new Arrivals({ arrivals: 'even', stages }));
  expect(times).toHaveLength(500 + 500 + 500);
  // Half of the first stage's time has brought a quarter of its arrivals.
  expect(times.filter((ms) => ms < 5000)).toHaveLength(125);
  expect(times.filter((ms) => ms >= 10_000 && ms < 15_000)).toHaveLength(500);
  expect(times.filter((ms) => ms >= 20_000)).toHaveLength(125);
  expect(times.every((ms, at) => at === 0 || ms >= times[at - 1]!)).toBe(true);
});

test('stages without arrivals are gaps', () => {
  const stages = [10, 0, 10].map((rate) => ({ durationMs: 1000, rate, ramp: 'step' as const }));
  const times = timesOf(new Arrivals({ arrivals: 'even', stages }));
  expect(times.map((ms) => Math.floor(ms / 1000))).toEqual([
    ...Array<number>(10).fill(0),
    ...Array<number>(10).fill(2),
  ]);
});

test('independent arrivals have exponential gaps of the right mean', () => {
  let seed = 1;
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const stages = [{ durationMs: 100_000, rate: 100, ramp: 'step' as const }];
  const times = timesOf(new Arrivals({ arrivals: 'poisson', stages }, random));
  expect(Math.abs(times.length - 10_000)).toBeLessThan(300);
  const gaps = times.slice(1).map((ms, at) => ms - times[at]!);
  const mean = gaps.reduce((sum, gap) => sum + gap) / gaps.length;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
  expect(mean).toBeGreaterThan(9.5);
  expect(mean).toBeLessThan(10.5);
  expect(Math.sqrt(variance) / mean).toBeCloseTo(1, 1);
});

test('what was due and never began is counted without going through it', () => {
  const stages = [
    { durationMs: 1000, rate: 100, ramp: 'linear' as const },
    { durationMs: 1000, rate: 1_000_000, ramp: 'step' as const },
  ];
  for (const ms of [0, 300, 999, 1000, 1000.0105, 1500, 2000, 9999]) {
    const arrivals = new Arrivals({ arrivals: 'even', stages });
    for (let skipped = 0; skipped < 7; skipped++) arrivals.advance();
    const all = new Arrivals({ arrivals: 'even', stages });
    let due = 0;
    for (; all.nextMs <= ms + 1e-9; all.advance()) due++;
    expect(arrivals.dueBy(ms)).toBe(Math.max(0, due - 7));
  }
  const random = new Arrivals({ arrivals: 'poisson', stages });
  expect(Math.abs(random.dueBy(2000) / 1_000_050 - 1)).toBeLessThan(0.001);
});

test('users step or grow evenly from stage to stage', () => {
  const stages = [
    { durationMs: 1000, users: 10, ramp: 'linear' as const },
    { durationMs: 1000, users: 30, ramp: 'step' as const },
    { durationMs: 1000, users: 0, ramp: 'linear' as const },
  ];
  const users = [0, 500, 999, 1000, 1999, 2500, 2999].map((ms) => usersAt(stages, ms)?.users);
  expect(users).toEqual([0, 5, 10, 30, 30, 15, 0]);
  expect(usersAt(stages, 1200)).toMatchObject({ stage: 1, changesInMs: 800 });
  expect(usersAt(stages, 3000)).toBeNull();
});
