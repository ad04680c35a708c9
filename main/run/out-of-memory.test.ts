import { describe, expect, it } from 'vitest';
import { looksOutOfMemory } from './out-of-memory';

const megabyte = 2 ** 20;

describe('an end that nobody explained', () => {
  it('looks like want of memory when the old generation was full', () => {
    // As measured of a process with --max-old-space-size=150 that V8 ended.
    expect(looksOutOfMemory(149 * megabyte, 198 * megabyte)).toBe(true);
    expect(looksOutOfMemory(58 * megabyte, 64 * megabyte)).toBe(true);
  });

  it('does not with room left, or when nobody measured', () => {
    expect(looksOutOfMemory(120 * megabyte, 198 * megabyte)).toBe(false);
    expect(looksOutOfMemory(undefined, 198 * megabyte)).toBe(false);
    expect(looksOutOfMemory(149 * megabyte, undefined)).toBe(false);
  });
});
