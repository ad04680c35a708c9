import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decode, encode } from '@msgpack/msgpack';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { socketCloseCodes, type ServerFrame } from '../api';
import { FakeEngine } from './fake-engine';
import { serve, type ServeOptions, type WebShell } from './serve';

const pack = (frame: unknown): Uint8Array => encode(frame, { ignoreUndefined: true });

let engine: FakeEngine;
let shell: WebShell;
let scratch: string;

beforeEach(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'scorchmark-serve-'));
  await mkdir(path.join(scratch, 'files', 'assets'), { recursive: true });
  await writeFile(path.join(scratch, 'files', 'index.html'), '<title>the UI</title>');
  await writeFile(path.join(scratch, 'files', 'assets', 'ui.js'), 'export {};');
  await writeFile(path.join(scratch, 'secret.txt'), 'secret');
  await start();
});

afterEach(async () => {
  await shell.close();
  await rm(scratch, { recursive: true, force: true });
});

async function start(options: Partial<ServeOptions> = {}): Promise<void> {
  engine = new FakeEngine();
  shell = await serve({ engine, files: path.join(scratch, 'files'), ...options });
}

async function restart(options: Partial<ServeOptions>): Promise<void> {
  await shell.close();
  await start(options);
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Plain node:http, because fetch neither lets one set Host nor sends a path as it stands. */
function get(target: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: '127.0.0.1', port: shell.port, path: target, method, headers },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => (body += text));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        );
      },
    );
    request.on('error', reject).end();
  });
}

function pathOf(link: string): string {
  const { pathname, search } = new URL(link);
  return pathname + search;
}

async function signIn(): Promise<string> {
  const answer = await get(pathOf(shell.newLink()));
  return answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
}

const ownOrigin = (): string => `http://127.0.0.1:${shell.port}`;

function openSocket(headers: Record<string, string>, target = '/socket'): WebSocket {
  return new WebSocket(`ws://127.0.0.1:${shell.port}${target}`, { headers });
}

/** The HTTP status an upgrade is refused with; 101 when it is not. */
function upgradeStatus(headers: Record<string, string>, target?: string): Promise<number> {
  return new Promise((resolve) => {
    const socket = openSocket(headers, target);
    socket.on('open', () => {
      resolve(101);
      socket.terminate();
    });
    socket.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0);
      socket.terminate();
    });
    socket.on('error', () => undefined);
  });
}

async function openSignedIn(): Promise<WebSocket> {
  const socket = openSocket({ cookie: await signIn(), origin: ownOrigin() });
  await once(socket, 'open');
  return socket;
}

function nextFrame(socket: WebSocket): Promise<ServerFrame> {
  return new Promise((resolve) =>
    socket.once('message', (data: Buffer) => resolve(decode(new Uint8Array(data)) as ServerFrame)),
  );
}

async function closeCode(socket: WebSocket): Promise<number> {
  const [code] = (await once(socket, 'close')) as [number];
  return code;
}

