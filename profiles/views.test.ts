import { describe, expect, it } from 'vitest';
import { functionActivity } from './activity';
import { arithmeticCwd, arithmeticKey, arithmeticProfile, arithmeticTotals } from './arithmetic';
import { aggregate, commonUnit, mergeCallTrees, treeAsText } from './call-tree';
import { addLineTotals, lineTotals } from './lines';
import { categoryTotals, fileTotals, packageTotals } from './totals';
import type { GroupTotal } from './totals';
import { findFrame } from './functions';
import { bottomUpRows, sameRows, topDownRows } from './tree-rows';
import type { TreeRow, TreeRows } from './tree-rows';

const a = arithmeticProfile('a');
const b = arithmeticProfile('b');
const treeA = aggregate(a);
const { busy } = arithmeticTotals.a;
const rowsOf = (rows: GroupTotal[]) =>
  rows.map(({ label, self, total, sampleCount }) => [label, self, total, sampleCount]);

describe('weights by samples', () => {
  it('count every sample as one, in the unit count', () => {
    const tree = aggregate(a, { weights: 'samples' });
    expect(tree.unit).toBe('count');
    expect(treeAsText(tree)).toBe(`(root) 0/14
  main 1/12
    next 0/8
      layer 0/8
        handle 1/8
          render 1/5
            walk 1/4
              visit 0/2
                walk 1/2
                  stringify 1/1
              walk 1/1
          query 0/2
            readFileSync 1/2
              open 1/1
    render 1/2
      walk 1/1
    query 1/1
  (garbage collector) 1/1
  (program) 1/1`);
    expect(tree.idleWeight).toBe(1);
    expect(aggregate(a, { weights: 'samples', includeIdle: true }).totalWeight).toBe(
      arithmeticTotals.a.samples,
    );
    expect([...tree.self]).toEqual([...tree.sampleCount]);
  });
});

describe('a range', () => {
  it('cuts the samples across its edges', () => {
    const tree = aggregate(a, { range: { startUs: 500, endUs: 1100 } });
    expect(treeAsText(tree)).toBe(`(root) 0/600
  main 0/600
    render 0/512
      walk 512/512
    query 77/77
    next 0/11
      layer 0/11
        handle 0/11
          query 0/11
            readFileSync 11/11`);
    expect(tree.sampleCount.reduce((sum, count) => sum + count)).toBe(4);
  });
});

describe('threads of different units', () => {
  it('are shown in the wanted unit, or in that of most', () => {
    const of = (...units: ('bytes' | 'count' | 'microseconds')[]) => units.map((unit) => ({ unit }));
    expect(commonUnit([])).toBe(null);
    expect(commonUnit(of('count', 'bytes', 'bytes'))).toBe('bytes');
    expect(commonUnit(of('count', 'bytes'))).toBe('count');
    expect(commonUnit(of('bytes', 'bytes', 'microseconds'), 'microseconds')).toBe('microseconds');
    expect(commonUnit(of('bytes'), 'microseconds')).toBe('bytes');
  });
});

