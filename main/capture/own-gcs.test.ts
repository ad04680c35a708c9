import { describe, expect, it, vi } from 'vitest';
import { OwnGcs } from './own-gcs';

const major = (tUs: number) => ({ tUs, durationUs: 10, kind: 'major' as const });

describe('our own collections', () => {
  it('are those within what a call turned out to have taken', () => {
    const ownGcs = new OwnGcs();
    const narrow = ownGcs.open(100);
    narrow({ startUs: 200, endUs: 300 });
    expect([150, 250, 310].map((tUs) => ownGcs.claims(major(tUs)))).toEqual([false, true, false]);
    expect(ownGcs.claims({ ...major(250), kind: 'minor' })).toBe(false);
  });

  it('are known once no call is under way', () => {
    const ownGcs = new OwnGcs();
    const known = vi.fn();
    const [one, other] = [ownGcs.open(100), ownGcs.open(100)];
    ownGcs.whenKnown(known);
    one({ startUs: 100, endUs: 110 });
    expect(ownGcs.isOpen).toBe(true);
    expect(known).not.toHaveBeenCalled();
    other({ startUs: 120, endUs: 130 });
    expect(ownGcs.isOpen).toBe(false);
    expect(known).toHaveBeenCalledTimes(1);
  });
});
