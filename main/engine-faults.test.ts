/** Faults through the engine, on real programs. The load process is the built one. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnyEvent, Mark, RunSpecInput, RunState, ScenarioInput } from './api';
import { loadSession, type LoadedSession } from './analysis/load-session';
import { createEngine, type Engine } from './engine';
import { packageRoot } from './paths';
import { isAlive, listProcesses, membersOf } from './target/process-table';

let folder: string;
let engine: Engine;
const events: AnyEvent[] = [];
const listeners = new Set<() => void>();
const cleanUps: (() => unknown)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'scorchmark-faults-'));
  engine = await createEngine({ shell: 'cli', dataFolder: path.join(folder, 'data') });
  events.length = 0;
  engine.subscribe((event) => {
    events.push(event);
    for (const listener of listeners) listener();
  });
});

afterEach(async () => {
  await engine.close();
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
  await rm(folder, { recursive: true, force: true });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition())
    await new Promise<void>((resolve) => {
      const listener = (): void => {
        listeners.delete(listener);
        resolve();
      };
      listeners.add(listener);
    });
}

const state = (): RunState | undefined => events.findLast((event) => event.event === 'run.state')?.payload;
const faultMarks = (): Extract<Mark, { kind: 'fault' }>[] =>
  events
    .flatMap((event) => (event.event === 'run.marks' ? event.payload.marks : []))
    .filter((mark) => mark.kind === 'fault');

const tiny = `
  const http = require('http');
  http.createServer((request, response) => response.end(String(process.pid))).listen(0, '127.0.0.1');`;

async function specOf(
  program: string,
  faults: ScenarioInput['faults'],
  more: Partial<ScenarioInput> & { durationMs?: number; env?: Record<string, string> } = {},
): Promise<RunSpecInput> {
  const { durationMs = 4000, env = {}, ...scenario } = more;
  await writeFile(path.join(folder, 'server.js'), program);
  return {
    target: { kind: 'launch', argv: [process.execPath, 'server.js'], cwd: folder, env },
    load: {
      preset: 'smoke',
      stopTargetAtEnd: true,
      scenario: {
        version: 1,
        load: { model: 'closed', stages: [{ durationMs, users: 3 }], thinkTime: { minMs: 5, maxMs: 5 } },
        flows: [{ name: 'ask', steps: [{ kind: 'request', url: '/' }] }],
        faults,
        ...scenario,
      },
    },
    capture: { allocations: false },
  };
}

async function ended(runId: string): Promise<LoadedSession> {
  await until(() => ['done', 'failed'].includes(state()?.phase ?? ''));
  return loadSession(engine.store, runId);
}

/** Control groups of this process that were left behind. */
async function groupsLeft(): Promise<string[]> {
  const all = await readdir('/sys/fs/cgroup', { recursive: true }).catch(() => []);
  return all.filter((name) => path.basename(name).startsWith(`scorchmark-${process.pid}-`));
}

