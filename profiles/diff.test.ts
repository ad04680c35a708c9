import { describe, expect, it } from 'vitest';
import { aggregate, emptyCallTree } from './call-tree';
import { diffFunctions } from './diff';
import { profileOf } from './testing';

describe('the difference of two recordings', () => {
  it('matches functions whose lines and project folder moved, and orders by change of self share', () => {
    const a = aggregate(
      profileOf(
        ['main:/old/shop/a.js:1 > slow:/old/shop/a.js:10', 0],
        ['main:/old/shop/a.js:1 > steady:/old/shop/a.js:20', 600],
        ['', 1000],
      ),
    );
    const b = aggregate(
      profileOf(
        ['main:/new/shop/a.js:1 > slow:/new/shop/a.js:12', 0],
        ['main:/new/shop/a.js:1 > steady:/new/shop/a.js:22', 400],
        ['main:/new/shop/a.js:1 > fresh:/new/shop/a.js:30', 1400],
        ['', 2000],
      ),
    );
    const rows = diffFunctions(a, b, { cwdA: '/old/shop', cwdB: '/new/shop' });
    expect(rows.map(({ name }) => name)).toEqual(['slow', 'fresh', 'steady', 'main']);
    expect(rows[0]).toMatchObject({
      lineA: 10,
      lineB: 12,
      selfA: 600,
      selfB: 400,
      selfShareA: 0.6,
      selfShareB: 0.2,
    });
    expect(rows[3]).toMatchObject({ totalA: 1000, totalB: 2000, selfA: 0, totalShareB: 1 });
  });

  it('puts the bigger of unchanged functions first, whatever they are called', () => {
    const tree = aggregate(profileOf(['alpha:a', 0], ['beta:a', 10], ['zeta:a', 30], ['', 90]));
    expect(diffFunctions(tree, tree).map(({ name }) => name)).toEqual(['zeta', 'beta', 'alpha']);
  });

  it('has zeros for a function that only one side has', () => {
    const a = aggregate(profileOf(['gone:a', 0], ['', 10]));
    const b = aggregate(profileOf(['fresh:a', 0], ['', 10]));
    const rows = diffFunctions(a, b);
    expect(rows.map(({ name, selfA, selfB, lineA, lineB }) => [name, selfA, selfB, lineA, lineB])).toEqual([
      ['fresh', 0, 10, 0, 1],
      ['gone', 10, 0, 1, 0],
    ]);
  });

  it('tells functions of one name apart where they did not move, and takes the others together', () => {
    const a = aggregate(profileOf(['(anonymous):a:5', 0], ['(anonymous):a:50', 100], ['', 300]));
    const b = aggregate(profileOf(['(anonymous):a:5', 0], ['(anonymous):a:51', 200], ['', 300]));
    expect(diffFunctions(a, b).map(({ lineA, lineB, selfA, selfB }) => [lineA, lineB, selfA, selfB])).toEqual(
      [
        [5, 5, 100, 200],
        [50, 51, 200, 100],
      ],
    );
  });

  it('of a recording with itself is zero, and with nothing is everything', () => {
    const tree = aggregate(profileOf(['main:a > work:a', 0], ['main:a', 30], ['', 50]));
    for (const row of diffFunctions(tree, tree)) expect(row.selfA).toBe(row.selfB);
    expect(
      diffFunctions(emptyCallTree('microseconds'), tree).map(({ name, selfShareA, selfShareB }) => [
        name,
        selfShareA,
        selfShareB,
      ]),
    ).toEqual([
      ['work', 0, 0.6],
      ['main', 0, 0.4],
    ]);
  });
});
