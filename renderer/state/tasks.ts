/** Long actions: what runs, how far it is, and how to end it. */
import { create } from 'zustand';
import type { Client } from '../../main/api';
import { toAppError } from '../../main/errors';
import { reportError } from './report-error';

export interface Task {
  id: string;
  title: string;
  text: string;
  /** 0..1, null when unknown. */
  fraction: number | null;
  cancel: () => void;
}

interface TasksState {
  tasks: Task[];
  add: (task: Task) => void;
  progress: (id: string, change: { text: string; fraction: number | null }) => void;
  remove: (id: string) => void;
}

export const useTasks = create<TasksState>((set) => ({
  tasks: [],
  add: (task) => set(({ tasks }) => ({ tasks: [...tasks, task] })),
  progress: (id, change) =>
    set(({ tasks }) => ({ tasks: tasks.map((task) => (task.id === id ? { ...task, ...change } : task)) })),
  remove: (id) => set(({ tasks }) => ({ tasks: tasks.filter((task) => task.id !== id) })),
}));

/**
 * Runs a long engine call as a visible, cancellable task. Resolves with undefined when it failed (the person
 * has been told) or was cancelled.
 */
export async function runTask<T>(
  client: Client,
  title: string,
  work: (taskId: string, signal: AbortSignal) => Promise<T>,
  options: { onError?: (error: ReturnType<typeof toAppError>) => void } = {},
): Promise<T | undefined> {
  const id = crypto.randomUUID();
  const controller = new AbortController();
  const { add, remove } = useTasks.getState();
  add({
    id,
    title,
    text: '',
    fraction: null,
    cancel() {
      controller.abort();
      client.call('tasks.cancel', { taskId: id }).catch((thrown: unknown) => reportError(toAppError(thrown)));
    },
  });
  try {
    return await work(id, controller.signal);
  } catch (thrown) {
    const error = toAppError(thrown);
    if (!controller.signal.aborted && error.code !== 'CANCELLED') (options.onError ?? reportError)(error);
    return undefined;
  } finally {
    remove(id);
  }
}
