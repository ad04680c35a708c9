/** The thread that holds opened heap snapshots; see snapshot-thread.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { answerRequests } from './answer-requests';
import { heapReader } from './heap-reader';
import type { ThreadOptions } from './messages';

if (!parentPort) throw new Error('This file runs as a thread of the workbench.');
answerRequests(parentPort, heapReader, workerData as ThreadOptions);
