import { describe, expect, it } from 'vitest';
import { profileOf } from '../../profiles/testing';
import { sentenceText, sessionVerdict } from './verdict';

describe('the verdict over a session', () => {
  it('takes all threads together', () => {
    const stacks = Array.from({ length: 60 }, (_, i): [string, number] => ['main:a > hot:a:41', i * 1000]);
    const thread = profileOf(...stacks, ['', 60_000]);
    const sentences = sessionVerdict({
      cpu: new Map([
        ['p1', thread],
        ['p2', thread],
      ]),
      series: [],
      marks: [
        { kind: 'blocked', tUs: 5, durationMs: 212, text: '', thread: 'p1' },
        { kind: 'stop', tUs: 9, text: '' },
      ],
      loadResult: null,
      cwd: '/app',
    });
    expect(sentences.map((sentence) => sentenceText(sentence).replaceAll('\u202F', ' '))).toEqual([
      '100 % of the CPU time went to `hot` (a.js:41).',
      'The event loop was blocked once, for 212 ms.',
    ]);
  });
});
