/**
 * A live run of hours through what a window follows it with (`LiveRun`: the same events, as fast as they are taken), with
 * its lanes made anew as they are while data arrives. Neither what is held nor what a second of data costs may grow.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { AnyEvent, Client, Method, OutputLine, Results, RunSnapshot, RunState } from '../main/api';
import { buildLanes, laneMarks } from '../renderer/lanes/lane-model';
import { LiveRun, liveModel } from '../renderer/state/live-run';
import { longRun, longRunSteps, marksAt, pointsAt } from './long-session';

export interface HourOfLive {
  hour: number;
  /** CPU time of taking the hour's data, ms. */
  cpuMs: number;
  /** CPU time of making the lanes once at the hour's end, ms: the mean of twenty times. */
  lanesMs: number;
  /** JavaScript heap at its end, garbage collected, MB. */
  heapMb: number;
  /** Points and collections held. */
  held: number;
  /** Of its batches of 250 ms one in a thousand took longer, CPU time of all threads (garbage is collected by others), ms. */
  batchP999Ms: number;
}

const runId = 'live-hours';

export async function liveHours(): Promise<HourOfLive[]> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const listeners = new Set<(event: AnyEvent) => void>();
  const client: Client = {
    call<M extends Method>(): Promise<Results[M]> {
      const nothing = { series: [], marks: [], output: [], loadResult: null, allocations: {}, cpu: {} };
      const snapshot: RunSnapshot = { state: stateAt(0), ...nothing };
      return Promise.resolve(snapshot as unknown as Results[M]);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  // Each batch is told at once; in the window it is four times a second.
  const model = liveModel(stateAt(0), (callback) => {
    queueMicrotask(callback);
    return () => undefined;
  });
  const live = new LiveRun({
    client,
    model,
    onError: (error) => {
      throw error;
    },
    onFinished: () => undefined,
  });
  await live.join();
  const emit = (event: AnyEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const lanesOf = () => {
    const { series, collections, marks, endUs } = model;
    laneMarks(marks, null, endUs);
    return buildLanes({ series, collections, set: 'memory', marks, endUs, live: true, threads: null });
  };
  const hours: HourOfLive[] = [];
  const stepsPerHour = longRunSteps / longRun.hours;
  for (let hour = 1; hour <= longRun.hours; hour++) {
    let cpuMs = 0;
    const batchesMs = new Float64Array(stepsPerHour);
    for (let step = (hour - 1) * stepsPerHour; step < hour * stepsPerHour; step++) {
      const events = eventsAt(step);
      const before = cpuMsSoFar();
      for (const event of events) emit(event);
      await Promise.resolve();
      const took = cpuMsSoFar() - before;
      cpuMs += took;
      batchesMs[step % stepsPerHour] = took;
    }
    const batchP999Ms = batchesMs.sort()[Math.floor(0.999 * stepsPerHour)]!;
    const before = cpuMsSoFar();
    for (let i = 0; i < 20; i++) lanesOf();
    const lanesMs = (cpuMsSoFar() - before) / 20;
    collect();
    const heapMb = process.memoryUsage().heapUsed / 1e6;
    const held = [...model.series, ...model.collections].reduce((sum, { tUs }) => sum + tUs.length, 0);
    hours.push({ hour, cpuMs, lanesMs, heapMb, held, batchP999Ms });
  }
  live.close();
  model.close();
  return hours;
}

function cpuMsSoFar(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function eventsAt(step: number): AnyEvent[] {
  const marks = marksAt(step);
  const tUs = (step + 1) * longRun.intervalMs * 1000;
  // A loop that is blocked now and then, and somebody who logs every request.
  if (step % 5 === 0)
    marks.push({
      kind: 'blocked',
      tUs,
      durationMs: 60 + (step % 90),
      thread: longRun.threads[0]!,
      text: `blocked for ${60 + (step % 90)} ms`,
    });
  const lines: OutputLine[] = Array.from({ length: 20 }, (_, i) => ({
    tUs: tUs + i,
    stream: 'out',
    text: `GET /orders/${step * 20 + i} 200 in ${i} ms`,
  }));
  return [
    { event: 'run.points', payload: { runId, points: pointsAt(step) } },
    { event: 'run.marks', payload: { runId, marks } },
    { event: 'run.output', payload: { runId, lines } },
    ...(step % 4 === 0 ? [{ event: 'run.state', payload: stateAt(step) } satisfies AnyEvent] : []),
  ];
}

function stateAt(step: number): RunState {
  return {
    runId,
    name: 'Live for hours',
    phase: 'running',
    commandLine: 'node server.js',
    cwd: '/srv/shop',
    startedAt: '2026-01-01T00:00:00Z',
    durationMs: step * longRun.intervalMs,
    processes: [],
    listening: [],
    load: null,
    warnings: [],
    sampleCount: step * 250,
    snapshots: [],
  };
}
