import { expect, test } from 'vitest';
import { profileOf } from '../../profiles/testing';
import { cpuFromSamples } from './cpu-from-samples';

test('time that is not idle is load, spread over the moments it took', () => {
  const profile = profileOf(['work:a', 0], ['(idle)', 25_000], ['work:a', 40_000], ['', 50_000]);
  const series = cpuFromSamples('p1', profile)!;
  expect(series.tUs).toEqual([10_000, 20_000, 30_000, 40_000, 50_000]);
  expect(series.values.map(Math.round)).toEqual([100, 100, 50, 0, 100]);
});

test('a profile without samples has no load', () => {
  expect(cpuFromSamples('p1', profileOf())).toBeNull();
});
