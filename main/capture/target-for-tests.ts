/** For tests: runs real code in a real Node process under the collectors, and keeps all they bring. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  captureSpecSchema,
  type CaptureSpec,
  type Mark,
  type Point,
  type RunWarning,
  type TargetExit,
} from '../api';
import { leakSpecSchema, type LeakSpec } from '../../profiles/leaks/types';
import type { V8CpuProfile, V8HeapProfile } from '../../profiles/types';
import { createClock, launchTarget } from '../target';
import type { Target, TargetThread } from '../target/types';
import type { SourceRecord } from './source-record';
import type { AllocationReading, CaptureSink, Collector } from './types';
import { startAll, threadCollectors } from './index';

export interface Recorded {
  chunks: { thread: string; chunk: V8CpuProfile }[];
  allocations: Map<string, V8HeapProfile>;
  allocationReads: AllocationReading[];
  points: Point[];
  marks: Mark[];
  sources: SourceRecord[];
  warnings: RunWarning[];
  output: string[];
}

export interface Running extends Recorded {
  target: Target;
  originUs: number;
  threads: Map<string, { thread: TargetThread; collectors: Collector[] }>;
  sink: CaptureSink;
  /** Resolves when what has been recorded satisfies the condition, now or later; fails the test when the target ends before. */
  until(condition: (recorded: Recorded) => boolean): Promise<void>;
  ended: Promise<TargetExit>;
}

const started: Running[] = [];
const folders: string[] = [];

/** Launches `node <file with this source>`. */
export async function runSource(
  source: string,
  options: {
    capture?: Partial<CaptureSpec>;
    leaks?: Partial<LeakSpec>;
    fileName?: string;
    args?: string[];
    nodeFlags?: string[];
  } = {},
): Promise<Running> {
  const folder = await mkdtemp(path.join(tmpdir(), 'scorchmark-capture-'));
  folders.push(folder);
  const file = path.join(folder, options.fileName ?? 'program.cjs');
  await writeFile(file, source);
  const clock = createClock();
  const spec = captureSpecSchema.parse(options.capture ?? {});
  const recorded: Recorded = {
    chunks: [],
    allocations: new Map(),
    allocationReads: [],
    points: [],
    marks: [],
    sources: [],
    warnings: [],
    output: [],
  };
  const leaks = leakSpecSchema.parse(options.leaks ?? {});
  const waiting = new Set<() => void>();
  const look = (): void => {
    for (const check of [...waiting]) check();
  };
  const sink: CaptureSink = {
    cpuChunk: (thread, chunk) => (recorded.chunks.push({ thread: thread.info.key, chunk }), look()),
    allocations: (thread, profile, read) => {
      recorded.allocations.set(thread.info.key, profile);
      recorded.allocationReads.push(read);
      look();
    },
    points: (points) => (recorded.points.push(...points), look()),
    marks: (marks) => (recorded.marks.push(...marks), look()),
    source: (source) => (recorded.sources.push(source), look()),
    warning: (warning) => (recorded.warnings.push(warning), look()),
  };
  const threads: Running['threads'] = new Map();
  const target = await launchTarget({
    clock,
    spec: {
      kind: 'launch',
      argv: [
        process.env['SCORCHMARK_TEST_NODE'] ?? process.execPath,
        ...(options.nodeFlags ?? []),
        file,
        ...(options.args ?? []),
      ],
      env: {},
      nodeFlags: [],
      shell: false,
    },
    handlers: {
      onProcess: () => undefined,
      onProcessExit: () => undefined,
      onThread: async (thread) => {
        const collectors = threadCollectors({ thread, spec, leaks, clock, sink });
        threads.set(thread.info.key, { thread, collectors });
        await startAll(collectors, sink, clock);
        look();
      },
      onThreadEnding: async (thread) => {
        await Promise.all(
          (threads.get(thread.info.key)?.collectors ?? []).map((collector) => collector.stop()),
        );
      },
      onListen: () => undefined,
      onOutput: (lines) => {
        recorded.output.push(...lines.map((line) => line.text));
        look();
      },
      onWarning: (warning) => sink.warning(warning),
    },
  });
  const running: Running = {
    ...recorded,
    target,
    originUs: clock.originUs,
    threads,
    sink,
    ended: target.ended,
    until: (condition) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (!condition(recorded)) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
        void target.ended.then(() =>
          reject(new Error(`the target ended first; it said: ${recorded.output.join('\n')}`)),
        );
      }),
  };
  started.push(running);
  return running;
}

/** After each test: ends what still runs and removes the programs. */
export async function cleanUp(): Promise<void> {
  await Promise.all(started.splice(0).map(({ target }) => target.stop({ graceMs: 500 })));
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
}

/** Self samples by function name, over all chunks of a thread. */
export function selfSamples(running: Recorded, thread?: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { thread: key, chunk } of running.chunks) {
    if (thread !== undefined && key !== thread) continue;
    const nameOf = new Map(chunk.nodes.map((node) => [node.id, node.callFrame.functionName]));
    for (const id of chunk.samples ?? []) {
      const name = nameOf.get(id) ?? '?';
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return counts;
}

/** Points of one metric and scope, in time order. */
export function seriesOf(running: Recorded, metric: Point['metric'], scope?: string): Point[] {
  return running.points.filter(
    (point) => point.metric === metric && (scope === undefined || point.scope === scope),
  );
}
