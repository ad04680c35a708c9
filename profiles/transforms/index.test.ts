import { describe, expect, it } from 'vitest';
import { arithmeticKey, arithmeticProfile, arithmeticTotals, arithmeticTrees } from '../arithmetic';
import { aggregate, treeAsText } from '../call-tree';
import { lineTotals } from '../lines';
import { profileOf } from '../testing';
import { transformProfile } from './index';
import type { Transform } from './index';

const profile = arithmeticProfile('a');
const key = arithmeticKey;
const after = (...transforms: Transform[]) => treeAsText(aggregate(transformProfile(profile, transforms)));
/** The whole tree with these lines in place of those below `main`. */
const withMain = (lines: string) => `(root) 0/12287
  (program) 8192/8192
  (garbage collector) 2048/2048
${lines}`;
const catalog = 'file:///srv/shop/src/catalog.js';
const allKinds: Transform[] = [
  { kind: 'categories', keep: ['app'] },
  { kind: 'collapse-recursion', functionKey: key('walk') },
  { kind: 'collapse-recursion', functionKey: null },
  { kind: 'collapse-function', functionKey: key('render') },
  { kind: 'collapse-file', url: catalog },
  { kind: 'collapse-package', packageName: 'express' },
  { kind: 'collapse-dependencies' },
  { kind: 'collapse-node' },
  { kind: 'merge-function', functionKey: key('walk') },
  { kind: 'drop-function', functionKey: key('query') },
  { kind: 'focus-subtree', path: [key('main'), key('next')] },
  { kind: 'focus-function', functionKey: key('query') },
  { kind: 'focus-callees', functionKey: key('walk') },
  { kind: 'drop-below', share: 0.05 },
];

