import { describe, expect, it } from 'vitest';
import { importScenario } from './import';

const stepOf = (text: string) => importScenario(text).scenario.flows[0]!.steps[0];

describe('a curl command', () => {
  it('of developer tools for bash becomes the same request', () => {
    const { scenario, notes } = importScenario(
      `curl 'http://127.0.0.1:3000/orders?a=1' \\\n  -X 'POST' \\\n  -H 'Content-Type: application/json' \\\n  -H 'X-Note: it'\\''s' \\\n  --data-raw $'{"text":"a\\u0021 \\'b\\'"}' \\\n  --compressed --insecure`,
    );
    expect(notes).toEqual([]);
    expect(scenario.connection.insecureTls).toBe(true);
    expect(scenario.flows[0]?.steps[0]).toMatchObject({
      method: 'POST',
      url: 'http://127.0.0.1:3000/orders?a=1',
      headers: { 'Content-Type': 'application/json', 'X-Note': "it's" },
      body: { type: 'json', value: { text: "a! 'b'" } },
    });
  });

  it('of developer tools for cmd becomes the same request', () => {
    expect(
      stepOf(
        `curl ^"http://127.0.0.1:3000/orders?a=1^&b=2^" ^\r\n  -H ^"content-type: application/json^" ^\r\n  --data-raw ^"^{^\\^"a^\\^":^\\^"100^%^\\^"^}^"`,
      ),
    ).toMatchObject({
      method: 'POST',
      url: 'http://127.0.0.1:3000/orders?a=1&b=2',
      body: { type: 'json', value: { a: '100%' } },
    });
  });

  it.each([
    ['curl localhost:3000/a', { method: 'GET', url: 'http://localhost:3000/a' }],
    [
      'curl -sSLXPUT http://a/b -d x=1 -d y=2',
      {
        method: 'PUT',
        body: { type: 'text', text: 'x=1&y=2' },
        redirects: 20,
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      },
    ],
    ['curl -G http://a/b --data-urlencode "q=a b&c"', { method: 'GET', url: 'http://a/b?q=a%20b%26c' }],
    ['curl -I http://a/b', { method: 'HEAD' }],
    ['curl -u me:secret http://a/b', { headers: { Authorization: 'Basic bWU6c2VjcmV0' } }],
    [
      'curl http://a/b -F title=hi -F "photo=@cat.png;type=image/png"',
      {
        method: 'POST',
        body: {
          type: 'multipart',
          parts: [
            { name: 'title', value: 'hi' },
            { name: 'photo', file: 'cat.png', contentType: 'image/png' },
          ],
        },
      },
    ],
    ['curl http://a/b --data-binary @body.bin', { method: 'POST', body: { type: 'file', file: 'body.bin' } }],
    ['curl http://a/b -T up.bin', { method: 'PUT', body: { type: 'file', file: 'up.bin' } }],
    [
      `curl http://a/b --json '{"a":1}'`,
      {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
        body: { type: 'json', value: { a: 1 } },
      },
    ],
    [
      'curl -b "sid=1; x=2" -A me -e http://r http://a',
      { headers: { Cookie: 'sid=1; x=2', 'User-Agent': 'me', Referer: 'http://r' } },
    ],
    [
      // As Chrome copies it for cmd.
      [
        'curl ^"http://a/b?x=1^&y=a^%^20b^" ^',
        '  -H ^"sec-ch-ua: ^\\^"Chromium^\\^";v=^\\^"142^\\^"^" ^',
        '  -H ^"content-type: application/json^" ^',
        '  --data-raw ^"^{^\\^"s^\\^":^\\^"50^% ^^ it\'s^\\^"^}^" ^',
        '  --compressed',
      ].join('\r\n'),
      {
        url: 'http://a/b?x=1&y=a%20b',
        headers: { 'sec-ch-ua': '"Chromium";v="142"' },
        body: { type: 'json', value: { s: "50% ^ it's" } },
      },
    ],
    [
      // As Chrome copies it for bash.
      `curl 'http://a/b' \\\n  -H 'x: y ^"' \\\n  --data-raw $'{"s":"it\\'s \\u0021 ^"}' -H 'content-type: application/json'`,
      { url: 'http://a/b', headers: { x: 'y ^"' }, body: { type: 'json', value: { s: "it's ! ^" } } },
    ],
    [
      `curl http://a/b -H 'Content-Type: multipart/form-data; boundary=----X' --data-raw $'------X\\r\\nContent-Disposition: form-data; name="a %22b"\\r\\n\\r\\nhi\\r\\nho\\r\\n------X\\r\\nContent-Disposition: form-data; name="f"; filename="a.txt"\\r\\nContent-Type: text/plain\\r\\n\\r\\n\\r\\n------X--\\r\\n'`,
      {
        headers: {},
        body: {
          type: 'multipart',
          parts: [
            { name: 'a "b', value: 'hi\r\nho' },
            { name: 'f', file: 'a.txt', contentType: 'text/plain' },
          ],
        },
      },
    ],
    [`curl http://a/b -d '{{x}}'`, { body: { type: 'text', text: '{{ braces }}x}}' } }],
  ])('%s is understood', (command, step) => expect(stepOf(command)).toMatchObject(step));

  it.each([
    [
      'all of them copied for bash',
      `curl 'http://a/1' \\\n  -H 'x: 1' ;\ncurl 'http://a/2' -d 'b=\ncurl x' ;\ncurl http://a/3`,
    ],
    [
      'all of them copied for cmd',
      `curl ^"http://a/1^" ^\r\n  -H ^"x: 1^" &\r\ncurl ^"http://a/2^" --data-raw ^"b=1^" &\r\ncurl ^"http://a/3^"`,
    ],
    [
      'a line each, with what is done with the answers',
      `curl -H 'x: 1' http://a/1 | jq .\ncurl -d b=1 http://a/2 > out.txt && curl http://a/3`,
    ],
    ['--next', `curl -H 'x: 1' http://a/1 --next -d b=1 http://a/2 --next http://a/3`],
  ])('has others behind it: %s', (_, text) => {
    const { scenario, notes } = importScenario(text);
    expect(notes).toEqual([]);
    expect(scenario.flows).toHaveLength(1);
    expect(scenario.flows[0]!.steps).toMatchObject([
      { method: 'GET', url: 'http://a/1', headers: { x: '1' } },
      { method: 'POST', url: 'http://a/2' },
      { method: 'GET', url: 'http://a/3', headers: {} },
    ]);
  });

  it('that cannot be used is refused, and what is left out is told', () => {
    expect(() => importScenario('curl -H "a: b')).toThrow('not closed');
    expect(() => importScenario('curl -s')).toThrow('no address');
    expect(importScenario('curl --proxy http://p:1 --frobnicate http://a').notes).toEqual([
      'curl’s --proxy (a proxy) is left out.',
      'curl’s option --frobnicate is not known here and left out.',
    ]);
  });
});

