import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { DegradationStep } from '../../api';
import { csvRows, parseCsv } from '../csv';
import { absoluteUrl, addressOf, safePath } from './address';
import { cycleOf } from './compile';
import { CookieJar } from './cookie-jar';
import { decodedBody } from './decoded-body';
import { atJsonPath, parseJsonPath } from './json-path';
import { capacityOf, kneeOf, within15Percent } from './knee-report';

test('cookies go back to where they came from, until they end', () => {
  const jar = new CookieJar();
  jar.store('sid=1; Path=/; HttpOnly', 'shop.test', '/login', 1000);
  jar.store('deep=2; Path=/a/b', 'shop.test', '/', 1000);
  jar.store('wide=3; Domain=.shop.test; Secure', 'shop.test', '/', 1000);
  jar.store('short=4; Max-Age=2', 'shop.test', '/', 1000);
  jar.store('foreign=5; Domain=bank.test', 'shop.test', '/', 1000);
  expect(jar.header('shop.test', '/a/b/c', false, 1000)).toBe('deep=2; sid=1; short=4');
  expect(jar.header('shop.test', '/a/bc', true, 4000)).toBe('sid=1; wide=3');
  expect(jar.header('www.shop.test', '/', true, 4000)).toBe('wide=3');
  jar.store('sid=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/', 'shop.test', '/', 4000);
  expect(jar.header('shop.test', '/', false, 4000)).toBe('');
  expect(jar.value('deep')).toBe('2');
});

test('cookies that no header can carry are not kept, and addresses have no subdomains', () => {
  const jar = new CookieJar();
  for (const bad of ['a=1\u0001', 'b=2\n3', '\u007fc=4']) jar.store(bad, 'shop.test', '/');
  expect(jar.isEmpty).toBe(true);
  jar.store('d=5; Domain=0.0.1', '127.0.0.1', '/');
  expect(jar.isEmpty).toBe(true);
  jar.store('e=6; Domain=127.0.0.1', '127.0.0.1', '/');
  expect(jar.header('127.0.0.1', '/', false)).toBe('e=6');
});

test('packed bodies are unpacked; what cannot be stays as it came', () => {
  const text = Buffer.from('{"ok":true}');
  const unpacked = (body: Buffer, encoding?: string) => decodedBody(body, encoding).toString();
  expect(unpacked(text)).toBe('{"ok":true}');
  expect(unpacked(gzipSync(text), 'GZIP')).toBe('{"ok":true}');
  expect(unpacked(brotliCompressSync(gzipSync(text)), 'gzip, br')).toBe('{"ok":true}');
  expect(unpacked(deflateSync(text), 'deflate')).toBe('{"ok":true}');
  expect(unpacked(deflateRawSync(text), 'deflate')).toBe('{"ok":true}');
  expect(unpacked(text, 'gzip')).toBe('{"ok":true}');
  expect(unpacked(text, 'toString')).toBe('{"ok":true}');
});

test('places in JSON are found', () => {
  const value = { items: [{ id: 1 }, { 'a b': [true] }], n: null };
  const at = (path: string) => atJsonPath(value, parseJsonPath(path));
  expect(at('$.items[0].id')).toBe(1);
  expect(at('items[-1]["a b"][0]')).toBe(true);
  expect(at("$['items'][1]")).toEqual({ 'a b': [true] });
  expect(at('$')).toBe(value);
  expect(at('$.n')).toBeNull();
  for (const nothing of ['$.x', '$.items.id', '$.n.x', '$.items[7].id', '$.toString'])
    expect(at(nothing)).toBeUndefined();
  for (const wrong of ['$..id', '$.items[*]', '$.items[?(@.id)]', '$.'])
    expect(() => parseJsonPath(wrong)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
});

test('rows of CSV keep what is quoted', () => {
  expect(parseCsv('id,name\r\n1,"Ann, ""A"""\r\n\r\n2,"two\nlines"\n3')).toEqual([
    { id: '1', name: 'Ann, "A"' },
    { id: '2', name: 'two\nlines' },
    { id: '3', name: '' },
  ]);
  expect(csvRows('a;b', ';')).toEqual([['a', 'b']]);
  expect(parseCsv('')).toEqual([]);
});

test('flows are chosen by weight, evenly spread', () => {
  expect([...cycleOf([2, 1])]).toEqual([0, 1, 0]);
  expect([...cycleOf([50, 50])]).toEqual([0, 1]);
  const cycle = [...cycleOf([0.7, 0.2, 0.1])];
  expect([0, 1, 2].map((flow) => cycle.filter((each) => each === flow).length)).toEqual([700, 200, 100]);
  expect(cycle.slice(0, 10).filter((each) => each === 0)).toHaveLength(7);
});

test('paths go to the base, below its own path; what cannot stand in a path is written as it must be', () => {
  expect(absoluteUrl('/a?b=1', 'http://x.test/api/')).toBe('http://x.test/api/a?b=1');
  expect(absoluteUrl('https://y.test/', 'http://x.test')).toBe('https://y.test/');
  expect(safePath('/a b/ü?q="x"&r=%20')).toBe('/a%20b/%C3%BC?q=%22x%22&r=%20');
  const { origin, path } = addressOf('http://me:p%40ss@x.test:81/a#b');
  expect([origin.authority, path, origin.authorization]).toEqual([
    'x.test:81',
    '/a',
    `Basic ${btoa('me:p@ss')}`,
  ]);
  expect(addressOf('http://me:p%40ss@x.test:81/z').origin).toBe(origin);
  expect(() => addressOf('ftp://x/')).toThrow(TypeError);
});

const step = (users: number, rps: number, p95Ms: number, errorRatio = 0): DegradationStep => ({
  users,
  rps,
  p95Ms,
  errorRatio,
  startUs: 0,
  endUs: 1,
  p50Ms: p95Ms,
  p99Ms: p95Ms,
  p95Change: p95Ms / 10 - 1,
});

test('the knee is where more users stop to bring throughput', () => {
  // Eight can be served at once, each in 10 ms.
  const steps = [
    step(1, 100, 10),
    step(2, 200, 10),
    step(4, 400, 10),
    step(8, 800, 11),
    step(12, 805, 15),
    step(18, 790, 23),
  ];
  expect(kneeOf(steps)).toBe(8);
  expect(capacityOf(steps, 0.05)).toEqual({ capacityRps: 805, capacityUsers: 8 });
  expect(within15Percent(steps)).toBe(8);
});

test('one weak step is no knee, and steps with errors are no capacity', () => {
  const weak = [step(1, 100, 10), step(2, 110, 11), step(4, 380, 11)];
  expect(kneeOf(weak)).toBeNull();
  const broken = [step(1, 100, 10), step(2, 900, 10, 0.5)];
  expect(capacityOf(broken, 0.05)).toEqual({ capacityRps: 100, capacityUsers: 1 });
  expect(within15Percent([])).toBeNull();
});
