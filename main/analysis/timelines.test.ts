import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { total } from '../../profiles/time-series';
import { collectionTotals } from '../../profiles/series';
import { Recording } from '../run/recording';
import { timelineParts } from '../sessions/timeline-parts';
import type { GcKind, Metric, SessionDetail } from '../api';
import { parseTimeline } from './timeline-file';
import { SavedTimelines } from './timelines';

/** Four hours of one thread at four values a second, with a collection every quarter of a second. */
function longRecording(): Recording {
  const recording = new Recording();
  for (let i = 0; i < 57_600; i++) {
    const tUs = (i + 1) * 250_000;
    const point = (metric: Metric, value: number) => ({ metric, scope: 'p1', tUs, value });
    recording.apply({
      k: 'points',
      points: [point('heapUsed', i === 40_000 ? 9e9 : 1e8 + (i % 50) * 1e6), point('gcPause', i % 3)],
    });
    const gcKind: GcKind = i % 10 ? 'minor' : 'major';
    const gc = { kind: 'gc' as const, tUs, durationMs: i % 3, gcKind, thread: 'p1', ours: i % 100 === 0 };
    recording.apply({ k: 'marks', marks: [{ ...gc, beforeBytes: 5e6, afterBytes: 4e6 }] });
  }
  recording.apply({ k: 'marks', marks: [{ kind: 'listen', tUs: 9, text: 'http://127.0.0.1:1', pid: 1 }] });
  return recording;
}

describe('the timeline of four hours', () => {
  let folder: string;
  const recording = longRecording();
  const source = {
    get: (): SessionDetail =>
      ({ files: [{ name: 'timeline.json', kind: 'timeline', sizeBytes: 1 }] }) as unknown as SessionDetail,
    folderOf: (): Promise<string> => Promise.resolve(folder),
  };

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'timelines-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const write = (content: Iterable<string>) =>
    writeFile(path.join(folder, 'timeline.json'), [...content].join(''));

  it('joins a view in bounded size, with every extreme and all sums', () => {
    const { series, collections, marks } = recording.timeline({ points: 4096 });
    for (const { tUs } of series) expect(tUs.length).toBeLessThanOrEqual(4096);
    for (const { tUs } of collections!) expect(tUs.length).toBeLessThanOrEqual(2050);
    expect(Math.max(...series.find(({ metric }) => metric === 'heapUsed')!.values)).toBe(9e9);
    expect(total(series.find(({ metric }) => metric === 'gcPause')!)).toBe(57_600);
    expect(collectionTotals(collections!, null)).toMatchObject({ count: 57_600, freedBytes: 57_600e6 });
    expect(marks).toHaveLength(1);
  });

  it('written and read again, it answers windows with the numbers of the recording', async () => {
    await write(timelineParts(recording));
    const timelines = new SavedTimelines(source);
    const window = { startUs: 3_000e6, endUs: 3_600e6, points: 500 };
    const read = await timelines.read('s', window);
    expect(read).toEqual(recording.timeline(window));
    expect(total(read.series.find(({ metric }) => metric === 'gcPause')!)).toBe(2400);
    timelines.close();
  });

  it('is a JSON file, in which what could not be measured is null', () => {
    recording.apply({ k: 'points', points: [{ metric: 'cpu', scope: 'tree', tUs: 5, value: NaN }] });
    const text = [...timelineParts(recording)].join('');
    const raw = JSON.parse(text) as { series: { metric: string; values: unknown[] }[] };
    expect(raw.series.find(({ metric }) => metric === 'cpu')!.values).toEqual([null]);
    const { series } = parseTimeline(new TextEncoder().encode(text));
    expect(series.find(({ metric }) => metric === 'cpu')!.values).toEqual([NaN]);
  });

  it('of an older workbench has its collections in columns, too', () => {
    const marks = [
      { kind: 'gc', tUs: 5, durationMs: 2, gcKind: 'minor', thread: 'p1', ours: false },
      { kind: 'stop', tUs: 9, text: 'stopped' },
    ];
    const read = parseTimeline(new TextEncoder().encode(JSON.stringify({ series: [], marks })));
    expect(read.marks).toEqual([marks[1]]);
    expect(collectionTotals(read.collections, null)).toMatchObject({ count: 1, pauseMs: 2 });
  });

  it('of an older workbench with values that were told late is put in order', () => {
    const series = [{ metric: 'heapFloor', scope: 'p1', tUs: [1, 5, 3], values: [10, 50, null] }];
    const read = parseTimeline(new TextEncoder().encode(JSON.stringify({ series, marks: [] })));
    expect(read.series).toEqual([{ ...series[0], tUs: [1, 3, 5], values: [10, NaN, 50] }]);
  });

  it('that is damaged is refused with the place', async () => {
    await write(['{"series":[{"metric":"cpu","scope":"tree","tUs":[1,2],"values":[1,"x"]}],"marks":[]}']);
    const timelines = new SavedTimelines(source);
    await expect(timelines.read('s', { points: 100 })).rejects.toMatchObject({
      code: 'SESSION_DAMAGED',
      message: 'timeline.json cannot be read: series.0.values.1: a number was expected',
    });
    timelines.close();
  });

  it('is read again when the file has changed', async () => {
    const timelines = new SavedTimelines(source);
    await write(['{"series":[],"marks":[]}']);
    expect((await timelines.read('s', { points: 100 })).series).toEqual([]);
    await write(['{"series":[{"metric":"cpu","scope":"tree","tUs":[1],"values":[1]}],"marks":[]}']);
    expect((await timelines.read('s', { points: 100 })).series).toHaveLength(1);
    timelines.close();
  });
});