describe('a HAR file', () => {
  const entry = (url: string, startedDateTime: string, more: object = {}, status = 200) => ({
    startedDateTime,
    time: 100,
    request: {
      method: 'GET',
      url,
      headers: [
        { name: ':authority', value: 'x' },
        { name: 'Cookie', value: 'a=b' },
        { name: 'x-app', value: 'shop' },
      ],
      ...more,
    },
    response: { status },
  });
  const har = JSON.stringify({
    log: {
      entries: [
        entry('http://127.0.0.1:3000/products?a=1#top', '2026-01-01T00:00:00.000Z'),
        entry('http://127.0.0.1:3000/logo.png', '2026-01-01T00:00:00.010Z'),
        entry('https://tracker.example/x', '2026-01-01T00:00:00.020Z'),
        entry('http://127.0.0.1:3000/missing', '2026-01-01T00:00:02.100Z', {}, 404),
        entry('http://127.0.0.1:3000/cart', '2026-01-01T00:00:02.300Z', {
          method: 'POST',
          postData: { mimeType: 'application/x-www-form-urlencoded', params: [{ name: 'id', value: '7' }] },
        }),
      ],
    },
  });

  it('has its forms as forms, and tells of bodies that are not in it', () => {
    const posted = (type: string, text?: string) =>
      entry('http://127.0.0.1:3000/p', '2026-01-01T00:00:00.000Z', {
        method: 'POST',
        headers: [{ name: 'Content-Type', value: type }],
        ...(text !== undefined && { postData: { mimeType: type, text, params: [] } }),
      });
    const { scenario, notes } = importScenario(
      JSON.stringify({
        log: {
          entries: [
            posted('application/x-www-form-urlencoded;charset=UTF-8', 'a=b+%26+c'),
            posted('application/x-www-form-urlencoded', 'a=1&a=2'),
            posted(
              'multipart/form-data; boundary=X',
              '--X\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--X--\r\n',
            ),
            posted('multipart/form-data; boundary=X'),
          ],
        },
      }),
    );
    const steps = scenario.flows[0]!.steps.map((step) => (step.kind === 'request' ? step : undefined));
    expect(steps.map((step) => step?.body)).toEqual([
      { type: 'form', fields: { a: 'b & c' } },
      { type: 'text', text: 'a=1&a=2' },
      { type: 'multipart', parts: [{ name: 'a', value: 'b' }] },
      undefined,
    ]);
    expect(steps.slice(2).map((step) => step?.headers)).toEqual([{}, {}]);
    expect(notes.join('\n')).toContain(
      'The body of POST http://127.0.0.1:3000/p (a form with files) is not in the HAR file',
    );
  });

  it('becomes what one user did, with the pauses, without what belongs to others', () => {
    const { scenario, notes } = importScenario(har);
    expect(scenario.baseUrl).toBe('http://127.0.0.1:3000');
    expect(scenario.flows[0]?.steps).toMatchObject([
      { url: '/products?a=1', headers: { 'x-app': 'shop' }, checks: [{ on: 'status', in: ['2xx'] }] },
      { kind: 'think', time: { minMs: 2000, maxMs: 2000 } },
      { url: '/missing', checks: [{ on: 'status', in: ['404'] }] },
      { method: 'POST', url: '/cart', body: { type: 'form', fields: { id: '7' } } },
    ]);
    expect(notes.join('\n')).toMatch(/1 requests to other hosts[^]*1 static files[^]*cookies are left out/);
  });
});

