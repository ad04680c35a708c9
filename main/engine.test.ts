import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnyEvent, RunSpecInput, RunState } from './api';
import { loadSession } from './analysis/load-session';
import { createEngine, type Engine } from './engine';
import { aggregate, mergeCallTrees } from '../profiles/call-tree';
import { functionTable } from '../profiles/functions';

const shopRequest = (method: 'GET' | 'POST', url: string) => ({
  method,
  url,
  ...(method === 'POST' && {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ productId: 17, quantity: 2 }),
  }),
});

let folder: string;
let engine: Engine;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'scorchmark-engine-'));
  engine = await createEngine({ shell: 'cli', dataFolder: folder });
});

afterEach(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

/** Starts a run and resolves when it has ended, with every state and event on the way. */
async function recorded(spec: RunSpecInput): Promise<{ end: RunState; events: AnyEvent[] }> {
  const events: AnyEvent[] = [];
  const ended = new Promise<RunState>((resolve) =>
    engine.subscribe((event) => {
      events.push(event);
      if (event.event === 'run.state' && ['done', 'failed'].includes(event.payload.phase))
        resolve(event.payload);
    }),
  );
  await engine.call('run.start', spec);
  return { end: await ended, events };
}

function shopUnder(requests: ReturnType<typeof shopRequest>[], durationMs: number): RunSpecInput {
  return {
    target: { kind: 'sample', sample: 'shop' },
    load: { preset: 'smoke', durationMs, requests, stopTargetAtEnd: true },
  };
}

describe('a recording of the shop under load', () => {
  it('names the planted hot function on top, with the load that made it hot', async () => {
    const { end } = await recorded(shopUnder([shopRequest('GET', '/products')], 3000));
    expect(end.phase).toBe('done');
    expect(end.exit).toMatchObject({ stoppedByUs: true });
    const session = await loadSession(engine.store, end.runId);
    const tree = mergeCallTrees([...session.cpu.values()].map((profile) => aggregate(profile)));
    expect(functionTable(tree)[0]?.name).toBe('renderCatalog');
    expect(session.detail.summary.topFunction?.name).toBe('renderCatalog');
    expect(session.load?.totals.requests).toBeGreaterThan(0);
    expect(session.load?.totals.non2xx).toBe(0);
    expect(session.detail.environment.nodeVersion).toBe(process.version);
  });

  it('shows the heap of the leaking route growing and the function that allocates', async () => {
    const { end } = await recorded(shopUnder([shopRequest('POST', '/cart')], 4000));
    const session = await loadSession(engine.store, end.runId);
    const heap = session.timeline.series.find((series) => series.metric === 'heapUsed')!;
    const first = heap.values[0]!;
    // About 40 KB stay of each cart, however many a machine gets done in that time; the last ones may come after the last reading.
    const carts = session.load!.totals.requests;
    expect(carts).toBeGreaterThan(0);
    expect(Math.max(...heap.values) - first).toBeGreaterThan(carts * 20e3);
    const allocations = [...session.allocations.values()].map((profile) => aggregate(profile));
    const names = functionTable(mergeCallTrees(allocations))
      .slice(0, 3)
      .map((row) => row.name);
    expect(names.join()).toMatch(/cart|Cart/);
  });

  it('shows the blocker as event-loop delay and as a blocked mark', async () => {
    const { end } = await recorded(shopUnder([shopRequest('GET', '/report')], 2500));
    const session = await loadSession(engine.store, end.runId);
    const delays = session.timeline.series
      .filter((series) => series.metric === 'loopDelayMax')
      .flatMap((s) => s.values);
    expect(Math.max(...delays)).toBeGreaterThan(100);
    expect(session.timeline.marks.some((mark) => mark.kind === 'blocked' && mark.durationMs > 100)).toBe(
      true,
    );
  });
});

describe('a view that joins a live run', () => {
  it('gets by snapshot and later events exactly what the session holds in the end', async () => {
    const { ProfileBuilder } = await import('../profiles/builder');
    const builders = new Map<string, InstanceType<typeof ProfileBuilder>>();
    const ended = new Promise<RunState>((resolve) =>
      engine.subscribe((event) => {
        if (event.event === 'run.state' && ['done', 'failed'].includes(event.payload.phase))
          resolve(event.payload);
        if (event.event !== 'run.cpu') return;
        const { thread, delta } = event.payload;
        let builder = builders.get(thread);
        if (!builder) builders.set(thread, (builder = new ProfileBuilder('microseconds')));
        builder.applyDelta(delta);
      }),
    );
    await engine.call('run.start', { target: { kind: 'sample', sample: 'script' } });
    const end = await ended;
    const session = await loadSession(engine.store, end.runId);
    for (const [thread, profile] of session.cpu) {
      const live = aggregate(builders.get(thread)!.profile);
      const saved = aggregate(profile);
      expect(live.sampleCount.reduce((sum, count) => sum + count, 0)).toBe(
        saved.sampleCount.reduce((sum, count) => sum + count, 0),
      );
      expect(live.totalWeight).toBeCloseTo(saved.totalWeight, -1);
    }
    expect(session.cpu.size).toBe(1);
  });
});

describe('what cannot be done', () => {
  it('is told with code, sentence and hint, and leaves no session behind', async () => {
    await expect(
      engine.call('run.start', { target: { kind: 'launch', argv: ['no-such-command-anywhere'] } }),
    ).rejects.toMatchObject({ code: 'COMMAND_NOT_FOUND', hint: expect.any(String) as string });
    expect((await engine.call('sessions.list', {})).sessions).toEqual([]);
  });

  it('names the field of a bad input', async () => {
    await expect(engine.call('run.start', { target: { kind: 'launch', argv: [] } })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('argv') as string,
    });
    await expect(engine.call('no.such.call', {})).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('leaves a recording unharmed when a shell fails to show it', async () => {
    engine.subscribe(() => {
      throw new Error('the window is gone');
    });
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    const { end } = await recorded({ target: { kind: 'launch', argv: ['node', '-e', '1'] } });
    expect(end.phase).toBe('done');
    expect((await warned).message).toMatch(/the window is gone/);
  });

  it('refuses a second run while one is recording, and closing saves the first', async () => {
    const { runId } = await engine.call('run.start', { target: { kind: 'sample', sample: 'workers' } });
    await expect(
      engine.call('run.start', { target: { kind: 'sample', sample: 'script' } }),
    ).rejects.toMatchObject({ code: 'RUN_ACTIVE' });
    await engine.close();
    engine = await createEngine({ shell: 'cli', dataFolder: folder });
    const detail = await engine.call('sessions.get', { id: runId });
    expect(detail.status).toBe('complete');
  });
});
