import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { LoadResult } from '../api';
import { packageRoot } from '../paths';
import { ownResultText } from '../load/results/own';
import { cleanUp, openAt, temporaryFolder } from './testing/samples';

afterEach(cleanUp);

const written = path.join(packageRoot, 'main/load/results/testing');

async function loadOf(folder: string): Promise<LoadResult> {
  return JSON.parse(await readFile(path.join(folder, 'load.json'), 'utf8')) as LoadResult;
}

describe('a load generator’s result', () => {
  it.each([
    ['autocannon.json', 'autocannon'],
    ['wrk.txt', 'wrk'],
  ])('of %s becomes a session that tells what the file tells, and nothing else', async (name, tool) => {
    const store = await openAt(await temporaryFolder());
    const meta = await store.importBytes(name, await readFile(path.join(written, name)));
    const detail = await store.get(meta.id);
    expect(detail).toMatchObject({ name, status: 'imported', processes: [] });
    const folder = await store.folderOf(meta.id);
    const { totals, importedFrom } = await loadOf(folder);
    expect(importedFrom).toContain(tool);
    expect(totals.requests).toBeGreaterThan(0);
    expect(totals.latency?.p99Ms).toBeGreaterThan(0);
    // Neither of them writes it.
    expect(totals.latency).not.toHaveProperty('p95Ms');
    const timeline = await readFile(path.join(folder, 'timeline.json'), 'utf8');
    expect(timeline).toContain('load-start');
  });

  const own: LoadResult = {
    preset: 'custom',
    users: 1,
    plannedDurationMs: 1000,
    startedUs: 0,
    endedUs: 1_000_000,
    cancelled: false,
    totals: {
      requests: 7,
      errors: 0,
      timeouts: 0,
      non2xx: 0,
      bytes: 0,
      meanRate: 7,
      latency: null,
      statusClasses: { '2xx': 7 },
    },
    perRequest: [],
  };
  const fault = {
    kind: 'fault' as const,
    tUs: 5,
    durationMs: 2,
    text: 'CPU',
    faultId: 'f1',
    faultKind: 'cpu',
  };
  const seconds = '{"endpoint":0,"method":"GET","url":"/ä"}\n{"tUs":0,"durationUs":1000000}\n';

  it.each([false, true])('of our own keeps its seconds and its faults (gzipped: %s)', async (isGzipped) => {
    const store = await openAt(await temporaryFolder());
    const file = path.join(await temporaryFolder(), 'load');
    const text = Buffer.from(`${ownResultText({ result: own, points: [], marks: [fault] })}${seconds}`);
    await writeFile(file, isGzipped ? gzipSync(text) : text);
    const { id } = await store.importPath(file);
    const folder = await store.folderOf(id);
    expect(await loadOf(folder)).toEqual(own);
    expect(await readFile(path.join(folder, 'load-seconds.ndjson'), 'utf8')).toBe(seconds);
    expect(await readFile(path.join(folder, 'timeline.json'), 'utf8')).toContain(JSON.stringify(fault));
  });

  it('of our own that is torn leaves nothing behind', async () => {
    const home = await temporaryFolder();
    const store = await openAt(home);
    const text = ownResultText({ result: own, points: [], marks: [] });
    await expect(store.importBytes('load', Buffer.from(text.slice(0, 60)))).rejects.toMatchObject({
      code: 'PROFILE_MALFORMED',
    });
    expect(await readdir(path.join(home, 'sessions'))).toEqual([]);
  });
});
