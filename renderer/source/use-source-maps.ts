/** Keeps the explorer told where the profiles' code comes from, as far as source maps know. */
import { useEffect } from 'react';
import { create } from 'zustand';
import type { Client, ResolvedPositions } from '../../main/api';
import { AppError, toAppError } from '../../main/errors';
import { useClient } from '../state/client';
import type { RecordingModel } from '../state/recording';
import { reportError } from '../state/report-error';

/** While recording, scripts and frames go on arriving. */
const liveIntervalMs = 3000;

interface MappedState {
  /** Recordings of which some code has a known original. */
  mapped: Record<string, boolean>;
}
const useMappedState = create<MappedState>(() => ({ mapped: {} }));

/** Whether any code of the recording has a known original: then there is something to switch. */
export function useIsMapped(id: string | null): boolean {
  return useMappedState(({ mapped }) => id !== null && mapped[id] === true);
}

/** Asks once per saved recording, and again now and then while one is live. Call it where a recording is shown. */
export function useSourceMaps(model: RecordingModel): void {
  const client = useClient();
  const { live } = model;
  useEffect(() => {
    const asking = mappingFor(client, model);
    void asking.ask();
    const timer = live ? setInterval(() => void asking.ask(), liveIntervalMs) : undefined;
    return () => {
      clearInterval(timer);
      asking.stop();
    };
  }, [client, model, live]);
}

interface Asking {
  ask(): Promise<void>;
  stop(): void;
}

/** Told once per window: a bad map is a fact about a file, not an event. */
const toldProblems = new Set<string>();
const asked = new WeakMap<RecordingModel, string>();

function mappingFor(client: Client, model: RecordingModel): Asking {
  let isOver = false;
  let isBusy = false;
  const ask = async (): Promise<void> => {
    if (isBusy || isOver || model.explorer.ended) return;
    isBusy = true;
    try {
      // The first picture comes first.
      await model.explorer.answered;
      const { urls, positions } = await model.explorer.positions();
      if (positions.length === 0) return;
      const answer = await client.call('sources.resolve', { id: model.id, urls, positions });
      if (!isOver) take(model, answer);
    } catch (thrown) {
      const error = toAppError(thrown);
      // A recording that was closed, or whose session could not be kept, shows its code as it ran.
      if (error.code !== 'CANCELLED' && error.code !== 'NOT_FOUND' && !isOver) tellOnce(error);
    } finally {
      isBusy = false;
    }
  };
  return { ask, stop: () => (isOver = true) };
}

function take(model: RecordingModel, answer: ResolvedPositions): void {
  const [problem, ...more] = answer.problems ?? [];
  if (problem !== undefined)
    tellOnce(
      new AppError('PROFILE_MALFORMED', problem, {
        hint: `Its code is shown as it ran.${more.length > 0 ? ` ${more.length} more source maps cannot be used either.` : ''}`,
        ...(more.length > 0 && { details: more.join('\n') }),
      }),
    );
  // The same answer again would make the worker add everything up anew for nothing.
  const key = `${answer.url.length}\n${answer.urls.join('\n')}\n${checksum(answer)}`;
  const isMapped = answer.urls.length > 0;
  if (asked.get(model) === key || (!isMapped && !asked.has(model))) return;
  asked.set(model, key);
  model.explorer.setMapping(answer);
  useMappedState.setState(({ mapped }) => ({ mapped: { ...mapped, [model.id]: isMapped } }));
  model.touch('cpu');
  model.touch('allocations');
}

function checksum({ url, line, column }: ResolvedPositions): number {
  let sum = 0;
  for (let i = 0; i < url.length; i++)
    sum = (Math.imul(sum, 31) + url[i]! * 7 + line[i]! * 13 + column[i]!) | 0;
  return sum;
}

function tellOnce(error: AppError): void {
  if (toldProblems.has(error.message)) return;
  toldProblems.add(error.message);
  reportError(error);
}
