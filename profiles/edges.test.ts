import { describe, expect, it } from 'vitest';
import { functionActivity } from './activity';
import { ProfileBuilder } from './builder';
import { aggregate, mergeCallTrees, treeAsText } from './call-tree';
import { functionTable } from './functions';
import { invertTree, restName, sandwich } from './invert';
import { lineTotals } from './lines';
import { mapProfile } from './source-mapping';
import { profileOf } from './testing';
import { categoryTotals, fileTotals, packageTotals } from './totals';
import { transformProfile } from './transforms';
import type { Transform } from './transforms';
import { bottomUpRows, topDownRows } from './tree-rows';
import type { Profile } from './types';

const f = 'f\nfile:///app/a.js\n1\n1';
const everyTransform: Transform[] = [
  { kind: 'categories', keep: ['app'] },
  { kind: 'collapse-recursion', functionKey: null },
  { kind: 'collapse-recursion', functionKey: f },
  { kind: 'collapse-function', functionKey: f },
  { kind: 'collapse-file', url: 'file:///app/a.js' },
  { kind: 'collapse-package', packageName: 'x' },
  { kind: 'collapse-dependencies' },
  { kind: 'collapse-node' },
  { kind: 'merge-function', functionKey: f },
  { kind: 'drop-function', functionKey: f },
  { kind: 'focus-subtree', path: [f] },
  { kind: 'focus-function', functionKey: f },
  { kind: 'focus-callees', functionKey: f },
  { kind: 'drop-below', share: 0.01 },
];
const noMapping = { frames: { urls: [], url: [], line: [], column: [], name: [] } };

/** Everything that can be asked of a profile, with and without transforms; every number a number. */
function askEverything(
  profile: Profile,
  stacks = [[], ...everyTransform.map((each) => [each]), everyTransform],
): void {
  for (const transforms of stacks) {
    const result = transformProfile(profile, transforms);
    for (const weights of ['value', 'samples'] as const) {
      const tree = aggregate(result, { weights, includeIdle: true });
      for (const each of [tree, invertTree(tree), sandwich(tree, f).callers, sandwich(tree, f).callees]) {
        const rows = [
          ...functionTable(each),
          ...packageTotals(each),
          ...categoryTotals(each),
          ...fileTotals(each),
        ];
        const isShare = (value: number) => value >= 0 && value <= 1 + 1e-9;
        expect(rows.filter((row) => !isShare(row.selfShare) || !isShare(row.totalShare))).toEqual([]);
        topDownRows(each).hotPath();
        bottomUpRows(each).hotPath();
      }
      lineTotals(result, tree, 'file:///app/a.js');
    }
    functionActivity(result, { parts: 3 });
    mapProfile(result, noMapping);
  }
}

describe('small profiles', () => {
  it('without samples', () => {
    askEverything(new ProfileBuilder('microseconds').profile);
    askEverything(new ProfileBuilder('bytes').profile);
  });

  it('of one sample, with and without weight', () => {
    askEverything(profileOf(['f:a', 0], ['', 10]));
    askEverything(profileOf(['f:a', 0]));
    askEverything(profileOf(['(idle)', 0], ['', 10]));
    const tree = aggregate(profileOf(['f:a', 0]));
    expect(functionTable(tree)).toMatchObject([{ name: 'f', self: 0, selfShare: 0, sampleCount: 1 }]);
    expect(bottomUpRows(tree).roots()).toMatchObject([
      { self: 0, total: 0, sampleCount: 1, hasChildren: false },
    ]);
  });

  it('of samples that stopped in the root', () => {
    const builder = new ProfileBuilder('count');
    builder.addWeighted(0, 5);
    askEverything(builder.profile);
    expect(treeAsText(invertTree(aggregate(builder.profile)))).toBe('(root) 5/5');
  });
});

describe('deep stacks', () => {
  it('of 2,000 different functions', () => {
    const stack = ['f:a', ...Array.from({ length: 2000 }, (_, i) => `g${i}:b`), 'f:a'].join(' > ');
    const profile = profileOf([stack, 0], [stack.slice(0, stack.length - 6), 7], ['', 10]);
    askEverything(profile, [[], [{ kind: 'collapse-recursion', functionKey: null }]]);
    for (const transform of everyTransform) invertTree(aggregate(transformProfile(profile, [transform])));
    const tree = aggregate(profile);
    expect(bottomUpRows(tree).hotPath().length).toBe(2002);
    expect(sandwich(tree, f).callees.totalWeight).toBe(10);
  });

  it('of one function 50,000 deep', () => {
    const builder = new ProfileBuilder('microseconds');
    const frame = builder.addFrame('f', 'file:///app/a.js', 1, 1);
    let node = 0;
    for (let depth = 0; depth < 50_000; depth++) node = builder.addChild(node, frame);
    builder.addSample(node, 0);
    builder.finish(10);
    const { profile } = builder;
    for (const transform of everyTransform) transformProfile(profile, [transform]);
    const tree = aggregate(profile);
    expect(transformProfile(profile, [everyTransform[1]!]).nodes.length).toBe(2);
    expect(invertTree(tree).nodes.length).toBe(50_001);
    expect(sandwich(tree, f).callers).toMatchObject({ totalWeight: 10, nodes: { length: 2 } });
    expect(bottomUpRows(tree).roots()).toMatchObject([{ self: 10, total: 10 }]);
  });
});

describe('many threads', () => {
  it('are one tree: 200 of them', () => {
    const thread = (i: number) =>
      aggregate(profileOf(['main:a > f:a', i], [`main:a > own${i}:a`, i + 10], ['', i + 11]));
    const merged = mergeCallTrees(Array.from({ length: 200 }, (_, i) => thread(i)));
    expect(merged.totalWeight).toBe(200 * 11);
    expect(merged.nodes.length).toBe(1 + 1 + 1 + 200);
    expect(sandwich(merged, f).callers.totalWeight).toBe(2000);
    expect(merged.sampleCount.reduce((sum, count) => sum + count)).toBe(400);
  });
});

describe('inverting', () => {
  it('folds callers too small to be seen into one, and loses nothing', () => {
    const builder = new ProfileBuilder('count');
    const leaf = builder.addFrame('leaf', '/a.js', 1, 1);
    for (let i = 0; i < 100; i++)
      builder.addWeighted(
        builder.addChild(builder.addChild(0, builder.addFrame(`c${i}`, '/a.js', 1, 1)), leaf),
        1,
      );
    builder.addWeighted(builder.addChild(0, builder.addFrame('big', '/a.js', 1, 1)), 900);
    const tree = aggregate(builder.profile);
    expect(treeAsText(invertTree(tree, { minShare: 0.2 }))).toBe(
      `(root) 0/1000\n  big 900/900\n  leaf 0/100\n    ${restName} 100/100`,
    );
    expect(invertTree(tree).nodes.length).toBe(103);
    expect(invertTree(tree, { minShare: 0.2 }).sampleCount.reduce((sum, count) => sum + count)).toBe(101);
  });
});
