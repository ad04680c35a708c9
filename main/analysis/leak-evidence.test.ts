import { expect, it } from 'vitest';
import { AllocationHistory } from '../../profiles/allocations/history';
import { heapProfileToProfile } from '../../profiles/formats/heapprofile';
import type { Profile, V8HeapProfile } from '../../profiles/types';
import { liveAllocations } from './leak-evidence';

const second = 1e6;

/** Of functions by name: bytes, and the number of V8's sample. */
function read(samples: Record<string, [bytes: number, ordinal: number]>): V8HeapProfile {
  const names = Object.keys(samples);
  const frame = (functionName: string): V8HeapProfile['head']['callFrame'] => ({
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
        selfSize: samples[name]![0],
        id: at + 2,
        children: [],
      })),
    },
    samples: names.map((name, at) => ({
      nodeId: at + 2,
      size: samples[name]![0],
      ordinal: samples[name]![1],
    })),
  };
}

function namesIn(profile: Profile | null): string[] {
  return profile ? [...new Set(profile.frames.name.filter((name) => name !== '' && name !== '(root)'))] : [];
}

it('what was loaded at the start has not grown since the warm-up, however seldom profiles were read', () => {
  const history = new AllocationHistory();
  history.add(read({ early: [100, 1] }), 5 * second, 0, 'alive');
  const load = [100, 2] as [number, number];
  history.add(read({ early: [100, 1], load }), 40 * second, 0, 'alive');
  const last = read({ early: [100, 1], load, leak: [500, 3] });
  history.add(last, 60 * second, 0, 'alive');
  const alive = liveAllocations(heapProfileToProfile(last), history);
  expect(namesIn(alive.since(15 * second))).toEqual(['leak']);
  // Too little would be left behind a later one: then the nearest.
  expect(namesIn(alive.since(41 * second))).toEqual(['leak']);
  expect(namesIn(alive.since(4 * second))).toEqual(['load', 'leak']);
});

it('without a history nothing is known to have grown', () => {
  expect(liveAllocations(heapProfileToProfile(read({})), undefined).since(0)).toBeNull();
});
