import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { AllocatedInThread, AllocationTimes, Client, ThreadKey } from '../../../../main/api';
import { toAppError } from '../../../../main/errors';
import type { TimeRange } from '../../../../profiles/types';
import { useClient } from '../../../state/client';
import type { RecordingModel } from '../../../state/recording';
import { reportError } from '../../../state/report-error';
import { answerKey, type FoundInThread } from './allocation-reads';
import { Remembered } from './remembered';

/** What of the allocations the explorer holds for a range of time. */
export interface AllocationsInRange {
  /** The explorer's source `in-range` has what was allocated in the range. */
  shown: boolean;
  /** When profiles were read, by thread; null while that is not known yet, empty where nothing tells. */
  times: AllocationTimes[] | null;
  found: FoundInThread[];
}

/** Until a range that is being dragged is asked about. */
const settleMs = 150;
/** Answers are whole profiles: a few, for going back and forth. */
const mostAnswers = 6;

/**
 * Fetches what was allocated in the range into the explorer, once it stands still; ranges between the same two readings of
 * the profile have the same answer, which is kept.
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
  const [known, setKnown] = useState<{ model: RecordingModel; times: AllocationTimes[] } | null>(null);
  const [held, setHeld] = useState<{ model: RecordingModel; key: string; found: FoundInThread[] } | null>(
    null,
  );
  const answers = useMemo(
    () => new Remembered<AllocatedInThread[]>(mostAnswers),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- another recording has other answers
    [model],
  );
  /** What the explorer was given last, also when nobody waited for it any more. */
  const given = useRef<{ model: RecordingModel; key: string } | null>(null);

  useEffect(() => {
    if (!wanted) return;
    let isGone = false;
    client.call('allocations.history', { id: model.id }).then(
      (times) => {
        if (!isGone) setKnown({ model, times });
      },
      (thrown: unknown) => {
        if (!isGone) tellUnlessCancelled(thrown);
      },
    );
    return () => {
      isGone = true;
    };
  }, [client, model, read, wanted]);

  const times = wanted && known?.model === model ? known.times : null;
  const key = times ? answerKey(times, threads, range) : '';
  const isHeld = held !== null && held.model === model && held.key === key;
  useEffect(() => {
    const has = given.current;
    if (key === '' || !range || (isHeld && has?.model === model && has.key === key)) return;
    let isGone = false;
    const ask = async (): Promise<void> => {
      const found = await answers.get(key, () =>
        client.call('allocations.between', { id: model.id, threads, ...range }),
      );
      if (isGone) return;
      if (found.length > 0) {
        given.current = { model, key };
        await model.explorer.setInRange(found.map(({ thread, profile }) => ({ thread, profile })));
        await mapToSources(client, model);
      }
      if (isGone) return;
      setHeld({
        model,
        key,
        found: found.map(({ thread, fromUs, toUs, kind }) => ({ thread, fromUs, toUs, kind })),
      });
      if (found.length > 0) model.touch('inRange');
    };
    const timer = setTimeout(() => {
      ask().catch((thrown: unknown) => {
        if (!isGone) tellUnlessCancelled(thrown);
      });
    }, settleMs);
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `key` stands for the range and the threads
  }, [client, model, answers, key, isHeld]);

  // Until the next answer is there the last one stays: what is said of it is still true, and nothing flickers.
  const found = key !== '' && held?.model === model ? held.found : [];
  return { shown: found.length > 0, times, found };
}

function tellUnlessCancelled(thrown: unknown): void {
  const error = toAppError(thrown);
  if (error.code !== 'CANCELLED') reportError(error);
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
