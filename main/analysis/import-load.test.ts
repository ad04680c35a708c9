import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { LoadResult } from '../api';
import { cleanUp, openAt, temporaryFolder } from '../sessions/testing/samples';
import { readLoad } from './foreign-reader';
import { loadBetween } from './load-range';

afterEach(cleanUp);

async function loadOf(folder: string): Promise<LoadResult> {
  return JSON.parse(await readFile(path.join(folder, 'load.json'), 'utf8')) as LoadResult;
}

/** Two lines, as k6 writes them when a request has ended. */
function k6Request(atMs: number, name: string): string {
  const time = new Date(Date.UTC(2026, 0, 1) + atMs).toISOString();
  const tags = { expected_response: 'true', method: 'GET', name, status: '200', url: 'http://127.0.0.1/x' };
  return (
    `${JSON.stringify({ metric: 'http_reqs', type: 'Point', data: { time, value: 1, tags } })}\n` +
    `${JSON.stringify({ metric: 'http_req_duration', type: 'Point', data: { time, value: 20, tags } })}\n`
  );
}

describe('a result of k6 that is imported', () => {
  it('has its seconds, so that a stretch of it can be looked at like one of our own', async () => {
    const store = await openAt(await temporaryFolder());
    const lines = Array.from({ length: 300 }, (_, i) =>
      k6Request(i * 100, i % 3 === 0 ? 'GET /a' : 'list b'),
    );
    const told: (number | null)[] = [];
    const { id } = await store.importBytes('k6.json', Buffer.from(lines.join('')), {
      progress: (fraction) => told.push(fraction),
    });
    const folder = await store.folderOf(id);
    const { totals, perRequest } = await loadOf(folder);
    expect(totals).toMatchObject({ requests: 300, statusClasses: { '2xx': 300 } });
    expect(perRequest.map(({ method, url, name }) => [method, url, name])).toEqual([
      ['GET', '/a', undefined],
      ['GET', 'list b', 'list b'],
    ]);
    const whole = await loadBetween(store, id, { startUs: -1e6, endUs: 40e6 });
    expect(whole?.totals.requests).toBe(300);
    expect(whole?.perRequest.map(({ totals: { requests } }) => requests)).toEqual([100, 200]);
    expect(whole?.totals.latency?.p50Ms).toBeCloseTo(20, 0);
    const part = await loadBetween(store, id, { startUs: 10e6, endUs: 15e6 });
    expect(part?.totals.requests).toBeGreaterThanOrEqual(50);
    expect(part?.totals.requests).toBeLessThanOrEqual(60);
    expect(told.at(-1)).toBe(1);
  });

  it('tells how far it is, and can be cancelled', async () => {
    const home = await temporaryFolder();
    const store = await openAt(home, { readLoad });
    const file = path.join(await temporaryFolder(), 'k6.json');
    await writeFile(file, Array.from({ length: 5000 }, (_, i) => k6Request(i, 'GET /a')).join(''));
    const told: number[] = [];
    const { id } = await store.importPath(file, { progress: (fraction) => told.push(fraction ?? 0) });
    expect((await loadOf(await store.folderOf(id))).totals.requests).toBe(5000);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told.length).toBeGreaterThan(2);
    const cancel = new AbortController();
    await expect(
      store.importPath(file, {
        signal: cancel.signal,
        progress: (fraction) => {
          if (fraction !== null && fraction > 0) cancel.abort();
        },
      }),
    ).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await readdir(path.join(home, 'sessions'))).toEqual([id]);
  });
});