describe('a planned fault', () => {
  it('of the network acts on the load, ends, and is told before, during and after', async () => {
    const { runId } = await engine.call(
      'run.start',
      // In each phase a busy machine must get to some requests.
      await specOf(tiny, [{ atMs: 3000, forMs: 4000, fault: { kind: 'latency', delayMs: 150 } }], {
        durationMs: 11_000,
      }),
    );
    const { load, timeline } = await ended(runId);
    const [report] = load!.faults!;
    expect(report).toMatchObject({ kind: 'latency', text: 'latency 150 ms', byHand: false });
    expect(report!.problem).toBeUndefined();
    expect(report!.during.p50Ms).toBeGreaterThanOrEqual(149);
    expect(report!.before.p50Ms).toBeLessThan(report!.during.p50Ms!);
    expect(report!.after.p50Ms).toBeLessThan(report!.during.p50Ms!);
    expect(load!.totals.errors).toBe(0);
    const kept = timeline.marks.filter((mark) => mark.kind === 'fault');
    expect(kept).toHaveLength(1);
    expect(kept[0]).toMatchObject({ faultKind: 'latency', durationMs: expect.any(Number) as number });
  });

  it('that kills the target starts it again in the same run, and the load follows it to its new port', async () => {
    const { runId } = await engine.call(
      'run.start',
      await specOf(tiny, [{ atMs: 2000, forMs: 500, fault: { kind: 'kill' } }], { durationMs: 600_000 }),
    );
    await until(() => state()?.listening.length === 2);
    const restartedUs = state()!.listening[1]!.atUs;
    const rates = (): number[] =>
      events
        .flatMap((event) => (event.event === 'run.points' ? event.payload.points : []))
        .filter(({ metric, tUs, value }) => metric === 'requestRate' && tUs > restartedUs && value > 0)
        .map(({ value }) => value);
    await until(() => rates().length >= 6);
    await engine.call('run.stop', { runId });
    const { load, detail } = await ended(runId);
    const [report] = load!.faults!;
    expect(report!.downMs).toBeGreaterThanOrEqual(500);
    // On a busy machine it need not become as it was before.
    expect(report!.recoveryMs ?? Infinity).toBeGreaterThan(0);
    expect(report!.after.requests).toBeGreaterThan(0);
    expect(report!.during.errorRatio).toBeGreaterThan(0);
    expect(detail.status).toBe('complete');
    expect(detail.processes).toHaveLength(2);
    expect(new Set(detail.listening.map(({ port }) => port)).size).toBe(2);
    expect(detail.processes.some(({ pid }) => isAlive(pid))).toBe(false);
  });

  it('that blocks the event loop is not taken for a stall of the program', async () => {
    const { runId } = await engine.call(
      'run.start',
      await specOf(tiny, [
        { atMs: 1000, forMs: 2000, fault: { kind: 'block', blockMs: 300, everyMs: 1000 } },
      ]),
    );
    const { load, timeline } = await ended(runId);
    expect(load!.faults![0]).toMatchObject({
      means: expect.stringMatching(/blocks? of an event loop/) as string,
    });
    const blocked = timeline.marks.filter(
      (mark) => mark.kind === 'blocked' && mark.durationMs > 250 && !mark.startUp,
    );
    const { startedUs, endedUs } = load!.faults![0]!;
    // A busy machine may hold the program up at any other time, too.
    const during = blocked.filter(
      (mark) =>
        mark.kind === 'blocked' && mark.tUs >= startedUs && mark.tUs + mark.durationMs * 1000 <= endedUs,
    );
    expect(during.some((mark) => mark.kind === 'blocked' && mark.ours)).toBe(true);
  });

  it('that ends the target for want of memory leaves nothing', async ({ skip }) => {
    const growing = `
      const kept = [];
      require('http').createServer((request, response) => {
        if (request.url === '/grow') kept.push(Buffer.alloc(20e6, 1));
        response.end();
      }).listen(0, '127.0.0.1');`;
    const { runId } = await engine.call(
      'run.start',
      await specOf(growing, [{ atMs: 100, forMs: 60_000, fault: { kind: 'memory', limitBytes: 400e6 } }], {
        durationMs: 60_000,
      }),
    );
    await until(
      () => faultMarks().length > 0 || (state()?.warnings ?? []).some(({ source }) => source === 'fault'),
    );
    const refused = state()!.warnings.find(({ source }) => source === 'fault');
    if (refused) {
      await engine.call('run.stop', { runId });
      skip(`no cap here: ${refused.message}`);
    }
    const grow = async (): Promise<void> => {
      for (;;) await fetch(`${state()!.listening[0]!.url}/grow`);
    };
    await expect(grow()).rejects.toThrow();
    const { load, detail } = await ended(runId);
    expect(load!.faults![0]?.means).toMatch(/^(control group|prlimit)/);
    expect(detail.processes.some(({ pid }) => isAlive(pid))).toBe(false);
    expect(await groupsLeft()).toEqual([]);
  });
});

