import { expect, test } from 'vitest';
import { impossibleFaults } from './impossible';

test('what a run cannot break is known before, with the reason', () => {
  const all = { isAttached: false, hasLoad: true, platform: 'linux' } as const;
  expect(impossibleFaults(all)).toEqual({});
  expect(impossibleFaults({ ...all, isAttached: true })).toEqual({
    kill: 'A program that was attached to cannot be started again.',
  });
  expect(Object.keys(impossibleFaults({ ...all, hasLoad: false }))).toEqual(['latency', 'bandwidth', 'drop']);
  expect(Object.keys(impossibleFaults({ ...all, platform: 'win32' }))).toEqual(['memory', 'pause']);
});
