/** A session as four hours of recording leave it: made by the product's own writer from simulated measurements. */
import { readForeign } from '../main/analysis/foreign-reader';
import { summariseRecorded } from '../main/analysis/summary';
import { runSpecSchema, type GcKind, type Mark, type Metric, type Point } from '../main/api';
import { Recording } from '../main/run/recording';
import { newSessionId, openStore } from '../main/sessions';

export const longRun = {
  hours: 4,
  intervalMs: 250,
  threads: ['p101', 'p101-w1', 'p101-w2'],
  gcsPerSecond: 100,
};

const perThread: Metric[] = [
  'heapUsed',
  'heapTotal',
  'external',
  'arrayBuffers',
  'heapLimit',
  'newSpace',
  'oldSpace',
  'gcFreed',
  'gcPause',
  'gcCount',
  'loopDelayP50',
  'loopDelayP99',
  'loopDelayMax',
  'loopUtilization',
];
const ofLoad: Metric[] = ['requestRate', 'latencyP50', 'latencyP95', 'latencyP99', 'errorRate'];

/** What is measured at the `step`th interval, as a live run sends it. */
export function pointsAt(step: number): Point[] {
  const tUs = (step + 1) * longRun.intervalMs * 1000;
  const wave = Math.sin(step / 2000) * 0.2 + 1;
  const points: Point[] = [];
  longRun.threads.forEach((scope, thread) => {
    const used = Math.round(6e7 * wave + ((step * 1_310_720) % 3e7) + step * 400 * (thread + 1));
    const value: Partial<Record<Metric, number>> = {
      heapUsed: used,
      heapTotal: Math.round(used * 1.3),
      external: Math.round(2e6 + (step % 400) * 1000),
      arrayBuffers: Math.round(1e6 + (step % 300) * 1000),
      heapLimit: 4.3e9,
      newSpace: (step * 1_310_720) % 1.6e7,
      oldSpace: Math.round(used * 0.8),
      gcFreed: 3e7,
      gcPause: 20 + (step % 13),
      gcCount: longRun.gcsPerSecond / 4,
      loopDelayP50: 1 + (step % 7) * 0.1,
      loopDelayP99: step % 9973 === 0 ? 240 : 3 + (step % 11) * 0.3,
      loopDelayMax: step % 9973 === 0 ? 900 : 6 + (step % 11),
      loopUtilization: 0.5 + Math.sin(step / 500) * 0.3,
    };
    for (const metric of perThread) points.push({ metric, scope, tUs, value: value[metric]! });
    if (step % 120 === 0)
      points.push({ metric: 'heapFloor', scope, tUs, value: Math.round(5e7 + step * 400 * (thread + 1)) });
  });
  for (const scope of ['tree', 'p101']) {
    points.push({ metric: 'cpu', scope, tUs, value: 120 + Math.sin(step / 300) * 60 });
    points.push({ metric: 'rss', scope, tUs, value: Math.round(3e8 * wave + step * 800) });
  }
  ofLoad.forEach((metric, i) =>
    points.push({ metric, scope: 'load', tUs, value: (i === 0 ? 4000 : i === 4 ? step % 2 : i * 10) * wave }),
  );
  return points;
}

/** The garbage collections of that interval. */
export function marksAt(step: number): Mark[] {
  const startUs = step * longRun.intervalMs * 1000;
  const count = (longRun.gcsPerSecond * longRun.intervalMs) / 1000;
  const marks: Mark[] = [];
  for (let i = 0; i < count; i++) {
    const nth = step * count + i;
    const gcKind: GcKind = nth % 400 === 0 ? 'major' : nth % 97 === 0 ? 'incremental' : 'minor';
    marks.push({
      kind: 'gc',
      tUs: startUs + Math.round((i / count) * longRun.intervalMs * 1000),
      durationMs: (gcKind === 'major' ? 18 : 0.8) + (nth % 17) * 0.05,
      gcKind,
      thread: longRun.threads[nth % 3]!,
      ours: nth % 12_000 === 0,
      beforeBytes: 9e7,
      afterBytes: gcKind === 'major' ? 6e7 : 8.8e7,
    });
  }
  return marks;
}

export const longRunSteps = (longRun.hours * 3_600_000) / longRun.intervalMs;

/** Writes the session into a data folder; returns its id and the size of its timeline. */
export async function writeLongSession(dataFolder: string): Promise<{ id: string; timelineBytes: number }> {
  const store = await openStore({
    folder: dataFolder,
    summarise: summariseRecorded,
    readForeign,
    onChanged: () => undefined,
  });
  const id = newSessionId();
  const recorder = await store.begin(
    {
      id,
      name: 'Four hours',
      tags: [],
      spec: runSpecSchema.parse({
        target: { kind: 'launch', argv: ['node', 'server.js'], cwd: '/srv/shop' },
      }),
      commandLine: 'node server.js',
      cwd: '/srv/shop',
      startedAt: new Date().toISOString(),
      originUs: 1_000_000,
      environment: {
        nodeVersion: process.version,
        scorchmarkVersion: '0',
        os: 'linux',
        arch: 'x64',
        cpuModel: 'simulated',
        cpuCount: 2,
        memoryBytes: 8e9,
      },
    },
    (error) => {
      throw new Error(error.message);
    },
  );
  const recording = new Recording();
  const threads = longRun.threads.map((key, i) => ({ key, pid: 101, workerId: i, title: key, startedUs: 0 }));
  recording.apply({
    k: 'process',
    process: {
      pid: 101,
      ppid: 1,
      title: 'server.js',
      argv: ['node', 'server.js'],
      nodeVersion: process.version,
      startedUs: 0,
      threads,
    },
  });
  for (let step = 0; step < longRunSteps; step++) {
    recording.apply({ k: 'points', points: pointsAt(step) });
    recording.apply({ k: 'marks', marks: marksAt(step) });
  }
  await recorder.finish(recording, { durationMs: longRun.hours * 3_600_000, status: 'complete' });
  const { files } = await store.get(id);
  await store.close();
  return { id, timelineBytes: files.find(({ kind }) => kind === 'timeline')!.sizeBytes };
}
