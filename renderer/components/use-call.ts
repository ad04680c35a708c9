import { useCallback, useEffect, useRef, useState } from 'react';
import type { Input, Method, Results } from '../../main/api';
import { toAppError, type AppError } from '../../main/errors';
import { useClient } from '../state/client';

export interface CallState<T> {
  /** The last answer; stays while a newer one is awaited. */
  data: T | null;
  error: AppError | null;
  loading: boolean;
  again: () => void;
}

/** The answer of an engine call, asked again when `key` changes. `input` is read when asking. */
export function useCall<M extends Method>(method: M, input: Input<M>, key: string): CallState<Results[M]> {
  const client = useClient();
  const [state, setState] = useState<Omit<CallState<Results[M]>, 'again'>>({
    data: null,
    error: null,
    loading: true,
  });
  const [turn, setTurn] = useState(0);
  const latest = useRef(input);
  useEffect(() => {
    latest.current = input;
  });
  useEffect(() => {
    let current = true;
    setState((before) => ({ ...before, loading: true }));
    client.call(method, latest.current).then(
      (data) => current && setState({ data, error: null, loading: false }),
      (thrown: unknown) =>
        current && setState((before) => ({ ...before, error: toAppError(thrown), loading: false })),
    );
    return () => {
      current = false;
    };
  }, [client, method, key, turn]);
  const again = useCallback(() => setTurn((value) => value + 1), []);
  return { ...state, again };
}
