import { expect, it } from 'vitest';
import { Health } from './health';
import { nowUs } from './clock';

function spin(ms: number): void {
  const end = nowUs() + ms * 1000;
  while (nowUs() < end);
}

it('a stretch of a few ms in which it worked all the time is no second at its limit', () => {
  const health = new Health();
  const startUs = nowUs();
  health.begin(startUs);
  spin(20);
  health.second(nowUs());
  expect(health.limit).toBeNull();
  // As if time had passed in which nothing was done.
  health.second(startUs + 2_000_000);
  const result = health.result();
  expect(result.limitedSeconds).toBe(0);
  expect(result.wasLimit).toBe(false);
  expect(result.verdict).toMatch(/kept up/);
  expect(result.cpuMaxPercent).toBeLessThan(50);
});

it('how late the last starts were is in the result, also when the load ended within a second', () => {
  const health = new Health();
  health.begin(nowUs());
  health.slipped(7000);
  expect(health.result().slipMaxMs).toBeCloseTo(7, 1);
});