describe('totals', () => {
  it('by package have each npm package and what is in none', () => {
    const rows = packageTotals(treeA);
    expect(rowsOf(rows)).toEqual([
      ['Program', 8192, 8192, 1],
      ['Garbage collection', 2048, 2048, 1],
      ['@db/client', 1024, 1408, 1],
      ['Your code', 575, 2047, 8],
      ['Node.js', 384, 384, 2],
      ['Native', 64, 64, 1],
      ['express', 0, 510, 0],
    ]);
    expect(rows.filter(({ kind }) => kind === 'package').map(({ packageName }) => packageName)).toEqual([
      '@db/client',
      'express',
    ]);
    for (const row of rows) {
      expect(row.selfShare).toBe(row.self / busy);
      expect(row.totalShare).toBe(row.total / busy);
    }
  });

  it('by category add up to the whole', () => {
    expect(rowsOf(categoryTotals(treeA))).toEqual([
      ['Program', 8192, 8192, 1],
      ['Garbage collection', 2048, 2048, 1],
      ['Dependencies', 1024, 1534, 1],
      ['Your code', 575, 2047, 8],
      ['Node.js', 384, 384, 2],
      ['Native', 64, 64, 1],
    ]);
    const withIdle = categoryTotals(aggregate(a, { includeIdle: true }));
    expect(withIdle.find(({ category }) => category === 'idle')).toMatchObject({ label: 'Idle', self: 4096 });
    expect(withIdle.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it('by file are told by the path in the project', () => {
    expect(rowsOf(fileTotals(treeA, { cwd: arithmeticCwd }))).toEqual([
      ['Program', 8192, 8192, 1],
      ['Garbage collection', 2048, 2048, 1],
      ['node_modules/@db/client/index.js', 1024, 1408, 1],
      ['src/catalog.js', 572, 636, 6],
      ['node:fs', 256, 384, 1],
      ['node:internal/fs/utils', 128, 128, 1],
      ['Native', 64, 64, 1],
      ['src/server.js', 3, 2047, 2],
      ['node_modules/express/lib/layer.js', 0, 510, 0],
      ['node_modules/express/lib/router.js', 0, 510, 0],
    ]);
  });

  it('have samples that ended in the root, and no shares that are no number', () => {
    const tree = aggregate({
      ...a,
      samples: { ...a.samples, length: 1, node: new Int32Array(1), weight: new Float64Array(1) },
    });
    expect(packageTotals(tree)).toMatchObject([
      { label: '(root)', sampleCount: 1, selfShare: 0, totalShare: 0 },
    ]);
  });
});

describe('activity over time', () => {
  const frameKeys = [
    arithmeticKey('walk'),
    arithmeticKey('stringify'),
    'nobody\n\n0\n0',
    arithmeticKey('(idle)'),
  ];

  it('spreads samples over the parts of time that they last through', () => {
    const { rows } = functionActivity(a, { parts: 4, range: { startUs: 0, endUs: 64 }, frameKeys });
    expect(rows.map((row) => [...row])).toEqual([
      [9, 16, 16, 15],
      [0, 0, 0, 1],
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
  });

  it('counts samples where they were taken', () => {
    const { rows } = functionActivity(a, {
      parts: 4,
      range: { startUs: 0, endUs: 64 },
      frameKeys,
      weights: 'samples',
    });
    expect([...rows[0]!]).toEqual([2, 1, 0, 0]);
    expect([...rows[1]!]).toEqual([0, 0, 0, 1]);
  });

  it('adds up to self weights, for all functions at once and several threads', () => {
    const range = { startUs: 0, endUs: 1_505_000 };
    const keys = [arithmeticKey('walk'), arithmeticKey('query'), arithmeticKey('(idle)')];
    const options = { parts: 37, range, frameKeys: keys, includeIdle: true };
    const { rows } = functionActivity(a, options);
    functionActivity(b, { ...options, into: rows });
    const sums = rows.map((row) => row.reduce((sum, value) => sum + value, 0));
    [200_568, 101_024, 404_096].forEach((self, i) => expect(sums[i]).toBeCloseTo(self, -1));
    const all = functionActivity(a, { parts: 5 });
    expect(all.rows.length).toBe(a.frames.length);
    const whole = all.rows.reduce((sum, row) => sum + row.reduce((one, value) => one + value, 0), 0);
    expect(whole).toBeCloseTo(busy, 0);
  });

  it('is none in profiles without time', () => {
    const still = { ...a, startUs: 0, endUs: 0 };
    expect([...functionActivity(still, { parts: 2, frameKeys }).rows[0]!]).toEqual([0, 0]);
  });
});

describe('lines', () => {
  const client = 'file:///srv/shop/node_modules/@db/client/index.js';
  const catalog = 'file:///srv/shop/src/catalog.js';

  it('divide a node’s self weight in proportion to its ticks', () => {
    expect(lineTotals(a, treeA, client)).toEqual({
      line: Int32Array.of(8, 9),
      self: Float64Array.of(768, 256),
      ticks: Uint32Array.of(3, 1),
      unknownSelf: 0,
    });
    // Line 21 of walk: all 8 µs of one call, half of the 512 µs of another; 4 + 16 + 32 µs have no ticks.
    const { line, self, unknownSelf } = lineTotals(a, treeA, catalog);
    expect([[...line], [...self], unknownSelf]).toEqual([[21, 23], [264, 256], 52]);
  });

  it('count only what is in the range, and add up over threads', () => {
    const range = { startUs: 1023, endUs: 1123 };
    const inRange = lineTotals(a, aggregate(a, { range }), client);
    expect([...inRange.self]).toEqual([75, 25]);
    expect(lineTotals(a, aggregate(a, { range }), catalog).line.length).toBe(0);
    const both = addLineTotals([lineTotals(a, treeA, client), lineTotals(b, aggregate(b), client)]);
    expect([[...both.line], [...both.self], [...both.ticks]]).toEqual([
      [8, 9],
      [100_768, 256],
      [4, 1],
    ]);
  });
});

describe('tables of rows', () => {
  const name = ({ frame }: TreeRow) => treeA.frames.name[frame]!;
  const shown = (rows: readonly TreeRow[]) =>
    rows.map((row) => [name(row), row.self, row.total, row.sampleCount, row.hasChildren]);

  it('top-down have callees, heaviest first', () => {
    const table = topDownRows(treeA);
    expect(shown(table.roots())).toEqual([
      ['(program)', 8192, 8192, 1, false],
      ['(garbage collector)', 2048, 2048, 1, false],
      ['main', 1, 2047, 12, true],
    ]);
    const main = table.roots()[2]!;
    expect(shown(table.children(main))).toEqual([
      ['query', 1024, 1024, 1, false],
      ['render', 0, 512, 2, true],
      ['next', 0, 510, 8, true],
    ]);
    expect(table.hotPath(main).map(name)).toEqual(['main', 'query']);
  });

  it('bottom-up have functions by self weight, and callers below', () => {
    const table = bottomUpRows(treeA);
    expect(shown(table.roots())).toEqual([
      ['(program)', 8192, 8192, 1, false],
      ['(garbage collector)', 2048, 2048, 1, false],
      ['query', 1024, 1408, 1, true],
      ['walk', 568, 632, 4, true],
      ['readFileSync', 256, 384, 1, true],
      ['open', 128, 128, 1, true],
      ['stringify', 64, 64, 1, true],
      ['render', 4, 636, 2, true],
      ['handle', 2, 510, 1, true],
      ['main', 1, 2047, 1, false],
    ]);
    const walk = table.roots()[3]!;
    const [render, visit, self] = table.children(walk);
    expect(shown([render!, visit!, self!])).toEqual([
      ['render', 520, 632, 2, true],
      ['visit', 32, 96, 1, true],
      ['walk', 16, 16, 1, true],
    ]);
    expect(shown(table.children(render!))).toEqual([
      ['main', 512, 512, 1, false],
      ['handle', 8, 120, 1, true],
    ]);
    expect(table.hotPath(walk).map(name)).toEqual(['walk', 'render', 'main']);
  });

  it('find rows again by their path, in other data too', () => {
    const table = bottomUpRows(treeA);
    const walk = table.roots()[3]!;
    const handle = table.children(table.children(walk)[0]!)[1]!;
    const path = table.path(handle);
    expect(path).toEqual(['walk', 'render', 'handle'].map((each) => arithmeticKey(each as 'walk')));
    const merged = mergeCallTrees([treeA, aggregate(b)]);
    const again = bottomUpRows(merged);
    expect(again.rowsOn(path).map(({ frame }) => merged.frames.name[frame])).toEqual([
      'walk',
      'render',
      'handle',
    ]);
    expect(topDownRows(merged).rowsOn(path)).toEqual([]);
  });

  it('find what was open again in a table of other data, without what is gone', () => {
    const merged = mergeCallTrees([aggregate(b), treeA]);
    const key = (table: TreeRows, row: TreeRow) => table.path(row).map((each) => each.split('\n')[0]);
    const old = topDownRows(treeA);
    const opened = (['main', 'readFileSync', 'stringify'] as const).map((each) =>
      old.heaviestOf(findFrame(treeA.frames, arithmeticKey(each))).at(-1)!,
    );
    const now = topDownRows(merged);
    expect(sameRows(old, opened, now).map((row) => key(now, row))).toEqual(
      opened.map((row) => key(old, row)),
    );
    const gone = topDownRows(aggregate(b));
    expect(sameRows(old, opened, gone).map((row) => key(gone, row))).toEqual([['main']]);
    const [walk] = bottomUpRows(treeA).search(
      Uint8Array.from(treeA.frames.name, (each) => Number(each === 'walk')),
    );
    expect(walk).toMatchObject({ depth: 0, self: 568 });
  });

  it('top-down find every call of what is searched, in reading order', () => {
    const table = topDownRows(treeA);
    const found = table.search(Uint8Array.from(treeA.frames.name, (each) => Number(each === 'walk')));
    expect(found.map(({ depth, total }) => [depth, total])).toEqual([
      [2, 512],
      [5, 120],
      [7, 96],
      [6, 16],
    ]);
  });
});
