import { describe, expect, it } from 'vitest';
import { aggregate } from '../../../../profiles/call-tree';
import { parseCpuProfile } from '../../../../profiles/formats/cpuprofile';
import { functionDetails } from '../../../explorer/function-details';
import { factsOf, heaviestPath, packageOf } from './facts';

const frame = (functionName: string, lineNumber: number) => ({
  callFrame: { functionName, scriptId: '1', url: '/app/a.js', lineNumber, columnNumber: 0 },
});
const root = { functionName: '(root)', scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 };
/** main → cheap → hot (1 ms), main → dear → hot (3 ms); hot has ticks on lines 21 and 22. */
const raw = {
  nodes: [
    { id: 1, callFrame: root, children: [2] },
    { id: 2, ...frame('main', 0), children: [3, 4] },
    { id: 3, ...frame('cheap', 5), children: [5] },
    { id: 4, ...frame('dear', 10), children: [6] },
    { id: 5, ...frame('hot', 20), positionTicks: [{ line: 21, ticks: 1 }] },
    {
      id: 6,
      ...frame('hot', 20),
      positionTicks: [
        { line: 21, ticks: 1 },
        { line: 22, ticks: 2 },
      ],
      deoptReason: 'too big',
    },
  ],
  startTime: 0,
  endTime: 4000,
  samples: [5, 6, 6, 6],
  timeDeltas: [0, 1000, 1000, 1000],
};
const profile = parseCpuProfile(new TextEncoder().encode(JSON.stringify(raw)), {
  fileName: 'x',
  originUs: 0,
});
const tree = aggregate(profile);
const hot = 'hot\n/app/a.js\n21\n1';

describe('the details of a function', () => {
  it('have its numbers, callers and callees; none when it is not there', () => {
    const facts = factsOf(tree, hot)!;
    expect(facts.row).toMatchObject({ self: 4000, total: 4000, sampleCount: 4, selfShare: 1 });
    expect(facts.callers.map(({ name, weight }) => [name, weight])).toEqual([
      ['dear', 3000],
      ['cheap', 1000],
    ]);
    expect(facts.callees).toEqual([]);
    expect(factsOf(tree, 'gone\n/app/a.js\n1\n1')).toBeNull();
  });

  it('copy the stack that cost most', () => {
    expect(heaviestPath(tree, hot).map((key) => key.split('\n')[0])).toEqual(['main', 'dear', 'hot']);
  });

  it('divide its own time among its lines, and say why V8 does not optimise it', () => {
    const { lines, deoptReasons } = functionDetails([{ profile, tree }], hot);
    expect([...lines.line]).toEqual([21, 22]);
    expect([...lines.self]).toEqual([2000, 2000]);
    expect(deoptReasons).toEqual(['too big']);
    expect(functionDetails([{ profile, tree }], 'main\n/app/a.js\n1\n1').deoptReasons).toEqual([]);
  });

  it('take the version of the innermost package that the file lies in', () => {
    const packages = [
      { folder: '/app', version: '1' },
      { folder: '/app/node_modules/a', version: '2' },
      { folder: '/app/node_modules/a/node_modules/b', version: '3' },
    ];
    expect(packageOf('/app/node_modules/a/node_modules/b/i.js', packages)?.version).toBe('3');
    expect(packageOf('/app/node_modules/ab/i.js', packages)?.version).toBe('1');
    expect(packageOf('/elsewhere/i.js', packages)).toBeUndefined();
  });
});
