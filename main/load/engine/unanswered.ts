/** What had no answer when a load ended: in no count, as nobody knows how it would have gone on, and yet not nothing. */
import { formatDurationMs } from '../../../profiles/format';
import type { User } from './user';

/** What waited for less may have been answered in the next moment. */
const shortestWaitUs = 1_000_000;

/** How long each user waits for an answer just now, µs; only those that wait for long. */
export function longWaitsUs(users: readonly User[], nowUs: number): number[] {
  const waits: number[] = [];
  for (const { waitingSinceUs } of users)
    if (waitingSinceUs !== undefined && nowUs - waitingSinceUs >= shortestWaitUs)
      waits.push(nowUs - waitingSinceUs);
  return waits;
}

/**
 * @param waitsUs of those that had no answer
 * @param longestAnswerUs the longest that an answer took
 * @returns a sentence when something waited for longer than any answer took, as the latencies look better than they were
 */
export function unansweredNote(waitsUs: readonly number[], longestAnswerUs: number): string | undefined {
  const longer = waitsUs.filter((waitUs) => waitUs > longestAnswerUs);
  if (longer.length === 0) return undefined;
  const longestMs = longer.reduce((most, waitUs) => Math.max(most, waitUs), 0) / 1000;
  const isOne = longer.length === 1;
  return [
    isOne ? '1 request' : `${longer.length.toLocaleString('en')} requests`,
    `had no answer when the load ended, after ${isOne ? '' : 'up to '}${formatDurationMs(longestMs)}`,
    `${longestAnswerUs > 0 ? '(longer than any that was answered) ' : ''}and ${isOne ? 'is' : 'are'} not counted:`,
    `with a shorter timeout, or a longer load, ${isOne ? 'it' : 'they'} would have been answered or counted as failed.`,
  ].join(' ');
}
