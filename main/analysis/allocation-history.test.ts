import { describe, expect, it } from 'vitest';
import { AllocationHistory } from '../../profiles/allocations/history';
import type { V8HeapProfile } from '../../profiles/types';
import { allocatedBetween, allocationTimes, historyOf } from './allocation-history';

const callFrame = {
  functionName: 'keep',
  scriptId: '1',
  url: 'file:///a.js',
  lineNumber: 1,
  columnNumber: 1,
};

function read(ordinals: number[]): V8HeapProfile {
  const child = { callFrame, selfSize: ordinals.length * 100, id: 2, children: [] };
  return {
    head: { callFrame: { ...callFrame, functionName: '(root)' }, selfSize: 0, id: 1, children: [child] },
    samples: ordinals.map((ordinal) => ({ nodeId: 2, size: 100, ordinal })),
  };
}

describe('a history on disk', () => {
  const written = new AllocationHistory();
  const lines = [read([1]), read([1, 2, 3]), read([1, 2, 3, 4])].map((profile, at) =>
    JSON.stringify(written.add(profile, (at + 1) * 1e6, 0, 'alive')),
  );

  it('says what was allocated between two instants, by thread', () => {
    const histories = new Map([['p1', historyOf(`${lines.join('\n')}\n`)]]);
    expect(allocationTimes(histories)).toEqual([
      { thread: 'p1', kind: 'alive', sinceUs: 0, timesUs: [1e6, 2e6, 3e6] },
    ]);
    const [found] = allocatedBetween(histories, { threads: null, startUs: 1e6, endUs: 3e6 });
    expect(found).toMatchObject({ thread: 'p1', fromUs: 1e6, toUs: 3e6, kind: 'alive' });
    expect(found!.profile.head.children).toMatchObject([
      { callFrame: { functionName: 'keep', url: 'file:///a.js', lineNumber: 1 }, selfSize: 300 },
    ]);
    expect(allocatedBetween(histories, { threads: ['p2'], startUs: 1e6, endUs: 3e6 })).toEqual([]);
  });

  it('ends where the workbench was killed while it wrote', () => {
    const history = historyOf(`${lines[0]}\n${lines[1]}\n${lines[2]!.slice(0, 40)}`);
    expect(history.timesUs).toEqual([1e6, 2e6]);
    expect(historyOf('').sampling).toBeNull();
  });
});
