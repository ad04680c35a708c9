import { afterEach, expect, it, vi } from 'vitest';
import {
  allocationsFileName,
  classifyFile,
  cpuFileName,
  defaultDataFolder,
  isSafeId,
  newSessionId,
} from './layout';

afterEach(() => vi.unstubAllEnvs());

it('ids are folder names that sort by time and do not collide', () => {
  const ids = Array.from({ length: 1000 }, (_, ms) => newSessionId(new Date(Date.UTC(2026, 0, 1) + ms)));
  expect(new Set(ids).size).toBe(1000);
  expect([...ids].sort()).toEqual(ids);
  expect(ids.every(isSafeId)).toBe(true);
});

it.each(['', '..', '.', 'a/b', 'a\\b', 'nul', 'COM1', 'a.b', '-x', 'x'.repeat(81), 'ä', 'a\0'])(
  'the id %j is refused',
  (id) => expect(isSafeId(id)).toBe(false),
);

it('a thread and its files name each other', () => {
  for (const thread of ['p1', 'p4711-w3']) {
    expect(classifyFile(cpuFileName(thread))).toEqual({ kind: 'cpu', thread });
    expect(classifyFile(allocationsFileName(thread))).toEqual({ kind: 'allocations', thread });
  }
  expect(() => cpuFileName('../p1')).toThrow('does not name a thread');
});

it.each(['session.json', 'journal.ndjson', 'cpu-1.heapprofile', 'cpu-x.cpuprofile', '../load.json', 'a.sh'])(
  '%s is no file that travels with a session by its name',
  (name) => expect(classifyFile(name)).toBeUndefined(),
);

it('the data folder is SCORCHMARK_HOME where that is set', () => {
  vi.stubEnv('SCORCHMARK_HOME', '/tmp/x/../home');
  expect(defaultDataFolder()).toBe('/tmp/home');
  vi.stubEnv('SCORCHMARK_HOME', '');
  expect(defaultDataFolder()).toContain('scorchmark');
});
