import { describe, expect, it } from 'vitest';
import { addStack } from '../../profiles/testing';
import { ProfileBuilder } from '../../profiles/builder';
import { leakSpecSchema, leakThresholdsSchema } from '../../profiles/leaks/types';
import type { Profile } from '../../profiles/types';
import type { Metric, ProcessInfo, SnapshotInfo } from '../api';
import { Recording } from '../run/recording';
import { judgeLeaks, type LeakEvidence } from './leaks';

const megabyte = 1024 * 1024;
const minuteUs = 60e6;
const leaking = (s: number): number => 40 * megabyte + s * 200_000;
const still = (): number => 40 * megabyte;

interface Planted {
  /** Floors by thread and metric, bytes after s seconds. */
  floors: Record<string, Partial<Record<Metric, (s: number) => number>>>;
  endS?: number;
  /** s; absent: no load. */
  load?: [startS: number, endS: number | null];
}

/** A recording with a forced collection every five seconds. */
function evidenceOf({ floors, endS = 60, load }: Planted, more: Partial<LeakEvidence> = {}): LeakEvidence {
  const recording = new Recording();
  const durationUs = endS * 1e6;
  for (let s = 5; s <= endS; s += 5) {
    const tUs = s * 1e6;
    for (const [scope, metrics] of Object.entries(floors)) {
      recording.apply({
        k: 'marks',
        marks: [
          { kind: 'gc', tUs: tUs - 20_000, durationMs: 20, gcKind: 'major', thread: scope, ours: true },
        ],
      });
      for (const [metric, bytesAt] of Object.entries(metrics) as [Metric, (s: number) => number][])
        recording.apply({ k: 'points', points: [{ metric, scope, tUs, value: bytesAt(s) }] });
    }
  }
  if (load) {
    const [startS, loadEndS] = load;
    recording.apply({ k: 'marks', marks: [{ kind: 'load-start', tUs: startS * 1e6, text: '' }] });
    if (loadEndS !== null)
      recording.apply({ k: 'marks', marks: [{ kind: 'load-end', tUs: loadEndS * 1e6, text: '' }] });
    for (let s = startS + 1; s <= (loadEndS ?? endS); s++)
      recording.apply({
        k: 'points',
        points: [{ metric: 'requestRate', scope: 'load', tUs: s * 1e6, value: 100 }],
      });
  }
  return {
    id: 'r1',
    processes: [processOf(Object.keys(floors))],
    timeline: recording.timeline({ points: 100_000 }),
    durationUs,
    spec: leakSpecSchema.parse({ forceGc: true }),
    allocationKind: 'alive',
    snapshots: [],
    isRunning: false,
    allocationsOf: () => Promise.resolve(null),
    ...more,
  };
}

function processOf(keys: string[]): ProcessInfo {
  const threads = keys.map((key, workerId) => ({
    key,
    pid: 1,
    workerId,
    title: `thread ${key}`,
    startedUs: 0,
  }));
  return { pid: 1, ppid: 0, title: 'app.mjs', argv: [], nodeVersion: 'v20', startedUs: 0, threads };
}

function aliveOf(bytes: Record<string, number>): Profile {
  const builder = new ProfileBuilder('bytes');
  for (const [stack, weight] of Object.entries(bytes)) builder.addWeighted(addStack(builder, stack), weight);
  return builder.profile;
}

const snapshot = (file: string, startedUs: number, reason: SnapshotInfo['reason']): SnapshotInfo => ({
  file,
  thread: 'p1',
  reason,
  startedUs,
  state: 'complete',
  progress: 1,
  sizeBytes: 1,
});

