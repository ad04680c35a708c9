import { useEffect, useState, useSyncExternalStore } from 'react';
import type { AllocatedInThread, AllocationTimes, Client, ThreadKey } from '../../../../main/api';
import { toAppError } from '../../../../main/errors';
import { formatDurationMs } from '../../../../profiles/format';
import type { TimeRange } from '../../../../profiles/types';
import { useClient } from '../../../state/client';
import type { RecordingModel } from '../../../state/recording';
import { reportError } from '../../../state/report-error';

/** What of the allocations the explorer holds for a range of time. */
export interface AllocationsInRange {
  /** The explorer's source `in-range` has what was allocated in the range. */
  shown: boolean;
  /** When profiles were read, by thread; null while that is not known yet, empty where nothing tells. */
  times: AllocationTimes[] | null;
  /** Of the threads that are shown: between which reads, and whether garbage counts. */
  found: Pick<AllocatedInThread, 'thread' | 'fromUs' | 'toUs' | 'kind'>[];
}

interface Held extends AllocationsInRange {
  model: RecordingModel;
  key: string;
}

/**
 * Fetches what was allocated in the range into the explorer, again whenever a profile was read.
 *
 * @param wanted nothing is asked while nobody looks at allocations
 */
export function useAllocationsInRange(
  model: RecordingModel,
  threads: ThreadKey[] | null,
  range: TimeRange | null,
  wanted: boolean,
): AllocationsInRange {
  const client = useClient();
  const read = useSyncExternalStore(model.subscribe, () => allocationReads(model));
  const key = wanted ? JSON.stringify([threads, range]) : '';
  const [held, setHeld] = useState<Held | null>(null);

  useEffect(() => {
    if (key === '') return;
    let isGone = false;
    const [ofThreads, within] = JSON.parse(key) as [ThreadKey[] | null, TimeRange | null];
    const ask = async (): Promise<void> => {
      const [times, found] = await Promise.all([
        client.call('allocations.history', { id: model.id }),
        within
          ? client.call('allocations.between', { id: model.id, threads: ofThreads, ...within })
          : Promise.resolve([]),
      ]);
      if (isGone) return;
      if (found.length > 0) {
        await model.explorer.setInRange(found.map(({ thread, profile }) => ({ thread, profile })));
        await mapToSources(client, model);
      }
      if (isGone) return;
      setHeld({
        model,
        key,
        times,
        shown: found.length > 0,
        found: found.map(({ thread, fromUs, toUs, kind }) => ({ thread, fromUs, toUs, kind })),
      });
      if (found.length > 0) model.touch('inRange');
    };
    ask().catch((thrown: unknown) => {
      const error = toAppError(thrown);
      if (!isGone && error.code !== 'CANCELLED') reportError(error);
    });
    return () => {
      isGone = true;
    };
  }, [client, model, key, read]);

  const isOwn = held !== null && held.model === model && held.key === key;
  return isOwn ? held : { shown: false, times: null, found: [] };
}

/** Profiles that are new to the explorer have no source maps yet. What is wrong with a map, `useSourceMaps` tells. */
async function mapToSources(client: Client, model: RecordingModel): Promise<void> {
  try {
    const { urls, positions } = await model.explorer.positions();
    if (positions.length === 0) return;
    const answer = await client.call('sources.resolve', { id: model.id, urls, positions });
    if (answer.urls.length > 0) model.explorer.setMapping(answer);
  } catch {
    // Shown as it ran.
  }
}

/** Changes with each profile that was read. */
function allocationReads(model: RecordingModel): number {
  return model.versions.allocations;
}

/** What the numbers are of, as a sentence's end; or why they are of the whole run although a range is selected. */
export function allocationsInRangeText(
  { shown, times, found }: AllocationsInRange,
  range: TimeRange | null,
): string {
  const [first] = found;
  if (shown && first) {
    const from = Math.min(...found.map(({ fromUs }) => fromUs));
    const to = Math.max(...found.map(({ toUs }) => toUs));
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
