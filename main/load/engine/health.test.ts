import { describe, expect, it } from 'vitest';
import { Health } from './health';
import { nowUs } from './clock';

function spin(ms: number): void {
  const end = nowUs() + ms * 1000;
  while (nowUs() < end);
}

/** Lets the loop turn, each time held up by so many ms of our own work, until the monitor has seen it. */
async function turnLate(ms: number, times: number): Promise<void> {
  for (let at = 0; at < times; at++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    spin(ms);
  }
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

it('starts that are late make it the limit, whoever has the machine', () => {
  const health = new Health(() => 0);
  const startUs = nowUs();
  health.begin(startUs);
  health.slipped(80_000);
  health.second(startUs + 60_000_000);
  expect(health.limit).toContain('80 ms late');
  expect(health.result()).toMatchObject({ limitedSeconds: 1, machineBusySeconds: 0, wasLimit: true });
});

describe('a loop that is late', () => {
  /** @param seconds of the clock, which goes on as if time had passed @param waitedMs of it without a core */
  async function judged(seconds: number, waitedMs: number | null): Promise<Health> {
    let waited: number | null = waitedMs === null ? null : 0;
    const health = new Health(() => waited);
    const startUs = nowUs();
    health.begin(startUs);
    await turnLate(40, 8);
    waited = waitedMs;
    health.second(startUs + seconds * 1e6);
    return health;
  }

  it('since others have the machine is told, and is not the generator’s limit', async () => {
    const health = await judged(60, 30_000);
    expect(health.limit).toBeNull();
    const result = health.result();
    expect(result).toMatchObject({ limitedSeconds: 0, machineBusySeconds: 1, wasLimit: false });
    expect(result.verdict).toMatch(
      /^The generator kept up.* The machine was busy in 1 of 1 seconds: .* in the latencies\.$/,
    );
  });

  it('with hardly any work of its own is the machine’s doing also where the system does not tell', async () => {
    const health = await judged(60, null);
    expect(health.result()).toMatchObject({ limitedSeconds: 0, machineBusySeconds: 1 });
  });
});
