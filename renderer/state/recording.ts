/**
 * One recording as the views see it: live and saved have the same shape. It changes in place; `version` and the versions
 * of its parts say when. The profiles are in the explorer's worker.
 */
import type {
  Collections,
  LoadResult,
  Mark,
  OutputLine,
  ProcessInfo,
  RunState,
  SessionDetail,
  ThreadInfo,
  ThreadKey,
} from '../../main/api';
import { ExplorerClient } from '../explorer/client';
import type { ProfileFacts } from '../explorer/types';
import type { FinerTimeline, HeldSeries, TimelinePiece } from './finer-timeline';

export type Part =
  | 'state'
  | 'cpu'
  | 'allocations'
  | 'inRange'
  | 'series'
  /** Only the lanes show them. */
  | 'pieces'
  | 'marks'
  | 'output'
  | 'load';

export class RecordingModel {
  readonly id: string;
  /** Data may still arrive. */
  live: boolean;
  state: RunState;
  /** The saved session, once there is one. */
  detail: SessionDetail | null = null;
  /** Holds the profiles and answers questions about them, away from the window's thread. */
  readonly explorer: ExplorerClient;
  /** What is known of each thread's profile; the profiles themselves are the explorer's. */
  cpu = new Map<ThreadKey, ProfileFacts>();
  allocations = new Map<ThreadKey, ProfileFacts>();
  /** Bounded: of a long recording reduced (see `Series.exact`); `pieces` are finer. */
  series: HeldSeries[] = [];
  /** Without garbage collections. */
  marks: Mark[] = [];
  collections: Collections[] = [];
  /** Windows of the timeline in finer detail, the newest last. */
  pieces: TimelinePiece[] = [];
  /** Gets them; null where there is nothing to ask. */
  finer: FinerTimeline | null = null;
  output: OutputLine[] = [];
  loadResult: LoadResult | null = null;
  /** Nothing measured the process: the CPU series comes from the samples of an imported profile. */
  cpuFromSamples = false;
  /** Parts that could not be read, in words. */
  problems: string[] = [];

  version = 0;
  readonly versions: Record<Part, number> = {
    state: 0,
    cpu: 0,
    allocations: 0,
    inRange: 0,
    series: 0,
    pieces: 0,
    marks: 0,
    output: 0,
    load: 0,
  };
  private readonly listeners = new Set<() => void>();
  private readonly dirty = new Set<Part>();
  private cancelScheduled: (() => void) | null = null;
  private readonly schedule: Schedule;

  constructor(
    state: RunState,
    options: { live: boolean; schedule?: Schedule | undefined; explorer?: ExplorerClient },
  ) {
    this.id = state.runId;
    this.explorer = options.explorer ?? new ExplorerClient();
    this.state = state;
    this.live = options.live;
    this.schedule = options.schedule ?? fourTimesASecond();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Something in this part changed. Listeners hear of it at the next batch. */
  touch(part: Part): void {
    this.dirty.add(part);
    this.cancelScheduled ??= this.schedule(() => this.flush());
  }

  /** Lets go of the profiles; the recording cannot be looked at any more. Idempotent. */
  close(): void {
    this.cancelScheduled?.();
    this.cancelScheduled = null;
    this.finer?.close();
    this.explorer.destroy();
  }

  /** Tell the listeners now. */
  flush(): void {
    this.cancelScheduled?.();
    this.cancelScheduled = null;
    if (this.dirty.size === 0) return;
    for (const part of this.dirty) this.versions[part]++;
    this.dirty.clear();
    this.version++;
    for (const listener of [...this.listeners]) listener();
  }

  /** Changes with everything but the lanes' finer detail. */
  get versionWithoutPieces(): number {
    let sum = 0;
    for (const version of Object.values(this.versions)) sum += version;
    return sum - this.versions.pieces;
  }

  /** The last instant of anything recorded, µs since the run's start. */
  get endUs(): number {
    return endOf(this);
  }
}

/** Calls back later, once; returns how to give it up. */
export type Schedule = (callback: () => void) => () => void;

/** At most four batches a second, each at the start of a frame, so that painting never waits for two batches. */
export function fourTimesASecond(): Schedule {
  let lastMs = -Infinity;
  return (callback) => {
    let frame = 0;
    const wait = Math.max(0, 250 - (performance.now() - lastMs));
    const timer = setTimeout(() => {
      const run = (): void => {
        lastMs = performance.now();
        callback();
      };
      // Hidden windows get no frames; data must go on all the same.
      if (typeof requestAnimationFrame === 'function' && !document.hidden) frame = requestAnimationFrame(run);
      else run();
    }, wait);
    return () => {
      clearTimeout(timer);
      if (frame) cancelAnimationFrame(frame);
    };
  };
}

function endOf(recording: RecordingModel): number {
  let endUs = recording.live ? 0 : recording.state.durationMs * 1000;
  for (const facts of recording.cpu.values()) endUs = Math.max(endUs, facts.endUs);
  for (const series of recording.series) endUs = Math.max(endUs, series.tUs.at(-1) ?? 0);
  return endUs;
}

/** Every thread of the recording in the order they started, also those of foreign files that name no process. */
export function threadsOf(recording: RecordingModel): (ThreadInfo & { process?: ProcessInfo })[] {
  const known = recording.state.processes.flatMap((process) =>
    process.threads.map((thread) => ({ ...thread, process })),
  );
  const seen = new Set(known.map((thread) => thread.key));
  const others = [...recording.cpu.keys(), ...recording.allocations.keys()].filter(
    (key, index, all) => !seen.has(key) && all.indexOf(key) === index,
  );
  return [...known, ...others.map((key) => ({ key, pid: 0, workerId: 0, title: key, startedUs: 0 }))];
}

/** A saved session in the shape of a run's state. */
export function stateOfSession(detail: SessionDetail, loadResult: LoadResult | null): RunState {
  return {
    runId: detail.id,
    name: detail.name,
    phase: detail.status === 'failed' ? 'failed' : 'done',
    commandLine: detail.commandLine,
    cwd: detail.cwd,
    startedAt: detail.createdAt,
    durationMs: detail.durationMs,
    processes: detail.processes,
    listening: detail.listening,
    load: loadResult && {
      phase: loadResult.cancelled ? 'cancelled' : 'done',
      preset: loadResult.preset,
      users: loadResult.users,
      plannedDurationMs: loadResult.plannedDurationMs,
      startedUs: loadResult.startedUs,
    },
    warnings: detail.warnings,
    sampleCount: detail.summary.cpuSamples ?? 0,
    snapshots: detail.snapshots ?? [],
    exit: detail.exit,
    error: detail.error,
  };
}
