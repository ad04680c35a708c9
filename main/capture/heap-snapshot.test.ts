import { mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClock } from '../target';
import type { TargetThread } from '../target/types';
import { takeSnapshot } from './heap-snapshot';
import { cleanUp, runSource, type Running } from './target-for-tests';

const program = `
class Basket { constructor(id) { this.id = id; this.name = 'ümlaut ' + id; } }
globalThis.baskets = Array.from({ length: 500 }, (_, id) => new Basket(id));
setInterval(() => {}, 1000);
console.log('ready');
`;

let folder: string;
let running: Running;
let thread: TargetThread;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'scorchmark-heap-'));
  running = await runSource(program, { capture: { cpu: false, allocations: false } });
  await running.until(({ output }) => output.includes('ready'));
  thread = [...running.threads.values()][0]!.thread;
});

afterEach(async () => {
  await cleanUp();
  await rm(folder, { recursive: true, force: true });
});

const options = (): { file: string; clock: ReturnType<typeof createClock> } => ({
  file: path.join(folder, 'heap.heapsnapshot'),
  clock: createClock(),
});

const stringsOf = async (file: string): Promise<string[]> =>
  (JSON.parse(await readFile(file, 'utf8')) as { strings: string[] }).strings;

describe('a heap snapshot', () => {
  it('is the same whether the target writes it or it is streamed', async () => {
    for (const method of ['inside', 'stream'] as const) {
      const given = options();
      const taken = await takeSnapshot(thread, { ...given, method });
      expect(taken.method).toBe(method);
      expect(taken.pauseMs).toBeGreaterThan(1);
      const strings = await stringsOf(given.file);
      expect(strings).toEqual(expect.arrayContaining(['Basket', 'ümlaut 499']));
    }
    expect(await readdir(folder)).toEqual(['heap.heapsnapshot']);
  });

  it('is streamed when the target does not see the same files, for example from within a container', async () => {
    const given = options();
    // As if the folder were another one there.
    await thread.session.send('Runtime.evaluate', {
      expression: `globalThis[Symbol.for('scorchmark.agent')].heapSnapshot.canWrite = () => false`,
    });
    expect((await takeSnapshot(thread, given)).method).toBe('stream');
    expect(await stringsOf(given.file)).toContain('Basket');
  });

  it('is streamed when the target may not write there', async () => {
    const given = options();
    await thread.session.send('Runtime.evaluate', {
      expression: `globalThis[Symbol.for('scorchmark.agent')].heapSnapshot.write =
        () => ({ startUs: 1, durationUs: 1, heapUsedBytes: 1, error: { code: 'ERR_ACCESS_DENIED', message: 'no' } })`,
    });
    expect((await takeSnapshot(thread, given)).method).toBe('stream');
  });

  it.runIf(process.platform === 'linux')(
    'fails in words when the disk becomes full midway, and leaves nothing behind',
    async () => {
      const openFile: typeof open = () => open('/dev/full', 'w');
      await expect(takeSnapshot(thread, { ...options(), method: 'stream', openFile })).rejects.toMatchObject({
        code: 'DISK_FULL',
      });
      expect(await readdir(folder)).toEqual([]);
      // The target is unharmed.
      expect((await takeSnapshot(thread, options())).sizeBytes).toBeGreaterThan(1e6);
    },
  );

  it('that is given up leaves nothing behind', async () => {
    const abort = new AbortController();
    const taking = takeSnapshot(thread, {
      ...options(),
      signal: abort.signal,
      onProgress: () => abort.abort(),
    });
    await expect(taking).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await readdir(folder)).toEqual([]);
  });
});
