import { expect, test } from 'vitest';
import { ProfileBuilder } from './builder';
import { aggregate, treeAsText } from './call-tree';
import { addUpBuckets, compactProfiles, expandProfile, type CompactProfile } from './compact';
import type { Profile } from './types';

/** Two functions that take turns by a fixed but irregular pattern, one sample per ms. */
function alternating(sampleCount: number): Profile {
  const callFrame = (functionName: string, lineNumber: number) => ({
    functionName,
    scriptId: '1',
    url: 'file:///a.js',
    lineNumber,
    columnNumber: 0,
  });
  const builder = new ProfileBuilder('microseconds');
  builder.appendV8Chunk(
    {
      startTime: 0,
      endTime: sampleCount * 1000,
      nodes: [
        { id: 1, callFrame: { ...callFrame('(root)', -1), url: '' }, children: [2, 3] },
        { id: 2, callFrame: callFrame('one', 1) },
        { id: 3, callFrame: callFrame('other', 2), children: [4] },
        { id: 4, callFrame: callFrame('inner', 3) },
      ],
      samples: Array.from({ length: sampleCount }, (_, i) => 2 + ((i * i) % 3)),
      timeDeltas: Array.from({ length: sampleCount }, () => 1000),
    },
    0,
  );
  builder.finish();
  return builder.profile;
}

test('a small profile travels whole and comes back the same', () => {
  const profile = alternating(1000);
  const { profiles, bucketUs } = compactProfiles(new Map([['p1', profile]]), { maxBytes: 1e6 });
  expect(bucketUs).toBe(0);
  const back = expandProfile(JSON.parse(JSON.stringify(profiles.get('p1'))) as CompactProfile);
  const range = { startUs: 123_400, endUs: 456_700 };
  expect(treeAsText(aggregate(back))).toBe(treeAsText(aggregate(profile)));
  expect(treeAsText(aggregate(back, { range }))).toBe(treeAsText(aggregate(profile, { range })));
});

test('a large one is added up until it fits, with the same totals', () => {
  const profile = alternating(50_000);
  const { profiles, bucketUs } = compactProfiles(new Map([['p1', profile]]), { maxBytes: 100_000 });
  const compact = profiles.get('p1')!;
  expect(bucketUs).toBeGreaterThan(0);
  expect(JSON.stringify(compact).length).toBeLessThan(140_000);
  expect(treeAsText(aggregate(expandProfile(compact)))).toBe(treeAsText(aggregate(profile)));
});

test('of too many call paths the smallest become part of their callers, and nothing is lost', () => {
  const callFrame = (functionName: string) => ({
    functionName,
    scriptId: '1',
    url: functionName === '(root)' ? '' : 'file:///a.js',
    lineNumber: 1,
    columnNumber: 0,
  });
  const callers = Array.from({ length: 150 }, (_, index) => index + 2);
  const callees = (caller: number): number[] =>
    Array.from({ length: 150 }, (_, index) => caller * 1000 + index);
  const small = callers.flatMap(callees);
  const builder = new ProfileBuilder('microseconds');
  builder.appendV8Chunk(
    {
      startTime: 0,
      endTime: 2 * small.length * 1000,
      nodes: [
        { id: 1, callFrame: callFrame('(root)'), children: [...callers, 999] },
        { id: 999, callFrame: callFrame('big') },
        ...callers.map((id) => ({ id, callFrame: callFrame(`caller ${id}`), children: callees(id) })),
        ...small.map((id) => ({ id, callFrame: callFrame(`small ${id % 1000}`) })),
      ],
      samples: [...small, ...small.map(() => 999)],
      timeDeltas: Array.from({ length: 2 * small.length }, () => 1000),
    },
    0,
  );
  builder.finish();
  const whole = aggregate(builder.profile);
  const { profiles, leftOutShare } = compactProfiles(new Map([['p1', builder.profile]]), {
    maxBytes: 200_000,
  });
  expect(leftOutShare).toBeGreaterThan(0);
  expect(JSON.stringify(profiles.get('p1')).length).toBeLessThan(200_000);
  const tree = aggregate(expandProfile(profiles.get('p1')!));
  expect(tree.totalWeight).toBe(whole.totalWeight);
  expect(treeAsText(tree)).toContain('big');
  expect(treeAsText(tree)).toContain('caller 2');
  expect(treeAsText(tree)).not.toContain('small');
});

test('ranges that cut no bucket weigh exactly what they weighed', () => {
  const profile = alternating(5000);
  const start = profile.samples.timeUs[0]!;
  const reduced = addUpBuckets(profile, 100_000);
  expect(reduced.samples.length).toBeLessThan(200);
  const range = { startUs: Math.ceil(start / 100_000) * 100_000 + 200_000, endUs: 900_000 };
  expect(treeAsText(aggregate(reduced, { range }))).toBe(treeAsText(aggregate(profile, { range })));
});