describe('the verdict on a recording', () => {
  it('is leaking when one of its threads does, and names that thread', async () => {
    const verdict = await judgeLeaks(
      evidenceOf({ floors: { p1: { heapFloor: still }, 'p1-w1': { heapFloor: leaking } } }),
    );
    expect(verdict.outcome).toBe('leaking');
    expect(verdict.sentence).toMatch(/^thread p1-w1: The heap after full collections grew by/);
    expect(verdict.subjects.map(({ thread, outcome }) => [thread, outcome])).toEqual([
      ['p1', 'not-leaking'],
      ['p1-w1', 'leaking'],
    ]);
  });

  it('judges memory outside of the heap by itself, where it was measured', async () => {
    const { outcome, subjects } = await judgeLeaks(
      evidenceOf({ floors: { p1: { heapFloor: still, externalFloor: leaking } } }),
    );
    expect(outcome).toBe('leaking');
    expect(subjects.map((each) => [each.subject, each.outcome])).toEqual([
      ['heap', 'not-leaking'],
      ['external', 'leaking'],
    ]);
  });

  it('tells growth per request from the load’s own rate, and judges only while it ran', async () => {
    const underLoad = (s: number): number => 40 * megabyte + (Math.min(Math.max(s, 20), 80) - 20) * 200_000;
    const { subjects } = await judgeLeaks(
      evidenceOf({ floors: { p1: { heapFloor: underLoad } }, endS: 120, load: [20, 80] }),
    );
    expect(subjects[0]!.outcome).toBe('leaking');
    expect(subjects[0]!.trend!.bytesPerOperation).toBeCloseTo(2000, -1);
    expect(subjects[0]!.trend!.startUs).toBeGreaterThan(20e6);
    expect(subjects[0]!.trend!.endUs).toBe(80e6);
    expect(subjects[0]!.warmUpUs).toBeCloseTo(29e6, -3);
  });

  it('obeys the limits it is asked with before those of the recording', async () => {
    const evidence = evidenceOf({ floors: { p1: { heapFloor: leaking } } });
    const thresholds = leakThresholdsSchema.parse({ bytesPerHour: 1e12 });
    expect((await judgeLeaks(evidence, { thresholds })).outcome).toBe('not-leaking');
    const spec = leakSpecSchema.parse({ forceGc: true, thresholds });
    expect((await judgeLeaks({ ...evidence, spec })).thresholds).toEqual(thresholds);
  });

  it('without floors says so, and what to do about it', async () => {
    const verdict = await judgeLeaks(evidenceOf({ floors: { p1: {} } }, { spec: null }));
    expect(verdict).toMatchObject({ outcome: 'not-enough-data', constructors: [], sites: [] });
    expect(verdict.sentence).toContain('not been seen after a full collection');
    expect(verdict.advice[0]).toContain('Record with full collections at intervals');
  });

  it('is slower to call a leak while the load runs than when the recording has ended', async () => {
    const early = { floors: { p1: { heapFloor: leaking } }, endS: 30, load: [0, null] as [number, null] };
    const load = { startedUs: 0, plannedDurationMs: 60_000 };
    const live = await judgeLeaks(evidenceOf(early, { isRunning: true, load }));
    expect(live.outcome).toBe('not-enough-data');
    expect(live.sentence).toContain('too early to tell a leak from a cache that is filling up');
    const ended = await judgeLeaks(evidenceOf(early));
    expect(ended.outcome).toBe('leaking');
    expect(ended.advice[0]).toContain('a cache that is filling up looks the same');
    const later = await judgeLeaks(evidenceOf({ ...early, endS: 50 }, { isRunning: true, load }));
    expect(later.outcome).toBe('leaking');
  });
});

describe('the suspects', () => {
  const floors = { p1: { heapFloor: still }, 'p1-w1': { heapFloor: leaking } };

  it('are sites of the leaking thread, by what was allocated after the warm-up', async () => {
    const asked: { thread: string; sinceUs: number }[] = [];
    const { sites, sentence } = await judgeLeaks(
      evidenceOf(
        { floors },
        {
          allocationsOf: (thread) =>
            Promise.resolve({
              whole: aliveOf({ 'load:app': 90 * megabyte, 'keep:app': 3 * megabyte }),
              since: (sinceUs) => {
                asked.push({ thread, sinceUs });
                return aliveOf({ 'keep:app': 2 * megabyte });
              },
            }),
        },
      ),
    );
    expect(sites).toEqual([
      expect.objectContaining({
        name: 'keep',
        thread: 'p1-w1',
        growthBytes: 2 * megabyte,
        aliveBytes: 3 * megabyte,
      }),
    ]);
    expect(asked).toEqual([{ thread: 'p1-w1', sinceUs: 13.25e6 }]);
    expect(sentence).toMatch(/2\.1\sMB of it were allocated in keep/);
  });

  it('are not taken from a profile of all that was ever allocated', async () => {
    const verdict = await judgeLeaks(evidenceOf({ floors }, { allocationKind: 'all' }));
    expect(verdict.sites).toEqual([]);
    expect(verdict.advice.join(' ')).toContain('Record allocations that are still alive');
  });

  it('come from the snapshot after the warm-up and the last one; opened only on request', async () => {
    const snapshots = [
      snapshot('start.heapsnapshot', 1e6, 'start'),
      snapshot('warm.heapsnapshot', 8e6, 'warm-up'),
      snapshot('end.heapsnapshot', minuteUs, 'end'),
    ];
    const verdict = await judgeLeaks(evidenceOf({ floors: { p1: { heapFloor: leaking } } }, { snapshots }));
    expect(verdict.snapshots).toEqual({ a: 'warm.heapsnapshot', b: 'end.heapsnapshot' });
    expect(verdict.constructors).toEqual([]);
    expect(verdict.advice).toContain(
      'Compare the two heap snapshots to see which objects grew and what holds them.',
    );
  });
});
