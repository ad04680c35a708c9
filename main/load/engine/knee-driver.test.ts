/** How a search for the knee ends when the generator has nothing left to give: steps made of numbers, on a clock of their own. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { KneeModel } from '../../api';
import { Health } from './health';
import { KneeDriver } from './knee-driver';
import { Tally } from './statistics';
import type { Crew } from './user';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Step {
  answered: number;
  /** The generator used all of its core. */
  isBusy: boolean;
}

const model: KneeModel = {
  model: 'knee',
  startUsers: 1,
  maxUsers: 8,
  factor: 2,
  stepMs: 10_000,
  thinkTime: { minMs: 0, maxMs: 0 },
  until: { errorRatio: 0.05, slowdown: 5 },
};

/** Users who only think: what the steps come to is said by the test. */
const idle = {
  compiled: { setUp: [], data: [] },
  nextFlow: () => [{ kind: 'think', time: { minMs: 1e9, maxMs: 1e9 } }],
} as unknown as Crew;

function search(steps: Step[]) {
  const measured = { seconds: 0, busySeconds: 0 };
  const health = Object.create(Health.prototype, {
    seconds: { get: () => measured.seconds },
    busySeconds: { get: () => measured.busySeconds },
  }) as Health;
  let cuts = 0;
  let isOver = false;
  const nowUs = () => Date.now() * 1000;
  const driver: KneeDriver = new KneeDriver(model, 0, {
    crew: idle,
    health,
    nowUs,
    over: () => (isOver = true),
    // At the beginning of what is measured of a step, and at its end.
    cut: () => {
      if (++cuts % 2 === 1) return;
      const step = steps[cuts / 2 - 1]!;
      const tally = new Tally();
      tally.answered = step.answered;
      tally.response.record(5000);
      measured.seconds += 8;
      if (step.isBusy) measured.busySeconds += 8;
      driver.second(tally, nowUs());
    },
  });
  driver.begin();
  while (!isOver) vi.advanceTimersToNextTimer();
  driver.stop();
  return driver.knee;
}

test('more users that bring nothing, while the generator uses all of its core, end it: the generator is the limit', () => {
  const knee = search([
    { answered: 8000, isBusy: false },
    { answered: 9000, isBusy: true },
    { answered: 9100, isBusy: true },
    { answered: 9100, isBusy: true },
  ]);
  expect(knee.endedBy).toBe('generator');
  expect(knee.steps.map(({ users }) => users)).toEqual([1, 2, 4]);
  expect(knee.capacityRps).toBeCloseTo(9100 / 8);
});

test('a generator at its limit goes on as long as more users bring more', () => {
  const knee = search([1, 2, 4, 8].map((users) => ({ answered: users * 1000, isBusy: true })));
  expect(knee.endedBy).toBe('max-users');
  expect(knee.steps).toHaveLength(4);
});

test('more users that bring nothing, with a generator that has time, are the knee of the target', () => {
  const knee = search([8000, 9000, 9000, 9000].map((answered) => ({ answered, isBusy: false })));
  expect(knee.endedBy).toBe('max-users');
});
