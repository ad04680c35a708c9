import { describe, expect, it } from 'vitest';
import { treeAsText } from '../../profiles/call-tree';
import { ProfileBuilder } from '../../profiles/builder';
import { profileOf } from '../../profiles/testing';
import { Explorer } from './explorer';
import type { Scope } from './types';

const everything: Scope = {
  source: 'cpu',
  threads: null,
  range: null,
  transforms: [],
  weights: 'value',
  includeIdle: false,
  mapped: true,
};

/** Two threads: p1 works 30 µs in a (10 of them in b), p2 20 µs in a. */
function twoThreads(): Explorer {
  const explorer = new Explorer();
  explorer.setProfile('cpu', 'p1', profileOf(['a', 0], ['a > b', 20], ['(idle)', 30], ['', 40]));
  explorer.setProfile('cpu', 'p2', profileOf(['a', 0], ['', 20]));
  return explorer;
}
const text = (explorer: Explorer, change: Partial<Scope>): string =>
  treeAsText(explorer.answer('tree', { scope: { ...everything, ...change } })!.tree);

describe('the explorer', () => {
  it('adds threads up, or shows one', () => {
    const explorer = twoThreads();
    expect(text(explorer, {})).toBe('(root) 0/50\n  a 40/50\n    b 10/10');
    expect(text(explorer, { threads: ['p2'] })).toBe('(root) 0/20\n  a 20/20');
    expect(text(explorer, { threads: ['p1'], includeIdle: true })).toContain('(idle) 10/10');
  });

  it('counts samples instead of time', () => {
    expect(text(twoThreads(), { weights: 'samples' })).toBe('(root) 0/3\n  a 2/3\n    b 1/1');
  });

  it('keeps to a range, and says what the whole run weighs', () => {
    const scope = { ...everything, range: { startUs: 10, endUs: 25 } };
    const answer = twoThreads().answer('tree', { scope })!;
    expect(treeAsText(answer.tree)).toBe('(root) 0/25\n  a 20/25\n    b 5/5');
    expect(answer.runWeight).toBe(50);
  });

  it('turns trees inside out and obeys transforms', () => {
    const functionKey = 'b\n\n0\n0';
    const explorer = twoThreads();
    const keyOfB = explorer.answer('tree', { scope: everything })!.tree.frames.name.indexOf('b');
    expect(keyOfB).toBeGreaterThan(0);
    expect(text(explorer, { transforms: [{ kind: 'drop-function', functionKey }] })).toBe(
      '(root) 0/40\n  a 40/40',
    );
  });

  it('answers anew when samples have arrived, and hands out memory of its own', () => {
    const explorer = new Explorer();
    const builder = new ProfileBuilder('microseconds');
    const cursor = builder.newCursor();
    const node = builder.addChild(0, builder.addFrame('work', 'file:///x.js', 1, 1));
    const take = (until: number): void => {
      for (let timeUs = builder.profile.endUs; timeUs <= until; timeUs += 10) builder.addSample(node, timeUs);
      explorer.applyDelta('p1', builder.takeDelta(cursor)!);
    };
    take(100);
    const first = explorer.answer('tree', { scope: everything })!;
    take(200);
    const second = explorer.answer('tree', { scope: everything })!;
    expect([first.tree.totalWeight, second.tree.totalWeight]).toEqual([100, 200]);
    expect(second.newestUs).toBe(190);
    // As if it had been sent away.
    second.tree.total.fill(-1);
    expect(explorer.answer('tree', { scope: everything })!.tree.totalWeight).toBe(200);
    expect(explorer.facts('cpu')).toMatchObject([{ thread: 'p1', sampleCount: 21, timed: true }]);
  });

  it('never adds different units up: time is shown before counts', () => {
    const explorer = new Explorer();
    const counts = new ProfileBuilder('count');
    counts.addWeighted(counts.addChild(0, counts.addFrame('seen', '', 0, 0)), 7);
    explorer.setProfile('cpu', 'p0', counts.profile);
    expect(explorer.answer('tree', { scope: everything })!.tree).toMatchObject({
      unit: 'count',
      totalWeight: 7,
    });
    explorer.setProfile('cpu', 'p1', profileOf(['a', 0], ['', 20]));
    expect(explorer.answer('tree', { scope: everything })!.tree).toMatchObject({
      unit: 'microseconds',
      totalWeight: 20,
    });
    expect(text(explorer, { threads: ['p0'] })).toBe('(root) 0/7\n  seen 7/7');
  });

  it('charts, sandwiches and exports the same selection', () => {
    const explorer = twoThreads();
    const chart = explorer.answer('chart', { scope: everything })!;
    expect(chart.tracks.map(({ key }) => key)).toEqual(['p1', 'p2']);
    const tree = explorer.answer('tree', { scope: everything })!.tree;
    const frame = tree.frames.name.indexOf('b');
    const functionKey = [
      'b',
      tree.frames.url[frame],
      tree.frames.line[frame],
      tree.frames.column[frame],
    ].join('\n');
    const { callers, callees, runWeight } = explorer.answer('sandwich', { scope: everything, functionKey })!;
    expect([callers.totalWeight, callees.totalWeight, runWeight]).toEqual([10, 10, 50]);
    const { rows } = explorer.answer('activity', {
      scope: everything,
      functionKeys: [functionKey],
      parts: 4,
    });
    expect([...rows[0]!]).toEqual([0, 0, 10, 0]);
    const file = explorer.answer('export', { scope: everything, format: 'collapsed', name: 'mine' });
    expect(file.fileName).toBe('mine.collapsed.txt');
    expect(new TextDecoder().decode(file.bytes)).toContain('a;b');
  });

  it('has nothing to say about nothing', () => {
    const explorer = new Explorer();
    expect(explorer.answer('tree', { scope: everything })).toBeNull();
    expect(explorer.answer('chart', { scope: everything })).toBeNull();
    expect(
      explorer.answer('activity', { scope: everything, functionKeys: ['x'], parts: 2 }).rows,
    ).toHaveLength(1);
  });
});
