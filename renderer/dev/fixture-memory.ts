/** Memory of the stand-in engine: generated heap snapshots, really parsed and asked, and verdicts of every kind. */
import type { AnyEvent, Input, Method, RunState, Series, SnapshotInfo } from '../../main/api';
import { AppError } from '../../main/errors';
import { answer } from '../../profiles/heap/answer';
import { extractForComparison, SnapshotComparison } from '../../profiles/heap/compare';
import { indexSnapshot } from '../../profiles/heap/index-snapshot';
import { parseHeapSnapshot } from '../../profiles/heap/parse';
import { snapshotComparisonQuestionSchema, snapshotQuestionSchema } from '../../profiles/heap/questions';
import { generateHeapSnapshot } from '../../profiles/heap/testing/generate';
import type { HeapIndex, HeapSnapshot } from '../../profiles/heap/types';
import { leakThresholdsSchema, type LeakThresholds, type LeakVerdict } from '../../profiles/leaks/types';

interface Held {
  snapshot: HeapSnapshot;
  index: HeapIndex;
}

const thread = 'p4711';
const nodesOf: Record<string, number> = {
  'heap-4711-1.heapsnapshot': 20_000,
  'heap-4711-2.heapsnapshot': 32_000,
};

export function fixtureSnapshots(live: boolean): SnapshotInfo[] {
  const shared = { thread, progress: null, heapUsedBytes: 32e6, estimatedPauseMs: 480 } as const;
  const complete: SnapshotInfo[] = Object.keys(nodesOf).map((file, index) => ({
    ...shared,
    file,
    reason: index === 0 ? 'warm-up' : 'asked',
    startedUs: 1_400_000 + index * 3_200_000,
    state: 'complete',
    sizeBytes: 31e6 + index * 14e6,
    heapUsedBytes: 32e6 + index * 12e6,
    pauseMs: 512 + index * 130,
  }));
  return [
    ...complete,
    {
      ...shared,
      file: 'heap-4711-3.heapsnapshot',
      reason: 'heap-above',
      startedUs: 5_100_000,
      state: 'failed',
      sizeBytes: 0,
      error: {
        code: 'DISK_FULL',
        message: 'The disk is full: the heap snapshot was not written.',
        hint: 'Free some space (about 45 MB were needed) and take it again. The recording goes on.',
      },
    },
    ...(live
      ? [
          {
            ...shared,
            file: 'heap-4711-4.heapsnapshot',
            reason: 'growth' as const,
            startedUs: 5_700_000,
            state: 'writing' as const,
            progress: 0.42,
            sizeBytes: 19e6,
          },
        ]
      : []),
  ];
}

export function fixtureFloor(): Series[] {
  const tUs = Array.from({ length: 20 }, (_, index) => 250_000 + index * 290_000);
  return [
    {
      metric: 'heapFloor',
      scope: thread,
      tUs,
      values: tUs.map((at, index) => 2.4e7 + (index < 4 ? index * 9e5 : at * 0.9) + (index % 3) * 2e5),
    },
    {
      metric: 'externalFloor',
      scope: thread,
      tUs,
      values: tUs.map((_at, index) => 2.2e6 + (index % 4) * 1e4),
    },
    { metric: 'heapLimit', scope: thread, tUs, values: tUs.map(() => 2.2e9) },
  ];
}

type Emit = (event: AnyEvent) => void;
type Handlers = { [M in Method]?: (input: Input<M>) => unknown };

