import type { ThreadInfo } from '../../main/api';

/** `server.js 4711`, `worker 3 of 4711`; where no process is known, what the file calls the thread, or its key. */
export function threadTitle(thread: ThreadInfo): string {
  if (thread.pid === 0) return thread.title || thread.key;
  return thread.workerId === 0
    ? `${thread.title || 'process'} ${thread.pid}`
    : `${thread.title && !/^worker/i.test(thread.title) ? thread.title : 'worker'} ${thread.workerId} of ${thread.pid}`;
}
