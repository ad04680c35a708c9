/** Follows a run of the engine: joins by a snapshot, then applies events; a gap means a new snapshot. */
import type {
  AnyEvent,
  Client,
  Collections,
  Mark,
  OutputLine,
  Point,
  RunSnapshot,
  Series,
  ThreadKey,
} from '../../main/api';
import { toAppError, type AppError } from '../../main/errors';
import { BoundedSeries, CollectionLog, cut, staggeredMostPoints, thinBlocks } from '../../profiles/series';
import { attachPieces, FinerTimeline } from './finer-timeline';
import { RecordingModel, threadsOf, type Schedule } from './recording';
import { factsOfDelta, nothingYet, type Followed } from './followed-profile';
import { threadTitle } from './thread-title';
import type { ProfileDelta, V8HeapProfile } from '../../profiles/types';

/** Lines of output kept; the saved session has all. */
const outputLinesKept = 20_000;

/** Garbage collections of one thread, kind and cause; more are reduced. */
const collectionsKept = 4096;
/** Of very many stalls the longest are kept. */
const marksKept = 4000;

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
  private seriesById = new Map<string, BoundedSeries<Series>>();
  private collections = new CollectionLog(collectionsKept);
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
    this.model.finer ??= new FinerTimeline({
      client: this.client,
      model: this.model,
      onError: (error) => this.onError(error),
    });
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
        collectionsUs: newestOf(snapshot.collections ?? []),
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
      // Grown in place: the snapshot must not be, some transports hand over the engine's own.
      this.seriesById.set(
        `${series.metric} ${series.scope}`,
        new BoundedSeries(copyOf(series), staggeredMostPoints(this.seriesById.size)),
      );
    this.showSeries();
    this.collections = new CollectionLog(collectionsKept);
    this.collections.add((snapshot.collections ?? []).map((group) => structuredClone(group)));
    model.marks = [];
    this.addMarks(snapshot.marks);
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
        this.addMarks(event.payload.marks);
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
    const held = this.seriesById.get(id);
    // One that is not newer is known already.
    if (held) held.push(point.tUs, point.value);
    else {
      const { metric, scope, tUs, value } = point;
      this.seriesById.set(
        id,
        new BoundedSeries<Series>(
          { metric, scope, tUs: [tUs], values: [value] },
          staggeredMostPoints(this.seriesById.size),
        ),
      );
      this.showSeries();
    }
  }

  private showSeries(): void {
    const { model } = this;
    model.series = [...this.seriesById.values()].map(({ series }) => series);
    if (model.pieces.length > 0) attachPieces(model.series, model.pieces);
  }

  private addMarks(marks: readonly Mark[]): void {
    const { model } = this;
    for (const mark of marks) if (mark.kind === 'gc') this.collections.push(mark);
    model.collections = this.collections.all() as Collections[];
    const others = marks.filter(({ kind }) => kind !== 'gc');
    if (others.length === 0) return;
    model.marks = [...model.marks, ...others];
    // Now and then: it looks at all of them.
    if (model.marks.length > marksKept * 2) model.marks = thinBlocks(model.marks, marksKept);
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

interface Known {
  marks: Set<string>;
  /** When the newest collection of each group began. */
  collectionsUs: Map<string, number>;
  outputUs: number;
}

function newestOf(collections: readonly Collections[]): Known['collectionsUs'] {
  return new Map(collections.map((group) => [groupOf(group), group.tUs.at(-1) ?? -1]));
}

function groupOf({ thread, gcKind, ours }: { thread: string; gcKind: string; ours: boolean }): string {
  return `${thread} ${gcKind} ${ours}`;
}

function copyOf(series: Series): Series {
  const { metric, scope } = series;
  return { metric, scope, ...cut(series, 0, series.tUs.length) };
}

function identity(mark: Mark): string {
  return JSON.stringify(mark);
}

/** An event without what the snapshot already had (points and profiles are recognised when applied). */
function withoutKnown(event: AnyEvent, known: Known): AnyEvent {
  if (event.event === 'run.marks') {
    const marks = event.payload.marks.filter((mark) =>
      mark.kind === 'gc'
        ? mark.tUs > (known.collectionsUs.get(groupOf(mark)) ?? -1)
        : !known.marks.has(identity(mark)),
    );
    return { event: 'run.marks', payload: { ...event.payload, marks } };
  }
  if (event.event === 'run.output') {
    const lines: OutputLine[] = event.payload.lines.filter((line) => line.tUs > known.outputUs);
    return { event: 'run.output', payload: { ...event.payload, lines } };
  }
  return event;
}
