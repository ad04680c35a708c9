import { describe, expect, it } from 'vitest';
import { PairTable } from './pair-table';

describe('a table of pairs', () => {
  it('knows what a Map with the pairs as keys knows, while it grows', () => {
    const table = new PairTable();
    const expected = new Map<string, number>();
    let random = 1;
    for (let at = 0; at < 20_000; at++) {
      random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
      // Numbers up to the highest bit; every tenth pair comes again with another value.
      const [first, second] = [at % 10 === 0 ? 7 : random, (random >>> 20) % 50];
      table.set(first, second, at);
      expected.set(`${first} ${second}`, at);
    }
    const wrong = [...expected].filter(([pair, value]) => {
      const [first, second] = pair.split(' ').map(Number) as [number, number];
      return table.get(first, second) !== value;
    });
    expect(wrong).toEqual([]);
    expect(table.get(7, 50)).toBe(-1);
    expect(table.get(0xfffffffe, 0xffffffff)).toBe(-1);
  });
});
