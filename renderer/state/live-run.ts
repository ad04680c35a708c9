/** Follows a run of the engine: joins by a snapshot, then applies events; a gap means a new snapshot. */
import type {
  AnyEvent,
  Client,
  Mark,
  OutputLine,
  Point,
  RunSnapshot,
  Series,
  ThreadKey,
} from '../../main/api';
import { toAppError, type AppError } from '../../main/errors';
import { RecordingModel, threadsOf, type Schedule } from './recording';
import { factsOfDelta, nothingYet, type Followed } from './followed-profile';
import { threadTitle } from './thread-title';
import type { ProfileDelta, V8HeapProfile } from '../../profiles/types';

/** Lines of output kept; the saved session has all. */
const outputLinesKept = 20_000;

export type DeltaFit = 'apply' | 'contained' | 'gap';

/** Whether a delta continues a profile, is already in it, or something between is missing. */
export function fitOf(
  delta: ProfileDelta,
  lengths: { frames: number; nodes: number; samples: number },
): DeltaFit {
  const { frames, nodes, samples } = lengths;
  if (delta.firstFrame === frames && delta.firstNode === nodes && delta.firstSample === samples)
    return 'apply';
  const contained =
    delta.firstFrame + delta.frames.name.length <= frames &&
    delta.firstNode + delta.nodes.frame.length <= nodes &&
    delta.firstSample + delta.samples.node.length <= samples;
  return contained ? 'contained' : 'gap';
}

export class LiveRun {
  readonly model: RecordingModel;
  private readonly client: Client;
  private readonly onError: (error: AppError) => void;
  private readonly onFinished: () => void;
  /** How far each thread's profile has been sent to the explorer. */
  private followed = new Map<ThreadKey, Followed>();
  private seriesById = new Map<string, Series>();
  /** Events that came while a snapshot is on its way; null when none is. */
  private waiting: AnyEvent[] | null = null;
  private readonly unsubscribe: () => void;
  private closed = false;

  constructor(options: {
    client: Client;
    model: RecordingModel;
    onError: (error: AppError) => void;
    /** The run has ended and its session is saved (or could not be). */
    onFinished: () => void;
  }) {
    this.client = options.client;
    this.model = options.model;
    this.onError = options.onError;
    this.onFinished = options.onFinished;
    this.unsubscribe = this.client.subscribe((event) => this.receive(event));
    this.model.explorer.onFailure = (error) => {
      if (!this.closed) this.onError(error);
    };
  }

  /** Joins, or joins again after the connection was lost. */
  async join(): Promise<void> {
    if (this.waiting || this.closed) return;
    this.waiting = [];
    try {
      const snapshot = await this.client.call('run.snapshot', { runId: this.model.id });
      if (this.closed) return;
      const missed: AnyEvent[] = this.waiting;
      this.waiting = null;
      this.replace(snapshot);
      const last = {
        marks: new Set(snapshot.marks.map(identity)),
        outputUs: snapshot.output.at(-1)?.tUs ?? -1,
      };
      for (const event of missed) this.apply(withoutKnown(event, last));
    } catch (thrown) {
      this.waiting = null;
      if (!this.closed) this.onError(toAppError(thrown));
    }
  }

  close(): void {
    this.closed = true;
    this.unsubscribe();
  }

  private receive(event: AnyEvent): void {
    if (!event.event.startsWith('run.')) return;
    const runId = (event.payload as { runId?: string }).runId;
    if (runId !== this.model.id) return;
    if (this.waiting) this.waiting.push(event);
    else this.apply(event);
  }

  private replace(snapshot: RunSnapshot): void {
    const { model } = this;
    this.followed = new Map();
    model.explorer.removeAll();
    this.seriesById = new Map();
    model.cpu = new Map();
    for (const [thread, delta] of Object.entries(snapshot.cpu)) this.applyCpu(thread, delta);
    model.allocations = new Map();
    for (const [thread, raw] of Object.entries(snapshot.allocations)) this.setAllocations(thread, raw);
    for (const series of snapshot.series)
      this.seriesById.set(`${series.metric} ${series.scope}`, {
        ...series,
        tUs: [...series.tUs],
        values: [...series.values],
      });
    model.series = [...this.seriesById.values()];
    model.marks = [...snapshot.marks];
    model.output = [...snapshot.output];
    model.loadResult = snapshot.loadResult;
    for (const part of ['cpu', 'allocations', 'series', 'marks', 'output', 'load'] as const)
      model.touch(part);
    this.setState(snapshot.state);
    model.flush();
  }

