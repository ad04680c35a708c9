/** The browser's WebSocket and cookie are stood in for by `ws` with the headers a browser would send; the server is the real one. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import WebSocketOfNode from 'ws';
import type { AnyEvent } from '../../main/api';
// eslint-disable-next-line scorchmark/layers -- a test of both ends of the wire
import { FakeEngine } from '../../main/serve/fake-engine';
// eslint-disable-next-line scorchmark/layers -- a test of both ends of the wire
import { serve, type WebShell } from '../../main/serve/serve';
import type { ConnectionStatus } from './status';
import { WebClient } from './web-client';

let engine: FakeEngine;
let shell: WebShell;
let files: string;
let client: WebClient;
let cookie = '';

beforeEach(async () => {
  files = await mkdtemp(path.join(tmpdir(), 'scorchmark-client-'));
  engine = new FakeEngine();
  shell = await serve({ engine, files });
  await signIn();
  vi.stubGlobal(
    'WebSocket',
    class extends WebSocketOfNode {
      constructor(url: URL) {
        super(url, { headers: { cookie, origin: `http://${url.host}` } });
        // A browser's socket that fails only closes; an EventEmitter would throw.
        this.on('error', () => undefined);
      }
    },
  );
  const plainFetch = globalThis.fetch;
  vi.stubGlobal('fetch', (url: URL, init: RequestInit) => plainFetch(url, { ...init, headers: { cookie } }));
  client = new WebClient({
    baseUrl: `http://127.0.0.1:${shell.port}`,
    retryDelaysMs: [10],
    attemptsUntilLost: 5,
  });
});

afterEach(async () => {
  client.close();
  vi.unstubAllGlobals();
  await shell.close();
  await rm(files, { recursive: true, force: true });
});

async function signIn(): Promise<void> {
  const answer = await fetch(shell.newLink(), { redirect: 'manual' });
  cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

function untilStatus(wanted: ConnectionStatus): Promise<string | undefined> {
  return new Promise((resolve) => {
    const stop = client.onStatus((status, reason) => {
      if (status !== wanted) return;
      queueMicrotask(() => stop());
      resolve(reason);
    });
  });
}

test('a call made before the connection stands waits for it', async () => {
  expect(await client.call('tasks.cancel', { taskId: 't' })).toEqual({
    method: 'tasks.cancel',
    input: { taskId: 't' },
  });
});

test('an error of the engine arrives with its code, sentence and hint', async () => {
  await expect(client.call('run.stop', { runId: 'r' })).rejects.toMatchObject({
    name: 'AppError',
    code: 'NO_RUN',
    message: 'Nothing is being recorded.',
    hint: 'Start a run first.',
  });
});

test('bytes cross unchanged in both directions', async () => {
  const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => index % 256);
  const echoed = (await client.call('sessions.import', { fileName: 'f', bytes })) as unknown as {
    input: { bytes: Uint8Array };
  };
  expect(Buffer.compare(echoed.input.bytes, bytes)).toBe(0);
});

test('events arrive until one unsubscribes', async () => {
  const seen: AnyEvent[] = [];
  const unsubscribe = client.subscribe((event) => seen.push(event));
  await untilStatus('connected');
  engine.emit({ event: 'sessions.changed', payload: { ids: ['a'] } });
  await client.call('tasks.cancel', { taskId: 't' });
  unsubscribe();
  engine.emit({ event: 'sessions.changed', payload: { ids: ['b'] } });
  await client.call('tasks.cancel', { taskId: 't' });
  expect(seen).toEqual([{ event: 'sessions.changed', payload: { ids: ['a'] } }]);
});

test('a broken connection fails the calls under way, says so, and comes back by itself', async () => {
  const files2 = files;
  await client.call('tasks.cancel', { taskId: 't' });
  const unanswered = client.call('run.snapshot', { runId: 'r' });
  const statuses: ConnectionStatus[] = [];
  client.onStatus((status) => statuses.push(status));
  const { port } = shell;
  await expect.poll(() => engine.calls).toHaveLength(2);
  await shell.close();
  await expect(unanswered).rejects.toMatchObject({
    message: expect.stringContaining('run.snapshot') as string,
  });
  shell = await serve({ engine, files: files2, port });
  await signIn();
  await untilStatus('connected');
  expect(statuses).toEqual(['connected', 'reconnecting', 'connected']);
  expect(await client.call('tasks.cancel', { taskId: 'u' })).toMatchObject({ input: { taskId: 'u' } });
});

test('a workbench that was started again and does not know the tab is not asked for ever', async () => {
  await untilStatus('connected');
  const { port } = shell;
  await shell.close();
  shell = await serve({ engine, files, port });
  expect(await untilStatus('lost')).toContain('Open the link it printed');
  await expect(client.call('run.current', {})).rejects.toMatchObject({ code: 'INTERNAL' });
});

test('a workbench that is gone is called lost after some attempts, and a call then fails at once', async () => {
  await untilStatus('connected');
  await shell.close();
  const waiting = untilStatus('reconnecting').then(() => client.call('run.current', {}));
  waiting.catch(() => undefined);
  expect(await untilStatus('lost')).toContain('may have been closed');
  await expect(waiting).rejects.toMatchObject({ code: 'INTERNAL' });
  await expect(client.call('run.current', {})).rejects.toMatchObject({ code: 'INTERNAL' });
});
