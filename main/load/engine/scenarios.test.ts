/** What a scenario can say, against real servers and the built load process. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import type { ScenarioInput } from '../../api';
import {
  buildRunner,
  closed,
  endedWhen,
  foreverMs,
  sendScenario,
  type BuiltRunner,
} from '../testing/built-runner';
import { closedPort, serveHttp, serveHttp2, serveTcp, serveTls, type TestServer } from '../testing/servers';

let runner: BuiltRunner;
let folder: string;
beforeAll(async () => {
  runner = await buildRunner('scenarios');
  folder = await mkdtemp(path.join(os.tmpdir(), 'scenarios-'));
});
afterAll(async () => {
  await runner.remove();
  await rm(folder, { recursive: true, force: true });
});

const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
async function use(server: Promise<TestServer>): Promise<TestServer> {
  servers.push(await server);
  return server;
}

type Steps = ScenarioInput['flows'][number]['steps'];
type Step = Steps[number];
const request = (url: string, more: object = {}): Step => ({ kind: 'request', url, ...more });
const flow = (...steps: Step[]): ScenarioInput['flows'] => [{ name: 'flow', steps }];

async function bodyOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('latin1');
}

const goodTotals = { errors: 0, timeouts: 0, non2xx: 0, badChecks: 0 };

test('users log in once, keep their cookie and token, and use them', async () => {
  let logins = 0;
  const wrong: string[] = [];
  const orders: unknown[] = [];
  const server = await use(
    serveHttp((message, response) => {
      void bodyOf(message).then((body) => {
        if (message.url === '/login') {
          const user = ++logins;
          response.setHeader('set-cookie', [`sid=s${user}; Path=/; HttpOnly`, 'theme=dark']);
          response.setHeader('x-request-id', `r${user}`);
          response.end(JSON.stringify({ auth: [{ token: `t${user}`, level: user }] }));
          return;
        }
        const user = /sid=s(\d+)/.exec(message.headers.cookie ?? '')?.[1];
        const { headers } = message;
        if (!user || headers.authorization !== `Bearer t${user}` || headers['x-from'] !== `r${user}`)
          wrong.push(`${message.method} ${message.url} ${JSON.stringify(headers)}`);
        if (message.method === 'POST') orders.push(JSON.parse(body));
        response.end(`<a id="order-${user}">`);
      });
    }),
  );
  const headers = { authorization: 'Bearer {{ token }}', 'x-from': '{{ from }}' };
  const sent = sendScenario(runner.startLoad, {
    baseUrl: server.origin,
    load: closed(3, foreverMs),
    setUp: [
      request('/login', {
        method: 'POST',
        capture: [
          { name: 'token', from: 'json', select: '$.auth[0].token' },
          { name: 'level', from: 'json', select: '$.auth[0].level' },
          { name: 'from', from: 'header', select: 'X-Request-Id' },
          { name: 'sid', from: 'cookie', select: 'sid' },
        ],
      }),
    ],
    flows: flow(
      request('/cart', { headers, capture: [{ name: 'order', from: 'regex', select: 'id="(order-\\d+)"' }] }),
      request('/orders/{{ order }}', {
        method: 'POST',
        headers,
        body: { type: 'json', value: { level: '{{ level }}', text: 'level {{ level }}', sid: '{{ sid }}' } },
        checks: [
          { on: 'status', in: ['2xx'] },
          { on: 'body', contains: '{{ order }}' },
        ],
      }),
    ),
  });
  // Of each user one may be under way at the end.
  const { totals, perRequest, setUpFailures, iterations } = await endedWhen(
    sent,
    () => logins === 3 && orders.length >= 7,
  );
  expect(wrong).toEqual([]);
  expect(logins).toBe(3);
  expect(totals).toMatchObject(goodTotals);
  expect(setUpFailures).toBeUndefined();
  // The set-up is not counted, and URLs are told as they were written.
  expect(perRequest.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'GET /cart',
    'POST /orders/{{ order }}',
  ]);
  expect(iterations).toBeGreaterThan(3);
  expect(orders[0]).toEqual({
    level: expect.any(Number) as number,
    text: expect.stringMatching(/^level \d$/) as string,
    sid: expect.stringMatching(/^s\d$/) as string,
  });
  expect(totals.checks).toEqual({
    'status 2xx': { passed: perRequest[1]!.totals.requests, failed: 0 },
    'body contains “{{ order }}”': { passed: perRequest[1]!.totals.requests, failed: 0 },
  });
});

test('users whose set-up fails never begin, and are counted', async () => {
  let logins = 0;
  const began = new Set<unknown>();
  let seen = 0;
  const server = await use(
    serveHttp((message, response) => {
      // The fifth may in, and by then the others have had their answers.
      response.statusCode = message.url === '/login' && ++logins < 5 ? 403 : 200;
      response.end();
      if (message.url === '/login') return;
      began.add(message.socket);
      seen++;
    }),
  );
  const sent = sendScenario(runner.startLoad, {
    baseUrl: server.origin,
    load: closed(5, foreverMs),
    setUp: [request('/login')],
    flows: flow(request('/')),
  });
  const { totals, setUpFailures } = await endedWhen(sent, () => seen >= 100);
  expect(setUpFailures).toEqual({ 'status 403': 4 });
  expect(began.size).toBe(1);
  expect(totals).toMatchObject(goodTotals);
});

test('rows come from CSV in turn, from JSON per user, from a list by chance', async () => {
  await writeFile(path.join(folder, 'people.csv'), 'name,city\nAda,London\n"Bob, Jr.",Bern\n');
  await writeFile(path.join(folder, 'rooms.json'), '[{"no":1},{"no":2}]');
  const seen: string[] = [];
  const server = await use(
    serveHttp((message, response) => {
      seen.push(decodeURIComponent(message.url ?? ''));
      response.end();
    }),
  );
  const sent = sendScenario(
    runner.startLoad,
    {
      baseUrl: server.origin,
      load: closed(1, foreverMs),
      variables: {
        person: { from: 'csv', file: 'people.csv' },
        room: { from: 'json', file: 'rooms.json', pick: 'per-user' },
        color: { from: 'list', values: ['red', 'blue'], pick: 'random' },
      },
      flows: flow(
        request('/{{ room.no }}', {
          query: { n: '{{ person.name }}', c: '{{ person.city }}', x: '{{ color }}' },
        }),
      ),
    },
    folder,
  );
  await endedWhen(sent, () => seen.length > 3);
  expect(seen[0]).toMatch(/^\/1\?n=Ada&c=London&x=(red|blue)$/);
  expect(seen[1]).toMatch(/^\/1\?n=Bob,\+Jr\.&c=Bern&x=(red|blue)$/);
  expect(seen[2]).toMatch(/n=Ada/);
});

test('the first iteration has the rows that its set-up had: none is passed over', async () => {
  const seen: string[] = [];
  const server = await use(
    serveHttp((message, response) => {
      seen.push(message.url ?? '');
      response.end();
    }),
  );
  const sent = sendScenario(runner.startLoad, {
    baseUrl: server.origin,
    load: closed(1, foreverMs),
    variables: { id: { from: 'list', values: ['a', 'b', 'c'] } },
    setUp: [request('/login/{{ id }}')],
    flows: flow(request('/use/{{ id }}')),
  });
  await endedWhen(sent, () => seen.length >= 5);
  expect(seen.slice(0, 5)).toEqual(['/login/a', '/use/a', '/use/b', '/use/c', '/use/a']);
});

test('a file that is missing is told before anything is sent', async () => {
  const sent = sendScenario(runner.startLoad, {
    baseUrl: 'http://127.0.0.1:1',
    variables: { a: { from: 'csv', file: 'nowhere.csv' } },
    flows: flow(request('/{{ a.b }}')),
  });
  await expect(sent.done).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringContaining('nowhere.csv') as string,
  });
});

test('a column that no row has is told before anything is sent, instead of being sent as nothing', async () => {
  const sent = (url: string, variable: object) =>
    sendScenario(
      runner.startLoad,
      {
        baseUrl: 'http://127.0.0.1:1',
        variables: { person: { from: 'csv', file: 'columns.csv', ...variable } },
        flows: flow(request(url)),
      },
      folder,
    ).done;
  await writeFile(path.join(folder, 'columns.csv'), 'name,city\nAda,London\n');
  await expect(sent('/{{ person.name }}/{{ person.ctiy }}', {})).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: 'The variable “person” has no “ctiy”: {{ person.ctiy }} would be filled in with nothing.',
    hint: 'It has “name”, “city”. Did you mean “city”?',
  });
  await expect(sent('/{{ person.name }}', { delimiter: ';' })).rejects.toMatchObject({
    hint: expect.stringContaining('It has “name,city”.') as string,
  });
});

test('bodies are sent as forms, parts and files', async () => {
  await writeFile(path.join(folder, 'photo.bin'), Buffer.from([0, 255, 13, 10]));
  const seen = new Map<string, { type: string; body: string; length: number }>();
  const server = await use(
    serveHttp((message, response) => {
      void bodyOf(message).then((body) => {
        seen.set(message.url ?? '', {
          type: message.headers['content-type'] ?? '',
          body,
          length: Number(message.headers['content-length']),
        });
        response.end();
      });
    }),
  );
  const sent = sendScenario(
    runner.startLoad,
    {
      baseUrl: server.origin,
      load: closed(1, foreverMs),
      flows: flow(
        request('/form', {
          method: 'POST',
          body: { type: 'form', fields: { a: 'x y', 'b&': '{{ $randomInt(7,7) }}ü' } },
        }),
        request('/parts', {
          method: 'POST',
          body: {
            type: 'multipart',
            parts: [
              { name: 'title', value: '{{ $randomItem(Sun) }}' },
              { name: 'photo', file: 'photo.bin', contentType: 'image/x' },
            ],
          },
        }),
        request('/file', { method: 'PUT', body: { type: 'file', file: 'photo.bin' } }),
      ),
    },
    folder,
  );
  const { totals } = await endedWhen(sent, () => seen.size === 3);
  expect(totals).toMatchObject(goodTotals);
  expect(seen.get('/form')).toMatchObject({
    type: 'application/x-www-form-urlencoded',
    body: 'a=x+y&b%26=7%C3%BC',
  });
  const parts = seen.get('/parts');
  const boundary = parts?.type.split('boundary=')[1] ?? '';
  expect(parts?.body).toBe(
    `--${boundary}\r\nContent-Disposition: form-data; name="title"\r\n\r\nSun\r\n` +
      `--${boundary}\r\nContent-Disposition: form-data; name="photo"; filename="photo.bin"\r\nContent-Type: image/x\r\n\r\n\u0000\u00ff\r\n\r\n` +
      `--${boundary}--\r\n`,
  );
  expect(parts?.length).toBe(parts?.body.length);
  expect(seen.get('/file')).toMatchObject({ type: 'application/octet-stream', body: '\u0000\u00ff\r\n' });
});

test('redirects are followed as far as asked, each counted; secrets do not go to another server', async () => {
  const seen: string[] = [];
  const other = await use(
    serveHttp((message, response) => {
      seen.push(`other ${message.method} ${message.url} ${message.headers.authorization ?? 'no secret'}`);
      response.end();
    }),
  );
  const server = await use(
    serveHttp((message, response) => {
      seen.push(`${message.method} ${message.url}`);
      const to: Record<string, string> = { '/a': '/b?x=1', '/b?x=1': `${other.origin}/c` };
      const location = to[message.url ?? ''];
      if (location) response.writeHead(message.method === 'POST' ? 303 : 302, { location });
      response.end();
    }),
  );
  const sent = sendScenario(runner.startLoad, {
    baseUrl: server.origin,
    load: closed(1, foreverMs),
    headers: { authorization: 'secret' },
    flows: flow(request('/a', { method: 'POST', redirects: 5, body: { type: 'text', text: 'x' } })),
  });
  const { totals, iterations } = await endedWhen(sent, () => seen.length >= 7);
  expect(iterations).toBeGreaterThanOrEqual(2);
  expect(seen.slice(0, 3)).toEqual(['POST /a', 'GET /b?x=1', 'other GET /c no secret']);
  expect(totals).toMatchObject(goodTotals);
  expect(totals.requests).toBeGreaterThanOrEqual(3 * iterations!);
  expect(totals.statusClasses['3xx']).toBeGreaterThanOrEqual(2 * iterations!);
});

test('a redirect goes on from the request before it: no secret comes back, no body, no new values', async () => {
  const seen: string[] = [];
  const note = async (name: string, message: IncomingMessage) => {
    const { authorization = 'no secret', 'content-type': type = 'no type' } = message.headers;
    seen.push(`${name} ${message.method} ${message.url} ${authorization} ${type} [${await bodyOf(message)}]`);
  };
  const redirecting = (name: string, to: Record<string, [number, string]>) =>
    use(
      serveHttp((message, response) => {
        void note(name, message).then(() => {
          const [status, location] = to[message.url ?? ''] ?? [200, ''];
          response.writeHead(status, location === '' ? {} : { location });
          response.end();
        });
      }),
    );
  const other = await redirecting('other', { '/1': [302, '/2'] });
  const server = await redirecting('own', {
    '/same': [307, '/again'],
    '/post': [303, '/get'],
    '/get': [307, `${other.origin}/1`],
  });
  const post = (url: string): Step =>
    request(url, { method: 'POST', redirects: 5, body: { type: 'text', text: '{{ $uuid }}' } });
  await sendScenario(runner.startLoad, {
    baseUrl: server.origin,
    load: { model: 'open', stages: [{ durationMs: 1000, rate: 1 }] },
    connection: { timeoutMs: foreverMs },
    headers: { authorization: 'secret' },
    flows: flow(post('/same'), post('/post')),
  }).done;
  const bodyAt = (at: number) => /\[(.*)\]/.exec(seen[at]!)?.[1];
  expect(bodyAt(0)).not.toBe('');
  expect(bodyAt(1)).toBe(bodyAt(0));
  expect(seen.slice(3, 6)).toEqual([
    'own GET /get secret no type []',
    'other GET /1 no secret no type []',
    'other GET /2 no secret no type []',
  ]);
});

test('checks and captures read packed answers', async () => {
  let seen = 0;
  const server = await use(
    serveHttp((message, response) => {
      seen++;
      const body = JSON.stringify({ path: message.url, next: 'b' });
      response.setHeader('content-encoding', 'gzip');
      response.end(gzipSync(body));
    }),
  );
  const sent = sendScenario(runner.startLoad, {
    baseUrl: server.origin,
    load: closed(1, foreverMs),
    headers: { 'accept-encoding': 'gzip, deflate, br' },
    flows: flow(
      request('/a', { capture: [{ name: 'next', from: 'json', select: '$.next' }] }),
      request('/{{ next }}', { checks: [{ on: 'body', json: { select: '$.path', equals: '/b' } }] }),
    ),
  });
  const { totals, iterations } = await endedWhen(sent, () => seen > 4);
  expect(totals).toMatchObject(goodTotals);
  expect(iterations).toBeGreaterThan(0);
});

test('checks that fail count, each answer once; a missing value ends the iteration', async () => {
  let after = 0;
  let seen = 0;
  const server = await use(
    serveHttp((message, response) => {
      seen++;
      if (message.url === '/after') after++;
      response.statusCode = 404;
      response.end('{"ok":false}');
    }),
  );
  const sent = sendScenario(runner.startLoad, {
    baseUrl: server.origin,
    load: closed(1, foreverMs),
    flows: flow(
      // 404 is what is expected here.
      request('/fine', { checks: [{ on: 'status', in: ['404'] }] }),
      request('/bad', {
        checks: [
          { on: 'body', json: { select: '$.ok', equals: true } },
          { on: 'header', header: 'x-none' },
          { on: 'latency', belowMs: 60_000 },
          { on: 'status', in: ['2xx', '404'] },
        ],
        capture: [{ name: 'v', from: 'json', select: '$.value' }],
      }),
      request('/after', { headers: { v: '{{ v }}' } }),
    ),
  });
  const { totals } = await endedWhen(sent, () => seen > 6);
  const bad = totals.checks!['body $.ok = true']!.failed;
  expect(totals.badChecks).toBe(bad);
  expect(totals.errorKinds).toEqual({ 'check: body': bad });
  expect(totals).toMatchObject({ non2xx: 0, errors: 0 });
  expect(totals.checks).toMatchObject({
    'status 404': { failed: 0 },
    'header x-none': { passed: 0, failed: bad },
    'latency < 60000 ms': { passed: bad, failed: 0 },
  });
  expect(after).toBe(0);
});

test('the warm-up is measured and told, but not counted', async () => {
  const server = await use(serveHttp((_message, response) => response.end('x')));
  const sent = sendScenario(runner.startLoad, {
    baseUrl: server.origin,
    load: closed(2, 1500),
    warmUpMs: 700,
    flows: flow(request('/')),
  });
  const { totals, startedUs, endedUs, countedFromUs } = await sent.done;
  expect(countedFromUs! - startedUs).toBeGreaterThanOrEqual(700_000);
  const warm = sent.seconds.filter(({ warmUp }) => warmUp);
  const counted = sent.seconds.filter(({ warmUp }) => !warmUp);
  expect(warm.length).toBeGreaterThan(0);
  expect(counted.reduce((sum, { answered }) => sum + answered, 0)).toBe(totals.requests);
  expect(warm.every(({ tUs, durationUs }) => tUs + durationUs <= countedFromUs! + 1)).toBe(true);
  expect(totals.meanRate).toBeCloseTo(totals.requests / ((endedUs - countedFromUs!) / 1e6), 0);
  expect(sent.states[0]).toMatchObject({ warmingUp: true, stage: '2 users' });
  expect(sent.states.at(-1)).toMatchObject({ warmingUp: false });
});

test('a broken threshold ends the load, and says so', async () => {
  const server = await use(
    serveHttp((_message, response) => {
      response.statusCode = 500;
      response.end();
    }),
  );
  const { thresholds, startedUs, endedUs, cancelled } = await sendScenario(runner.startLoad, {
    baseUrl: server.origin,
    load: closed(1, 3_600_000),
    thresholds: [
      { expression: 'errors < 1%', abort: true, afterMs: 0 },
      { expression: 'p95{GET /} < 1h' },
      { expression: 'checks > 99%' },
    ],
    flows: flow(request('/')),
  }).done;
  expect(cancelled).toBe(false);
  expect(thresholds).toEqual([
    { expression: 'errors < 1%', ok: false, value: 1, abortedAtUs: expect.any(Number) as number },
    { expression: 'p95{GET /} < 1h', ok: true, value: expect.any(Number) as number },
    { expression: 'checks > 99%', ok: false, value: null },
  ]);
  expect(thresholds![0]!.abortedAtUs).toBeGreaterThan(startedUs);
  expect(thresholds![0]!.abortedAtUs).toBeLessThanOrEqual(endedUs);
});

test('stages change the users; those who leave close their connections', async () => {
  const open: number[] = [];
  const server = await use(
    serveHttp((_message, response) => {
      open.push(server.open.size);
      setTimeout(() => response.end(), 5);
    }),
  );
  const sent = sendScenario(runner.startLoad, {
    baseUrl: server.origin,
    load: {
      model: 'closed',
      stages: [
        // The load is not told by the clock alone: in each stage a busy machine must get to its users.
        { durationMs: 1500, users: 8 },
        { durationMs: 2000, users: 1 },
        { durationMs: 1000, users: 3 },
      ],
    },
    flows: flow(request('/')),
  });
  const { users } = await sent.done;
  expect(users).toBe(8);
  expect(open).toContain(8);
  expect(open.lastIndexOf(1)).toBeGreaterThan(open.indexOf(8));
  expect(open.at(-1)).toBeLessThanOrEqual(3);
  expect(sent.states.map(({ stage }) => stage)).toEqual(
    expect.arrayContaining(['stage 1 of 3: 8 users', 'stage 2 of 3: 1 user', 'stage 3 of 3: 3 users']),
  );
});

test('think time passes between iterations and between steps', async () => {
  let seen = 0;
  const server = await use(
    serveHttp((_message, response) => {
      seen++;
      response.end();
    }),
  );
  const { iterations, generator } = await sendScenario(runner.startLoad, {
    baseUrl: server.origin,
    load: {
      model: 'closed',
      stages: [{ durationMs: 1000, users: 2 }],
      thinkTime: { minMs: 100, maxMs: 150 },
    },
    flows: flow(request('/'), { kind: 'think', time: { minMs: 100, maxMs: 100 } }, request('/')),
  }).done;
  expect(iterations).toBeLessThanOrEqual(2 * 5);
  expect(seen).toBeLessThanOrEqual(2 * 12);
  expect(generator?.slipMaxMs).toBeGreaterThanOrEqual(0);
});

test('arrivals come as the schedule says, also while the target stands still', async () => {
  let seen = 0;
  const held: (() => void)[] = [];
  const server = await use(
    serveHttp((_message, response) => {
      seen++;
      // Nothing is answered until all have come: a closed model would never send them.
      held.push(() => response.end());
      if (held.length === 50) for (const answer of held.splice(0)) answer();
    }),
  );
  const { totals, generator, iterations } = await sendScenario(runner.startLoad, {
    baseUrl: server.origin,
    load: { model: 'open', stages: [{ durationMs: 1000, rate: 50 }] },
    connection: { timeoutMs: foreverMs },
    flows: flow(request('/')),
  }).done;
  expect(seen).toBe(50);
  expect(totals).toMatchObject({ ...goodTotals, requests: 50 });
  expect(iterations).toBe(50);
  expect(generator).toMatchObject({ due: 50, begun: 50 });
  expect(totals.latency!.maxMs).toBeGreaterThanOrEqual(totals.service!.maxMs!);
});

test('beyond maxInFlight starts are late, counted from when they were due, and said to be', async () => {
  const server = await use(
    serveHttp((_message, response) => {
      setTimeout(() => response.end(), 100);
    }),
  );
  const { totals, generator } = await sendScenario(runner.startLoad, {
    baseUrl: server.origin,
    load: { model: 'open', stages: [{ durationMs: 1500, rate: 40 }], maxInFlight: 1 },
    flows: flow(request('/')),
  }).done;
  // One at a time, 100 ms each: ten a second at most.
  expect(totals.requests).toBeLessThanOrEqual(16);
  expect(generator!.due).toBe(60);
  expect(generator!.begun).toBeLessThanOrEqual(16);
  expect(generator!.wasLimit).toBe(true);
  expect(generator!.verdict).toContain('maxInFlight');
  expect(generator!.verdict).toContain('never begun');
  // The last to begin waited for most of a second; its service took 100 ms.
  expect(totals.latency!.maxMs).toBeGreaterThan(totals.service!.minMs! * 3);
  expect(generator!.slipMaxMs).toBeGreaterThan(100);
});

test('the search for the knee ends where errors begin', async () => {
  let under = 0;
  const server = await use(
    serveHttp((_message, response) => {
      under++;
      // Four can be served at once.
      response.statusCode = under > 4 ? 503 : 200;
      setTimeout(() => {
        under--;
        response.end();
      }, 40);
    }),
  );
  const sent = sendScenario(runner.startLoad, {
    baseUrl: server.origin,
    load: { model: 'knee', maxUsers: 100, factor: 2, stepMs: 800, until: { slowdown: 1000 } },
    flows: flow(request('/')),
  });
  const { knee, users } = await sent.done;
  expect(knee?.endedBy).toBe('errors');
  expect(knee?.steps.map((step) => step.users)).toEqual([1, 2, 4, 8]);
  expect(knee?.steps.map(({ errorRatio }) => errorRatio > 0)).toEqual([false, false, false, true]);
  expect(knee?.capacityUsers).toBeGreaterThan(1);
  expect(knee?.capacityUsers).toBeLessThanOrEqual(4);
  expect(users).toBe(8);
  expect(sent.states.map(({ stage }) => stage)).toContain('step 1: 1 user');
});

test('connections are shared when there may be only a few', async () => {
  let seen = 0;
  const server = await use(
    serveHttp((_message, response) => {
      seen++;
      setTimeout(() => response.end(), 5);
    }),
  );
  const sent = sendScenario(runner.startLoad, {
    baseUrl: server.origin,
    load: closed(10, foreverMs),
    connection: { maxConnections: 2 },
    flows: flow(request('/')),
  });
  const { totals } = await endedWhen(sent, () => seen >= 100);
  expect(totals).toMatchObject(goodTotals);
  expect(server.connections).toHaveLength(2);
  // Waiting for a connection is response time, not service time.
  expect(totals.latency!.p50Ms).toBeGreaterThan(totals.service!.p50Ms!);
});

test('without keep-alive each request has a connection of its own', async () => {
  const kept: string[] = [];
  const server = await use(
    serveHttp((message, response) => {
      kept.push(message.headers.connection ?? '');
      response.end();
    }),
  );
  const sent = sendScenario(runner.startLoad, {
    baseUrl: server.origin,
    load: closed(1, foreverMs),
    connection: { keepAlive: false },
    flows: flow(request('/')),
  });
  const { totals } = await endedWhen(sent, () => kept.length > 3);
  expect(totals).toMatchObject(goodTotals);
  // One may have been opened just before the end.
  expect(server.connections.length - kept.length).toBeLessThanOrEqual(1);
  expect(server.connections.length).toBeGreaterThanOrEqual(kept.length);
  expect(new Set(kept)).toEqual(new Set(['close']));
});

test.each([
  ['TLS', serveTls, false, '1.1'],
  ['HTTP/2', serveHttp2, true, '2.0'],
])(
  '%s with a certificate nobody vouches for works when that is asked for',
  async (_name, serve, http2, version) => {
    const versions = new Set<string>();
    let seen = 0;
    const server = await use(
      serve((message, response) => {
        versions.add(message.httpVersion);
        seen++;
        void bodyOf(message).then((body) => {
          response.setHeader('set-cookie', 'a=1');
          response.end(body + (message.headers.cookie ?? ''));
        });
      }),
    );
    const scenario = (insecureTls: boolean) => ({
      baseUrl: server.origin,
      load: closed(2, foreverMs),
      connection: { http2, insecureTls, timeoutMs: foreverMs },
      flows: flow(
        request('/a'),
        request('/b', {
          method: 'POST',
          body: { type: 'text', text: 'hello' },
          checks: [{ on: 'body', contains: 'helloa=1' }],
        }),
      ),
    });
    const sent = sendScenario(runner.startLoad, scenario(true));
    const { totals } = await endedWhen(sent, () => seen >= 5);
    expect(totals).toMatchObject(goodTotals);
    expect(totals.requests).toBeGreaterThan(2);
    expect([...versions]).toEqual([version]);
    await server.allClosed();

    // An open load waits for what it began, however slow the machine is.
    const load: ScenarioInput['load'] = { model: 'open', stages: [{ durationMs: 200, rate: 20 }] };
    const refused = await sendScenario(runner.startLoad, { ...scenario(false), load }).done;
    expect(refused.totals.requests).toBe(0);
    // Four iterations of two steps.
    expect(refused.totals.errorKinds).toEqual({ DEPTH_ZERO_SELF_SIGNED_CERT: 8 });
  },
);

test('a TLS server that hangs, resets or is none is counted like any other', async () => {
  const hanging = await use(serveTls(() => undefined));
  const resetting = await use(serveTls((message) => message.socket.destroy()));
  const plain = await use(
    serveTcp((socket) => socket.on('data', () => socket.write('HTTP/1.1 400 no TLS here\r\n\r\n'))),
  );
  const at = ({ origin }: TestServer) => ({
    name: origin,
    steps: [
      request(`${origin.replace('http:', 'https:')}/`, {
        timeoutMs: origin === hanging.origin ? 200 : foreverMs,
      }),
    ],
  });
  const all = [hanging, resetting, plain];
  const sent = sendScenario(runner.startLoad, {
    load: closed(3, foreverMs),
    connection: { insecureTls: true },
    flows: all.map(at),
  });
  // Three users: who connects for the fourth time knows how the first ended.
  const { perRequest } = await endedWhen(sent, () => all.every(({ connections }) => connections.length > 3));
  expect(perRequest.map(({ totals }) => totals.requests)).toEqual([0, 0, 0]);
  expect(perRequest[0]?.totals.timeouts).toBeGreaterThan(0);
  expect(Object.keys(perRequest[1]!.totals.errorKinds ?? {})).toEqual(['closed by the server']);
  expect(perRequest[2]?.totals.errors).toBeGreaterThan(0);
});

test('WebSocket messages are answered by what is expected of them', async () => {
  const server = await use(serveHttp((_message, response) => response.end()));
  const sockets = new WebSocketServer({ noServer: true });
  const headers = new Set<string | undefined>();
  let visits = 0;
  // The server is ours to extend: its connections carry the upgrade.
  server.onUpgrade((message, socket, head) =>
    sockets.handleUpgrade(message, socket, head, (client) => {
      visits++;
      headers.add(message.headers['x-room'] as string | undefined);
      client.send('noise');
      client.on('message', (data: Buffer) => client.send(`you said ${data.toString()}`));
    }),
  );
  const sent = sendScenario(runner.startLoad, {
    baseUrl: server.origin,
    load: closed(2, foreverMs),
    flows: flow({
      kind: 'websocket',
      name: 'chat',
      url: '/chat',
      headers: { 'x-room': '{{ $randomItem(blue) }}' },
      messages: [
        { send: 'hello', expect: 'said hello' },
        { send: 'nobody answers' },
        { send: '{{ $randomItem(bye) }}', expect: 'said bye' },
      ],
    }),
  });
  const { totals, perRequest, iterations } = await endedWhen(sent, () => visits > 4);
  expect(totals).toMatchObject(goodTotals);
  expect(iterations).toBeGreaterThan(0);
  expect(headers).toEqual(new Set(['blue']));
  expect(perRequest.map(({ name }) => name)).toEqual(['chat', 'chat · message']);
  expect(perRequest[0]!.totals.requests).toBeGreaterThanOrEqual(iterations!);
  expect(perRequest[1]!.totals.requests).toBeGreaterThanOrEqual(2 * iterations!);
  sockets.close();
});

test('WebSockets and requests share the connections that a server is given, and all bytes of messages count', async () => {
  const server = await use(serveHttp((_message, response) => response.end('fine')));
  const sockets = new WebSocketServer({ noServer: true });
  let visits = 0;
  let open = 0;
  let most = 0;
  server.onUpgrade((message, socket, head) =>
    sockets.handleUpgrade(message, socket, head, (client) => {
      visits++;
      most = Math.max(most, ++open);
      client.on('message', (data: Buffer) => client.send(`you said ${data.toString()}`));
      client.on('close', () => open--);
    }),
  );
  const sent = sendScenario(runner.startLoad, {
    baseUrl: server.origin,
    load: closed(5, foreverMs),
    connection: { maxConnections: 1 },
    flows: flow(
      { kind: 'websocket', url: '/chat', messages: [{ send: 'unasked' }, { send: 'ping', expect: 'ping' }] },
      request('/'),
    ),
  });
  const { totals, perRequest } = await endedWhen(sent, () => visits > 12);
  // Those who still wait at the end send nothing more.
  await server.allClosed();
  // The server may hear of the end of one a moment after the beginning of the next; five users wait for it.
  expect(most).toBeLessThanOrEqual(2);
  expect(totals).toMatchObject(goodTotals);
  const [, messages, requests] = perRequest.map((each) => each.totals);
  expect(requests!.requests).toBeGreaterThan(0);
  // Both messages of a visit, and of the one at the end perhaps one.
  const visit = messages!.requests * 'unaskedping'.length;
  expect(messages!.bytesSent! - visit).toBeGreaterThanOrEqual(0);
  expect(messages!.bytesSent! - visit).toBeLessThanOrEqual('unaskedping'.length);
  sockets.close();
});

test('why a WebSocket did not open is told as of any request', async () => {
  const closing = await use(serveTcp((socket) => socket.once('data', () => socket.end())));
  const resetting = await use(serveTcp((socket) => socket.once('data', () => socket.resetAndDestroy())));
  const kindsOf = async (url: string) => {
    const sent = sendScenario(runner.startLoad, {
      load: closed(1, foreverMs),
      flows: flow({ kind: 'websocket', url, messages: [{ send: 'x' }] }),
    });
    const { totals } = await endedWhen(sent, () => sent.seconds.some(({ errors }) => errors > 0));
    return Object.keys(totals.errorKinds ?? {});
  };
  expect(await kindsOf(`ws://127.0.0.1:${await closedPort()}/`)).toEqual(['ECONNREFUSED']);
  expect(await kindsOf(closing.origin)).toEqual(['closed by the server']);
  expect(await kindsOf(resetting.origin)).toEqual(['ECONNRESET']);
});

test('a WebSocket that is refused, and one that is never answered', async () => {
  let seen = 0;
  const server = await use(
    serveHttp((_message, response) => {
      seen++;
      response.statusCode = 404;
      response.end();
    }),
  );
  const refusing = sendScenario(runner.startLoad, {
    baseUrl: server.origin,
    load: closed(1, foreverMs),
    flows: flow({ kind: 'websocket', url: '/none', messages: [{ send: 'x', expect: 'y' }] }),
  });
  const refused = await endedWhen(refusing, () => seen > 1);
  expect(refused.totals.requests).toBe(0);
  expect(refused.totals.errorKinds).toEqual({ 'not a WebSocket (status 404)': refused.totals.errors });

  const sockets = new WebSocketServer({ noServer: true });
  let visits = 0;
  server.onUpgrade((message, socket, head) => sockets.handleUpgrade(message, socket, head, () => visits++));
  const waiting = sendScenario(runner.startLoad, {
    baseUrl: server.origin,
    load: closed(1, foreverMs),
    flows: flow({ kind: 'websocket', url: '/none', timeoutMs: 1000, messages: [{ send: 'x', expect: 'y' }] }),
  });
  const silent = await endedWhen(waiting, () => visits > 1);
  expect(silent.totals.timeouts).toBeGreaterThan(0);
  expect(silent.totals.statusClasses['1xx']).toBeGreaterThan(0);
  sockets.close();
});

test('cancelling in the set-up, and before it has begun, gives an empty result', async () => {
  let asked: () => void = () => undefined;
  const first = new Promise<void>((resolve) => (asked = resolve));
  const server = await use(serveHttp(() => asked()));
  const scenario = {
    baseUrl: server.origin,
    load: closed(2, 3_600_000),
    setUp: [request('/login')],
    flows: flow(request('/')),
  };
  const sent = sendScenario(runner.startLoad, scenario);
  await first;
  sent.handle.cancel();
  expect(await sent.done).toMatchObject({ cancelled: true, totals: { requests: 0 } });
  await server.allClosed();

  const early = sendScenario(runner.startLoad, scenario);
  early.handle.cancel();
  expect(await early.done).toMatchObject({ cancelled: true, totals: { requests: 0, latency: null } });
});
