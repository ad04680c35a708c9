import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { toAppError, type AppError } from '../../main/errors';
import type { RecordingModel } from '../state/recording';
import type { QuestionName, Questions } from './types';

export interface Explored<T> {
  /** The newest answer there is; of the question before while the new one is being answered. */
  answer: T | null;
  /** Changes with each answer. */
  version: number;
  /** The answer is not of this question yet. */
  pending: boolean;
  /** Why the last question has no answer. */
  error: AppError | null;
}

interface State {
  model: RecordingModel;
  key: string | null;
  answer: unknown;
  version: number;
  error: AppError | null;
}

/**
 * Asks the recording's worker, again whenever data has arrived (at most as often as the model tells), and keeps the last
 * answer until the next one is there. `input` null: not asked, the last answer stays. The result is the same object
 * as long as nothing changed.
 *
 * @param slot a name for this place in the window: a newer question there takes the place of one that waits
 */
export function useExplorer<Q extends QuestionName>(
  model: RecordingModel,
  question: Q,
  input: Questions[Q]['input'] | null,
  slot: string = question,
): Explored<Questions[Q]['output']> {
  const source = input?.scope.source ?? 'cpu';
  const dataVersion = useSyncExternalStore(
    model.subscribe,
    () => model.versions[source === 'in-range' ? 'inRange' : source],
  );
  const key = input && JSON.stringify(input);
  const [state, setState] = useState<State>({ model, key: null, answer: null, version: 0, error: null });
  const asked = useRef(0);
  const shown = useRef(0);

  useEffect(() => {
    if (key === null) return;
    const number = ++asked.current;
    const show = (change: Pick<State, 'answer' | 'error'> | { error: AppError }): void => {
      if (number < shown.current) return;
      shown.current = number;
      setState((before) => ({
        ...(before.model === model ? before : { answer: null }),
        ...change,
        model,
        key,
        version: before.version + 1,
      }));
    };
    model.explorer.ask(question, JSON.parse(key) as Questions[Q]['input'], { slot }).then(
      (answer) => show({ answer, error: null }),
      (thrown: unknown) => {
        const error = toAppError(thrown);
        if (error.code !== 'CANCELLED') show({ error });
      },
    );
  }, [model, question, key, slot, dataVersion]);

  // An answer that comes after the component is gone, or of another recording, must not be shown.
  useEffect(
    () => () => {
      shown.current = asked.current + 1;
    },
    [model],
  );

  const own = state.model === model;
  const { answer, error, version } = state;
  const pending = key !== null && (!own || state.key !== key);
  return useMemo(
    () => ({
      answer: own ? (answer as Questions[Q]['output']) : null,
      version,
      pending,
      error: own && !pending ? error : null,
    }),
    [own, answer, version, pending, error],
  );
}
