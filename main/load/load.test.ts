import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { httpRequestSchema, loadSpecSchema } from '../api';
import type { HttpRequest, LoadSecond, LoadSpec, Point } from '../api';
import { AppError } from '../errors';
import { createStartLoad, resolvePlan } from './index';
import { monotonicUs } from './monotonic';
import { presets } from './presets';
import { waitUntilReachable } from './reachable';
import { buildRunner, endedWhen, foreverMs, type BuiltRunner } from './testing/built-runner';
import { closedPort } from './testing/servers';
import { freePort } from '../testing/free-port';
import type { LoadEndpoint, LoadHandle, StartLoad } from './types';

let runner: BuiltRunner;
let startLoad: StartLoad;

beforeAll(async () => {
  runner = await buildRunner('load-test');
  ({ startLoad } = runner);
});
afterAll(() => runner.remove());

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => closeServer(server));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

function request(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return httpRequestSchema.parse({ url, ...more });
}

function planOf(spec: Partial<LoadSpec>) {
  return resolvePlan(loadSpecSchema.parse({ preset: 'smoke', users: 4, durationMs: 1500, ...spec }), []);
}

function load(spec: Partial<LoadSpec>) {
  const points: Point[] = [];
  const seconds: LoadSecond[] = [];
  const endpoints: LoadEndpoint[] = [];
  const startUs = monotonicUs();
  const handle: LoadHandle = startLoad({
    ...planOf(spec),
    nowUs: () => monotonicUs() - startUs,
    onPoints: (more) => points.push(...more),
    onSeconds: (more) => seconds.push(...more),
    onEndpoints: (all) => endpoints.push(...all),
  });
  const valuesOf = (metric: Point['metric']) =>
    points.filter((point) => point.metric === metric).map(({ value }) => value);
  return { handle, points, valuesOf, seconds, endpoints };
}

