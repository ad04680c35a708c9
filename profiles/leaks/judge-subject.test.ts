import { describe, expect, it } from 'vitest';
import { floorOf, gaussFrom, judged, megabyte, randomFrom } from './testing';
import { leakThresholdsSchema } from './types';

const noise = gaussFrom(1);
const hour = 3600;

describe('a leak', () => {
  it('is called with the arithmetic of its growth', () => {
    const verdict = judged(floorOf((s) => 50 * megabyte + s * 100_000));
    expect(verdict.outcome).toBe('leaking');
    expect(verdict.trend!.slopeBytesPerHour).toBeCloseTo(100_000 * hour, -3);
    expect(verdict.trend!.growthBytes).toBeCloseTo(100_000 * 47.5, -3);
    expect(verdict.trend!.p).toBeLessThan(1e-4);
    expect(verdict.rules).toContainEqual({
      rule: 'bytesPerHour',
      limit: 10e6,
      value: expect.closeTo(3.6e8, -3) as number,
      fired: true,
    });
    expect(verdict.rules.find(({ rule }) => rule === 'growthBytes')).toMatchObject({ fired: false });
    expect(verdict.sentence).toMatch(/grew by 4.75\sMB in 47.5\ss .*360\sMB per hour.*does not level off/);
  });

  it('is called in noise, in steps, after a warm-up and under rare outliers', () => {
    expect(judged(floorOf((s) => 50 * megabyte + s * 50_000 + noise() * 0.2 * megabyte)).outcome).toBe(
      'leaking',
    );
    expect(
      judged(floorOf((s) => 50 * megabyte + Math.floor(s / 10) * megabyte + noise() * 1e4)).outcome,
    ).toBe('leaking');
    const warm = (s: number): number => 20 * megabyte * (1 - Math.exp(-s / 4));
    expect(judged(floorOf((s) => warm(s) + s * 60_000 + noise() * 2e4)).outcome).toBe('leaking');
    expect(judged(floorOf((s) => s * 60_000 + (s % 20 === 10 ? 30 * megabyte : 0))).outcome).toBe('leaking');
  });

  it('tells growth per request, and is called by it when an hour’s worth is allowed', () => {
    const operations = { tUs: [10e6, 20e6, 30e6, 40e6, 50e6, 60e6], values: [100, 100, 100, 100, 100, 100] };
    const thresholds = leakThresholdsSchema.parse({ bytesPerHour: 1e12 });
    const input = { load: { startUs: 0, endUs: 60e6 }, operations, thresholds };
    const verdict = judged(
      floorOf((s) => s * 100 * 6000),
      input,
    );
    expect(verdict.trend!.bytesPerOperation).toBeCloseTo(6000, 0);
    expect(verdict.rules.filter(({ fired }) => fired).map(({ rule }) => rule)).toEqual(['bytesPerOperation']);
    expect(verdict.outcome).toBe('leaking');
    expect(
      judged(
        floorOf((s) => s * 100 * 4000),
        input,
      ).outcome,
    ).toBe('not-leaking');
  });

  it('is judged only while the load ran', () => {
    const load = { startUs: 10e6, endUs: 40e6 };
    const points = floorOf((s) => 5e6 + Math.max(0, Math.min(s, 40) - 10) * 200_000, { forS: 80, everyS: 1 });
    expect(judged(points, { load }).outcome).toBe('leaking');
    expect(judged(points, { load }).trend!.endUs).toBe(40e6);
    // Without knowing of the load the flat end tells that it is over.
    expect(judged(points).outcome).toBe('not-leaking');
  });
});

