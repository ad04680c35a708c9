/** What the tests of this folder record and open. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ProfileBuilder } from '../../../profiles/builder';
import type { V8HeapProfile } from '../../../profiles/types';
import { inputs, runSpecSchema, type RunSpec } from '../../api';
import type { AppErrorJson } from '../../errors';
import type { Recorder, SessionStart } from '../../run/recorder';
import { Recording, type JournalRecord } from '../../run/recording';
import { newSessionId } from '../layout';
import type { Summarise } from '../recorder';
import { openStore, type SessionStore, type StoreOptions } from '../store';

export const summarise: Summarise = (recorded) => {
  let cpuSamples = 0;
  for (const { profile } of recorded.cpu.values()) cpuSamples += profile.samples.length;
  return { cpuSamples };
};

export function specOf(argv: string[] = ['node', 'server.js']): RunSpec {
  return runSpecSchema.parse({ target: { kind: 'launch', argv, cwd: '/work/shop' } });
}

export function startOf(change: Partial<SessionStart> = {}): SessionStart {
  return {
    id: newSessionId(),
    name: 'Shop under load',
    tags: ['nightly'],
    spec: specOf(),
    commandLine: 'node server.js',
    cwd: '/work/shop',
    startedAt: new Date().toISOString(),
    originUs: 5_000_000,
    environment: {
      nodeVersion: 'v20.20.2',
      scorchmarkVersion: '0.1.0',
      os: 'Linux',
      arch: 'x64',
      cpuModel: 'test',
      cpuCount: 2,
      memoryBytes: 1,
    },
    ...change,
  };
}

export const heapProfile: V8HeapProfile = {
  head: {
    callFrame: { functionName: '(root)', scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 },
    selfSize: 0,
    id: 1,
    children: [
      {
        callFrame: {
          functionName: 'leak',
          scriptId: '1',
          url: 'file:///shop.js',
          lineNumber: 3,
          columnNumber: 0,
        },
        selfSize: 4096,
        id: 2,
        children: [],
      },
    ],
  },
};

/** Makes the records of a target that burns CPU in `hot`, one batch after the other. */
export class FakeTarget {
  private readonly builder = new ProfileBuilder('microseconds');
  private readonly cursor = this.builder.newCursor();
  private timeUs = 0;
  private batch = 0;

  first(): JournalRecord[] {
    const thread = { key: 'p7', pid: 7, workerId: 0, title: 'server.js', startedUs: 0 };
    const process = {
      pid: 7,
      ppid: 1,
      title: 'server.js',
      argv: ['node', 'server.js'],
      nodeVersion: 'v22.1.0',
    };
    return [
      { k: 'process', process: { ...process, startedUs: 0, threads: [thread] } },
      {
        k: 'listen',
        address: { pid: 7, url: 'http://127.0.0.1:3000', port: 3000, protocol: 'http', atUs: 10 },
      },
    ];
  }

  /** One CPU delta (10 samples, a new function), a point, two lines of output. */
  next(): JournalRecord[] {
    const batch = this.batch++;
    const frame = this.builder.addFrame(`hot${batch}`, 'file:///shop.js', batch + 1, 1);
    const node = this.builder.addChild(0, frame);
    for (let i = 0; i < 10; i++) this.builder.addSample(node, (this.timeUs += 1000));
    this.builder.finish(this.timeUs + 1000);
    const delta = this.builder.takeDelta(this.cursor)!;
    const tUs = this.timeUs;
    return [
      { k: 'cpu', thread: 'p7', delta },
      { k: 'points', points: [{ metric: 'cpu', scope: 'tree', tUs, value: 90 }] },
      {
        k: 'output',
        lines: [
          { tUs, stream: 'out', text: `request ${batch}` },
          { tUs, stream: 'err', text: 'é ✓' },
        ],
      },
    ];
  }
}

/** A run that has not ended: what a live view would have in memory, and its recorder. */
export interface LiveRun {
  start: SessionStart;
  recorder: Recorder;
  recording: Recording;
  troubles: AppErrorJson[];
  record(records: JournalRecord[]): void;
}

export async function beginRun(store: SessionStore, change: Partial<SessionStart> = {}): Promise<LiveRun> {
  const start = startOf(change);
  const troubles: AppErrorJson[] = [];
  const recorder = await store.begin(start, (error) => troubles.push(error));
  const recording = new Recording();
  return {
    start,
    recorder,
    recording,
    troubles,
    record(records) {
      for (const record of records) {
        recording.apply(record);
        recorder.append(record);
      }
    },
  };
}

/** Records a whole small session and returns its id. */
export async function recordSession(
  store: SessionStore,
  change: Partial<SessionStart> = {},
): Promise<string> {
  const run = await beginRun(store, change);
  const target = new FakeTarget();
  run.record(target.first());
  for (let i = 0; i < 3; i++) run.record(target.next());
  run.record([{ k: 'allocations', thread: 'p7', profile: heapProfile }]);
  await run.recorder.finish(run.recording, {
    durationMs: 31,
    status: 'complete',
    exit: { code: 0, signal: null, stoppedByUs: false },
  });
  return run.start.id;
}

export const everything = inputs['sessions.list'].parse({});
export const theTrash = inputs['sessions.list'].parse({ trash: true });

const cleanups: (() => Promise<unknown>)[] = [];

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'scorchmark-sessions-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Closed by `cleanUp`, unless the test did. */
export async function openAt(folder: string, more: Partial<StoreOptions> = {}): Promise<SessionStore> {
  const store = await openStore({ folder, summarise, onChanged: () => undefined, ...more });
  cleanups.push(() => store.close());
  return store;
}

export function afterTest(cleanup: () => Promise<unknown>): void {
  cleanups.push(cleanup);
}

export async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}
