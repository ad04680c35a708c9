/** Between which readings of the allocation profiles a range of time lies. Pure. */
import type { AllocatedInThread, AllocationTimes, ThreadKey } from '../../../../main/api';
import { nearestReads } from '../../../../profiles/allocations/history';
import { formatDurationMs } from '../../../../profiles/format';
import type { TimeRange } from '../../../../profiles/types';

/** Of a thread that is shown: between which reads, and whether garbage counts. */
export type FoundInThread = Pick<AllocatedInThread, 'thread' | 'fromUs' | 'toUs' | 'kind'>;

/** Names the answer to a range: every range between the same reads has the same; '' where none has a read of its own. */
export function answerKey(
  times: readonly AllocationTimes[],
  threads: readonly ThreadKey[] | null,
  range: TimeRange | null,
): string {
  if (!range) return '';
  return times
    .filter(({ thread }) => threads === null || threads.includes(thread))
    .flatMap(({ thread, sinceUs, timesUs }) => {
      const all = [sinceUs, ...timesUs];
      const { from, to } = nearestReads(all, range.startUs, range.endUs);
      return from < to ? [`${thread} ${all[from]} ${all[to]}`] : [];
    })
    .join('\n');
}

/** What the numbers are of, as a sentence's end; or why they are of the whole run although a range is selected. */
export function allocationsInRangeText(
  {
    shown,
    times,
    found,
  }: { shown: boolean; times: readonly AllocationTimes[] | null; found: readonly FoundInThread[] },
  range: TimeRange | null,
): string {
  const [first] = found;
  if (shown && first) {
    const from = found.reduce((least, { fromUs }) => Math.min(least, fromUs), Infinity);
    const to = found.reduce((most, { toUs }) => Math.max(most, toUs), 0);
    const between = `allocated between ${secondsOf(from)} and ${secondsOf(to)}`;
    return first.kind === 'alive'
      ? `${between} and still alive at ${secondsOf(to)} (the profiles nearest to the range's ends)`
      : `${between}, garbage included (the profiles nearest to the range's ends)`;
  }
  if (!range || times === null) return '';
  const reads = times.flatMap(({ timesUs }) => timesUs).sort((a, b) => a - b);
  if (reads.length === 0) return 'of the whole run: no times of allocation profiles are known here';
  return `of the whole run: the selected range lies between two readings of the profile (${listed(reads)})`;
}

function listed(timesUs: readonly number[]): string {
  const most = 6;
  const shown = timesUs.slice(0, most).map(secondsOf).join(', ');
  return timesUs.length > most ? `at ${shown}, …, ${secondsOf(timesUs.at(-1)!)}` : `at ${shown}`;
}

function secondsOf(tUs: number): string {
  return formatDurationMs(Math.max(0, tUs) / 1000);
}
