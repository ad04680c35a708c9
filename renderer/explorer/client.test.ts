import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ExplorerClient } from './client';
import type { PortListener } from './port';
import type { ToWorker } from './protocol';
import type { Scope } from './types';

const scope: Scope = {
  source: 'cpu',
  threads: null,
  range: null,
  transforms: [],
  weights: 'value',
  includeIdle: false,
  mapped: true,
};
const sample = path.resolve('profiles/formats/samples/node-shop.cpuprofile');

async function* inParts(bytes: Uint8Array, count: number): AsyncGenerator<Uint8Array> {
  const size = Math.ceil(bytes.length / count);
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.slice(at, at + size));
}

/** A worker that answers when it is told to. */
function slowWorker() {
  const sent: ToWorker[] = [];
  let listener: PortListener | undefined;
  const client = new ExplorerClient((to) => {
    listener = to;
    return { post: (message) => sent.push(message), close: () => undefined };
  });
  return {
    client,
    sent,
    answer: (value: unknown) => {
      const asked = sent.at(-1) as { id: number };
      listener?.message({ kind: 'answer', id: asked.id, value });
    },
    die: () => listener?.died('gone'),
  };
}

describe('the client of the explorer', () => {
  it('reads a file that comes in parts and answers about it', async () => {
    const client = new ExplorerClient();
    const bytes = new Uint8Array(await readFile(sample));
    const loaded = await client.loadParts(
      { name: 'shop.cpuprofile', kind: 'profile', sizeBytes: bytes.length },
      inParts(bytes, 5),
    );
    expect(loaded.threads).toHaveLength(1);
    expect(loaded.threads[0]).toMatchObject({
      source: 'cpu',
      facts: { thread: 'p0', startUs: 0, timed: true },
    });
    expect(loaded.description).toMatchObject({ format: 'cpuprofile', processes: [{ pid: 0 }] });
    const answer = await client.ask('tree', { scope, withLayout: true });
    expect(answer!.tree.totalWeight).toBeGreaterThan(0);
    expect(answer!.layout!.width).toBe(answer!.tree.totalWeight);
    client.destroy();
  });

  it('says what is wrong with a file, and goes on', async () => {
    const client = new ExplorerClient();
    const bytes = new TextEncoder().encode('{"nodes":[{"id":1');
    await expect(
      client.loadParts({ name: 'a.cpuprofile', kind: 'cpu', thread: 'p1', sizeBytes: 17 }, inParts(bytes, 2)),
    ).rejects.toMatchObject({
      code: 'PROFILE_MALFORMED',
      message: expect.stringContaining('a.cpuprofile') as string,
    });
    expect(await client.ask('tree', { scope })).toBeNull();
    client.destroy();
  });

  it('asks the newest question of a slot; the ones between are given up', async () => {
    const { client, sent, answer } = slowWorker();
    const first = client.ask('tree', { scope }, { slot: 'a' });
    const second = client.ask('tree', { scope: { ...scope, threads: ['p1'] } }, { slot: 'a' });
    const third = client.ask('tree', { scope: { ...scope, threads: ['p2'] } }, { slot: 'a' });
    expect(sent).toHaveLength(1);
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED' });
    answer(null);
    expect(await first).toBeNull();
    expect(sent).toHaveLength(2);
    expect(sent[1]).toMatchObject({ input: { scope: { threads: ['p2'] } } });
    answer(null);
    await third;
  });

  it('a worker that dies fails everything with what to do', async () => {
    const { client, die } = slowWorker();
    const failures: string[] = [];
    client.onFailure = (error) => failures.push(error.code);
    const loading = client.loadBlob({ name: 'x', kind: 'profile', sizeBytes: 400e6 }, new Blob([]));
    const asked = client.ask('tree', { scope });
    die();
    await expect(loading).rejects.toMatchObject({
      code: 'OUT_OF_MEMORY',
      hint: expect.stringContaining('400 MB') as string,
    });
    await expect(asked).rejects.toMatchObject({ code: 'OUT_OF_MEMORY' });
    await expect(client.ask('tree', { scope })).rejects.toMatchObject({ code: 'OUT_OF_MEMORY' });
    expect(failures).toEqual(['OUT_OF_MEMORY']);
    expect(client.ended).toBe(true);
  });

  it('destroyed, it answers nothing any more', async () => {
    const { client } = slowWorker();
    const asked = client.ask('tree', { scope });
    client.destroy();
    await expect(asked).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('answers at once what was foreseen, and only once', async () => {
    const { client, sent, answer } = slowWorker();
    client.foresee('tree', { scope, withLayout: true });
    answer('early');
    expect(await client.ask('tree', { scope: { ...scope }, withLayout: true })).toBe('early');
    expect(sent).toHaveLength(1);
    const again = client.ask('tree', { scope, withLayout: true });
    answer('asked again');
    expect(await again).toBe('asked again');
  });

  it('does not answer with what was foreseen when something else is asked, or the profiles have changed', async () => {
    const { client, answer } = slowWorker();
    client.foresee('tree', { scope, withLayout: true });
    answer('of another range');
    const ranged = client.ask('tree', { scope: { ...scope, range: { startUs: 0, endUs: 1 } } });
    answer('of this range');
    expect(await ranged).toBe('of this range');

    client.foresee('tree', { scope, withLayout: true });
    answer('before source maps');
    client.setMapping({ urls: [], names: [], mapped: [], problems: [] } as never);
    const mapped = client.ask('tree', { scope, withLayout: true });
    answer('after source maps');
    expect(await mapped).toBe('after source maps');
  });

  it('rejects what was foreseen when the worker dies meanwhile', async () => {
    const { client, die } = slowWorker();
    client.foresee('tree', { scope, withLayout: true });
    const asked = client.ask('tree', { scope, withLayout: true });
    die();
    await expect(asked).rejects.toMatchObject({ code: 'OUT_OF_MEMORY' });
  });
});
