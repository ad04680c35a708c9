import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AllocatedInThread, AnyEvent } from './api';
import { createEngine, type Engine } from './engine';

let folder: string;
let engine: Engine;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'scorchmark-allocations-'));
  engine = await createEngine({ shell: 'cli', dataFolder: path.join(folder, 'data') });
});

afterEach(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

function next(matches: (event: AnyEvent) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = engine.subscribe((event) => {
      if (!matches(event)) return;
      stop();
      resolve();
    });
  });
}

it('tells what was allocated between two profiles and is alive, the same live and saved', async () => {
  const program = path.join(folder, 'program.cjs');
  await writeFile(
    program,
    `globalThis.kept = [];
    function early() { for (let i = 0; i < 60000; i++) kept.push({ i, early: [i] }); }
    function late() { for (let i = 0; i < 60000; i++) kept.push({ i, late: [i] }); }
    early();
    process.on('SIGUSR2', () => { late(); console.log('late'); });
    setInterval(() => {}, 1000);
    console.log('early');`,
  );
  const early = next(
    ({ event, payload }) => event === 'run.output' && JSON.stringify(payload).includes('early'),
  );
  const { runId: id } = await engine.call('run.start', {
    target: { kind: 'launch', argv: [process.env['SCORCHMARK_TEST_NODE'] ?? process.execPath, program] },
    capture: { cpu: false, allocationIntervalBytes: 16_384 },
  });
  await early;
  await engine.call('run.refreshAllocations', { runId: id });
  const [before] = await engine.call('allocations.history', { id });
  expect(before).toMatchObject({ kind: 'alive' });
  const pid = Number(before!.thread.slice(1));
  const late = next(
    ({ event, payload }) => event === 'run.output' && JSON.stringify(payload).includes('late'),
  );
  process.kill(pid, 'SIGUSR2');
  await late;
  await engine.call('run.refreshAllocations', { runId: id });
  const [after] = await engine.call('allocations.history', { id });
  const range = { startUs: before!.timesUs.at(-1)!, endUs: after!.timesUs.at(-1)! };
  const ask = (): Promise<AllocatedInThread[]> => engine.call('allocations.between', { id, ...range });

  const live = await ask();
  expect(live).toMatchObject([
    { thread: before!.thread, fromUs: range.startUs, toUs: range.endUs, kind: 'alive' },
  ]);
  expect(JSON.stringify(live)).toContain('"late"');
  expect(JSON.stringify(live)).not.toContain('"early"');

  const done = next(({ event, payload }) => event === 'run.state' && payload.phase === 'done');
  await engine.call('run.stop', { runId: id });
  await done;
  await engine.close();
  engine = await createEngine({ shell: 'cli', dataFolder: path.join(folder, 'data') });
  expect(await ask()).toEqual(live);
});
