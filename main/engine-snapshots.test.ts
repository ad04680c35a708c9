import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnyEvent, Mark, RunSpecInput, RunState, SessionDetail, SnapshotInfo } from './api';
import { createEngine, type Engine } from './engine';

const node = process.env['SCORCHMARK_TEST_NODE'] ?? process.execPath;
/** A program with something to find, that lives until it is ended. */
const idle = `
class Basket { constructor(id) { this.id = id; } }
globalThis.baskets = Array.from({ length: 500 }, (_, id) => new Basket(id));
setInterval(() => {}, 1000);
console.log('ready');
`;

let folder: string;
let engine: Engine;
let events: AnyEvent[];
let looking: Set<() => void>;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'scorchmark-snapshots-'));
  engine = await createEngine({ shell: 'cli', dataFolder: path.join(folder, 'data') });
  events = [];
  looking = new Set();
  engine.subscribe((event) => {
    events.push(event);
    for (const look of [...looking]) look();
  });
});

afterEach(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

/** Resolves with what `find` finds, now or after a later event. */
function until<T>(find: () => T | undefined): Promise<T> {
  return new Promise((resolve) => {
    const look = (): void => {
      const found = find();
      if (found === undefined) return;
      looking.delete(look);
      resolve(found);
    };
    looking.add(look);
    look();
  });
}

const state = (): RunState | undefined => {
  const last = events.findLast((event) => event.event === 'run.state');
  return last?.payload;
};

const output = (text: string): Promise<true> =>
  until(() =>
    events.some(
      (event) => event.event === 'run.output' && event.payload.lines.some((line) => line.text.includes(text)),
    )
      ? true
      : undefined,
  );

const snapshot = (find: (info: SnapshotInfo) => boolean): Promise<SnapshotInfo> =>
  until(() => state()?.snapshots.find(find));

const ended = (): Promise<RunState> =>
  until(() => (['done', 'failed'].includes(state()?.phase ?? '') ? state() : undefined));

const marks = (): Mark[] =>
  events.flatMap((event) => (event.event === 'run.marks' ? event.payload.marks : []));

async function start(
  source: string,
  capture: RunSpecInput['capture'] = {},
  nodeFlags: string[] = [],
): Promise<RunState> {
  const file = path.join(folder, 'program.cjs');
  await writeFile(file, source);
  return engine.call('run.start', {
    target: { kind: 'launch', argv: [node, ...nodeFlags, file], cwd: folder },
    capture: { cpu: false, allocations: false, metricsIntervalMs: 50, ...capture },
  });
}

async function saved(run: RunState): Promise<{ session: SessionDetail; names: string[] }> {
  const names = await readdir(path.join(folder, 'data', 'sessions', run.runId));
  return { session: await engine.call('sessions.get', { id: run.runId }), names };
}

interface Raw {
  snapshot: { node_count: number };
  nodes: number[];
  strings: string[];
}

async function read(run: RunState, { file }: SnapshotInfo): Promise<Raw> {
  return JSON.parse(await readFile(path.join(folder, 'data', 'sessions', run.runId, file), 'utf8')) as Raw;
}

describe('a heap snapshot of a running program', () => {
  it('is foreseen, taken on demand, and kept with its pause in the session', async () => {
    const run = await start(idle);
    await output('ready');
    const thread = state()!.processes[0]!.threads[0]!.key;
    const before = await engine.call('snapshots.estimate', { runId: run.runId, thread });
    expect(before).toMatchObject({ basis: 'typical' });
    expect(before.heapUsedBytes).toBeGreaterThan(1e6);
    const taking = engine.call('snapshots.take', { runId: run.runId, thread });
    await expect(engine.call('snapshots.take', { runId: run.runId, thread })).rejects.toMatchObject({
      code: 'SNAPSHOT_ACTIVE',
    });
    const taken = await taking;
    expect(taken).toMatchObject({ state: 'complete', reason: 'asked', progress: 1, thread });
    expect(taken.pauseMs).toBeGreaterThan(0);
    const after = await engine.call('snapshots.estimate', { runId: run.runId, thread });
    expect(after).toMatchObject({ basis: 'measured' });

    const raw = await read(run, taken);
    expect(raw.strings).toContain('Basket');
    expect(raw.nodes.length).toBe(raw.snapshot.node_count * (raw.nodes.length / raw.snapshot.node_count));

    await engine.call('run.stop', { runId: run.runId });
    const { session, names } = await saved(run);
    expect(session.status).toBe('complete');
    expect(session.snapshots).toMatchObject([
      { file: taken.file, state: 'complete', sizeBytes: taken.sizeBytes },
    ]);
    expect(session.files).toContainEqual({
      name: taken.file,
      kind: 'snapshot',
      thread,
      sizeBytes: taken.sizeBytes,
    });
    expect(names.filter((name) => name.endsWith('.part'))).toEqual([]);
    expect(marks()).toContainEqual(
      expect.objectContaining({ kind: 'snapshot', thread, file: taken.file, durationMs: taken.pauseMs }),
    );
  });

  it('stops the program by our fault, not by its own', async () => {
    const run = await start(idle);
    await output('ready');
    const thread = state()!.processes[0]!.threads[0]!.key;
    const taken = await engine.call('snapshots.take', { runId: run.runId, thread });
    await engine.call('run.stop', { runId: run.runId });
    const from = taken.startedUs;
    const to = from + taken.pauseMs! * 1000;
    const middles = marks().flatMap((mark) =>
      'durationMs' in mark && mark.kind !== 'snapshot' && mark.kind !== 'fault'
        ? [{ ...mark, middle: mark.tUs + mark.durationMs * 500 }]
        : [],
    );
    const within = middles.filter(({ middle }) => middle > from && middle < to);
    expect(within.filter(({ kind }) => kind === 'blocked')).toEqual([]);
    const collections = within.flatMap((mark) =>
      mark.kind === 'gc' && mark.gcKind === 'major' ? [mark] : [],
    );
    expect(collections.length).toBeGreaterThan(0);
    expect(collections.every(({ ours }) => ours)).toBe(true);
  });

  it('of a worker thread holds the heap of that thread alone', async () => {
    const run = await start(`
      const { Worker, isMainThread } = require('worker_threads');
      if (isMainThread) { globalThis.kept = new (class OnlyInMain {})(); new Worker(__filename); }
      else { globalThis.kept = new (class OnlyInWorker {})(); console.log('ready'); }
      setInterval(() => {}, 1000);
    `);
    const thread = await until(
      () => state()?.processes[0]?.threads.find(({ workerId }) => workerId > 0)?.key,
    );
    await output('ready');
    const taken = await engine.call('snapshots.take', { runId: run.runId, thread });
    const { nodes, strings } = await read(run, taken);
    // Fields of a node: type, name, …; an object is of type 3.
    const objects = new Set<string>();
    const fields = nodes.length / (await read(run, taken)).snapshot.node_count;
    for (let at = 0; at < nodes.length; at += fields)
      if (nodes[at] === 3) objects.add(strings[nodes[at + 1]!]!);
    expect(objects).toContain('OnlyInWorker');
    expect(objects).not.toContain('OnlyInMain');
  });

  it('of an attached process is taken, and the process lives on', async () => {
    const file = path.join(folder, 'attached.cjs');
    await writeFile(file, idle);
    const child = spawn(node, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await once(child.stdout, 'data');
      const run = await engine.call('run.start', { target: { kind: 'attach', pid: child.pid! } });
      const taken = await engine.call('snapshots.take', { runId: run.runId, thread: `p${child.pid}` });
      expect((await read(run, taken)).strings).toContain('Basket');
      await engine.call('run.stop', { runId: run.runId });
      expect(child.exitCode).toBeNull();
      expect((await saved(run)).session.snapshots).toHaveLength(1);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });

  it('of a thread that is not there is refused in words', async () => {
    const run = await start(idle);
    await output('ready');
    await expect(engine.call('snapshots.take', { runId: run.runId, thread: 'p1' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await engine.call('run.stop', { runId: run.runId });
    await expect(
      engine.call('snapshots.take', { runId: run.runId, thread: state()!.processes[0]!.threads[0]!.key }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is told to have failed when the program is killed midway; the session is whole', async () => {
    const run = await start(idle);
    await output('ready');
    const { pid, key: thread } = state()!.processes[0]!.threads[0]!;
    const taking = engine.call('snapshots.take', { runId: run.runId, thread });
    taking.catch(() => undefined);
    await snapshot(({ state: now }) => now === 'writing');
    process.kill(pid, 'SIGKILL');
    await expect(taking).rejects.toMatchObject({ code: 'SNAPSHOT_FAILED' });
    await ended();
    const { session, names } = await saved(run);
    expect(names.filter((name) => /part|heapsnapshot/.test(name))).toEqual([]);
    expect(session.snapshots).toMatchObject([{ state: 'failed', error: { code: 'SNAPSHOT_FAILED' } }]);
    expect(names).toContain('timeline.json');
  });

  it('is told to have failed when the disk takes no more midway; the recording goes on', async () => {
    const file = path.join(folder, 'program.cjs');
    await writeFile(file, idle);
    // No file of this program can grow beyond 1 MB.
    const argv = ['sh', '-c', 'ulimit -f 2048; exec "$0" "$1"', node, file];
    const run = await engine.call('run.start', {
      target: { kind: 'launch', argv },
      capture: { cpu: false, allocations: false },
    });
    await output('ready');
    const thread = state()!.processes[0]!.threads[0]!.key;
    await expect(engine.call('snapshots.take', { runId: run.runId, thread })).rejects.toMatchObject({
      code: 'DISK_FULL',
    });
    expect(state()).toMatchObject({ phase: 'running', snapshots: [{ state: 'failed' }] });
    await engine.call('run.stop', { runId: run.runId });
    const { session, names } = await saved(run);
    expect(session.status).toBe('complete');
    expect(names.filter((name) => /part|heapsnapshot/.test(name))).toEqual([]);
  });

  it('that is being written when the run is stopped is completed first', async () => {
    const run = await start(idle);
    await output('ready');
    const thread = state()!.processes[0]!.threads[0]!.key;
    const taking = engine.call('snapshots.take', { runId: run.runId, thread });
    await snapshot(({ state: now }) => now === 'writing');
    await engine.call('run.stop', { runId: run.runId });
    expect((await taking).state).toBe('complete');
    expect((await saved(run)).session.snapshots).toMatchObject([{ state: 'complete' }]);
  });
});

describe('a snapshot by rule', () => {
  it('is taken at the start, of the process that listens', async () => {
    const run = await start(
      `require('http').createServer().listen(0, '127.0.0.1'); globalThis.x = new (class Server {})();`,
      { snapshots: { atStart: true } },
    );
    const info = await snapshot(({ state: now }) => now === 'complete');
    expect(info).toMatchObject({ reason: 'start', thread: `p${state()!.listening[0]!.pid}` });
    await engine.call('run.stop', { runId: run.runId });
    expect((await saved(run)).session.snapshots).toMatchObject([{ reason: 'start', state: 'complete' }]);
  });

  it('is taken after the warm-up that was stated', async () => {
    const file = path.join(folder, 'program.cjs');
    await writeFile(file, idle);
    const run = await engine.call('run.start', {
      target: { kind: 'launch', argv: [node, file] },
      capture: { cpu: false, allocations: false, snapshots: { afterWarmUp: true } },
      leaks: { warmUpMs: 300 },
    });
    const info = await snapshot(({ state: now }) => now === 'complete');
    expect(info.reason).toBe('warm-up');
    expect(info.startedUs).toBeGreaterThan(300_000);
    await engine.call('run.stop', { runId: run.runId });
  });

  it('is taken at the end, before the program is told to end', async () => {
    const run = await start(idle, { snapshots: { atEnd: true } });
    await output('ready');
    await engine.call('run.stop', { runId: run.runId });
    const { session } = await saved(run);
    expect(session.snapshots).toMatchObject([{ reason: 'end', state: 'complete' }]);
    expect((await read(run, session.snapshots![0]!)).strings).toContain('Basket');
  });

  it('is taken at the end that the program comes to by itself', async () => {
    const run = await start(
      `process.stdin.resume(); class LastThing {}
       setTimeout(() => { globalThis.last = new LastThing(); process.exit(3); }, 700);`,
      { snapshots: { atEnd: true } },
    );
    await ended();
    const { session, names } = await saved(run);
    expect(session.exit?.code).toBe(3);
    expect(session.snapshots).toMatchObject([{ reason: 'end', state: 'complete' }]);
    expect(session.snapshots![0]!.pauseMs).toBeGreaterThan(0);
    expect((await read(run, session.snapshots![0]!)).strings).toContain('LastThing');
    expect(names.filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('is taken once when the heap gets above a size', async () => {
    const run = await start(
      `const kept = []; setInterval(() => { if (kept.length < 400) kept.push(new Array(20000).fill(1.5)); }, 5); console.log('ready');`,
      { snapshots: { heapAboveBytes: 30e6 } },
    );
    const info = await snapshot(({ state: now }) => now === 'complete');
    expect(info.reason).toBe('heap-above');
    expect(info.heapUsedBytes).toBeGreaterThan(20e6);
    await engine.call('run.stop', { runId: run.runId });
    expect((await saved(run)).session.snapshots).toHaveLength(1);
  });

  it('is taken each time the floor has grown, but no more often than allowed', async () => {
    const run = await start(
      `const kept = []; setInterval(() => { kept.push(new Array(30000).fill(1.5)); gc(); }, 30); console.log('ready');`,
      { snapshots: { growthAboveBytes: 4e6, most: 2 } },
      ['--expose-gc'],
    );
    await until(() =>
      state()?.warnings.find(({ message }) => /2 snapshots were taken by rules/.test(message)),
    );
    await engine.call('run.stop', { runId: run.runId });
    const { session } = await saved(run);
    expect(session.snapshots?.map(({ reason, state: end }) => [reason, end])).toEqual([
      ['growth', 'complete'],
      ['growth', 'complete'],
    ]);
  });
});

describe('a program that runs out of memory', () => {
  const leakingBy = (objects: number): string => `
    const kept = [];
    class Leaked { constructor(i) { this.name = 'leaked ' + i; this.parts = new Array(500).fill(i); } }
    let i = 0;
    setInterval(() => { for (let n = 0; n < ${objects}; n++) kept.push(new Leaked(i++)); }, 10);
  `;
  const leaking = leakingBy(100);

  it('leaves its metrics and the snapshot taken near the limit, and the session says why it ended', async () => {
    // Slow enough that the heap is measured between the rule's limit and V8's.
    const run = await start(leakingBy(15), { snapshots: { nearHeapLimit: true } }, [
      '--max-old-space-size=20',
    ]);
    await ended();
    const { session, names } = await saved(run);
    expect(session.outOfMemory).toBe(true);
    expect(session.error?.code).toBe('OUT_OF_MEMORY');
    expect(session.error?.message).toMatch(/ran out of memory.*\d+ of \d+ MB/);
    expect(marks().find(({ kind }) => kind === 'oom')).toMatchObject({
      thread: `p${session.processes[0]!.pid}`,
    });
    const near = session.snapshots!.filter(
      ({ reason, state: end }) => reason === 'near-limit' && end === 'complete',
    );
    expect(near.length).toBeGreaterThan(0);
    expect((await read(run, near[0]!)).strings).toContain('Leaked');
    expect(names).toContain('timeline.json');
    // Nothing is left where the program ran.
    expect((await readdir(folder)).filter((name) => name.endsWith('.heapsnapshot'))).toEqual([]);
  });

  it('says so without any snapshot, too', async () => {
    const run = await start(leaking, {}, ['--max-old-space-size=30']);
    await ended();
    const { session } = await saved(run);
    expect(session.outOfMemory).toBe(true);
    expect(session.warnings.some(({ message }) => /ran out of memory/.test(message))).toBe(true);
  });

  it('in a worker thread, names that thread', async () => {
    const run = await start(`
      const { Worker, isMainThread } = require('worker_threads');
      if (isMainThread) {
        new Worker(__filename, { resourceLimits: { maxOldGenerationSizeMb: 20 } }).on('error', (e) => console.error(e));
        setInterval(() => {}, 1000);
      } else { ${leaking} }
    `);
    const oom = await until(() => marks().find(({ kind }) => kind === 'oom'));
    expect(oom).toMatchObject({ thread: expect.stringMatching(/^p\d+-w\d+$/) as string });
    await engine.call('run.stop', { runId: run.runId });
    expect((await saved(run)).session).toMatchObject({ outOfMemory: true, status: 'complete' });
  });

  it('is not believed of a program that only prints the words', async () => {
    const run = await start(
      `console.error('FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory');`,
    );
    await ended();
    expect((await saved(run)).session.outOfMemory).toBeUndefined();
    expect((await stat(path.join(folder, 'data', 'sessions', run.runId))).isDirectory()).toBe(true);
  });
});
