import { useEffect, useState } from 'react';
import type { LoadInRange } from '../../../../main/api';
import { toAppError, type AppError } from '../../../../main/errors';
import type { TimeRange } from '../../../../profiles/types';
import { useClient } from '../../../state/client';
import type { RecordingModel } from '../../../state/recording';
import { Remembered } from '../memory/remembered';

export interface LoadBetween {
  /** The last answer, which stays until the next one is there; null before the first and where the seconds were not kept. */
  answer: LoadInRange | null;
  /** Something was asked and nothing has been answered yet. */
  pending: boolean;
  /** The engine has answered, and it knows nothing of this stretch. */
  unknown: boolean;
  error: AppError | null;
}

/** Until a range that is being dragged is asked about. */
const settleMs = 150;
/** Going back and forth between ranges asks nothing twice. */
const mostAnswers = 12;
/** While the load runs, what it did so far is asked again this often. */
const liveStepUs = 2_000_000;

const cache = new WeakMap<RecordingModel, Remembered<{ found: LoadInRange | null }>>();

/**
 * What the load did in a stretch of the recording, once it stands still. Whole seconds are counted: ranges within the same
 * seconds have the same answer.
 *
 * @param window null asks nothing
 */
export function useLoadBetween(model: RecordingModel, window: TimeRange | null): LoadBetween {
  const client = useClient();
  const key = window ? keyOf(model, window) : '';
  const [held, setHeld] = useState<{ model: RecordingModel; key: string; found: LoadInRange | null } | null>(
    null,
  );
  const [failed, setFailed] = useState<{ key: string; error: AppError } | null>(null);

  useEffect(() => {
    if (key === '' || !window) return;
    let isGone = false;
    const answers = cache.get(model) ?? new Remembered<{ found: LoadInRange | null }>(mostAnswers);
    cache.set(model, answers);
    const { startUs, endUs } = window;
    const timer = setTimeout(() => {
      answers
        .get(key, async () => ({
          found: await client.call('load.between', { id: model.id, startUs, endUs }),
        }))
        .then(
          ({ found }) => {
            if (isGone) return;
            setHeld({ model, key, found });
            setFailed(null);
          },
          (thrown: unknown) => {
            if (!isGone) setFailed({ key, error: toAppError(thrown) });
          },
        );
    }, settleMs);
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `key` stands for the window
  }, [client, model, key]);

  const isOfModel = key !== '' && held?.model === model;
  const error = failed?.key === key ? failed.error : null;
  return {
    answer: isOfModel ? held.found : null,
    pending: key !== '' && !isOfModel && !error,
    unknown: isOfModel && held.key === key && held.found === null,
    error,
  };
}

function keyOf(model: RecordingModel, { startUs, endUs }: TimeRange): string {
  // What was measured does not change, but for the end of a load that goes on.
  const known = model.live ? Math.floor(model.endUs / liveStepUs) * liveStepUs : Number.POSITIVE_INFINITY;
  const until = endUs >= known ? `${endUs} ${known}` : `${endUs}`;
  return `${Math.floor(startUs / 1e6)} ${until} ${model.live}`;
}
