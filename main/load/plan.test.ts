import { expect, test } from 'vitest';
import { loadSpecSchema, presetNames } from '../api';
import type { ListeningAddress } from '../api';
import { parseDuration } from './duration';
import { absoluteUrl } from './engine/address';
import { needsListeningAddress, resolvePlan } from './plan';
import { presets } from './presets';
import { kneeUsers } from './scenario-of-load';
import type { LoadPlan } from './types';

const debuggerPort: ListeningAddress = {
  pid: 1,
  url: 'tcp://127.0.0.1:5432',
  port: 5432,
  protocol: 'tcp',
  atUs: 0,
};
const web: ListeningAddress = { pid: 1, url: 'http://127.0.0.1:3000', port: 3000, protocol: 'http', atUs: 1 };
const admin: ListeningAddress = {
  pid: 1,
  url: 'http://127.0.0.1:3001',
  port: 3001,
  protocol: 'http',
  atUs: 2,
};

const urls = (input: object, listening: ListeningAddress[] = [debuggerPort, web, admin]) =>
  originsOfSteps(resolvePlan(loadSpecSchema.parse({ preset: 'smoke', ...input }), listening));

/** Where each request goes. */
function originsOfSteps({ scenario, baseUrl }: LoadPlan): string[] {
  return scenario.flows.flatMap(({ steps }) =>
    steps.map((step) => (step.kind === 'think' ? '' : absoluteUrl(step.url, baseUrl ?? ''))),
  );
}

test('there is a preset for every name, in order', () => {
  expect(presets.map(({ name }) => name)).toEqual([...presetNames]);
  expect(presets.map(({ users, durationMs }) => [users, durationMs / 60_000])).toEqual([
    [5, 2],
    [20, 5],
    [50, 10],
    [100, 15],
    [200, 10],
    [150, 5],
    [50, 240],
    [500, 5],
  ]);
});

test('without requests the load goes to the first HTTP address', () => {
  expect(urls({})).toEqual(['http://127.0.0.1:3000/']);
});

test('paths go to the first HTTP address, full URLs stay as they are', () => {
  const requests = [{ url: '/a?b=1' }, { url: '?q' }, { url: '//two' }, { url: 'https://example.test/x' }];
  expect(urls({ requests })).toEqual([
    'http://127.0.0.1:3000/a?b=1',
    'http://127.0.0.1:3000/?q',
    'http://127.0.0.1:3000//two',
    'https://example.test/x',
  ]);
});

test('users and duration of the preset can be overridden', () => {
  const spec = loadSpecSchema.parse({ preset: 'heavy', users: 7, durationMs: 10_000 });
  expect(resolvePlan(spec, [web])).toMatchObject({ preset: 'heavy', users: 7, durationMs: 10_000 });
});

test('a path without an address is LOAD_NO_URL; full URLs need none', () => {
  expect(() => urls({ requests: [{ url: '/a' }] }, [debuggerPort])).toThrow(
    expect.objectContaining({ code: 'LOAD_NO_URL' }),
  );
  expect(urls({ requests: [{ url: 'http://127.0.0.1:9/a' }] }, [])).toEqual(['http://127.0.0.1:9/a']);
});

test.each(['localhost:3000/a', '127.0.0.1:3000', 'ftp://x/y', 'http://', 'http://x:99999/', 'products'])(
  '%s is refused by name',
  (url) => {
    expect(() => urls({ requests: [{ url }] })).toThrow(
      expect.objectContaining({ code: 'BAD_INPUT', message: expect.stringContaining(url) as string }),
    );
  },
);

test('headers that would break the request are refused', () => {
  for (const headers of [{ 'x y': '1' }, { x: 'a\r\nb: c' }])
    expect(() => urls({ requests: [{ url: '/', headers }] })).toThrow(
      expect.objectContaining({ code: 'BAD_INPUT' }),
    );
});

test('knows whether it has to wait for the target to listen', () => {
  const needs = (requests: { url: string }[]) =>
    needsListeningAddress(loadSpecSchema.parse({ preset: 'smoke', requests }));
  expect(needs([])).toBe(true);
  expect(needs([{ url: 'http://x.test/' }, { url: '/a' }])).toBe(true);
  expect(needs([{ url: 'http://x.test/' }])).toBe(false);
});

test('equal requests are one flow with their number as its weight', () => {
  const requests = [{ url: '/a' }, { url: '/b' }, { url: '/a' }, { url: '/a', method: 'PUT' }];
  const { scenario } = resolvePlan(loadSpecSchema.parse({ preset: 'smoke', requests }), [web]);
  expect(scenario.flows.map(({ name, weight }) => [name, weight])).toEqual([
    ['GET /a', 2],
    ['GET /b', 1],
    ['PUT /a', 1],
  ]);
});

test('a preset of minutes is one of seconds by its time scale', () => {
  const spec = loadSpecSchema.parse({ preset: 'volume', timeScale: 1 / 3600 });
  expect(resolvePlan(spec, [web]).durationMs).toBe(4000);
  const knee = resolvePlan(loadSpecSchema.parse({ preset: 'knee', users: 8, durationMs: 6000 }), [web]);
  expect(knee.scenario.load).toMatchObject({ model: 'knee', maxUsers: 8, stepMs: 1000 });
  expect(knee).toMatchObject({ users: 8, durationMs: 6000 });
});

test('users of a search for the knee grow by half, by one at least, up to the most', () => {
  expect(kneeUsers({ startUsers: 1, maxUsers: 20, factor: 1.5 })).toEqual([1, 2, 3, 4, 6, 9, 13, 19, 20]);
  expect(kneeUsers({ startUsers: 5, maxUsers: 3, factor: 2 })).toEqual([3]);
});

test('a scenario is taken as it is; its own base URL and headers are looked at', () => {
  const scenario = {
    version: 1,
    load: { model: 'open', stages: [{ durationMs: 1000, rate: 10 }] },
    flows: [{ name: 'a', steps: [{ kind: 'request', url: '/{{ $uuid }}' }] }],
  };
  const parse = (more: object) =>
    loadSpecSchema.parse({ preset: 'smoke', scenario: { ...scenario, ...more } });
  expect(resolvePlan(parse({ baseUrl: 'https://x.test/api/' }), [])).toMatchObject({
    preset: 'custom',
    baseUrl: 'https://x.test/api',
    durationMs: 1000,
  });
  expect(needsListeningAddress(parse({}))).toBe(true);
  expect(needsListeningAddress(parse({ baseUrl: 'https://x.test' }))).toBe(false);
  for (const wrong of [
    { baseUrl: 'x' },
    { headers: { 'a b': '1' } },
    { thresholds: [{ expression: 'p95 quickly' }] },
  ])
    expect(() => resolvePlan(parse(wrong), [web])).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
});

test.each([
  ['500ms', 500],
  ['10s', 10_000],
  ['2m', 120_000],
  ['1h', 3_600_000],
  ['1.5h', 5_400_000],
  ['1m30s', 90_000],
  ['90', 90_000],
  [' 5 ', 5000],
])('%s is %d ms', (text, durationMs) => {
  expect(parseDuration(text)).toBe(durationMs);
});

test.each(['', 'x', '10 parsecs', '-5s', '0', '5d', 's'])('“%s” is no duration', (text) => {
  expect(() => parseDuration(text)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
});
