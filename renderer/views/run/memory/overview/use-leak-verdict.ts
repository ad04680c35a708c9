/** The leak verdict of a recording: asked every few seconds while it runs, once when it is saved. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { toAppError, type AppError } from '../../../../../main/errors';
import type { LeakThresholds, LeakVerdict } from '../../../../../profiles/leaks/types';
import { useClient } from '../../../../state/client';
import type { RecordingModel } from '../../../../state/recording';
import { fewCollections } from './floor-words';

export interface LeakState {
  /** Stays while a newer one is awaited. */
  verdict: LeakVerdict | null;
  error: AppError | null;
  loading: boolean;
  again: () => void;
}

const askEveryMs = 4000;
/** After one of the first full collections: the verdict must not say fewer than the chart below it shows. */
const askSoonMs = 300;

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
  const askSoon = useRef<() => void>(() => undefined);
  useEffect(() => {
    let current = true;
    let asking = false;
    let isOld = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const others = JSON.parse(limits) as LeakThresholds | null;
    const ask = (): void => {
      setLoading(true);
      asking = true;
      isOld = false;
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
          asking = false;
          setLoading(false);
          if (live) timer = setTimeout(ask, isOld ? askSoonMs : askEveryMs);
        });
    };
    askSoon.current = () => {
      if (!live) return;
      isOld = true;
      if (asking) return;
      clearTimeout(timer);
      timer = setTimeout(ask, askSoonMs);
    };
    const before = known.get(key);
    if (before && turn === 0) {
      setState({ of: id, verdict: before, error: null });
      setLoading(false);
    } else ask();
    return () => {
      current = false;
      clearTimeout(timer);
      askSoon.current = () => undefined;
    };
  }, [client, id, live, limits, key, turn]);
  const few = fewCollections(model.series);
  useEffect(() => askSoon.current(), [few]);
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