describe('a transform', () => {
  it('of categories keeps samples by their innermost frame', () => {
    expect(after({ kind: 'categories', keep: ['app'] })).toBe(`(root) 0/575
  main 1/575
    render 0/512
      walk 512/512
    next 0/62
      layer 0/62
        handle 2/62
          render 4/60
            walk 8/56
              visit 0/32
                walk 32/32
              walk 16/16`);
    expect(after({ kind: 'categories', keep: ['gc', 'program'] })).toBe(
      '(root) 0/10240\n  (program) 8192/8192\n  (garbage collector) 2048/2048',
    );
    expect(after({ kind: 'categories', keep: [] })).toBe('(root) 0/0');
  });

  it.each([[key('walk')], [null]])('collapses direct and indirect recursion (%j)', (functionKey) => {
    expect(after({ kind: 'collapse-recursion', functionKey })).toBe(
      withMain(`  main 1/2047
    query 1024/1024
    render 0/512
      walk 512/512
    next 0/510
      layer 0/510
        handle 2/510
          query 0/384
            readFileSync 256/384
              open 128/128
          render 4/124
            walk 56/120
              stringify 64/64`),
    );
  });

  it('collapses a function: what it calls is its own', () => {
    expect(after({ kind: 'collapse-function', functionKey: key('render') })).toBe(
      withMain(`  main 1/2047
    query 1024/1024
    render 512/512
    next 0/510
      layer 0/510
        handle 2/510
          query 0/384
            readFileSync 256/384
              open 128/128
          render 124/124`),
    );
  });

  it('collapses a file: its neighbouring frames are one', () => {
    expect(after({ kind: 'collapse-file', url: catalog })).toBe(
      withMain(`  main 1/2047
    query 1024/1024
    catalog.js 512/512
    next 0/510
      layer 0/510
        handle 2/510
          query 0/384
            readFileSync 256/384
              open 128/128
          catalog.js 60/124
            stringify 64/64`),
    );
  });

  it('collapses a package, or all of them', () => {
    const express = after({ kind: 'collapse-package', packageName: 'express' });
    expect(express).toContain(`    express 0/510
      handle 2/510
        query 0/384`);
    expect(express).toContain('    query 1024/1024');
    expect(after({ kind: 'collapse-dependencies' })).toBe(
      withMain(`  main 1/2047
    @db/client 1024/1024
    render 0/512
      walk 512/512
    express 0/510
      handle 2/510
        @db/client 0/384
          readFileSync 256/384
            open 128/128
        render 4/124
          walk 8/120
            visit 0/96
              walk 32/96
                stringify 64/64
            walk 16/16`),
    );
  });

  it('collapses Node internals', () => {
    expect(after({ kind: 'collapse-node' })).toContain(`          query 0/384
            node internals 384/384
          render 4/124`);
  });

  it('merges a function into its callers', () => {
    expect(after({ kind: 'merge-function', functionKey: key('walk') })).toBe(
      withMain(`  main 1/2047
    query 1024/1024
    render 512/512
    next 0/510
      layer 0/510
        handle 2/510
          query 0/384
            readFileSync 256/384
              open 128/128
          render 28/124
            visit 32/96
              stringify 64/64`),
    );
  });

  it('drops samples with a function', () => {
    const dropped = transformProfile(profile, [{ kind: 'drop-function', functionKey: key('query') }]);
    expect(aggregate(dropped).totalWeight).toBe(12_287 - 1408);
    expect(dropped.samples.length).toBe(12);
    expect(treeAsText(aggregate(dropped))).not.toContain('query');
  });

  it('focuses on the subtree of one path', () => {
    const path = [key('main'), key('next'), key('layer'), key('handle'), key('render')];
    expect(after({ kind: 'focus-subtree', path })).toBe(`(root) 0/124
  render 4/124
    walk 8/120
      visit 0/96
        walk 32/96
          stringify 64/64
      walk 16/16`);
    expect(after({ kind: 'focus-subtree', path: [key('render')] })).toBe('(root) 0/0');
    expect(after({ kind: 'focus-subtree', path: [] })).toBe(arithmeticTrees.a);
  });

  it('focuses on a function with callers and callees', () => {
    expect(after({ kind: 'focus-function', functionKey: key('query') })).toBe(`(root) 0/1408
  main 0/1408
    query 1024/1024
    next 0/384
      layer 0/384
        handle 0/384
          query 0/384
            readFileSync 256/384
              open 128/128`);
  });

  it('focuses on what a function calls, from wherever', () => {
    expect(after({ kind: 'focus-callees', functionKey: key('render') })).toBe(`(root) 0/636
  render 4/636
    walk 520/632
      visit 0/96
        walk 32/96
          stringify 64/64
      walk 16/16`);
  });

  it('drops paths below a share of the whole; idle time stays apart', () => {
    const dropped = transformProfile(profile, [{ kind: 'drop-below', share: 0.05 }]);
    expect(treeAsText(aggregate(dropped))).toBe(
      withMain(`  main 1023/2047
    query 1024/1024`),
    );
    expect(aggregate(dropped, { includeIdle: true }).totalWeight).toBe(arithmeticTotals.a.all);
    expect(aggregate(dropped).idleWeight).toBe(4096);
    expect(after({ kind: 'drop-below', share: 0 })).toBe(arithmeticTrees.a);
    // A path of exactly the share is not below it.
    const quarters = profileOf(['main:a', 0], ['other:b', 25], ['', 100]);
    expect(treeAsText(aggregate(transformProfile(quarters, [{ kind: 'drop-below', share: 0.25 }])))).toBe(
      '(root) 0/100\n  other 75/75\n  main 25/25',
    );
  });

  it('keeps time: a range of the result is the result of the range', () => {
    const below = transformProfile(profile, [{ kind: 'focus-callees', functionKey: key('walk') }]);
    expect(treeAsText(aggregate(below, { range: { startUs: 0, endUs: 63 } }))).toBe(`(root) 0/56
  walk 8/56
    visit 0/32
      walk 32/32
    walk 16/16`);
    expect([...below.samples.timeUs.subarray(0, below.samples.length)]).toEqual([7, 15, 31, 63, 511]);
    expect([below.startUs, below.endUs]).toEqual([0, 16_383]);
  });

  it('keeps lines of a file where they stay in the file, and reasons of deoptimisation with their function', () => {
    const linesAfter = (transform: Transform) => {
      const result = transformProfile(profile, [transform]);
      const { line, self, unknownSelf } = lineTotals(result, aggregate(result), catalog);
      return [[...line].map((each, i) => [each, self[i]]), unknownSelf];
    };
    expect(linesAfter({ kind: 'merge-function', functionKey: key('walk') })).toEqual([
      [
        [21, 256 + 28],
        [23, 256],
      ],
      32,
    ]);
    // Lines of another file are nowhere, and do not make those of this one heavier.
    expect(linesAfter({ kind: 'collapse-function', functionKey: key('main') })).toEqual([[], 0]);
    const reasons = (transform: Transform) => [
      ...transformProfile(profile, [transform]).deoptReasons!.values(),
    ];
    expect(reasons({ kind: 'collapse-recursion', functionKey: null })).toEqual(['wrong map', 'not a Smi']);
    expect(reasons({ kind: 'merge-function', functionKey: key('walk') })).toEqual(['wrong map']);
    expect(reasons({ kind: 'drop-function', functionKey: key('handle') })).toEqual([]);
  });

  it('that names what is not there focuses on nothing, or changes nothing', () => {
    const functionKey = 'nobody\n\n0\n0';
    for (const kind of ['focus-function', 'focus-callees'] as const) {
      const empty = transformProfile(profile, [{ kind, functionKey }]);
      expect([empty.samples.length, empty.nodes.length]).toEqual([0, 1]);
    }
    expect(after({ kind: 'focus-subtree', path: [key('main'), functionKey] })).toBe('(root) 0/0');
    for (const kind of [
      'merge-function',
      'drop-function',
      'collapse-function',
      'collapse-recursion',
    ] as const)
      expect(transformProfile(profile, [{ kind, functionKey }])).toBe(profile);
    expect(transformProfile(profile, [{ kind: 'collapse-file', url: 'x.js' }])).toBe(profile);
    expect(transformProfile(profile, [{ kind: 'collapse-file', url: '' }])).toBe(profile);
    expect(transformProfile(profile, [{ kind: 'collapse-package', packageName: 'pg' }])).toBe(profile);
  });

  it.each(allKinds)(
    'leaves the profile that it is given as it was, and parents before children: %j',
    (transform) => {
      const given = arithmeticProfile('a');
      const before = structuredClone(given);
      const { nodes } = transformProfile(given, [transform]);
      expect(given).toEqual(before);
      for (let node = 1; node < nodes.length; node++) {
        expect(nodes.parent[node]).toBeLessThan(node);
        expect(nodes.depth[node]).toBe(nodes.depth[nodes.parent[node]!]! + 1);
      }
    },
  );

  it.each(allKinds.filter(({ kind }) => kind !== 'focus-subtree'))(
    'done twice is done once: %j',
    (transform) => {
      expect(after(transform, transform)).toBe(after(transform));
    },
  );
});

describe('transforms', () => {
  it('are none: the profile stays the same object', () => {
    expect(transformProfile(profile, [])).toBe(profile);
  });

  it('stack: each works on what the one before left', () => {
    expect(
      after(
        { kind: 'focus-callees', functionKey: key('render') },
        { kind: 'collapse-recursion', functionKey: null },
        { kind: 'drop-below', share: 0.2 },
      ),
    ).toBe('(root) 0/636\n  render 4/636\n    walk 632/632');
    expect(
      after(
        { kind: 'collapse-dependencies' },
        { kind: 'merge-function', functionKey: 'express\nnode_modules/express\n0\n0' },
        { kind: 'focus-function', functionKey: key('handle') },
        { kind: 'collapse-file', url: catalog },
      ),
    ).toBe(`(root) 0/510
  main 0/510
    handle 2/510
      @db/client 0/384
        readFileSync 256/384
          open 128/128
      catalog.js 60/124
        stringify 64/64`);
  });
});
