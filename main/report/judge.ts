/** Reports and comparisons of saved sessions; of big ones in a thread of its own, so that runs go on being recorded. */
import type { Comparison, LoadInRange, SessionDetail } from '../api';
import { inThread } from '../analysis/in-thread';
import { compareSessions } from '../analysis/compare';
import { loadBetween } from '../analysis/load-range';
import { loadSession, type LoadedSession, type SessionSource } from '../analysis/load-session';
import { isBuilt, judgeWorkerFile } from '../paths';
import type { TaskOptions } from '../sessions';
import { createReport } from '.';

export interface Report {
  fileName: string;
  html: string;
}

/** What the thread is asked for, about sessions whose files lie in these folders. */
export interface JudgeRequest {
  kind: 'report' | 'compare';
  sessions: { detail: SessionDetail; folder: string }[];
}

/** Starting a thread takes longer than reading profiles this small. */
const smallBytes = 2 * 1024 ** 2;

/** Rejects as `loadSession` does, or with OUT_OF_MEMORY. */
export function reportOf(source: SessionSource, id: string, task: TaskOptions): Promise<Report> {
  return judge({ kind: 'report', ids: [id], source, task, doing: 'Writing the report' }, reportHere);
}

/** Rejects as `loadSession` does, or with OUT_OF_MEMORY. */
export function comparisonOf(
  source: SessionSource,
  ids: [a: string, b: string],
  task: TaskOptions,
): Promise<Comparison> {
  return judge({ kind: 'compare', ids, source, task, doing: 'Comparing the sessions' }, compareHere);
}

type Here<T> = (source: SessionSource, ids: readonly string[], task: TaskOptions) => Promise<T>;

interface JudgeOptions {
  kind: JudgeRequest['kind'];
  ids: string[];
  source: SessionSource;
  task: TaskOptions;
  doing: string;
}

async function judge<T>({ kind, ids, source, task, doing }: JudgeOptions, here: Here<T>): Promise<T> {
  if (!source.folderOf || !isBuilt(judgeWorkerFile)) return here(source, ids, task);
  const sessions: JudgeRequest['sessions'] = [];
  for (const id of ids) sessions.push({ detail: await source.get(id), folder: await source.folderOf(id) });
  const sizeBytes = sessions
    .flatMap(({ detail }) => detail.files)
    .reduce((sum, file) => sum + file.sizeBytes, 0);
  if (sizeBytes < smallBytes) return here(source, ids, task);
  const request: JudgeRequest = { kind, sessions };
  return inThread<T>(judgeWorkerFile, request, { doing, task });
}

export const reportHere: Here<Report> = async (source, [id], task) => {
  task.progress?.(0, 'Reading the session');
  const session = await loadSession(source, id!, task.signal);
  task.progress?.(0.6, 'Writing the report');
  return createReport(session, await loadSecondsOf(source, session));
};

export const compareHere: Here<Comparison> = async (source, [a, b], task) => {
  task.progress?.(0, 'Reading the first session');
  const first = await loadSession(source, a!, task.signal);
  task.progress?.(0.4, 'Reading the second session');
  const second = await loadSession(source, b!, task.signal);
  task.progress?.(0.8, 'Comparing');
  return compareSessions({ a: compared(first), b: compared(second) });
};

function compared(session: LoadedSession): Parameters<typeof compareSessions>[0]['a'] {
  const { detail, cpu, load } = session;
  return { meta: detail, cpu, spec: detail.spec, environment: detail.environment, loadResult: load };
}

/** All of its load by its seconds; null where they were not kept. */
async function loadSecondsOf(
  source: SessionSource,
  { detail, load }: LoadedSession,
): Promise<LoadInRange | null> {
  const folder = await source.folderOf?.(detail.id);
  if (!load || folder === undefined) return null;
  const range = { startUs: load.startedUs, endUs: load.endedUs };
  return loadBetween({ folderOf: () => Promise.resolve(folder) }, detail.id, range);
}
