import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Http1Head } from './answer-head';
import { AnswerParser } from './answer-parser';

interface Seen {
  status: number;
  body: string;
  isFollowed: boolean;
  keepAlive: boolean;
}

/** Feeds pieces as they come; what the parser told. */
function read(pieces: readonly string[], { toHead = false, closes = false } = {}) {
  const answers: Seen[] = [];
  let body = '';
  let head: Http1Head | undefined;
  const parser = new AnswerParser({
    onHead: (found) => {
      head = found;
      body = '';
      return true;
    },
    onBody: (piece) => (body += piece.toString('latin1')),
    onEnd: ({ status, keepAlive }, isFollowed) => answers.push({ status, body, isFollowed, keepAlive }),
  });
  parser.expect(toHead);
  const isHttp = pieces.every((piece) =>
    parser.feed(Buffer.from(piece, 'latin1'), Buffer.byteLength(piece, 'latin1')),
  );
  const closed = closes && parser.close();
  return { answers, isHttp, closed, head };
}

const answers = {
  length: ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', 'hello'],
  chunked: [
    'HTTP/1.1 201 \r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: 1\r\n\r\n',
    'abc0123456789',
  ],
  empty: ['HTTP/1.1 204 No Content\r\nX: y\r\n\r\n', ''],
  interim: [
    'HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
    'ok',
  ],
} as const;

test.each(Object.entries(answers))('%s: the same however it is cut into pieces', (_name, [text, body]) => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: text.length - 1 }), { maxLength: 8 }), (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), text.length];
      const seen = read(at.slice(1).map((end, index) => text.slice(at[index], end)));
      expect(seen.isHttp).toBe(true);
      expect(seen.answers).toMatchObject([{ body, isFollowed: false, keepAlive: true }]);
    }),
  );
});

test('a body without a length ends with the connection, any other does not', () => {
  expect(read(['HTTP/1.0 200 OK\r\n\r\nall', ' of it'], { closes: true })).toMatchObject({
    answers: [{ body: 'all of it', keepAlive: false }],
    closed: true,
  });
  expect(read(['HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nnot all'], { closes: true })).toMatchObject({
    answers: [],
    closed: false,
  });
  expect(read(['HTTP/1.1 200 OK\r\n'], { closes: true })).toMatchObject({ answers: [], closed: false });
});

test('an answer to HEAD has no body, whatever it says', () => {
  expect(read(['HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n'], { toHead: true }).answers).toMatchObject([
    { body: '' },
  ]);
});

test('what follows an answer nobody asked for is told', () => {
  expect(read([`${answers.length[0]}${answers.length[0]}`]).answers).toMatchObject([{ isFollowed: true }]);
  expect(read([answers.length[0], 'x']).isHttp).toBe(false);
});

test.each([
  'SSH-2.0-nothing\r\n',
  'HTTP/2 200\r\n\r\n',
  'HTTP/1.1 99 no\r\n\r\n',
  'HTTP/1.1 200 OK\r\nno colon\r\n\r\n',
  'HTTP/1.1 200 OK\r\n : x\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n',
  'HTTP/1.1 101 Switching Protocols\r\n\r\n',
  '\u0000\u0001\u0002',
])('%j is not HTTP', (text) => {
  expect(read([text])).toMatchObject({ isHttp: false, answers: [] });
});

test('a head without end is given up', () => {
  expect(
    read([
      'HTTP/1.1 200 OK\r\n',
      ...Array.from({ length: 300 }, (_, at) => `x${at}: ${'y'.repeat(1000)}\r\n`),
    ]).isHttp,
  ).toBe(false);
});

test('headers are found by name, cookies are all kept', () => {
  const { head } = read([
    'HTTP/1.1 302 Found\r\nLocation: /b\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
  ]);
  expect(head?.header('location')).toBe('/b');
  expect(head?.header('x')).toBeUndefined();
  expect(head?.setCookies).toEqual(['a=1', 'b=2']);
  expect(head?.keepAlive).toBe(false);
});

test('a header that goes on in the next line is one header', () => {
  const { head, isHttp } = read([
    'HTTP/1.1 200 OK\r\nX-Long: one\r\n\ttwo\r\n three\r\nContent-Length: 0\r\n\r\n',
  ]);
  expect(isHttp).toBe(true);
  expect(head?.header('x-long')).toBe('one two three');
  expect(read(['HTTP/1.1 200 OK\r\n X: y\r\n\r\n']).isHttp).toBe(false);
});

test('a status that no standard knows is told as it is', () => {
  expect(read(['HTTP/1.1 999 Request denied\r\nContent-Length: 0\r\n\r\n']).answers).toMatchObject([
    { status: 999 },
  ]);
});

test.each([
  ['timeout=5', 4000],
  ['timeout=1, max=100', 500],
  ['max=100,timeout=60', 59_000],
  ['max=100', Infinity],
])('Keep-Alive: %s lets an idle connection be used for %d ms', (value, mostIdleMs) => {
  expect(
    read([`HTTP/1.1 200 OK\r\nKeep-Alive: ${value}\r\nContent-Length: 0\r\n\r\n`]).head?.mostIdleMs,
  ).toBe(mostIdleMs);
});