describe('an HTTP request is refused', () => {
  test.each(['/', '/index.html', '/assets/ui.js', '/socket', '/anything', '/open', '/open?token='])(
    'without the cookie: %s',
    async (target) => {
      const answer = await get(target);
      expect(answer.status).toBe(401);
      expect(answer.body).toContain('Open the address that');
      expect(answer.body).not.toContain('the UI');
    },
  );

  test('with a wrong token or a wrong cookie', async () => {
    const wrongToken = await get(`/open?token=${'A'.repeat(43)}`);
    expect(wrongToken.status).toBe(401);
    expect(wrongToken.headers['set-cookie']).toBeUndefined();
    expect((await get('/', { cookie: `scorchmark-${shell.port}=${'A'.repeat(43)}` })).status).toBe(401);
    expect((await get(`/open?token=a&token=b`)).status).toBe(401);
  });

  test('with a token that was used', async () => {
    const link = pathOf(shell.url);
    expect((await get(link)).status).toBe(303);
    expect((await get(link)).status).toBe(401);
  });

  test('with the token where the cookie belongs, and the other way round', async () => {
    const token = new URL(shell.url).searchParams.get('token') ?? '';
    expect((await get('/', { cookie: `scorchmark-${shell.port}=${token}` })).status).toBe(401);
    const cookie = (await signIn()).split('=')[1] ?? '';
    expect((await get(`/open?token=${cookie}`)).status).toBe(401);
  });

  test.each([
    'evil.example',
    'evil.example:80',
    '127.0.0.1',
    'localhost',
    '127.0.0.1:1',
    '[::1]:80',
    '0.0.0.0',
    '127.0.0.1.evil.example',
  ])('under a foreign name, even with the cookie (DNS rebinding): Host %s', async (host) => {
    const cookie = await signIn();
    const named = host.endsWith(':80') ? host.replace(':80', `:${shell.port}`) : host;
    expect((await get('/', { cookie, host: named })).status).toBe(421);
    expect((await get(pathOf(shell.newLink()), { host: named })).status).toBe(421);
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
    'when it is a %s from another page',
    async (method) => {
      const cookie = await signIn();
      expect((await get('/', { cookie, origin: 'http://evil.example' }, method)).status).toBe(403);
      expect((await get('/', { cookie }, method)).status).toBe(403);
      expect((await get('/', { cookie, origin: 'null' }, method)).status).toBe(403);
      expect((await get('/', { cookie, origin: ownOrigin() }, method)).status).toBe(404);
    },
  );

  test.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/../../secret.txt',
    '/..%5csecret.txt',
    '//secret.txt',
    '/%00',
    '/%zz',
    '/.%2e/secret.txt',
  ])('when it leaves the folder of the UI: %s', async (target) => {
    const answer = await get(target, { cookie: await signIn() });
    expect([400, 403, 404]).toContain(answer.status);
    expect(answer.body).not.toContain('secret\n');
    expect(answer.body).not.toBe('secret');
    expect([400, 401]).toContain((await get(target)).status);
  });

  test('when it has no Host at all', async () => {
    const socket = net.connect(shell.port, '127.0.0.1');
    socket.end('GET / HTTP/1.0\r\n\r\n');
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    expect(answer).toMatch(/^HTTP\/1\.1 421/);
  });
});

describe('a WebSocket is refused', () => {
  test('without the cookie', async () => {
    expect(await upgradeStatus({ origin: ownOrigin() })).toBe(401);
    expect(await upgradeStatus({ origin: ownOrigin(), cookie: `scorchmark-${shell.port}=nonsense` })).toBe(
      401,
    );
  });

  test('from another page, even with the cookie', async () => {
    const cookie = await signIn();
    for (const origin of [
      'http://evil.example',
      `https://127.0.0.1:${shell.port}`,
      `http://127.0.0.1:${shell.port + 1}`,
      `http://localhost:${shell.port}`,
      'null',
      '',
    ])
      expect(await upgradeStatus({ cookie, origin }), origin).toBe(403);
  });

  test('without an Origin', async () => {
    expect(await upgradeStatus({ cookie: await signIn() })).toBe(403);
  });

  test('under a foreign name', async () => {
    const cookie = await signIn();
    const host = `evil.example:${shell.port}`;
    expect(await upgradeStatus({ cookie, host, origin: `http://${host}` })).toBe(421);
  });

  test('anywhere but at its path, and by a token instead of a cookie', async () => {
    const cookie = await signIn();
    expect(await upgradeStatus({ cookie, origin: ownOrigin() }, '/')).toBe(404);
    expect(await upgradeStatus({ origin: ownOrigin() }, pathOf(shell.newLink()))).toBe(404);
  });

  afterEach(() => {
    expect(engine.calls).toEqual([]);
    expect(engine.subscriberCount).toBe(0);
  });
});

