import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProfileBuilder } from './builder';
import { aggregate } from './call-tree';
import {
  callees,
  callers,
  categoryTotals,
  findFrame,
  frameKey,
  functionTable,
  packageTotals,
} from './functions';
import { profileOf } from './testing';

const names = (rows: { name: string; weight: number }[]) =>
  rows.map(({ name, weight }) => `${name} ${weight}`);

/** fib calls itself, and calls helper, which calls fib again. */
const recursive = aggregate(
  profileOf(
    ['main:a > fib:a', 0],
    ['main:a > fib:a > fib:a', 100],
    ['main:a > fib:a > helper:a > fib:a', 300],
    ['main:a > fib:a > helper:a', 600],
    ['other:a > fib:a', 1000],
    ['', 1500],
  ),
);
const keyOfName = (tree: typeof recursive, name: string) =>
  frameKey(tree.frames, tree.frames.name.indexOf(name));

describe('the function table', () => {
  it('counts recursion once and is ordered by self time', () => {
    expect(
      functionTable(recursive).map(({ name, self, total, sampleCount }) => [name, self, total, sampleCount]),
    ).toEqual([
      ['fib', 1100, 1500, 4],
      ['helper', 400, 700, 1],
      ['main', 0, 1000, 0],
      ['other', 0, 500, 0],
    ]);
  });

  it('has shares of all busy time', () => {
    const [fib] = functionTable(recursive);
    expect(fib).toMatchObject({ category: 'app', line: 1, totalShare: 1 });
    expect(fib!.selfShare).toBeCloseTo(1100 / 1500);
  });

  it('agrees with a slow count over whole stacks, for any tree', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.array(fc.nat(3), { minLength: 1, maxLength: 8 }), fc.nat(100)), {
          maxLength: 30,
        }),
        (stacks) => {
          const builder = new ProfileBuilder('bytes');
          const slow = new Map<string, { self: number; total: number }>();
          const of = (name: string) => {
            if (!slow.has(name)) slow.set(name, { self: 0, total: 0 });
            return slow.get(name)!;
          };
          for (const [path, weight] of stacks) {
            let node = 0;
            for (const f of path) node = builder.addChild(node, builder.addFrame(`f${f}`, '/x.js', 1, 1));
            builder.addWeighted(node, weight);
            of(`f${path.at(-1)!}`).self += weight;
            for (const f of new Set(path)) of(`f${f}`).total += weight;
          }
          const tree = aggregate(builder.profile);
          for (const row of functionTable(tree)) {
            expect({ self: row.self, total: row.total }).toEqual(slow.get(row.name));
            const key = frameKey(tree.frames, row.frame);
            const sum = (rows: { weight: number }[]) => rows.reduce((total, { weight }) => total + weight, 0);
            expect(sum(callers(tree, key))).toBe(row.total);
            expect(sum(callees(tree, key)) + row.self).toBe(row.total);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('callers and callees', () => {
  it('add up to the function’s total, recursion or not', () => {
    const fib = keyOfName(recursive, 'fib');
    expect(names(callers(recursive, fib))).toEqual(['main 1000', 'other 500']);
    expect(names(callees(recursive, fib))).toEqual(['helper 400']);
    expect(names(callees(recursive, keyOfName(recursive, 'main')))).toEqual(['fib 1000']);
  });

  it('are none for a function that is not there', () => {
    expect(findFrame(recursive.frames, 'nobody\n\n0\n0')).toBe(-1);
    expect(callers(recursive, 'nobody\n\n0\n0')).toEqual([]);
    expect(callees(recursive, 'nobody\n\n0\n0')).toEqual([]);
  });
});

describe('totals', () => {
  const tree = aggregate(
    profileOf(
      ['main:a > query:/app/node_modules/pg/index.js > parse:/app/node_modules/pg-types/x.js', 0],
      ['main:a > query:/app/node_modules/pg/index.js > query:/app/node_modules/pg/index.js', 100],
      ['main:a > write:node:fs', 300],
      ['(garbage collector)', 600],
      ['', 1000],
    ),
  );

  it('by category', () => {
    expect(categoryTotals(tree)).toMatchObject([
      { category: 'gc', self: 400, share: 0.4 },
      { category: 'dependency', self: 300, share: 0.3 },
      { category: 'node', self: 300, share: 0.3 },
    ]);
  });

  it('by package', () => {
    expect(packageTotals(tree).map(({ packageName, self, total }) => [packageName, self, total])).toEqual([
      ['', 400, 400],
      ['', 300, 300],
      ['pg', 200, 300],
      ['pg-types', 100, 100],
      ['', 0, 600],
    ]);
  });
});