async function readBody(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

test('counts what the server counts', async () => {
  const answered: Record<string, number> = { '/a': 0, '/b': 0 };
  const origin = await serve((message, response) => {
    response.end('hello');
    answered[message.url ?? ''] = (answered[message.url ?? ''] ?? 0) + 1;
  });
  const { handle, valuesOf } = load({
    requests: [request(`${origin}/a`), request(`${origin}/a`), request(`${origin}/b`)],
  });
  const result = await handle.done;

  const [a, b] = result.perRequest;
  expect(result.perRequest.map(({ method, url }) => `${method} ${url}`)).toEqual([
    `GET ${origin}/a`,
    `GET ${origin}/b`,
  ]);
  // What is under way when the time is up was answered by the server but is not in the result: at most one per user.
  for (const [path, entry] of [
    ['/a', a],
    ['/b', b],
  ] as const) {
    expect(entry?.totals.requests).toBeGreaterThan(0);
    expect(answered[path]).toBeGreaterThanOrEqual(entry?.totals.requests ?? 0);
    expect(answered[path]).toBeLessThanOrEqual((entry?.totals.requests ?? 0) + 4);
  }
  expect(result.totals.requests).toBe((a?.totals.requests ?? 0) + (b?.totals.requests ?? 0));
  expect(result.totals.statusClasses).toEqual({ '2xx': result.totals.requests });
  expect(result.totals).toMatchObject({ errors: 0, timeouts: 0, non2xx: 0, errorKinds: {} });
  expect(result.totals.bytes).toBeGreaterThan(result.totals.requests * 'hello'.length);
  expect(result).toMatchObject({ preset: 'smoke', users: 4, plannedDurationMs: 1500, cancelled: false });
  expect(result.endedUs - result.startedUs).toBeGreaterThanOrEqual(1_499_000);
  expect(valuesOf('requestRate').length).toBeGreaterThan(0);
  expect(valuesOf('latencyP99').length).toBeGreaterThan(0);
});

test.each(presets)(
  'the preset $name runs, scaled from minutes to a moment',
  async ({ name, users, durationMs }) => {
    const origin = await serve((_message, response) => response.end('x'));
    const { handle } = load({
      preset: name,
      users: undefined,
      durationMs: undefined,
      timeScale: 2000 / durationMs,
      requests: [request(origin)],
    });
    const result = await handle.done;
    expect(result).toMatchObject({ preset: name, cancelled: false });
    expect(result.totals).toMatchObject({ errors: 0, timeouts: 0, non2xx: 0 });
    expect(result.totals.requests).toBeGreaterThan(0);
    if (name === 'knee') expect(result.knee?.steps.length).toBeGreaterThan(0);
    else expect(result.users).toBe(users);
  },
);

test('puts windows on the clock of the run, inside the time of the load', async () => {
  const origin = await serve((_message, response) => response.end());
  const { handle, points } = load({ requests: [request(origin)] });
  const { startedUs, endedUs } = await handle.done;
  expect(startedUs).toBeGreaterThan(0);
  expect(points.every(({ scope }) => scope === 'load')).toBe(true);
  for (const { tUs } of points) {
    expect(tUs).toBeGreaterThan(startedUs);
    expect(tUs).toBeLessThanOrEqual(endedUs);
  }
});

test('shows a slow route in its own latency and not in the fast one’s', async () => {
  const slowMs = 120;
  const origin = await serve((message, response) => {
    if (message.url === '/slow') setTimeout(() => response.end(), slowMs);
    else response.end();
  });
  const { handle } = load({ requests: [request(`${origin}/slow`), request(`${origin}/fast`)] });
  const { perRequest } = await handle.done;
  expect(perRequest[0]?.totals.latency?.p50Ms).toBeGreaterThan(slowMs * 0.95);
  expect(perRequest[1]?.totals.latency?.minMs).toBeLessThan(perRequest[0]?.totals.latency?.minMs ?? 0);
});

test('a window without answers has rate 0 and no latency', async () => {
  const origin = await serve(() => undefined);
  const { handle, valuesOf } = load({ requests: [request(origin)] });
  const result = await handle.done;
  expect(valuesOf('requestRate')).toContain(0);
  expect(valuesOf('latencyP50')).toEqual([]);
  expect(result.totals).toMatchObject({ requests: 0, latency: null });
});

test('counts answers that are errors by their status class', async () => {
  const origin = await serve((message, response) => {
    response.statusCode = message.url === '/broken' ? 500 : 404;
    response.end();
  });
  const { handle, valuesOf } = load({
    requests: [request(`${origin}/broken`), request(`${origin}/missing`)],
  });
  const { totals, perRequest } = await handle.done;
  expect(totals.non2xx).toBe(totals.requests);
  expect(perRequest.map((entry) => Object.keys(entry.totals.statusClasses))).toEqual([['5xx'], ['4xx']]);
  expect(valuesOf('errorRate').some((rate) => rate > 0)).toBe(true);
});

test('counts refused connections by kind, without hammering', async () => {
  const url = `http://127.0.0.1:${await closedPort()}/`;
  const { handle, valuesOf } = load({ users: 2, requests: [request(url)] });
  const { totals, perRequest, startedUs, endedUs } = await handle.done;
  expect(totals.requests).toBe(0);
  expect(totals.errors).toBeGreaterThan(0);
  expect(totals.errors).toBeLessThanOrEqual(2 * ((endedUs - startedUs) / 100_000 + 1));
  expect(totals.errorKinds).toEqual({ ECONNREFUSED: totals.errors });
  expect(perRequest[0]?.totals.errors).toBe(totals.errors);
  expect(Math.max(...valuesOf('errorRate'))).toBeGreaterThan(0);
});

test('goes on when the target goes away and comes back', async () => {
  let seen = 0;
  const origin = await serve((message, response) => {
    seen++;
    if (seen === 20) message.socket.destroy();
    else if (seen === 40) message.socket.resetAndDestroy();
    else response.end('x');
  });
  const { handle } = load({ users: 1, durationMs: foreverMs, requests: [request(origin)] });
  const { totals } = await endedWhen(handle, () => seen > 45);
  expect(totals.errors).toBe(2);
  expect(Object.keys(totals.errorKinds ?? {}).sort()).toEqual(['ECONNRESET', 'closed by the server']);
  expect(totals.requests).toBeGreaterThan(40);
});

test('a server that closes after each answer, or ends bodies by closing, is no error', async () => {
  const answered = { close: 0, raw: 0 };
  const closing = await serve((_message, response) => {
    response.setHeader('connection', 'close');
    response.end('bye');
    answered.close++;
  });
  const raw = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      answered.raw++;
      socket.end('HTTP/1.0 200 OK\r\n\r\nno length');
    });
  }).listen(0, '127.0.0.1');
  await once(raw, 'listening');
  closers.push(async () => {
    raw.close();
    await once(raw, 'close');
  });
  const { handle } = load({
    durationMs: foreverMs,
    requests: [request(closing), request(`http://127.0.0.1:${(raw.address() as AddressInfo).port}/`)],
  });
  const { totals, perRequest } = await endedWhen(handle, () => answered.close > 20 && answered.raw > 20);
  expect(totals).toMatchObject({ errors: 0, non2xx: 0, timeouts: 0 });
  expect(perRequest[0]?.totals.requests).toBeGreaterThan(10);
  expect(perRequest[1]?.totals.requests).toBeGreaterThan(10);
  expect(answered.close - (perRequest[0]?.totals.requests ?? 0)).toBeLessThanOrEqual(4);
  expect(answered.raw - (perRequest[1]?.totals.requests ?? 0)).toBeLessThanOrEqual(4);
});