describe('what only looks like a leak', () => {
  it.each([0.4, 0.6, 0.75])('a cache that is full after %s of the time', (share) => {
    const verdict = judged(
      floorOf((s) => 30 * megabyte + Math.min(s, 60 * share) * 300_000 + noise() * 2e4, { everyS: 1 }),
    );
    expect(verdict.outcome).toBe('not-leaking');
    if (share > 0.5) {
      expect(verdict.trend!.levelledOff).toBe(true);
      expect(verdict.sentence).toContain('levelled off');
    }
  });

  it('a warm-up that grows ever more slowly', () => {
    const verdict = judged(
      floorOf((s) => 40 * megabyte + 15 * megabyte * (1 - Math.exp(-s / 8)) + noise() * 1e4),
    );
    expect(verdict.outcome).toBe('not-leaking');
  });

  it('a burst that is freed, a sawtooth, a wave', () => {
    const burst = (s: number): number => (s > 20 && s < 35 ? 60 * megabyte : 0) + noise() * 5e4;
    expect(judged(floorOf(burst)).outcome).toBe('not-leaking');
    expect(judged(floorOf((s) => (s % 15) * megabyte + noise() * 5e4)).outcome).toBe('not-leaking');
    // Many teeth, ending at the top of one.
    const teeth = { forS: 3599, everyS: 5 };
    expect(judged(floorOf((s) => (s % 900) * 200_000 + noise() * 5e4, teeth)).outcome).toBe('not-leaking');
    expect(judged(floorOf((s) => 5 * megabyte * Math.sin(s / 8))).outcome).toBe('not-leaking');
  });

  it('growth that stays below every limit, or is too little to tell from bookkeeping', () => {
    const slow = judged(floorOf((s) => s * 2000 + noise() * 100, { forS: 600, everyS: 5 }));
    expect(slow.outcome).toBe('not-leaking');
    expect(slow.sentence).toContain('within all limits');
    const little = judged(
      floorOf((s) => s * 1500),
      { thresholds: leakThresholdsSchema.parse({ bytesPerHour: 1000 }) },
    );
    expect(little.outcome).toBe('not-enough-data');
  });

  it('a shrinking heap, whatever the limits', () => {
    const thresholds = leakThresholdsSchema.parse({ growthBytes: 1, bytesPerHour: 1, bytesPerOperation: 1 });
    const verdict = judged(
      floorOf((s) => 100 * megabyte - s * 100_000),
      { thresholds },
    );
    expect(verdict.outcome).toBe('not-leaking');
    expect(verdict.rules.some(({ fired }) => fired)).toBe(false);
  });
});

describe('too little', () => {
  it('is said to be too little', () => {
    expect(judged([])).toMatchObject({ outcome: 'not-enough-data', trend: null });
    expect(judged(floorOf((s) => s * megabyte, { everyS: 14 })).sentence).toMatch(/only 3 full collections/);
    expect(judged(floorOf((s) => s * megabyte, { forS: 5, everyS: 0.1 })).outcome).toBe('not-enough-data');
  });

  it('leaves a growth open that few collections cannot tell from chance, and nothing else', () => {
    // As the memory is told at six collections, 8 s apart: MB.
    const seen = (...bytes: number[]) =>
      judged(
        floorOf((s) => bytes[Math.round(s / 8) - 1]! * megabyte, { forS: 48, everyS: 8 }),
        {
          warmUpMs: 0,
        },
      );
    const open = seen(60, 64, 62, 68, 67, 71);
    expect(open.outcome).toBe('not-enough-data');
    expect(open.sentence).toMatch(
      /may be growing: \+\d.* in only 6 collections over 40\ss .*chance \(p\s=\s0\.03\)/,
    );
    expect(seen(60, 64, 61, 65, 60, 62).outcome).toBe('not-leaking');
    expect(seen(70, 66, 68, 62, 63, 59).outcome).toBe('not-leaking');
    expect(seen(60, 60.1, 60, 60.2, 60.1, 60.2).outcome).toBe('not-leaking');
  });

  it('and collections of the program’s own are left aside when there are enough forced ones', () => {
    const forced = floorOf(() => 50 * megabyte + noise() * 1e4);
    const own = forced.map(({ tUs, bytes }, i) => ({
      tUs: tUs + 1,
      bytes: bytes + i * megabyte,
      forced: false,
    }));
    const mixed = [...forced, ...own].sort((a, b) => a.tUs - b.tUs);
    expect(judged(mixed).outcome).toBe('not-leaking');
    expect(judged(own).outcome).toBe('leaking');
  });

  it('a stated warm-up is left out instead of the found one', () => {
    const points = floorOf((s) => (s < 30 ? s * megabyte : 30 * megabyte) + noise() * 1e4, { everyS: 1 });
    const verdict = judged(points, { warmUpMs: 31_000 });
    expect(verdict.warmUpUs).toBeCloseTo(32e6, 0);
    expect(verdict.trend!.startUs).toBeGreaterThanOrEqual(31e6);
    expect(verdict.trend!.levelledOff).toBe(false);
    expect(verdict.outcome).toBe('not-leaking');
  });
});

