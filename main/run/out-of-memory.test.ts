import { describe, expect, it } from 'vitest';
import { looksOutOfMemory, OutOfMemoryWatch } from './out-of-memory';

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

describe('the end of a worker thread', () => {
  it.each([
    ['err', 'Error [ERR_WORKER_OUT_OF_MEMORY]: Worker terminated due to reaching memory limit'],
    ['out', '{"level":50,"err":{"code":"ERR_WORKER_OUT_OF_MEMORY"},"msg":"worker failed"}'],
    ['out', 'worker failed: Worker terminated due to reaching memory limit: JS heap out of memory'],
  ] as const)('is told by the program’s own log, wherever that goes: %s %s', (stream, text) => {
    const watch = new OutOfMemoryWatch();
    watch.see([{ stream, text, tUs: 7 }]);
    expect([watch.takeWorker(), watch.takeWorker()]).toEqual([7, undefined]);
    expect(watch.left(true)).toEqual([]);
  });
});
