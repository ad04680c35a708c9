import { expect, it } from 'vitest';
import { scenarioSchema, type Point } from '../../api';
import { amountOf, UsersLog } from './load-amount';

const withLoad = (load: object) =>
  scenarioSchema.parse({
    version: 1,
    name: 'any',
    load,
    flows: [{ name: 'main', steps: [{ kind: 'request', url: '/' }] }],
  });
const usersAt = (tUs: number, value: number): Point => ({ metric: 'loadUsers', scope: 'load', tUs, value });

it('users are known from when they were measured until others were', () => {
  const log = new UsersLog();
  log.see([usersAt(1e6, 5), { metric: 'requestRate', scope: 'load', tUs: 1e6, value: 90 }, usersAt(2e6, 5)]);
  log.see([usersAt(3e6, 8), usersAt(4e6, 2)]);
  const closed = withLoad({ model: 'closed', stages: [{ durationMs: 5000, users: 8, ramp: 'linear' }] });
  const { unit, between } = amountOf(closed, 0, log);
  expect(unit).toBe('users');
  expect(between(0, 0.5e6)).toBeNull();
  expect(between(1.5e6, 2.5e6)).toEqual({ least: 5, most: 5 });
  expect(between(2.5e6, 3.5e6)).toEqual({ least: 5, most: 8 });
  expect(between(3.5e6, 9e6)).toEqual({ least: 2, most: 8 });
  expect(between(5e6, 9e6)).toEqual({ least: 2, most: 2 });
});

it('arrivals are known from the plan, also within a ramp', () => {
  const open = withLoad({
    model: 'open',
    stages: [
      { durationMs: 10_000, rate: 100, ramp: 'linear' },
      { durationMs: 10_000, rate: 40, ramp: 'step' },
    ],
  });
  const { unit, between } = amountOf(open, 2e6, new UsersLog());
  expect(unit).toBe('arrivals a second');
  expect(between(0, 2e6)).toBeNull();
  expect(between(4e6, 7e6)).toEqual({ least: 20, most: 50 });
  expect(between(11e6, 14e6)).toEqual({ least: 40, most: 100 });
  expect(between(15e6, 60e6)).toEqual({ least: 40, most: 40 });
});