test('something that does not speak HTTP is an error, not a wait', async () => {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined).resume();
    socket.end('SSH-2.0-nothing\r\n');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    server.close();
    await once(server, 'close');
  });
  const { handle } = load({
    requests: [request(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)],
  });
  const { totals } = await handle.done;
  expect(totals.requests).toBe(0);
  expect(totals.errors).toBeGreaterThan(0);
});

test('sends method, headers and body as given', async () => {
  const seen = new Map<string, { body: string; headers: IncomingMessage['headers'] }>();
  const origin = await serve((message, response) => {
    void readBody(message).then((body) => {
      seen.set(`${message.method} ${message.url}`, { body, headers: message.headers });
      response.end('a body that HEAD leaves out');
    });
  });
  const { handle } = load({
    durationMs: foreverMs,
    requests: [
      request(`${origin}/cart?x=1`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Shop': 'yes', 'content-length': '3' },
        body: '{"name":"Tür"}',
      }),
      request(`${origin}/empty`, { method: 'PUT' }),
      request(`${origin.replace('//', '//me:secret@')}/who`, { method: 'DELETE' }),
      request(`${origin}/head`, { method: 'HEAD' }),
    ],
  });
  const { totals } = await endedWhen(handle, () => seen.size === 4);
  expect(totals).toMatchObject({ errors: 0, timeouts: 0, non2xx: 0 });
  expect([...seen.keys()].sort()).toEqual(['DELETE /who', 'HEAD /head', 'POST /cart?x=1', 'PUT /empty']);
  const post = seen.get('POST /cart?x=1');
  expect(post?.body).toBe('{"name":"Tür"}');
  expect(post?.headers).toMatchObject({
    'content-type': 'application/json',
    'x-shop': 'yes',
    'content-length': '15',
  });
  expect(seen.get('PUT /empty')?.headers['content-length']).toBe('0');
  expect(seen.get('DELETE /who')?.headers.authorization).toBe(`Basic ${btoa('me:secret')}`);
});

