/** Servers that misbehave in every way, against the built load process: each is counted for what it did, and the load goes on. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  buildRunner,
  closed,
  endedWhen,
  foreverMs,
  sendScenario,
  type BuiltRunner,
} from '../testing/built-runner';
import { closedPort, serveHttp, serveTcp, type TestServer } from '../testing/servers';

let runner: BuiltRunner;
beforeAll(async () => {
  runner = await buildRunner('faulty-servers');
});
afterAll(() => runner.remove());

const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
async function use(server: Promise<TestServer>): Promise<TestServer> {
  servers.push(await server);
  return server;
}

const get = (url: string, more: object = {}) => ({
  name: url.slice(-50),
  steps: [{ kind: 'request' as const, url, ...more }],
});

test('refuses', async () => {
  const url = `http://127.0.0.1:${await closedPort()}/`;
  const { totals, startedUs, endedUs } = await sendScenario(runner.startLoad, {
    load: closed(3, 1000),
    flows: [get(url)],
  }).done;
  expect(totals.requests).toBe(0);
  expect(totals.latency).toBeNull();
  expect(totals.errorKinds).toEqual({ ECONNREFUSED: totals.errors });
  // Three users, each with a pause of 100 ms: the dead server is not hammered.
  expect(totals.errors).toBeGreaterThan(0);
  expect(totals.errors).toBeLessThanOrEqual(3 * ((endedUs - startedUs) / 100_000 + 1));
});

test('a name nobody knows', async () => {
  const { totals } = await sendScenario(runner.startLoad, { flows: [get('http://nobody.invalid/')] }).done;
  expect(
    Object.keys(totals.errorKinds ?? {}).every((kind) => ['ENOTFOUND', 'EAI_AGAIN'].includes(kind)),
  ).toBe(true);
  expect(totals.requests).toBe(0);
});

test('resets every third request, closes every fifth', async () => {
  let seen = 0;
  let answered = 0;
  const did = { reset: 0, closed: 0 };
  const server = await use(
    serveHttp((request, response) => {
      seen++;
      if (seen % 3 === 0) {
        did.reset++;
        request.socket.resetAndDestroy();
      } else if (seen % 5 === 0) {
        did.closed++;
        request.socket.destroy();
      } else {
        answered++;
        response.end('x');
      }
    }),
  );
  const sent = sendScenario(runner.startLoad, { load: closed(2, foreverMs), flows: [get(server.origin)] });
  const { totals } = await endedWhen(sent, () => seen >= 40);
  const kinds = totals.errorKinds ?? {};
  expect(Object.keys(kinds).sort()).toEqual(['ECONNRESET', 'closed by the server']);
  // What was under way at the end is in neither count: at most one per user.
  expect(did.reset - kinds['ECONNRESET']!).toBeLessThanOrEqual(2);
  expect(did.closed - kinds['closed by the server']!).toBeLessThanOrEqual(2);
  expect(answered - totals.requests).toBeLessThanOrEqual(2);
  expect(totals.errors).toBe(kinds['ECONNRESET']! + kinds['closed by the server']!);
});

test('what is not answered hides nothing behind it, except what needs a value of it', async () => {
  const asked = { reset: 0, next: 0, last: 0 };
  const server = await use(
    serveHttp((request, response) => {
      if (request.url === '/reset') {
        asked.reset++;
        request.socket.resetAndDestroy();
      } else {
        if (request.url === '/next') asked.next++;
        else asked.last++;
        response.end('{}');
      }
    }),
  );
  const step = (path: string, more: object = {}) => ({
    kind: 'request' as const,
    name: path,
    url: `${server.origin}${path}`,
    ...more,
  });
  const capture = [{ name: 'id', from: 'json' as const, select: '$.id' }];
  const load = { model: 'open' as const, stages: [{ durationMs: 200, rate: 20 }] };
  const { totals, iterations } = await sendScenario(runner.startLoad, {
    load,
    flows: [{ name: 'goes on', steps: [step('/reset'), step('/next')] }],
  }).done;
  expect(asked).toEqual({ reset: 4, next: 4, last: 0 });
  expect(totals).toMatchObject({ requests: 4, errors: 4, errorKinds: { ECONNRESET: 4 } });
  expect(iterations).toBe(4);

  const needing = await sendScenario(runner.startLoad, {
    load,
    flows: [{ name: 'needs it', steps: [step('/reset', { capture }), step('/last')] }],
  }).done;
  expect(asked).toEqual({ reset: 8, next: 4, last: 0 });
  expect(needing.totals).toMatchObject({ requests: 0, errors: 4 });
  expect(needing.iterations).toBe(0);
});

test('hangs: before the head, within the head, within the body', async () => {
  const texts = ['', 'HTTP/1.1 200 OK\r\nContent-', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'];
  let at = 0;
  const server = await use(serveTcp((socket) => socket.on('data', () => socket.write(texts[at++ % 3]!))));
  const sent = sendScenario(runner.startLoad, {
    load: closed(3, foreverMs),
    flows: [get(server.origin, { timeoutMs: 300 })],
  });
  // Three users: six connections, because three were given up.
  const { totals } = await endedWhen(sent, () => server.connections.length >= 6);
  expect(totals).toMatchObject({ requests: 0, errors: 0 });
  expect(totals.timeouts).toBeGreaterThanOrEqual(3);
  expect(totals.errorKinds).toEqual({ timeout: totals.timeouts });
  // Each gives its connection up.
  expect(server.connections.length).toBeGreaterThanOrEqual(totals.timeouts);
});

test.each([
  ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
  ['bytes', '\u0000\u0015\u0003\u0001'],
  ['a wrong length', 'HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n'],
  ['wrong chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnot hex\r\n'],
])('answers garbage: %s', async (_name, text) => {
  const server = await use(serveTcp((socket) => socket.on('data', () => socket.write(text, 'latin1'))));
  const sent = sendScenario(runner.startLoad, { load: closed(1, foreverMs), flows: [get(server.origin)] });
  const { totals } = await endedWhen(sent, () => server.connections.length > 1);
  expect(totals.requests).toBe(0);
  expect(totals.errors).toBeGreaterThan(0);
  expect(totals.errorKinds).toEqual({ 'not an HTTP answer': totals.errors });
});

test('ends in the middle of a body', async () => {
  const server = await use(
    serveTcp((socket) =>
      socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf')),
    ),
  );
  const sent = sendScenario(runner.startLoad, { load: closed(1, foreverMs), flows: [get(server.origin)] });
  const { totals } = await endedWhen(sent, () => server.connections.length > 1);
  expect(totals.requests).toBe(0);
  expect(totals.errorKinds).toEqual({ 'closed by the server': totals.errors });
});

test('sends more than was asked for: the answer counts, what follows is no answer to anything', async () => {
  let asked = 0;
  const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
  const server = await use(
    serveTcp((socket) =>
      socket.on('data', () => {
        asked++;
        socket.write(answer + answer);
      }),
    ),
  );
  const sent = sendScenario(runner.startLoad, { load: closed(1, foreverMs), flows: [get(server.origin)] });
  const { totals } = await endedWhen(sent, () => asked > 2);
  expect(totals.errors).toBe(0);
  expect(totals.requests).toBeGreaterThan(0);
  expect(asked - totals.requests).toBeLessThanOrEqual(1);
});

test('ends its answers with the connection, without a word of it: the next request takes another one', async () => {
  let asked = 0;
  const server = await use(
    serveTcp((socket) =>
      socket.on('data', () => {
        asked++;
        socket.end('HTTP/1.1 200 OK\r\n\r\nall of it');
      }),
    ),
  );
  // Who waited for more would wait for an hour.
  const sent = sendScenario(runner.startLoad, {
    load: closed(1, foreverMs),
    flows: [get(server.origin, { timeoutMs: foreverMs })],
  });
  const { totals } = await endedWhen(sent, () => asked > 3);
  expect(totals).toMatchObject({ errors: 0, timeouts: 0 });
  expect(totals.requests).toBeGreaterThan(1);
  expect(asked - totals.requests).toBeLessThanOrEqual(1);
});

test('says for how long it keeps connections: none is used when it is about to be closed', async () => {
  const server = await use(
    serveTcp((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 2\r\n\r\nok');
        // As one does that closes while the next request is on its way.
        socket.once('data', () => socket.destroy());
      });
    }),
  );
  const sent = sendScenario(runner.startLoad, {
    load: {
      model: 'closed',
      stages: [{ durationMs: foreverMs, users: 2 }],
      thinkTime: { minMs: 600, maxMs: 600 },
    },
    flows: [get(server.origin)],
  });
  const { totals } = await endedWhen(sent, () => server.connections.length > 4);
  expect(totals).toMatchObject({ errors: 0, timeouts: 0 });
  expect(totals.requests).toBeGreaterThan(2);
});

test('sets cookies that cannot be sent back: the load goes on without them', async () => {
  const answer =
    'HTTP/1.1 200 OK\r\nSet-Cookie: bad=\u0001\r\nSet-Cookie: good=1\r\nContent-Length: 0\r\n\r\n';
  const cookies = new Set<string | undefined>();
  let asked = 0;
  const server = await use(
    serveTcp((socket) =>
      socket.on('data', (data: Buffer) => {
        asked++;
        cookies.add(/cookie: (.*)\r/i.exec(data.toString('latin1'))?.[1]);
        socket.write(answer, 'latin1');
      }),
    ),
  );
  const sent = sendScenario(runner.startLoad, { load: closed(1, foreverMs), flows: [get(server.origin)] });
  const { totals } = await endedWhen(sent, () => asked > 3);
  expect(totals.errors).toBe(0);
  expect(totals.requests).toBeGreaterThan(1);
  expect(cookies).toEqual(new Set([undefined, 'good=1']));
});

test('answers 500, 404 and 200 in turn', async () => {
  let seen = 0;
  const server = await use(
    serveHttp((_request, response) => {
      response.statusCode = [500, 404, 200][seen++ % 3]!;
      response.end();
    }),
  );
  const sent = sendScenario(runner.startLoad, { load: closed(1, foreverMs), flows: [get(server.origin)] });
  const { totals } = await endedWhen(sent, () => seen > 6);
  const { '2xx': good = 0, '4xx': missing = 0, '5xx': broken = 0 } = totals.statusClasses;
  expect(good + missing + broken).toBe(totals.requests);
  expect(totals.non2xx).toBe(missing + broken);
  expect(totals.errorKinds).toEqual({ 'status 404': missing, 'status 500': broken });
  expect(Math.abs(good - broken)).toBeLessThanOrEqual(1);
});

test('closes kept connections at random: announced or after the answer, nothing is lost', async () => {
  let seen = 0;
  const server = await use(
    serveHttp((request, response) => {
      seen++;
      if (seen % 4 === 0) response.setHeader('connection', 'close');
      response.end('x');
      // Unannounced, but only after the answer: the next request may already be on its way.
      if (seen % 7 === 0) response.on('finish', () => request.socket.end());
    }),
  );
  const sent = sendScenario(runner.startLoad, { load: closed(4, foreverMs), flows: [get(server.origin)] });
  const { totals } = await endedWhen(sent, () => seen >= 200);
  expect(seen - totals.requests - totals.errors).toBeLessThanOrEqual(4);
  expect(totals.timeouts).toBe(0);
  expect(
    Object.keys(totals.errorKinds ?? {}).filter(
      (kind) => !/ECONNRESET|EPIPE|closed by the server/.test(kind),
    ),
  ).toEqual([]);
  expect(totals.requests).toBeGreaterThan(totals.errors);
});

test('answers with 50 MB: all of it is counted, none of it is kept', async () => {
  const piece = Buffer.alloc(1_000_000, 'x');
  const server = await use(
    serveHttp((_request, response) => {
      let left = 50;
      const write = () => {
        while (left > 0) {
          left--;
          if (!response.write(piece)) {
            response.once('drain', write);
            return;
          }
        }
        response.end();
      };
      write();
    }),
  );
  const { totals, iterations } = await sendScenario(runner.startLoad, {
    load: { model: 'open', stages: [{ durationMs: 1000, rate: 3 }] },
    connection: { timeoutMs: foreverMs },
    flows: [get(server.origin)],
  }).done;
  expect(totals).toMatchObject({ requests: 3, errors: 0, timeouts: 0 });
  expect(iterations).toBe(3);
  expect(totals.bytes).toBeGreaterThan(150_000_000);
});

test('at the end, and when cancelled, no connection is left, whatever the server does', async () => {
  const server = await use(serveTcp((socket) => socket.resume()));
  const url = server.origin;
  const ended = await sendScenario(runner.startLoad, { load: closed(20), flows: [get(url)] }).done;
  expect(ended.cancelled).toBe(false);
  await server.allClosed();

  let connected = 0;
  const twenty = new Promise<void>((resolve) => {
    for (const socket of server.connections) socket.destroy();
    const poll = setInterval(() => {
      connected = server.open.size;
      if (connected < 20) return;
      clearInterval(poll);
      resolve();
    }, 10);
  });
  const sent = sendScenario(runner.startLoad, { load: closed(20, 3_600_000), flows: [get(url)] });
  await twenty;
  sent.handle.cancel();
  expect((await sent.done).cancelled).toBe(true);
  await server.allClosed();
});

test('what a server still owes at the end is in no count, and is told', async () => {
  const server = await use(serveTcp((socket) => socket.resume()));
  const { totals, notes } = await sendScenario(runner.startLoad, {
    load: closed(2, 2000),
    connection: { timeoutMs: foreverMs },
    flows: [get(server.origin)],
  }).done;
  expect(totals).toMatchObject({ requests: 0, errors: 0, timeouts: 0 });
  expect(notes).toEqual([expect.stringContaining('2 requests had no answer when the load ended')]);
});
