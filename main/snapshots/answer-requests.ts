/** The thread's side: takes requests from a port, answers each, and lets go of those that are cancelled. */
import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import { toAppError } from '../errors';
import type { HeapReader } from './heap-reader';
import { OpenedSnapshots } from './opened-snapshots';
import type { FromThread, SnapshotRequest, ThreadOptions, ToThread } from './messages';

/** Nobody can see more steps than these. */
const leastProgressMs = 100;

export function answerRequests<Extract extends object>(
  port: MessagePort,
  reader: HeapReader<Extract>,
  options: ThreadOptions,
): void {
  const running = new Map<number, AbortController>();
  let hasForgotten = false;
  const tell = (message: FromThread): void => port.postMessage(message);
  /** Its memory would be collected some time: a thread that is of no use is better ended. */
  const tellIfEmpty = (): void => {
    if (hasForgotten && running.size === 0 && snapshots.isEmpty) tell({ kind: 'empty' });
  };
  const snapshots = new OpenedSnapshots({
    ...options,
    reader,
    // While a computation has the thread, messages are fetched by hand, so that it can be cancelled.
    onTick: () => {
      for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port))
        take(next.message as ToThread);
    },
  });

  function take(message: ToThread): void {
    if (message.kind === 'cancel') running.get(message.id)?.abort();
    else if (message.kind === 'forget') {
      snapshots.forget(message.path);
      hasForgotten = true;
      tellIfEmpty();
    } else void answer(message.id, message.request);
  }

  async function answer(id: number, request: SnapshotRequest): Promise<void> {
    const controller = new AbortController();
    running.set(id, controller);
    let toldMs = 0;
    let toldPhase = '';
    const task = {
      signal: controller.signal,
      progress: (fraction: number | null, text: string): void => {
        const now = performance.now();
        // "Reading 12 of 250 MB", "Computing retained sizes": something else is done now, however soon.
        const phase = text.split(' ', 1)[0] ?? '';
        if (now - toldMs < leastProgressMs && phase === toldPhase) return;
        toldMs = now;
        toldPhase = phase;
        tell({ kind: 'progress', id, fraction, text });
      },
    };
    try {
      const value =
        request.kind === 'ask'
          ? await snapshots.ask(request.file, request.question, task)
          : await snapshots.compare(request.a, request.b, request.question, task);
      tell({ kind: 'done', id, value });
    } catch (error) {
      tell({ kind: 'error', id, error: toAppError(error).toJSON() });
    } finally {
      running.delete(id);
      tellIfEmpty();
    }
  }

  port.on('message', take);
}
