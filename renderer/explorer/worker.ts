/** The explorer's worker: holds the profiles of one recording, so that neither reading nor adding up ever blocks the window. */
import { ExplorerHost } from './host';
import type { ToWorker } from './protocol';

const scope = self as unknown as DedicatedWorkerGlobalScope;
const host = new ExplorerHost((message, transfer) => scope.postMessage(message, transfer ?? []));

scope.onmessage = ({ data }: MessageEvent<ToWorker>) => host.receive(data);
