import { describe, expect, it } from 'vitest';
import { AllocationHistory } from '../../../../profiles/allocations/history';
import type { V8HeapProfile } from '../../../../profiles/types';
import { allocationsInRangeText, answerKey } from './allocation-reads';

const second = 1e6;
const callFrame = {
  functionName: 'remember',
  scriptId: '1',
  url: 'file:///a.js',
  lineNumber: 0,
  columnNumber: 0,
};

/** A function that has allocated `samples` kilobytes so far. */
function profileOf(samples: number): V8HeapProfile {
  return {
    head: {
      callFrame: { ...callFrame, functionName: '(root)', url: '' },
      selfSize: 0,
      id: 1,
      children: [{ callFrame, selfSize: samples * 1000, id: 2, children: [] }],
    },
    samples: Array.from({ length: samples }, (_, at) => ({ nodeId: 2, size: 1000, ordinal: at + 1 })),
  };
}

function recorded(): AllocationHistory {
  const history = new AllocationHistory();
  for (let at = 1; at <= 6; at++) history.add(profileOf(at * 10), at * 5 * second, second, 'alive');
  return history;
}

function timesOf(history: AllocationHistory, thread = 'p1') {
  return [{ thread, kind: 'alive' as const, sinceUs: second, timesUs: history.timesUs }];
}

describe('the answer to a range', () => {
  it('is named after the reads that the engine takes for it', () => {
    const history = recorded();
    const byKey = new Map<string, string>();
    for (let start = 0; start < 32; start += 0.5)
      for (let end = start; end < 34; end += 0.7) {
        const range = { startUs: start * second, endUs: end * second };
        const found = history.between(range.startUs, range.endUs);
        const key = answerKey(timesOf(history), null, range);
        expect(key === '').toBe(found === null);
        if (!found) continue;
        const answer = JSON.stringify(found);
        expect(byKey.get(key) ?? answer).toBe(answer);
        byKey.set(key, answer);
      }
    // Seven times, and every earlier one with every later one.
    expect(byKey.size).toBe(21);
  });

  it('is of the chosen threads only, and there is none without a range', () => {
    const times = [...timesOf(recorded(), 'p1'), ...timesOf(recorded(), 'p2')];
    const range = { startUs: 5 * second, endUs: 20 * second };
    expect(answerKey(times, null, range).split('\n')).toHaveLength(2);
    expect(answerKey(times, ['p2'], range)).toMatch(/^p2 /);
    expect(answerKey(times, ['p3'], range)).toBe('');
    expect(answerKey(times, null, null)).toBe('');
  });
});

describe('what is said of allocations in a range', () => {
  const range = { startUs: 6 * second, endUs: 7 * second };

  it('names the readings that it lies between, and whether garbage counts', () => {
    const found = [{ thread: 'p1', fromUs: 5 * second, toUs: 20 * second, kind: 'alive' as const }];
    const text = allocationsInRangeText({ shown: true, times: [], found }, range);
    expect(text).toMatch(/^allocated between 5.s and 20.s and still alive at 20.s/);
    expect(
      allocationsInRangeText({ shown: true, times: [], found: [{ ...found[0]!, kind: 'all' }] }, range),
    ).toContain('garbage included');
  });

  it('says why the whole run is shown instead', () => {
    expect(allocationsInRangeText({ shown: false, times: timesOf(recorded()), found: [] }, range)).toMatch(
      /of the whole run: .* between two readings of the profile \(at 5.s, 10.s/,
    );
    expect(allocationsInRangeText({ shown: false, times: [], found: [] }, range)).toContain('no times');
    expect(allocationsInRangeText({ shown: false, times: null, found: [] }, range)).toBe('');
  });
});