export function memoryHandlers(state: RunState, emit: Emit, outcome: LeakVerdict['outcome']): Handlers {
  const held = new Map<string, Promise<Held>>();
  const open = (file: string, taskId?: string): Promise<Held> => {
    const nodes = nodesOf[file];
    if (nodes === undefined)
      throw new AppError('NOT_FOUND', `There is no heap snapshot ${file} in this session.`);
    let opening = held.get(file);
    if (!opening) {
      opening = parse(file, nodes, (fraction) => {
        if (taskId) emit({ event: 'task.progress', payload: { taskId, fraction, text: `Reading ${file}` } });
      });
      held.set(file, opening);
    }
    return opening;
  };
  return {
    'snapshots.estimate': () => ({ pauseMs: 1240, sizeBytes: 341e6, heapUsedBytes: 182e6, basis: 'typical' }),
    'snapshots.take': () => {
      throw new AppError('BAD_INPUT', 'The recorded data takes no new snapshots.', {
        hint: 'This is the stand-in for an engine.',
      });
    },
    'snapshots.delete': ({ file }) => {
      state.snapshots = state.snapshots.filter((each) => each.file !== file);
      emit({ event: 'run.state', payload: state });
      return null;
    },
    'snapshots.ask': async ({ file, question, taskId }) => {
      const { snapshot, index } = await open(file, taskId);
      return answer(snapshot, index, snapshotQuestionSchema.parse(question));
    },
    'snapshots.compare': async ({ a, b, question, taskId }) => {
      const [one, other] = [await open(a.file, taskId), await open(b.file, taskId)];
      const comparison = new SnapshotComparison(
        extractForComparison(one.snapshot, one.index),
        other.snapshot,
        other.index,
      );
      return comparison.ask(snapshotComparisonQuestionSchema.parse(question));
    },
    'leaks.judge': ({ thresholds }) => verdictOf(outcome, leakThresholdsSchema.parse(thresholds ?? {})),
  };
}

async function parse(file: string, nodes: number, onProgress: (fraction: number) => void): Promise<Held> {
  const source = async function* (): AsyncGenerator<Uint8Array> {
    let pieces = 0;
    for (const piece of generateHeapSnapshot({ nodes, constructors: 300 })) {
      onProgress(Math.min(0.9, ++pieces / 40));
      yield piece;
      await new Promise((resolve) => setTimeout(resolve));
    }
  };
  const snapshot = await parseHeapSnapshot(source(), { fileName: file });
  return { snapshot, index: indexSnapshot(snapshot) };
}

function verdictOf(outcome: LeakVerdict['outcome'], thresholds: LeakThresholds): LeakVerdict {
  const none = outcome === 'not-enough-data';
  const leaking = outcome === 'leaking';
  const slope = leaking ? 3.24e9 : 2.1e5;
  return {
    outcome,
    sentence: none
      ? 'No heap has been seen after a full collection yet.'
      : leaking
        ? 'The heap after full collections grew by 4.5 MB in 5 s (+3.24 GB per hour), 1.2 kB per request, and does not level off.'
        : 'The heap after full collections does not grow.',
    subjects: none
      ? []
      : [
          {
            thread,
            subject: 'heap',
            outcome,
            sentence: leaking ? 'The floor rises steadily.' : 'The floor stays where it is.',
            trend: {
              points: 16,
              startUs: 1_400_000,
              endUs: 5_800_000,
              slopeBytesPerHour: slope,
              slopeLow: slope * 0.86,
              slopeHigh: slope * 1.12,
              p: leaking ? 0.00002 : 0.41,
              growthBytes: leaking ? 4.5e6 : 3e2,
              bytesPerOperation: leaking ? 1229 : 0.1,
              levelledOff: !leaking,
            },
            rules: [
              {
                rule: 'growthBytes',
                limit: thresholds.growthBytes,
                value: 4.5e6,
                fired: 4.5e6 > thresholds.growthBytes,
              },
              { rule: 'bytesPerHour', limit: thresholds.bytesPerHour, value: slope, fired: leaking },
              {
                rule: 'bytesPer1000Operations',
                limit: thresholds.bytesPer1000Operations,
                value: 1.2e6,
                fired: false,
              },
              { rule: 'bytesPerOperation', limit: thresholds.bytesPerOperation, value: null, fired: false },
            ],
            warmUpUs: 1_300_000,
          },
        ],
    constructors: leaking
      ? [
          {
            name: 'Session',
            key: 3,
            countChange: 4120,
            sizeChange: 230_720,
            heldChange: 4.1e6,
            heldBy: 'held by "sessions" in src/session.js',
          },
        ]
      : [],
    sites: leaking
      ? [
          {
            name: 'remember',
            url: 'file:///tmp/uifix/app.mjs',
            line: 8,
            column: 19,
            aliveBytes: 4.4e6,
            growthBytes: 4.1e6,
            thread,
          },
        ]
      : [],
    snapshots: leaking ? { a: 'heap-4711-1.heapsnapshot', b: 'heap-4711-2.heapsnapshot' } : null,
    advice: none ? ['Record longer: 8 full collections after the warm-up are needed.'] : [],
    method: 'Theil-Sen slope and Mann-Kendall test.',
    thresholds,
  };
}
