import { describe, expect, it } from 'vitest';
import type { AnyEvent, Client, Method, Results, RunSnapshot, RunState } from '../../main/api';
import { ProfileBuilder } from '../../profiles/builder';
import type { ProfileDelta } from '../../profiles/types';
import { LiveRun, liveModel } from './live-run';

const state: RunState = {
  runId: 'r',
  name: 'shop',
  phase: 'running',
  commandLine: 'node x',
  cwd: '/',
  startedAt: '2026-01-01T00:00:00Z',
  durationMs: 0,
  processes: [],
  listening: [],
  load: null,
  warnings: [],
  sampleCount: 0,
  snapshots: [],
};

/** A target that takes a sample every ms, and somebody who follows it. */
function recordingEngine() {
  const builder = new ProfileBuilder('microseconds');
  const cursor = builder.newCursor();
  const node = builder.addChild(0, builder.addFrame('work', 'file:///x.js', 1, 1));
  const listeners = new Set<(event: AnyEvent) => void>();
  let snapshots = 0;
  let timeUs = 0;
  const rest = { series: [], marks: [], output: [], loadResult: null, allocations: {} };
  const held: (() => void)[] = [];
  let hold = false;
  const client: Client = {
    async call<M extends Method>(): Promise<Results[M]> {
      snapshots++;
      const snapshot: RunSnapshot = { state, cpu: { p1: builder.wholeAsDelta() }, ...rest };
      if (hold) await new Promise<void>((resolve) => held.push(resolve));
      return snapshot as Results[M];
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return {
    client,
    samples: () => builder.profile.samples.length,
    snapshots: () => snapshots,
    holdSnapshots: () => (hold = true),
    releaseSnapshots: () => {
      hold = false;
      held.splice(0).forEach((release) => release());
    },
    emit: (event: AnyEvent) => listeners.forEach((listener) => listener(event)),
    take(count: number): ProfileDelta {
      for (let i = 0; i < count; i++) builder.addSample(node, (timeUs += 1000));
      return builder.takeDelta(cursor)!;
    },
  };
}

const follow = (client: Client, finished: () => void = () => undefined) => {
  const model = liveModel(state, (callback) => {
    queueMicrotask(callback);
    return () => undefined;
  });
  const live = new LiveRun({
    client,
    model,
    onError: (error) => {
      throw error;
    },
    onFinished: finished,
  });
  return { model, live };
};
const cpu = (delta: ProfileDelta): AnyEvent => ({
  event: 'run.cpu',
  payload: { runId: 'r', thread: 'p1', delta },
});
const samplesOf = (model: ReturnType<typeof follow>['model']): number =>
  model.cpu.get('p1')?.sampleCount ?? 0;

describe('following a live run', () => {
  it('continues from the snapshot with each delta', async () => {
    const engine = recordingEngine();
    engine.take(10);
    const { model, live } = follow(engine.client);
    await live.join();
    expect(samplesOf(model)).toBe(9); // the newest sample has no weight yet
    engine.emit(cpu(engine.take(5)));
    expect(samplesOf(model)).toBe(14);
    expect(engine.snapshots()).toBe(1);
  });

  it('applies nothing twice that came while the snapshot was on its way', async () => {
    const engine = recordingEngine();
    const { model, live } = follow(engine.client);
    engine.take(3);
    engine.holdSnapshots();
    const before = engine.take(3);
    const joined = live.join();
    engine.emit(cpu(before));
    engine.emit(cpu(engine.take(4)));
    engine.releaseSnapshots();
    await joined;
    expect(samplesOf(model)).toBe(9);
    expect(engine.snapshots()).toBe(1);
  });

  it('joins again when something is missing', async () => {
    const engine = recordingEngine();
    engine.take(3);
    const { model, live } = follow(engine.client);
    await live.join();
    engine.take(4); // never arrives
    engine.emit(cpu(engine.take(4)));
    await expect.poll(() => samplesOf(model)).toBe(10);
    expect(engine.snapshots()).toBe(2);
  });

  it('adds points, marks and output, and leaves other runs alone', async () => {
    const engine = recordingEngine();
    const { model, live } = follow(engine.client);
    await live.join();
    const points = [{ metric: 'cpu' as const, scope: 'tree', tUs: 5, value: 50 }];
    engine.emit({ event: 'run.points', payload: { runId: 'r', points } });
    engine.emit({ event: 'run.points', payload: { runId: 'r', points } });
    engine.emit({ event: 'run.points', payload: { runId: 'other', points: [{ ...points[0]!, tUs: 9 }] } });
    engine.emit({
      event: 'run.output',
      payload: { runId: 'r', lines: [{ tUs: 1, stream: 'out', text: 'hi' }] },
    });
    expect(model.series).toEqual([{ metric: 'cpu', scope: 'tree', tUs: [5], values: [50] }]);
    expect(model.output).toHaveLength(1);
  });

  it('becomes a finished recording without losing what it shows', async () => {
    const engine = recordingEngine();
    engine.take(5);
    let finished = 0;
    const { model, live } = follow(engine.client, () => finished++);
    await live.join();
    engine.emit({ event: 'run.state', payload: { ...state, phase: 'saving' } });
    expect([model.live, finished]).toEqual([true, 0]);
    engine.emit({ event: 'run.state', payload: { ...state, phase: 'done' } });
    expect([model.live, finished, samplesOf(model)]).toEqual([false, 1, 4]);
  });
});
