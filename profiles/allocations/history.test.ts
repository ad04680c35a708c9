import { describe, expect, it } from 'vitest';
import type { V8HeapProfile } from '../types';
import { AllocationHistory, mostReads, type AllocationRead } from './history';

/** What V8 gives: `sizes` by function name, with the samples they consist of as [name, size, ordinal]. */
function profileOf(samples: [name: string, size: number, ordinal: number][]): V8HeapProfile {
  const names = [...new Set(samples.map(([name]) => name))];
  const frame = (functionName: string) => ({
    functionName,
    scriptId: '1',
    url: 'file:///a.js',
    lineNumber: 4,
    columnNumber: 2,
  });
  return {
    head: {
      callFrame: { ...frame('(root)'), url: '' },
      selfSize: 0,
      id: 1,
      children: names.map((name, at) => ({
        callFrame: frame(name),
        selfSize: samples.filter(([of]) => of === name).reduce((sum, [, size]) => sum + size, 0),
        id: at + 2,
        children: [],
      })),
    },
    samples: samples.map(([name, size, ordinal]) => ({ nodeId: names.indexOf(name) + 2, size, ordinal })),
  };
}

function sizes(profile: V8HeapProfile | undefined): Record<string, number> {
  return Object.fromEntries(
    (profile?.head.children ?? []).map(({ callFrame, selfSize }) => [callFrame.functionName, selfSize]),
  );
}

const seconds = 1e6;

describe('an allocation history', () => {
  const reads = [
    profileOf([
      ['start', 500, 1],
      ['cache', 100, 2],
    ]),
    // `start` was freed; `cache` has grown, `burst` is there for now.
    profileOf([
      ['cache', 100, 2],
      ['cache', 100, 3],
      ['burst', 900, 4],
    ]),
    profileOf([
      ['cache', 100, 2],
      ['cache', 100, 3],
      ['cache', 300, 6],
    ]),
  ];
  const add = (history: AllocationHistory): AllocationRead[] =>
    reads.map((profile, at) => history.add(profile, (at + 1) * 10 * seconds, 0, 'alive'));

  it('tells what was allocated in a range and is alive at its end', () => {
    const history = new AllocationHistory();
    add(history);
    const second = history.between(11 * seconds, 19 * seconds);
    expect(second).toMatchObject({ fromUs: 10 * seconds, toUs: 20 * seconds, kind: 'alive' });
    expect(sizes(second?.profile)).toEqual({ cache: 100, burst: 900 });
    expect(sizes(history.between(10 * seconds, 30 * seconds)?.profile)).toEqual({ cache: 400 });
    expect(sizes(history.between(20 * seconds, 30 * seconds)?.profile)).toEqual({ cache: 300 });
    // From the beginning: everything that is alive.
    expect(sizes(history.between(0, 30 * seconds)?.profile)).toEqual({ cache: 500 });
  });

  it('has nothing to say when both ends are nearest to the same profile', () => {
    const history = new AllocationHistory();
    expect(history.between(0, 5 * seconds)).toBeNull();
    add(history);
    expect(history.between(18 * seconds, 22 * seconds)).toBeNull();
  });

  it('says the same from the lines of a file', () => {
    const written = add(new AllocationHistory()).map((line) => JSON.stringify(line));
    const read = new AllocationHistory();
    for (const line of written) read.apply(JSON.parse(line) as AllocationRead);
    expect(sizes(read.between(10 * seconds, 30 * seconds)?.profile)).toEqual({ cache: 400 });
    expect(read.between(10 * seconds, 30 * seconds)?.profile.head.children[0]?.callFrame).toMatchObject({
      url: 'file:///a.js',
      lineNumber: 4,
      columnNumber: 2,
    });
  });

  it('adds up the parts when garbage counts, too', () => {
    const history = new AllocationHistory();
    reads.forEach((profile, at) => history.add(profile, (at + 1) * 10 * seconds, 0, 'all'));
    expect(sizes(history.between(10 * seconds, 30 * seconds)?.profile)).toEqual({ cache: 700, burst: 900 });
    expect(sizes(history.between(0, 10 * seconds)?.profile)).toEqual({ cache: 100, start: 500 });
  });

  it.each(['alive', 'all'] as const)(
    'stays bounded, and thinned tells the same of long ranges (%s)',
    (kind) => {
      const history = new AllocationHistory();
      const count = mostReads * 4;
      for (let at = 1; at <= count; at++) {
        const from = kind === 'alive' ? 1 : at;
        const samples = Array.from({ length: at - from + 1 }, (_, i): [string, number, number] => [
          'grows',
          10,
          from + i,
        ]);
        history.add(profileOf(samples), at * seconds, 0, kind);
      }
      expect(history.timesUs.length).toBeLessThanOrEqual(mostReads);
      expect(sizes(history.between(0, count * seconds)?.profile)).toEqual({ grows: count * 10 });
      const late = history.between((count - 20) * seconds, (count - 10) * seconds)!;
      expect(late.toUs - late.fromUs).toBe(10 * seconds);
      expect(sizes(late.profile)).toEqual({ grows: 100 });
      const early = history.between(100 * seconds, 400 * seconds)!;
      expect(sizes(early.profile)).toEqual({ grows: ((early.toUs - early.fromUs) / seconds) * 10 });
    },
  );
});
