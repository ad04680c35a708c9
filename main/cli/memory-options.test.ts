import { expect, it } from 'vitest';
import { allocationsOf, leaksOf, snapshotRulesOf } from './memory-options';

it('moments and sizes become rules for snapshots', () => {
  expect(snapshotRulesOf({})).toEqual({});
  expect(snapshotRulesOf({ snapshot: ['start,warm-up', 'end'] })).toEqual({
    atStart: true,
    afterWarmUp: true,
    atEnd: true,
  });
  expect(
    snapshotRulesOf({ snapshotAbove: '500MB', snapshotGrowth: '64MiB', snapshotNearLimit: true }),
  ).toEqual({ heapAboveBytes: 500_000_000, growthAboveBytes: 67_108_864, nearHeapLimit: true });
});

it('allocations are alive ones unless all are wanted, or none', () => {
  expect(allocationsOf({})).toEqual({ allocations: true });
  expect(allocationsOf({ allocations: false })).toEqual({ allocations: false });
  expect(allocationsOf({ allocations: 'all' })).toEqual({ allocations: true, allocationKind: 'all' });
});

it('collections are forced only when asked for', () => {
  expect(leaksOf({})).toEqual({});
  expect(leaksOf({ forceGc: true })).toEqual({ forceGc: true });
  expect(leaksOf({ forceGc: '10s' })).toEqual({ forceGc: true, forceGcEveryMs: 10_000 });
});

it.each([
  () => snapshotRulesOf({ snapshot: ['middle'] }),
  () => snapshotRulesOf({ snapshotAbove: 'much' }),
  () => snapshotRulesOf({ snapshotGrowth: '0MB' }),
  () => allocationsOf({ allocations: 'some' }),
  () => leaksOf({ forceGc: '10ms' }),
  () => leaksOf({ forceGc: 'often' }),
])('%s is refused with the option in the message', (given) => {
  expect(given).toThrow(/^--/);
});
