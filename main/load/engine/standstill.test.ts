/** A generator that stood still itself does not say that the target was late. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { scenarioSchema, scenarioVersion } from '../../scenario';
import type { FromRunner } from '../runner-messages';
import { LoadRun } from './load-run';

/** Answers the first request when told, while the generator stands still; then all at once. */
const server = `
const { parentPort, workerData } = require('node:worker_threads');
const state = new Int32Array(workerData);
let isFirst = true;
const server = require('node:http').createServer((request, response) => {
  if (isFirst) {
    isFirst = false;
    Atomics.store(state, 0, 1);
    Atomics.wait(state, 1, 0);
    response.socket.write('HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nok', () => {
      Atomics.store(state, 2, 1);
      Atomics.notify(state, 2);
    });
    return;
  }
  response.end('ok');
}).listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

test('answers that came while the generator stood still are answers, however long it took to read them', async () => {
  const shared = new SharedArrayBuffer(16);
  const state = new Int32Array(shared);
  const worker = new Worker(server, { eval: true, workerData: shared });
  const [port] = (await once(worker, 'message')) as [number];
  const timeoutMs = 2000;
  const told: FromRunner[] = [];
  await new Promise<void>((resolve, reject) => {
    const run = new LoadRun({
      scenario: scenarioSchema.parse({
        version: scenarioVersion,
        name: 'standstill',
        load: { model: 'closed', stages: [{ durationMs: 3_600_000, users: 1 }] },
        connection: { timeoutMs },
        flows: [{ name: 'flow', steps: [{ kind: 'request', url: '/' }] }],
      }),
      baseUrl: `http://127.0.0.1:${port}`,
      folder: '.',
      tell: (message) => told.push(message),
      ended: resolve,
    });
    const standStill = () => {
      if (Atomics.load(state, 0) === 0) {
        setImmediate(standStill);
        return;
      }
      Atomics.store(state, 1, 1);
      Atomics.notify(state, 1);
      Atomics.wait(state, 2, 0);
      // Nothing wakes this: it only takes longer than the timeout.
      Atomics.wait(state, 3, 0, timeoutMs + 100);
      setTimeout(() => run.end(true), 100);
    };
    run.begin().then(standStill, reject);
  });
  await worker.terminate();
  const done = told.find((message) => message.type === 'done');
  expect(done?.totals).toMatchObject({ timeouts: 0, errors: 0 });
  expect(done?.totals.requests).toBeGreaterThan(0);
});