describe('the link', () => {
  test('signs a browser in once: a cookie no script or other site can use, and an address without the token', async () => {
    const answer = await get(pathOf(shell.url));
    expect(answer.status).toBe(303);
    expect(answer.headers.location).toBe('/');
    const cookie = answer.headers['set-cookie']?.[0] ?? '';
    expect(cookie).toMatch(new RegExp(`^scorchmark-${shell.port}=[\\w-]{43};`));
    expect(cookie).toContain('HttpOnly');
    expect(cookie).toContain('SameSite=Strict');
    expect(cookie).not.toContain(new URL(shell.url).searchParams.get('token'));
  });

  test('takes a browser that is signed in to the UI although it was used', async () => {
    const link = pathOf(shell.newLink());
    await get(link);
    expect((await get(link, { cookie: await signIn() })).status).toBe(303);
  });

  test('can be made again for a second browser, and the first stays signed in', async () => {
    const first = await signIn();
    const second = await signIn();
    expect(first).not.toBe(second);
    expect((await get('/', { cookie: first })).status).toBe(200);
    expect((await get('/', { cookie: second })).status).toBe(200);
  });

  test('points to the loopback address and is never the same', () => {
    expect(shell.url).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${shell.port}/open\\?token=[\\w-]{43}$`));
    expect(shell.newLink()).not.toBe(shell.newLink());
  });
});

describe('a signed-in browser', () => {
  test('gets the UI with headers that keep the page to itself', async () => {
    const cookie = await signIn();
    const answer = await get('/', { cookie });
    expect(answer).toMatchObject({ status: 200, body: '<title>the UI</title>' });
    const policy = String(answer.headers['content-security-policy']);
    expect(policy).toContain(`default-src 'none'`);
    expect(policy).toContain(`script-src 'self';`);
    expect(policy).toContain(`frame-ancestors 'none'`);
    expect(policy).toContain(`ws://127.0.0.1:${shell.port}`);
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect((await get('/assets/ui.js', { cookie })).headers['content-type']).toContain('javascript');
    expect((await get('/', { cookie, host: `localhost:${shell.port}` })).status).toBe(200);
  });

  test('calls the engine, bytes included, and gets its answers', async () => {
    const socket = await openSignedIn();
    const input = { fileName: 'a.cpuprofile', bytes: new Uint8Array([0, 1, 255]), note: undefined };
    socket.send(pack({ id: 7, method: 'sessions.import', input }));
    expect(await nextFrame(socket)).toEqual({
      id: 7,
      ok: true,
      value: { method: 'sessions.import', input: { ...input, bytes: input.bytes } },
    });
    socket.terminate();
  });

  test('gets errors with their code and hint, unexpected ones too', async () => {
    const socket = await openSignedIn();
    socket.send(pack({ id: 1, method: 'run.stop', input: {} }));
    expect(await nextFrame(socket)).toEqual({
      id: 1,
      ok: false,
      error: { code: 'NO_RUN', message: 'Nothing is being recorded.', hint: 'Start a run first.' },
    });
    socket.send(pack({ id: 2, method: 'sessions.list', input: {} }));
    expect(await nextFrame(socket)).toMatchObject({
      id: 2,
      ok: false,
      error: { code: 'INTERNAL', message: 'boom' },
    });
    socket.terminate();
  });

  test('gets every event, in each of its tabs', async () => {
    const [first, second] = [await openSignedIn(), await openSignedIn()];
    const both = Promise.all([nextFrame(first), nextFrame(second)]);
    engine.emit({ event: 'sessions.changed', payload: { ids: ['a'] } });
    const frame = { event: 'sessions.changed', payload: { ids: ['a'] } };
    expect(await both).toEqual([frame, frame]);
    first.terminate();
    second.terminate();
    await expect.poll(() => engine.subscriberCount).toBe(0);
  });
});

