import { expect, it } from 'vitest';
import { TokenBucket } from './token-bucket';

it('grants a burst after a rest, and then no more than its rate', () => {
  let nowMs = 0;
  const bucket = new TokenBucket(1_000_000, () => nowMs);
  expect(bucket.take(1e6)).toBe(16_384);
  expect(bucket.take(1e6)).toBe(3616);
  expect(bucket.take(1e6)).toBe(0);
  nowMs = 10;
  expect(bucket.take(1e6)).toBe(10_000);
  nowMs = 60_000;
  expect(bucket.take(1e6) + bucket.take(1e6) + bucket.take(1e6)).toBe(20_000);
  bucket.close();
});

it('makes up for timers that come late while somebody waits', () => {
  let nowMs = 0;
  const bucket = new TokenBucket(1_000_000, () => nowMs);
  while (bucket.take(1e6) > 0);
  bucket.whenReady(() => undefined);
  nowMs = 100;
  let granted = 0;
  for (let some = bucket.take(1e6); some > 0; some = bucket.take(1e6)) granted += some;
  expect(granted).toBe(100_000);
  bucket.close();
});

it('gives small wishes whole or not yet, never in crumbs', () => {
  let nowMs = 0;
  const bucket = new TokenBucket(1000, () => nowMs);
  expect(bucket.take(1460)).toBe(1460);
  nowMs = 100;
  expect(bucket.take(1460)).toBe(0);
  expect(bucket.take(100)).toBe(100);
});

it('shares in turns', async () => {
  const bucket = new TokenBucket(2_000_000);
  const got = [0, 0, 0];
  await new Promise<void>((resolve) => {
    const want = (who: number): void => {
      got[who]! += bucket.take(1e6);
      if (got[0]! + got[1]! + got[2]! > 500_000) resolve();
      else bucket.whenReady(() => want(who));
    };
    for (const who of [0, 1, 2]) want(who);
  });
  bucket.close();
  for (const bytes of got) expect(bytes).toBeGreaterThan(100_000);
});

it('lets everybody go when the limit is taken away', () => {
  const bucket = new TokenBucket(1);
  let called = 0;
  bucket.whenReady(() => called++);
  bucket.setRate(Infinity);
  expect([called, bucket.take(1e9)]).toEqual([1, 1e9]);
});
