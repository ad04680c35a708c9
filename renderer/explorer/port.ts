/** The other end of the line: a worker, or where there is none (unit tests) the same code in this thread. */
import { ExplorerHost } from './host';
import type { FromWorker, ToWorker } from './protocol';

export interface Port {
  post(message: ToWorker, transfer?: ArrayBuffer[]): void;
  close(): void;
}

export interface PortListener {
  message(message: FromWorker): void;
  /** The worker has died; nothing will come any more. */
  died(reason: string): void;
}

export function openPort(listener: PortListener): Port {
  return typeof Worker === 'undefined' ? openInThread(listener) : openWorker(listener);
}

function openWorker(listener: PortListener): Port {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'explorer' });
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => listener.message(data);
  worker.onmessageerror = () => listener.died('an answer could not be read');
  worker.onerror = (event) => {
    event.preventDefault();
    listener.died(event.message || 'it could not be started, or ran out of memory');
  };
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    close: () => worker.terminate(),
  };
}

function openInThread(listener: PortListener): Port {
  let open = true;
  const host = new ExplorerHost((message) => {
    if (open) queueMicrotask(() => open && listener.message(message));
  });
  return {
    post: (message) => queueMicrotask(() => open && host.receive(message)),
    close: () => (open = false),
  };
}
