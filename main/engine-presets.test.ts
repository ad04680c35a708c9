/** Every kind of load through the engine's own calls, on a real program. The load process is the built one. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadSession } from './analysis/load-session';
import { presetNames, type AnyEvent, type RunState } from './api';
import { createEngine, type Engine } from './engine';

let folder: string;
let engine: Engine;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'scorchmark-presets-'));
  engine = await createEngine({ shell: 'cli', dataFolder: path.join(folder, 'data') });
});

afterEach(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

/** Resolves with the state in which a run came to its end. */
function runEnds(): Promise<RunState> {
  return new Promise((resolve) => {
    const stop = engine.subscribe((event: AnyEvent) => {
      if (event.event !== 'run.state' || !['done', 'failed'].includes(event.payload.phase)) return;
      stop();
      resolve(event.payload);
    });
  });
}

it.each(presetNames)('the preset %s runs and ends with its result', async (preset) => {
  await writeFile(
    path.join(folder, 'server.cjs'),
    `require('node:http').createServer((_q, r) => r.end('ok')).listen(0, '127.0.0.1');`,
  );
  const ended = runEnds();
  const { runId } = await engine.call('run.start', {
    target: { kind: 'launch', argv: [process.execPath, 'server.cjs'], cwd: folder },
    load: { preset, durationMs: 1000, stopTargetAtEnd: true },
    capture: { cpu: false, allocations: false },
  });
  expect((await ended).load).toMatchObject({ phase: 'done', preset });
  const { detail, load } = await loadSession(engine.store, runId);
  expect(detail.status).toBe('complete');
  expect(load).toMatchObject({ preset, cancelled: false });
  expect(load!.totals.requests).toBeGreaterThan(0);
});
