import { useEffect, useState } from 'react';
import type { SourceOrigin } from '../../main/api';
import { toAppError, type AppError } from '../../main/errors';
import { useClient } from '../state/client';

export interface SourceText {
  text: string | null;
  origin: SourceOrigin | null;
  /** Why the script's source map cannot be used. */
  mapProblem: string | null;
  error: AppError | null;
}

export interface SourceTextQuery {
  id: string;
  url: string;
  /** What people wrote, where it has the same URL as what ran. */
  original: boolean;
  /** While recording, a text that is not there yet may come. */
  live: boolean;
}

const nothing: SourceText = { text: null, origin: null, mapProblem: null, error: null };
const liveIntervalMs = 2500;

/** The text of a script or original; all null while it is being asked for. */
export function useSourceText({ id, url, original, live }: SourceTextQuery): SourceText {
  const client = useClient();
  const key = `${id}\n${url}\n${original}`;
  const [state, setState] = useState({ key: '', answer: nothing });
  const isFinal =
    state.key === key &&
    state.answer.text !== null &&
    state.answer.origin !== 'disk' &&
    state.answer.origin !== 'copied';
  useEffect(() => {
    if (isFinal) return;
    let isCurrent = true;
    const show = (answer: SourceText): void => {
      if (isCurrent)
        setState((before) =>
          before.key === key && before.answer.text === answer.text && before.answer.origin === answer.origin
            ? before
            : { key, answer },
        );
    };
    const ask = (): void => {
      client.call('sources.read', { id, url, original }).then(
        ({ text, origin, mapProblem = null }) => show({ text, origin, mapProblem, error: null }),
        (thrown: unknown) => show({ ...nothing, error: toAppError(thrown) }),
      );
    };
    ask();
    const timer = live ? setInterval(ask, liveIntervalMs) : undefined;
    return () => {
      isCurrent = false;
      clearInterval(timer);
    };
  }, [client, id, url, original, live, key, isFinal]);
  return state.key === key ? state.answer : nothing;
}
