import { describe, expect, it } from 'vitest';
import type { V8CpuProfile } from '../../profiles/types';
import { utilizationOf } from './utilization';

const frame = (functionName: string) => ({
  functionName,
  url: '',
  scriptId: '0',
  lineNumber: -1,
  columnNumber: -1,
});

/** Samples 10 µs apart from time 1000: `i` idle, `w` at work. */
function chunkOf(pattern: string): V8CpuProfile {
  return {
    nodes: [
      { id: 1, callFrame: frame('(root)'), children: [2, 3] },
      { id: 2, callFrame: frame('(idle)') },
      { id: 3, callFrame: frame('work') },
    ],
    startTime: 1000,
    endTime: 1000 + pattern.length * 10,
    samples: [...pattern].map((letter) => (letter === 'i' ? 2 : 3)),
    timeDeltas: [...pattern].map((_, at) => (at === 0 ? 0 : 10)),
  };
}

describe('utilisation from samples', () => {
  it('is the share of time that is not idle, per interval', () => {
    expect(utilizationOf(chunkOf('iiiiwwwwiiww'), 40)).toEqual([
      { endUs: 1040, value: 0 },
      { endUs: 1080, value: 1 },
      { endUs: 1120, value: 0.5 },
    ]);
  });

  it('begins where the chunk before ended', () => {
    expect(utilizationOf(chunkOf('wwwwiiii'), 1000, 1040)).toEqual([{ endUs: 1080, value: 0 }]);
  });

  it('splits a long idle sample over the intervals it spans', () => {
    const chunk = { ...chunkOf('ww'), endTime: 1080, samples: [3, 2], timeDeltas: [0, 20] };
    expect(utilizationOf(chunk, 40).map(({ value }) => value)).toEqual([0.5, 0]);
  });

  it('does not count the time in which we stop the program, and leaves intervals of nothing else out', () => {
    const chunk = chunkOf('iiwwssssssss' + 'iiii');
    chunk.nodes[0]!.children!.push(4);
    chunk.nodes.push(
      {
        id: 4,
        callFrame: { ...frame('write'), url: '/opt/scorchmark/main/agent/heap-snapshot.cjs' },
        children: [5],
      },
      { id: 5, callFrame: frame('triggerHeapSnapshot') },
    );
    chunk.samples = [...'iiwwssssssssiiii'].map((letter) => ({ i: 2, w: 3, s: 5 })[letter]!);
    expect(utilizationOf(chunk, 80)).toEqual([
      { endUs: 1080, value: 0.5 },
      { endUs: 1160, value: 0 },
    ]);
    expect(utilizationOf(chunk, 40).map(({ endUs }) => endUs)).toEqual([1040, 1160]);
  });

  it('says nothing about a chunk without samples', () => {
    expect(utilizationOf({ ...chunkOf(''), endTime: 2000 }, 40)).toEqual([]);
  });
});
