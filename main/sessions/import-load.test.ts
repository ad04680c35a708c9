import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { LoadResult } from '../api';
import { packageRoot } from '../paths';
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
});
