import { expect, it } from 'vitest';
import { overallSentence } from './overall';
import type { LeakSubject, SubjectVerdict } from './types';

function still(subject: LeakSubject, slopeBytesPerHour: number): SubjectVerdict {
  const trend = {
    points: 9,
    startUs: 0,
    endUs: 50e6,
    slopeBytesPerHour,
    slopeLow: -1e6,
    slopeHigh: 1e6,
    p: 0.5,
    growthBytes: 0,
    bytesPerOperation: null,
    levelledOff: false,
  };
  return { thread: 'p1', subject, outcome: 'not-leaking', sentence: subject, trend, rules: [], warmUpUs: 0 };
}

const threads = [{ key: 'p1', title: 'app.js', startedUs: 0 }];
const nothing = { constructors: [], sites: [] };

it('of what does not grow the heap is told, though it shrank and what is outside stood still', () => {
  const subjects = [still('heap', -5e5), still('external', 0)];
  expect(overallSentence('not-leaking', subjects, threads, nothing)).toBe('heap');
  expect(overallSentence('not-leaking', [still('heap', 1e5), still('external', 9e5)], threads, nothing)).toBe(
    'external',
  );
});
