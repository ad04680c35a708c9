import { expect, it } from 'vitest';
import { adviceFor, overallSentence, type AdviceFacts } from './overall';
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

const leaking = (subject: LeakSubject): SubjectVerdict => ({ ...still(subject, 5e8), outcome: 'leaking' });
const site = {
  name: 'remember',
  url: 'app.js',
  line: 1,
  column: 1,
  aliveBytes: 2e6,
  growthBytes: 1e6,
  thread: 'p1',
};

it('functions are named for growth of their own thread’s heap only: what is outside is not sampled', () => {
  const suspects = { constructors: [], sites: [{ ...site, name: 'elsewhere', thread: 'p2' }, site] };
  expect(overallSentence('leaking', [leaking('heap')], threads, suspects)).toMatch(/allocated in remember/);
  expect(overallSentence('leaking', [leaking('external')], threads, suspects)).toBe('external');
});

it('who has snapshots of other threads is told of which they are missing', () => {
  const facts: AdviceFacts = {
    outcome: 'leaking',
    subjects: [leaking('heap')],
    isForcing: true,
    forceEveryMs: 5000,
    hasLoad: true,
    snapshots: 0,
    compared: true,
    sites: 'grown',
  };
  expect(adviceFor(facts)).toEqual([expect.stringMatching(/^Take two heap snapshots, one after/)]);
  expect(adviceFor({ ...facts, snapshotsMissOf: 'thumbs.mjs' })).toEqual([
    expect.stringMatching(/^The heap snapshots are of other threads. Take two of thumbs.mjs/),
  ]);
});
