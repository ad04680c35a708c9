import { expect, it } from 'vitest';
import { impossibleFaults, whyImpossible } from './impossible-faults';

const all = { isAttached: false, hasLoad: true, platform: 'linux' };

it('says before which faults a run cannot make, and why', () => {
  expect(impossibleFaults(all)).toEqual({});
  expect(impossibleFaults({ ...all, isAttached: true })).toEqual({
    kill: 'A program that was attached to cannot be started again.',
  });
  expect(Object.keys(impossibleFaults({ ...all, hasLoad: false }))).toEqual(['latency', 'bandwidth', 'drop']);
  expect(Object.keys(impossibleFaults({ ...all, platform: 'win32' }))).toEqual(['memory', 'pause']);
});

it('a fault before a service needs a program that is told of the proxy', () => {
  const attached = { ...all, isAttached: true };
  expect(whyImpossible({ kind: 'latency', via: 'database' }, all)).toBeNull();
  expect(whyImpossible({ kind: 'latency', via: 'target' }, attached)).toBeNull();
  expect(whyImpossible({ kind: 'latency', via: 'database' }, attached)).toBe(
    'A program that was attached to does not know the proxy before database.',
  );
  expect(whyImpossible({ kind: 'kill' }, attached)).toContain('cannot be started again');
  expect(whyImpossible({ kind: 'block' }, attached)).toBeNull();
});