describe('a heap that hardly moves', () => {
  it('stands still, also seen only three times', () => {
    // A collection of 200 MB takes long, and so they are made seldom.
    const rarely = judged(floorOf((s) => 208 * megabyte + s * 4000, { everyS: 15 }));
    expect(rarely).toMatchObject({ outcome: 'not-leaking' });
    expect(rarely.sentence).toMatch(
      /only 3 full collections, but stands still: in 30\ss it moved by 120\skB/,
    );
  });

  it('is no leak though the little is significant growth, and it is said that more time would show more', () => {
    const verdict = judged(floorOf((s) => 208 * megabyte + s * 6000, { everyS: 5 }));
    expect(verdict.outcome).toBe('not-leaking');
    expect(verdict.trend!.p).toBeLessThan(0.01);
    expect(verdict.sentence).toContain('Only a longer recording shows a slower leak');
  });

  it('is not said of a small heap that grows as much, nor of a short recording', () => {
    expect(judged(floorOf((s) => 5 * megabyte + s * 6000, { everyS: 5 })).outcome).toBe('not-enough-data');
    expect(judged(floorOf(() => 208 * megabyte, { everyS: 5, forS: 20 })).outcome).toBe('not-enough-data');
  });
});

describe('a growth that stopped a few collections ago', () => {
  it('is left open: too late for a leak, too early for a cache that is full', () => {
    const late = judged(
      floorOf((s) => 30 * megabyte + Math.min(s, 47) * 300_000 + noise() * 1e4, { everyS: 5 }),
    );
    expect(late.outcome).toBe('not-enough-data');
    expect(late.sentence).toContain('cannot be told yet from the last part');
  });

  it('is a leak where it stopped as long before and went on', () => {
    const steps = floorOf((s) => 30 * megabyte + Math.floor(s / 15) * 4 * megabyte + noise() * 1e4, {
      everyS: 5,
    });
    expect(judged(steps).outcome).toBe('leaking');
  });
});

describe('whatever is measured', () => {
  it('a shift in bytes or time does not change the verdict, nor does a scale with its limits', () => {
    const random = randomFrom(21);
    for (let trial = 0; trial < 60; trial++) {
      const slope = (random() - 0.3) * 200_000;
      const spread = random() * megabyte;
      const gauss = gaussFrom(trial + 100);
      const points = floorOf((s) => 60 * megabyte + slope * s + gauss() * spread);
      const plain = judged(points);
      const shifted = points.map((point) => ({
        ...point,
        tUs: point.tUs + 7e6,
        bytes: point.bytes + 9 * megabyte,
      }));
      expect(judged(shifted).outcome).toBe(plain.outcome);
      const scaled = points.map((point) => ({ ...point, bytes: point.bytes * 4 }));
      const limits = leakThresholdsSchema.parse({
        growthBytes: 4e8 * 1.048576,
        bytesPerHour: 40 * 1024 * 1024,
      });
      // Where it was above what can be seen at all.
      if (plain.outcome !== 'not-enough-data')
        expect(judged(scaled, { thresholds: limits }).outcome).toBe(plain.outcome);
    }
  });

  it('noise alone is called a leak in fewer than 1 of 100 recordings', () => {
    const gauss = gaussFrom(77);
    let called = 0;
    for (let trial = 0; trial < 2000; trial++)
      if (judged(floorOf(() => 50 * megabyte + gauss() * megabyte)).outcome === 'leaking') called++;
    expect(called / 2000).toBeLessThan(0.01);
  });

  it('noise that remembers (AR(1), 0.6) is called in fewer than 5 of 100', () => {
    const gauss = gaussFrom(78);
    let called = 0;
    for (let trial = 0; trial < 1000; trial++) {
      let level = 0;
      const points = floorOf(() => 50 * megabyte + (level = 0.6 * level + gauss() * megabyte));
      if (judged(points).outcome === 'leaking') called++;
    }
    expect(called / 1000).toBeLessThan(0.05);
  });
});
