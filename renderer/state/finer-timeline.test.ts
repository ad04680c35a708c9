import { beforeEach, describe, expect, it } from 'vitest';
import type { Client, Input, Method, Metric, Results, Series, Timeline } from '../../main/api';
import { reduceTimeline } from '../../profiles/series';
import { inRange, meanOf, sumOf } from '../views/run/series-in-range';
import { attachPieces, FinerTimeline, isReduced } from './finer-timeline';
import type { Part, RecordingModel } from './recording';

/** Four hours, four values a second. */
const raw: Series = { metric: 'gcPause', scope: 'p1', tUs: [], values: [] };
for (let i = 0; i < 57_600; i++) {
  raw.tUs.push((i + 1) * 250_000);
  raw.values.push(i % 17);
}
type Window = Parameters<typeof reduceTimeline>[1];
const read = (window: Window): Timeline =>
  reduceTimeline({ series: [raw], collections: [], marks: [] }, window);

/** What of a model was said to have changed. */
const touched: Part[] = [];
beforeEach(() => {
  touched.length = 0;
});

function modelOf(series: Series[]): RecordingModel {
  const model = {
    id: 's',
    series,
    collections: [],
    pieces: [],
    live: false,
    endUs: 14_400e6,
    touch: (part: Part) => touched.push(part),
  };
  return model as unknown as RecordingModel;
}

function setUp(model: RecordingModel, fails = false, answer: (window: Window) => Timeline = read) {
  const asked: Input<'timeline.read'>[] = [];
  let idle = Promise.resolve();
  const client = {
    call: <M extends Method>(_method: M, input: Input<M>): Promise<Results[M]> => {
      asked.push(input as Input<'timeline.read'>);
      if (fails) return Promise.reject(new Error('gone'));
      return Promise.resolve(answer(input as never) as Results[M]);
    },
    subscribe: () => () => undefined,
  } as unknown as Client;
  const errors: string[] = [];
  const due: (() => void)[] = [];
  const finer = new FinerTimeline({
    client,
    model,
    onError: (error) => errors.push(error.message),
    schedule: (callback) => {
      due.push(callback);
      return () => undefined;
    },
  });
  const settle = async (): Promise<void> => {
    for (const callback of due.splice(0)) callback();
    for (let i = 0; i < 10; i++) await (idle = idle.then());
  };
  return { finer, asked, errors, settle };
}

describe('finer detail of a long recording', () => {
  const range = { startUs: 3_000_100e3, endUs: 3_900_000e3 };
  const inside = raw.values.filter((_, i) => raw.tUs[i]! >= range.startUs && raw.tUs[i]! < range.endUs);
  const sum = inside.reduce((a, b) => a + b, 0);

  it('makes the numbers of a selected range exact', async () => {
    const model = modelOf(read({ points: 4096 }).series);
    expect(isReduced(model)).toBe(true);
    const { finer, settle } = setUp(model);
    finer.want([{ ...range, points: 2000 }]);
    await settle();
    const exact = inRange(model.series[0]!, range);
    expect(sumOf([exact])).toBe(sum);
    expect(meanOf([exact])).toBeCloseTo(sum / inside.length, 6);
  });

  it('is asked for once for a window, and not where everything is held', async () => {
    const model = modelOf(read({ points: 4096 }).series);
    const { finer, settle, asked } = setUp(model);
    for (let i = 0; i < 5; i++) finer.want([{ ...range, points: 2000 }]);
    await settle();
    finer.want([{ ...range, points: 2000 }]);
    await settle();
    expect(asked).toHaveLength(1);
    const whole = setUp(modelOf([{ metric: 'cpu', scope: 'tree', tUs: [1, 2], values: [1, 2] }]));
    whole.finer.want([{ ...range, points: 2000 }]);
    await whole.settle();
    expect(whole.asked).toEqual([]);
  });

  it('of many series comes in several small answers, and only of what stands in the lanes', async () => {
    const metrics = ['gcPause', 'heapUsed', 'rss', 'cpu'] as const;
    const all = metrics.flatMap((metric) => ['p1', 'p2'].map((scope) => ({ ...raw, metric, scope })));
    const whole = (window: Window): Timeline =>
      reduceTimeline({ series: all, collections: [], marks: [] }, window);
    const model = modelOf(whole({ points: 4096 }).series);
    const { finer, settle, asked } = setUp(model, false, whole);
    const wanted = { ...range, points: 8000, metrics: ['gcPause', 'heapUsed', 'rss'] as Metric[] };
    finer.want([wanted]);
    await settle();
    expect(asked.map(({ only }) => only?.metrics)).toEqual([['gcPause'], ['heapUsed'], ['rss']]);
    const [piece] = model.pieces;
    expect(piece?.series.map(({ metric, scope }) => `${metric} ${scope}`)).toEqual(
      ['gcPause', 'heapUsed', 'rss'].flatMap((metric) => [`${metric} p1`, `${metric} p2`]),
    );
    // What was not asked for is not taken for nothing.
    expect(model.series.find(({ metric }) => metric === 'cpu')).toMatchObject({ pieces: [] });
    // The same window for numbers: of everything.
    finer.want([wanted, { ...range, points: 2000, exact: true }]);
    await settle();
    const cpu = model.series.find(({ metric }) => metric === 'cpu')!;
    expect(sumOf([inRange(cpu, range)])).toBe(sum);
    expect(touched).toEqual(['pieces', 'series']);
  });

  it('keeps only a few windows', async () => {
    const model = modelOf(read({ points: 4096 }).series);
    const { finer, settle } = setUp(model);
    for (let i = 0; i < 20; i++) {
      finer.want([{ startUs: i * 1e6, endUs: i * 1e6 + 5e6, points: 500 }]);
      await settle();
    }
    expect(model.pieces.length).toBeLessThanOrEqual(6);
  });

  it('that cannot be had is told once; what is held stays', async () => {
    const model = modelOf(read({ points: 4096 }).series);
    const { finer, settle, errors } = setUp(model, true);
    for (let i = 0; i < 3; i++) {
      finer.want([{ ...range, points: 2000 }]);
      await settle();
    }
    expect(errors).toHaveLength(1);
    attachPieces(model.series, model.pieces);
    expect(sumOf([inRange(model.series[0]!, range)])).toBeGreaterThan(0);
  });
});
