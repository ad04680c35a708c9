/** The leak verdict of a recording: asked every few seconds while it runs, once when it is saved. */
import { useCallback, useEffect, useState } from 'react';
import { toAppError, type AppError } from '../../../../../main/errors';
import type { LeakThresholds, LeakVerdict } from '../../../../../profiles/leaks/types';
import { useClient } from '../../../../state/client';
import type { RecordingModel } from '../../../../state/recording';

export interface LeakState {
  /** Stays while a newer one is awaited. */
  verdict: LeakVerdict | null;
  error: AppError | null;
  loading: boolean;
  again: () => void;
}

const askEveryMs = 4000;

/** Saved sessions do not change: going back to one shows its verdict at once. */
const known = new Map<string, LeakVerdict>();
const mostKnown = 20;

/** By the recording's own thresholds unless others are given. */
export function useLeakVerdict(model: RecordingModel, thresholds: LeakThresholds | null = null): LeakState {
  const client = useClient();
  const { id, live } = model;
  const limits = JSON.stringify(thresholds);
  const key = `${id} ${live} ${limits}`;
  const [turn, setTurn] = useState(0);
  const [state, setState] = useState<{ of: string; verdict: LeakVerdict | null; error: AppError | null }>({
    of: id,
    verdict: known.get(key) ?? null,
    error: null,
  });
  const [loading, setLoading] = useState(true);
  useEffect(() => {
    let current = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const others = JSON.parse(limits) as LeakThresholds | null;
    const ask = (): void => {
      setLoading(true);
      client
        .call('leaks.judge', { id, ...(others && { thresholds: others }) })
        .then(
          (verdict) => {
            if (!live) remember(key, verdict);
            if (current) setState({ of: id, verdict, error: null });
          },
          (thrown: unknown) =>
            current &&
            setState((before) => ({
              of: id,
              verdict: before.of === id ? before.verdict : null,
              error: toAppError(thrown),
            })),
        )
        .finally(() => {
          if (!current) return;
          setLoading(false);
          if (live) timer = setTimeout(ask, askEveryMs);
        });
    };
    const before = known.get(key);
    if (before && turn === 0) {
      setState({ of: id, verdict: before, error: null });
      setLoading(false);
    } else ask();
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [client, id, live, limits, key, turn]);
  const again = useCallback(() => setTurn((value) => value + 1), []);
  const own = state.of === id;
  return { verdict: own ? state.verdict : null, error: own ? state.error : null, loading, again };
}

function remember(key: string, verdict: LeakVerdict): void {
  known.delete(key);
  known.set(key, verdict);
  const [oldest] = known.keys();
  if (known.size > mostKnown && oldest !== undefined) known.delete(oldest);
}