test('two servers are asked by all users', async () => {
  const users = [new Set<unknown>(), new Set<unknown>()];
  let asked = 0;
  const origins = await Promise.all(
    users.map((sockets) =>
      serve((message, response) => {
        asked++;
        sockets.add(message.socket);
        response.end();
      }),
    ),
  );
  const { handle } = load({
    users: 6,
    durationMs: foreverMs,
    requests: [request(`${origins[0]}/a`), request(`${origins[0]}/b`), request(`${origins[1]}/c`)],
  });
  const { perRequest } = await endedWhen(
    handle,
    () => asked > 1000 && users.every((sockets) => sockets.size === 6),
  );
  expect(perRequest.every(({ totals }) => totals.requests > 0 && totals.errors === 0)).toBe(true);
  // Each keeps a connection to each.
  expect(users.map((sockets) => sockets.size)).toEqual([6, 6]);
  expect(perRequest[0]!.totals.requests / perRequest[2]!.totals.requests).toBeCloseTo(1, 1);
});

test('cancelling gives what was measured so far', async () => {
  let reached: () => void = () => undefined;
  const hundredth = new Promise<void>((resolve) => (reached = resolve));
  let count = 0;
  const origin = await serve((_message, response) => {
    response.end();
    if (++count === 100) reached();
  });
  const { handle } = load({ durationMs: 3_600_000, requests: [request(origin)] });
  await hundredth;
  handle.cancel();
  handle.cancel();
  const result = await handle.done;
  expect(result.cancelled).toBe(true);
  expect(result.totals.requests).toBeGreaterThan(0);
  expect(result.plannedDurationMs).toBe(3_600_000);
});

test('a load process that cannot run is LOAD_FAILED with what it printed', async () => {
  const broken = path.join(path.dirname(runner.file), 'broken.mjs');
  await writeFile(broken, `console.error('the reason'); process.exitCode = 3; process.disconnect();`);
  const handle = createStartLoad(broken)({
    ...planOf({ requests: [request('http://127.0.0.1:1/')] }),
    nowUs: () => 0,
    onPoints: () => undefined,
  });
  const error = await handle.done.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AppError);
  expect(error).toMatchObject({ code: 'LOAD_FAILED' });
  expect((error as AppError).message).toContain('exit code 3');
  expect((error as AppError).details).toContain('the reason');
});

test('the load ends when its engine is killed', async () => {
  let reached: () => void = () => undefined;
  const underLoad = new Promise<void>((resolve) => (reached = resolve));
  const sockets = new Set<unknown>();
  let allGone: () => void = () => undefined;
  const gone = new Promise<void>((resolve) => (allGone = resolve));
  const origin = await serve((message, response) => {
    response.end();
    if (!sockets.has(message.socket)) {
      sockets.add(message.socket);
      message.socket.once('close', () => {
        sockets.delete(message.socket);
        if (sockets.size === 0) allGone();
      });
    }
    reached();
  });
  const { scenario, baseUrl, folder } = planOf({ durationMs: 3_600_000, requests: [request(origin)] });
  const engine = spawn(
    process.execPath,
    [
      '-e',
      `const { fork } = require('node:child_process');
       const runner = fork(${JSON.stringify(runner.file)});
       console.log(runner.pid);
       runner.send(${JSON.stringify({ type: 'start', scenario, baseUrl, folder })});`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = (await once(engine.stdout, 'data')) as [Buffer];
  const runnerPid = Number(line.toString());
  await underLoad;
  engine.kill('SIGKILL');
  await gone;
  // Its connections are the witness: a process nobody has reaped yet would still answer to signal 0.
  expect(runnerPid).toBeGreaterThan(0);
  expect(sockets.size).toBe(0);
});

test('waits for a server that is not ours', async () => {
  // It listens on the same port again later.
  const port = await freePort();
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${port}/x`;
  await waitUntilReachable(url, 120_000);
  await closeServer(server);

  await expect(waitUntilReachable(url, 150)).rejects.toMatchObject({ code: 'LOAD_FAILED' });

  const aborter = new AbortController();
  const waiting = waitUntilReachable(url, 60_000, aborter.signal);
  aborter.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });

  const late = waitUntilReachable(url, 120_000);
  server.listen(port, '127.0.0.1');
  closers.push(() => closeServer(server));
  await late;
});