describe('a connection ends', () => {
  test('at a message larger than allowed, which never reaches the engine', async () => {
    await restart({ maxMessageBytes: 1000 });
    const socket = await openSignedIn();
    socket.on('error', () => undefined);
    socket.send(pack({ id: 1, method: 'app.info', input: 'x'.repeat(2000) }));
    expect(await closeCode(socket)).toBe(1009);
    expect(engine.calls).toEqual([]);
  });

  test.each([
    ['text', 'hello'],
    ['no MessagePack', Buffer.from([0xc1])],
    ['no call', pack({ id: 'x', method: 1 })],
    ['a method name without end', pack({ id: 1, method: 'x'.repeat(101), input: {} })],
  ])('at a frame that is %s', async (_what, data) => {
    const socket = await openSignedIn();
    socket.send(data);
    expect(await closeCode(socket)).toBe(socketCloseCodes.badFrame);
    expect(engine.calls).toEqual([]);
    expect(engine.subscriberCount).toBe(0);
  });

  test('when the client does not read its events, before they fill the memory', async () => {
    await restart({ limits: { maxQueuedEventBytes: 100_000 } });
    const socket = await openSignedIn();
    socket.pause();
    const lines = [{ tUs: 0, stream: 'out' as const, text: 'x'.repeat(50_000) }];
    for (let sent = 0; sent < 2000 && engine.subscriberCount > 0; sent++)
      engine.emit({ event: 'run.output', payload: { runId: 'r', lines } });
    expect(engine.subscriberCount).toBe(0);
    socket.resume();
    expect(await closeCode(socket)).toBe(socketCloseCodes.tooSlow);
  });

  test('when there are too many of them', async () => {
    await restart({ maxConnections: 2 });
    const open = [await openSignedIn(), await openSignedIn()];
    const third = openSocket({ cookie: await signIn(), origin: ownOrigin() });
    expect(await closeCode(third)).toBe(socketCloseCodes.tooManyConnections);
    for (const socket of open) socket.terminate();
  });

  test('when the client no longer answers the heartbeat', async () => {
    await restart({ limits: { heartbeatMs: 20 } });
    const socket = openSocket({ cookie: await signIn(), origin: ownOrigin() });
    await once(socket, 'open');
    socket.pong = () => undefined;
    expect(await closeCode(socket)).toBe(1006);
    await expect.poll(() => engine.subscriberCount).toBe(0);
  });

  test('with the reason, when the workbench ends', async () => {
    const socket = await openSignedIn();
    const code = closeCode(socket);
    await shell.close();
    expect(await code).toBe(socketCloseCodes.shuttingDown);
  });
});

test('a client that answers the heartbeat stays, and sees it', async () => {
  // Client and server share this thread: a beat must be longer than any moment in which neither gets to run.
  await restart({ limits: { heartbeatMs: 400 } });
  const socket = await openSignedIn();
  for (let beats = 0; beats < 3; beats++) expect(await nextFrame(socket)).toHaveProperty('beat');
  socket.terminate();
});

test('more calls at once than allowed are answered with an error', async () => {
  await restart({ limits: { maxCallsInFlight: 2 } });
  const socket = await openSignedIn();
  for (const id of [1, 2, 3]) socket.send(pack({ id, method: 'run.snapshot', input: {} }));
  expect(await nextFrame(socket)).toMatchObject({
    id: 3,
    ok: false,
    error: { message: 'Too many calls at once.' },
  });
  socket.terminate();
});

test('a taken port is an error that says what to do', async () => {
  await expect(serve({ engine, files: scratch, port: shell.port })).rejects.toMatchObject({
    code: 'PORT_IN_USE',
    hint: expect.stringContaining('--port') as string,
  });
});

test('it listens on the loopback address only', async () => {
  const probe = net.connect({ port: shell.port, host: '::1' });
  const [error] = (await once(probe, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toMatch(/ECONNREFUSED|EADDRNOTAVAIL/);
});
