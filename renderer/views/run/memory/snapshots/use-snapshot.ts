/** Opening a heap snapshot in the engine and asking about it. */
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { Client, Input } from '../../../../../main/api';
import { toAppError, type AppError } from '../../../../../main/errors';
import type {
  SnapshotAnswers,
  SnapshotOverview,
  SnapshotQuestionKind,
} from '../../../../../profiles/heap/questions';
import { useClient } from '../../../../state/client';
import type { SnapshotRef } from '../../../../state/memory-place';
import { useTasks } from '../../../../state/tasks';

type Question = Input<'snapshots.ask'>['question'];
export type QuestionOf<K extends SnapshotQuestionKind> = Extract<Question, { kind: K }>;

export interface OpenSnapshot {
  ref: SnapshotRef;
  /** Changes with what is open: for keys of lists. */
  key: string;
  overview: SnapshotOverview;
  ask: <K extends SnapshotQuestionKind>(question: QuestionOf<K>) => Promise<SnapshotAnswers[K]>;
}

export async function askSnapshot<K extends SnapshotQuestionKind>(
  client: Client,
  ref: SnapshotRef,
  question: QuestionOf<K>,
  taskId?: string,
): Promise<SnapshotAnswers[K]> {
  const answer = await client.call('snapshots.ask', {
    ...ref,
    question,
    ...(taskId !== undefined && { taskId }),
  });
  // The contract: the answer is of the kind that was asked for.
  return answer as SnapshotAnswers[K];
}

export type Opening<T> =
  | { status: 'opening'; title: string; text: string; fraction: number | null; cancel: () => void }
  | { status: 'failed'; error: AppError; again: () => void }
  | { status: 'ready'; value: T };

/**
 * Runs a long question as a task: visible in the status bar and here, with its progress and a cancel. Asked again when `key`
 * changes. `work` is read when asking; null asks nothing.
 */
export function useOpening<T>(key: string, title: string, work: (taskId: string) => Promise<T>): Opening<T> {
  const client = useClient();
  const [turn, setTurn] = useState(0);
  const [taskId, setTaskId] = useState('');
  const [outcome, setOutcome] = useState<{ key: string; value?: T; error?: AppError } | null>(null);
  const task = useTasks((state) => state.tasks.find(({ id }) => id === taskId));
  useEffect(() => {
    const id = crypto.randomUUID();
    let current = true;
    const { add, remove } = useTasks.getState();
    const cancel = (): void => {
      client.call('tasks.cancel', { taskId: id }).catch(() => undefined);
    };
    setTaskId(id);
    setOutcome(null);
    // Most answers come at once, from what is open already: those are not worth a line in the status bar.
    const timer = setTimeout(() => add({ id, title, text: '', fraction: null, cancel }), 150);
    work(id)
      .then(
        (value) => current && setOutcome({ key, value }),
        (thrown: unknown) => current && setOutcome({ key, error: toAppError(thrown) }),
      )
      .finally(() => {
        clearTimeout(timer);
        remove(id);
      });
    return () => {
      current = false;
      clearTimeout(timer);
      remove(id);
      // Nobody waits for it any more.
      cancel();
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `key` says when the work is another one
  }, [client, key, turn]);
  const again = useCallback(() => setTurn((value) => value + 1), []);
  if (outcome?.key === key && outcome.error) return { status: 'failed', error: outcome.error, again };
  if (outcome?.key === key) return { status: 'ready', value: outcome.value as T };
  return {
    status: 'opening',
    title,
    text: task?.text ?? '',
    fraction: task?.fraction ?? null,
    cancel: () => {
      client.call('tasks.cancel', { taskId }).catch(() => undefined);
    },
  };
}

export function useSnapshot(ref: SnapshotRef): Opening<OpenSnapshot> {
  const client = useClient();
  const { id, file } = ref;
  const key = `${id}/${file}`;
  const opening = useOpening(key, `Opening ${file}`, (taskId) =>
    askSnapshot(client, { id, file }, { kind: 'overview' }, taskId),
  );
  const overview = opening.status === 'ready' ? opening.value : null;
  const value = useMemo<OpenSnapshot | null>(
    () =>
      overview && {
        ref: { id, file },
        key: `${id}/${file}`,
        overview,
        ask: (question) => askSnapshot(client, { id, file }, question),
      },
    [client, id, file, overview],
  );
  return opening.status === 'ready' ? { status: 'ready', value: value! } : opening;
}

export interface AnswerState<T> {
  /** Stays while a newer one is awaited. */
  data: T | null;
  error: AppError | null;
  loading: boolean;
  again: () => void;
}

/** The answer to one question about an open snapshot; null asks nothing. */
export function useAnswer<K extends SnapshotQuestionKind>(
  snapshot: Pick<OpenSnapshot, 'key' | 'ask'>,
  question: QuestionOf<K> | null,
): AnswerState<SnapshotAnswers[K]> {
  const [turn, setTurn] = useState(0);
  const [state, setState] = useState<Omit<AnswerState<SnapshotAnswers[K]>, 'again'>>({
    data: null,
    error: null,
    loading: question !== null,
  });
  const { key, ask } = snapshot;
  const text = JSON.stringify(question);
  useEffect(() => {
    const asked = JSON.parse(text) as QuestionOf<K> | null;
    if (!asked) return;
    let current = true;
    setState((before) => ({ ...before, loading: true }));
    ask(asked).then(
      (data) => current && setState({ data, error: null, loading: false }),
      (thrown: unknown) =>
        current && setState((before) => ({ ...before, error: toAppError(thrown), loading: false })),
    );
    return () => {
      current = false;
    };
  }, [ask, key, text, turn]);
  const again = useCallback(() => setTurn((value) => value + 1), []);
  return { ...state, again };
}
