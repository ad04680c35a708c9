import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sortByTime } from './sort-samples';

it('sorts both columns by time as a stable sort does, and leaves what lies behind alone', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -20, max: 20 })), fc.nat(3), (times, spare) => {
      const timeUs = Float64Array.from([...times, ...new Array<number>(spare).fill(-99)]);
      const node = Int32Array.from(timeUs.keys());
      sortByTime(timeUs, node, times.length);
      const expected = [...times.keys()].sort((a, b) => times[a]! - times[b]!);
      expect([...node.subarray(0, times.length)]).toEqual(expected);
      expect([...timeUs.subarray(0, times.length)]).toEqual(expected.map((i) => times[i]));
      expect([...timeUs.subarray(times.length)]).toEqual(new Array(spare).fill(-99));
    }),
  );
});
