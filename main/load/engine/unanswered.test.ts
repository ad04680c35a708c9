import { expect, test } from 'vitest';
import { unansweredNote } from './unanswered';

test('who waits for longer than any answer took is told; who does not may have been answered in the next moment', () => {
  expect(unansweredNote([], 0)).toBeUndefined();
  expect(unansweredNote([1_500_000], 2_000_000)).toBeUndefined();
  expect(unansweredNote([3_900_000, 1_500_000, 3_000_000], 2_000_000)?.replaceAll('\u202f', ' ')).toMatch(
    /^2 requests had no answer when the load ended, after up to 3.9 s \(longer than any that was answered\) and are not counted/,
  );
  expect(unansweredNote([2_500_000], 0)?.replaceAll('\u202f', ' ')).toMatch(
    /^1 request had no answer when the load ended, after 2.5 s and is not counted/,
  );
});