  private apply(event: AnyEvent): void {
    const { model } = this;
    switch (event.event) {
      case 'run.state':
        this.setState(event.payload);
        break;
      case 'run.cpu':
        this.applyCpu(event.payload.thread, event.payload.delta);
        model.touch('cpu');
        break;
      case 'run.allocations':
        this.setAllocations(event.payload.thread, event.payload.profile);
        break;
      case 'run.points':
        for (const point of event.payload.points) this.addPoint(point);
        model.touch('series');
        break;
      case 'run.marks':
        model.marks = [...model.marks, ...event.payload.marks];
        model.touch('marks');
        break;
      case 'run.output':
        model.output.push(...event.payload.lines);
        if (model.output.length > outputLinesKept * 1.5)
          model.output.splice(0, model.output.length - outputLinesKept);
        model.touch('output');
        break;
      case 'run.load':
        model.loadResult = event.payload.result;
        model.touch('load');
        break;
    }
  }

  private applyCpu(thread: ThreadKey, delta: ProfileDelta): void {
    const before = this.followed.get(thread) ?? nothingYet;
    const fit = fitOf(delta, before);
    if (fit === 'contained') return;
    if (fit === 'gap') {
      void this.join();
      return;
    }
    this.model.explorer.applyDelta(thread, delta);
    const isNew = !this.followed.has(thread);
    this.followed.set(thread, {
      frames: before.frames + delta.frames.name.length,
      nodes: before.nodes + delta.nodes.frame.length,
      samples: before.samples + delta.samples.node.length,
    });
    this.model.cpu.set(thread, factsOfDelta(thread, delta, this.model.cpu.get(thread)));
    if (isNew) this.tellTitles();
  }

  private setAllocations(thread: ThreadKey, raw: V8HeapProfile): void {
    const { model } = this;
    model.explorer.setAllocations(thread, raw).then(
      (facts) => {
        model.allocations.set(thread, facts);
        model.touch('allocations');
      },
      (thrown: unknown) => {
        const error = toAppError(thrown);
        if (!this.closed && error.code !== 'CANCELLED') this.onError(error);
      },
    );
  }

  private tellTitles(): void {
    this.model.explorer.setTitles(
      Object.fromEntries(threadsOf(this.model).map((thread) => [thread.key, threadTitle(thread)])),
    );
  }

  private addPoint(point: Point): void {
    const id = `${point.metric} ${point.scope}`;
    let series = this.seriesById.get(id);
    if (!series) {
      series = { metric: point.metric, scope: point.scope, tUs: [], values: [] };
      this.seriesById.set(id, series);
      this.model.series = [...this.seriesById.values()];
    }
    if (point.tUs <= (series.tUs.at(-1) ?? -1)) return;
    series.tUs.push(point.tUs);
    series.values.push(point.value);
  }

  private setState(state: RecordingModel['state']): void {
    const { model } = this;
    const threads = countThreads(model.state);
    model.state = state;
    model.touch('state');
    if (countThreads(state) !== threads) this.tellTitles();
    if (model.live && (state.phase === 'done' || state.phase === 'failed')) {
      model.live = false;
      for (const part of ['cpu', 'allocations', 'series', 'output'] as const) model.touch(part);
      model.flush();
      this.onFinished();
    }
  }
}

function countThreads(state: RecordingModel['state']): number {
  return state.processes.reduce((sum, process) => sum + process.threads.length, 0);
}

/** A model for a run nobody follows yet. */
export function liveModel(state: RecordingModel['state'], schedule?: Schedule): RecordingModel {
  return new RecordingModel(state, { live: state.phase !== 'done' && state.phase !== 'failed', schedule });
}

function identity(mark: Mark): string {
  return JSON.stringify(mark);
}

/** An event without what the snapshot already had (points and profiles are recognised when applied). */
function withoutKnown(event: AnyEvent, known: { marks: Set<string>; outputUs: number }): AnyEvent {
  if (event.event === 'run.marks') {
    const marks = event.payload.marks.filter((mark) => !known.marks.has(identity(mark)));
    return { event: 'run.marks', payload: { ...event.payload, marks } };
  }
  if (event.event === 'run.output') {
    const lines: OutputLine[] = event.payload.lines.filter((line) => line.tUs > known.outputUs);
    return { event: 'run.output', payload: { ...event.payload, lines } };
  }
  return event;
}
