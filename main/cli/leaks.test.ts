import { expect, it } from 'vitest';
import { leakThresholdsSchema, type LeakVerdict, type SubjectVerdict } from '../../profiles/leaks/types';
import type { ProcessInfo } from '../api';
import { verdictText } from './leaks';

const heap: SubjectVerdict = {
  thread: 'p7',
  subject: 'heap',
  outcome: 'leaking',
  sentence: 'The heap grew by 12 MB.',
  trend: null,
  rules: [],
  warmUpUs: 0,
};
const verdict: LeakVerdict = {
  outcome: 'leaking',
  sentence: 'main: The heap grew by 12 MB.',
  subjects: [
    heap,
    { ...heap, thread: 'p7.1', sentence: 'The heap grew by 3 MB.' },
    { ...heap, thread: 'p7.2', outcome: 'not-leaking', sentence: 'It stands still.' },
  ],
  constructors: [
    {
      name: 'Session',
      key: 1,
      countChange: 1200,
      sizeChange: 96_000,
      heldChange: 9_000_000,
      heldBy: 'held by "cache" in src/session.js',
    },
  ],
  sites: [
    {
      name: 'open\u001b[2J',
      url: 'file:///app/src/session.js',
      line: 12,
      column: 3,
      aliveBytes: 9_500_000,
      growthBytes: 9_000_000,
      thread: 'p7',
    },
  ],
  snapshots: null,
  advice: ['Record longer.'],
  method: '',
  thresholds: leakThresholdsSchema.parse({}),
};
const processes = [{ threads: [{ key: 'p7.1', title: 'worker thumbs' }] }] as unknown as ProcessInfo[];

it('says the verdict, who else is concerned by name, the suspects, and what would make it surer', () => {
  const text = verdictText(verdict, processes);
  expect(text.split('\n\n')).toEqual([
    'Leaking. main: The heap grew by 12 MB.',
    'worker thumbs: The heap grew by 3 MB.',
    expect.stringMatching(/^CONSTRUCTOR.*\nSession +\+1,200 +9\sMB +held by "cache" in src\/session.js$/),
    expect.stringMatching(/^ALLOCATED IN.*\nopen.* 9.5\sMB +9\sMB +file:\/\/\/app\/src\/session.js:12$/),
    'Record longer.',
  ]);
  expect(text).not.toContain('\u001b');
});