describe('a fault by hand', () => {
  it('begins, is told live, and ends; one that still lasts ends with the run', async () => {
    const { runId } = await engine.call('run.start', await specOf(tiny, [], { durationMs: 600_000 }));
    await until(() => state()?.load?.phase === 'running');
    const { faultId } = await engine.call('run.startFault', { runId, fault: { kind: 'pause' } });
    await until(() => (state()?.load?.faults?.length ?? 0) === 1);
    expect(state()!.load!.faults![0]).toMatchObject({ id: faultId, text: 'paused', byHand: true });
    await engine.call('run.endFault', { runId, faultId });
    await until(() => state()?.load?.faults?.length === 0);
    await expect(engine.call('run.endFault', { runId, faultId: 'none' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await engine.call('run.startFault', { runId, fault: { kind: 'pause' } });
    await engine.call('run.startFault', { runId, fault: { kind: 'cpu' } });
    await engine.call('run.stop', { runId });
    const { load, detail } = await ended(runId);
    expect(load!.faults!.map(({ kind, byHand, problem }) => [kind, byHand, problem])).toEqual([
      ['pause', true, undefined],
      ['pause', true, undefined],
      ['cpu', true, undefined],
    ]);
    expect(detail.exit).toMatchObject({ stoppedByUs: true });
    expect(detail.processes.some(({ pid }) => isAlive(pid))).toBe(false);
    await expect(engine.call('run.startFault', { runId, fault: { kind: 'cpu' } })).rejects.toMatchObject({
      code: 'NO_RUN',
    });
  });

  it('stands between the target and a dependency', async () => {
    const backend = http.createServer((_request, response) => response.end('data'));
    await once(backend.listen(0, '127.0.0.1'), 'listening');
    cleanUps.push(() => backend.close());
    const { port } = backend.address() as AddressInfo;
    const asking = `
      const http = require('http');
      http.createServer((request, response) => {
        http.get(process.env.BACKEND, { agent: false }, (answer) => answer.pipe(response))
          .on('error', () => response.writeHead(502).end());
      }).listen(0, '127.0.0.1');`;
    const { runId } = await engine.call(
      'run.start',
      await specOf(asking, [], {
        durationMs: 600_000,
        dependencies: [{ name: 'backend', port, env: { BACKEND: 'http://{{host}}:{{port}}/' } }],
      }),
    );
    await until(() => (state()?.listening.length ?? 0) > 0);
    const { url } = state()!.listening[0]!;
    const statusNow = async (): Promise<number> => (await fetch(url)).status;
    expect(await statusNow()).toBe(200);
    const { faultId } = await engine.call('run.startFault', {
      runId,
      fault: { kind: 'drop', via: 'backend' },
    });
    expect(await statusNow()).toBe(502);
    await engine.call('run.endFault', { runId, faultId });
    expect(await statusNow()).toBe(200);
    await expect(
      engine.call('run.startFault', { runId, fault: { kind: 'drop', via: 'cache' } }),
    ).rejects.toThrow(/no dependency “cache”/);
    await engine.call('run.stop', { runId });
  });
});

it('leaves nothing of many faults when the workbench is killed', async () => {
  const spec = await specOf(
    tiny,
    [
      { atMs: 0, forMs: 60_000, fault: { kind: 'memory', limitBytes: 2e9 } },
      { atMs: 0, forMs: 60_000, fault: { kind: 'latency', delayMs: 10 } },
      { atMs: 0, forMs: 60_000, fault: { kind: 'cpu' } },
      { atMs: 500, forMs: 60_000, fault: { kind: 'pause' } },
    ],
    { durationMs: 60_000 },
  );
  const workbench = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      '--input-type=module',
      '-e',
      `const { createEngine } = await import(${JSON.stringify(pathToFileURL(path.join(packageRoot, 'main/engine.ts')).href)});
       const engine = await createEngine({ shell: 'cli', dataFolder: ${JSON.stringify(path.join(folder, 'other'))} });
       engine.subscribe(({ event, payload }) => {
         if (event === 'run.state' && payload.load?.faults?.some(({ text }) => text === 'paused')) console.log('paused');
       });
       await engine.call('run.start', ${JSON.stringify(spec)});`,
    ],
    { cwd: packageRoot, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  cleanUps.push(() => workbench.kill('SIGKILL'));
  await once(workbench.stdout, 'data');
  const all = membersOf(await listProcesses(), { roots: [workbench.pid!] });
  // The target, the load, a spinning process, and the two helpers that see to the end.
  expect(all.length).toBeGreaterThanOrEqual(6);
  workbench.kill('SIGKILL');
  while (all.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 20));
  const left = await readdir('/sys/fs/cgroup', { recursive: true }).catch(() => []);
  expect(left.filter((name) => path.basename(name).startsWith(`scorchmark-${workbench.pid}-`))).toEqual([]);
});