describe('a Swagger 2 document', () => {
  it('becomes a flow for each operation, its bodies and forms with them', () => {
    const { scenario } = importScenario(`
swagger: "2.0"
info: { title: Pets }
host: 127.0.0.1:4710
basePath: /api/
schemes: [http]
consumes: [application/json]
parameters: { limit: { name: limit, in: query, required: true, type: integer, minimum: 3 } }
paths:
  /pets:
    get: { parameters: [{ $ref: '#/parameters/limit' }], responses: { "200": {} } }
    post: { parameters: [{ name: body, in: body, schema: { $ref: '#/definitions/Pet' } }], responses: { "201": {} } }
  /pets/{id}:
    parameters: [{ name: id, in: path, required: true, type: string, enum: [rex] }]
    delete: { responses: { "204": {} } }
  /form:
    post:
      consumes: [application/x-www-form-urlencoded]
      parameters: [{ name: a, in: formData, type: string, default: b, required: true }]
definitions: { Pet: { type: object, required: [name], properties: { name: { type: string, example: Rex } } } }`);
    expect(scenario).toMatchObject({ name: 'Pets', baseUrl: 'http://127.0.0.1:4710/api' });
    expect(scenario.flows.flatMap(({ steps }) => steps)).toMatchObject([
      { method: 'GET', url: '/pets', query: { limit: '3' } },
      { method: 'POST', url: '/pets', body: { type: 'json', value: { name: 'Rex' } } },
      { method: 'DELETE', url: '/pets/rex', checks: [{ on: 'status', in: ['204'] }] },
      { method: 'POST', url: '/form', body: { type: 'form', fields: { a: 'b' } } },
    ]);
  });
});

describe('an OpenAPI document', () => {
  it('with a relative address has it before each path', () => {
    const { scenario } = importScenario(
      'openapi: 3.1.0\nservers: [{ url: /api/v3 }]\npaths: { /a: { get: {} } }',
    );
    expect(scenario.flows[0]?.steps[0]).toMatchObject({ url: '/api/v3/a' });
  });

  const document = `
openapi: 3.0.3
info: { title: Shop }
servers: [{ url: 'http://127.0.0.1:{port}/v1', variables: { port: { default: '3000' } } }]
paths:
  /products/{id}:
    parameters: [{ $ref: '#/components/parameters/Id' }]
    get:
      operationId: getProduct
      parameters: [{ name: lang, in: query, required: true, schema: { type: string, enum: [en, de] } }]
      responses: { '200': {}, default: {} }
  /orders:
    post:
      requestBody:
        content:
          application/json:
            schema: { $ref: '#/components/schemas/Order' }
      responses: { '201': {} }
components:
  parameters:
    Id: { name: id, in: path, required: true, schema: { type: integer }, example: 7 }
  schemas:
    Order:
      type: object
      required: [items]
      properties:
        id: { type: integer, readOnly: true }
        items: { type: array, items: { $ref: '#/components/schemas/Item' } }
        parent: { $ref: '#/components/schemas/Order' }
    Item:
      allOf:
        - { type: object, properties: { count: { type: integer, minimum: 2 } } }
        - { type: object, properties: { when: { type: string, format: date } } }
    Loop: { $ref: '#/components/schemas/Loop' }
`;

  it('becomes a flow for each operation, with its examples', () => {
    const { scenario, notes } = importScenario(document);
    expect(scenario).toMatchObject({ name: 'Shop', baseUrl: 'http://127.0.0.1:3000/v1' });
    expect(scenario.flows).toMatchObject([
      {
        name: 'getProduct',
        steps: [{ method: 'GET', url: '/products/7', query: { lang: 'en' }, checks: [{ in: ['200'] }] }],
      },
      {
        name: 'POST /orders',
        steps: [
          {
            method: 'POST',
            url: '/orders',
            body: { type: 'json', value: { items: [{ count: 2, when: '2026-01-01' }] } },
            checks: [{ in: ['201'] }],
          },
        ],
      },
    ]);
    expect(notes.join('\n')).toContain('1 of 2 operations change something');
  });

  it('of version 2 is refused', () => {
    expect(() => importScenario('{"swagger":"1.2"}')).toThrow(
      'OpenAPI 1.2; OpenAPI 3 and Swagger 2.0 can be read',
    );
    expect(() => importScenario('{"log": {"entries": [{"request": 5}]}}')).toThrow(
      'log.entries[0].request is no',
    );
    expect(() => importScenario('openapi: 3.0.0\npaths:\n  /a:\n    get: [\n')).toThrow(
      'line 5, column 1 cannot be read',
    );
  });
});

it('anything else is refused with what would be understood', () => {
  expect(() => importScenario('{"a":1}')).toThrow('no HAR file, no curl command and no OpenAPI document');
});
