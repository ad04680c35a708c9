/**
 * Everything a run has recorded so far, in memory: grows by journal records, whether they come from a live
 * target or from the journal of a killed workbench. A live view joins by `snapshot()`.
 */
import type {
  Collections,
  ListeningAddress,
  LoadResult,
  LoadSecond,
  Mark,
  OutputLine,
  Point,
  ProcessInfo,
  RunSnapshot,
  RunState,
  RunWarning,
  Series,
  SnapshotInfo,
  ThreadKey,
  Timeline,
} from '../api';
import type { AllocationReading } from '../capture/types';
import type { SourceRecord } from '../capture/source-record';
import type { LoadEndpoint } from '../load/types';
import { AllocationHistory, type AllocationRead } from '../../profiles/allocations/history';
import { ProfileBuilder, type ProfileCursor } from '../../profiles/builder';
import { CollectionLog, defaultMostPoints, reduceTimeline, type TimelineWindow } from '../../profiles/series';
import type { ProfileDelta, V8CpuProfile, V8HeapProfile } from '../../profiles/types';

/** One line of a session's journal. The same records feed memory, disk and the live events. */
export type JournalRecord =
  | { k: 'process'; process: ProcessInfo }
  | { k: 'listen'; address: ListeningAddress }
  | { k: 'cpu'; thread: ThreadKey; delta: ProfileDelta }
  /** The whole profile so far, which replaces the one before; `read` is what the history of them keeps of this one. */
  | { k: 'allocations'; thread: ThreadKey; profile: V8HeapProfile; read?: AllocationRead }
  | { k: 'points'; points: Point[] }
  | { k: 'marks'; marks: Mark[] }
  | { k: 'output'; lines: OutputLine[] }
  | { k: 'warning'; warning: RunWarning }
  | { k: 'load'; result: LoadResult }
  /** Go to a file of their own; nobody keeps them in memory. */
  | { k: 'load-endpoints'; endpoints: LoadEndpoint[] }
  | { k: 'load-seconds'; seconds: LoadSecond[] }
  /** At its beginning and at its end; progress is only shown. */
  | { k: 'snapshot'; snapshot: SnapshotInfo }
  /** Goes to a file of its own; nobody keeps it in memory. */
  | { k: 'source'; source: SourceRecord };

/** Output kept in memory for a view that joins late; the file keeps everything. */
const outputLinesInMemory = 5000;
/** The same in characters: a line can have up to 64 Ki of them. */
const outputCharactersInMemory = 4_000_000;

export class Recording {
  readonly processes = new Map<number, ProcessInfo>();
  readonly listening: ListeningAddress[] = [];
  readonly cpu = new Map<ThreadKey, ProfileBuilder>();
  readonly allocations = new Map<ThreadKey, V8HeapProfile>();
  /** Only of a live target. */
  readonly allocationHistories = new Map<ThreadKey, AllocationHistory>();
  /** Everything measured, as columns of plain numbers, which V8 keeps as 8 bytes each. */
  readonly series = new Map<string, Series>();
  /** Everything but garbage collections. */
  readonly marks: Mark[] = [];
  /** A hundred a second for hours would be too many objects: columns. */
  private readonly collectionLog = new CollectionLog();
  readonly output: OutputLine[] = [];
  readonly warnings: RunWarning[] = [];
  /** By the file's name. */
  readonly snapshots = new Map<string, SnapshotInfo>();
  loadResult: LoadResult | null = null;
  /** Latest instant seen in any stream, µs since the run's start. */
  lastUs = 0;
  private outputCharacters = 0;
  private readonly cursors = new Map<ThreadKey, ProfileCursor>();

  apply(record: JournalRecord): void {
    switch (record.k) {
      case 'process':
        this.processes.set(record.process.pid, record.process);
        this.see(record.process.endedUs ?? record.process.startedUs);
        break;
      case 'listen':
        this.listening.push(record.address);
        break;
      case 'cpu':
        this.cpuOf(record.thread).applyDelta(record.delta);
        this.see(record.delta.endUs);
        break;
      case 'allocations':
        this.allocations.set(record.thread, record.profile);
        break;
      case 'points':
        for (const point of record.points) this.addPoint(point);
        break;
      case 'marks':
        for (const mark of record.marks) {
          if (mark.kind === 'gc') this.collectionLog.push(mark);
          else if (mark.kind === 'fault') this.setFault(mark);
          else this.marks.push(mark);
          this.see(mark.tUs);
        }
        break;
      case 'output':
        this.keepOutput(record.lines);
        break;
      case 'warning':
        this.warnings.push(record.warning);
        break;
      case 'load':
        this.loadResult = record.result;
        this.see(record.result.endedUs);
        break;
      case 'snapshot':
        this.snapshots.set(record.snapshot.file, record.snapshot);
        this.see(record.snapshot.startedUs);
        break;
      case 'load-endpoints':
      case 'load-seconds':
      case 'source':
        break;
    }
  }

  /**
   * Adds a finished chunk as the target sent it (times on the monotonic clock) and returns what it brought:
   * the delta to keep in the journal and to send to the views. Null when all of it was known already.
   */
  appendCpuChunk(thread: ThreadKey, chunk: V8CpuProfile, originUs: number): ProfileDelta | null {
    const builder = this.cpuOf(thread);
    builder.appendV8Chunk(chunk, originUs);
    return this.takeDelta(thread, builder);
  }

  /** Takes a profile into the thread's history. Returns the record of it, with the profile of the whole time so far. */
  appendAllocations(
    thread: ThreadKey,
    profile: V8HeapProfile,
    { tUs, sinceUs, kind }: AllocationReading,
  ): Extract<JournalRecord, { k: 'allocations' }> {
    let history = this.allocationHistories.get(thread);
    if (!history) this.allocationHistories.set(thread, (history = new AllocationHistory()));
    const read = history.add(profile, tUs, sinceUs, kind);
    const whole = kind === 'all' ? history.between(-Infinity, Infinity)?.profile : undefined;
    return { k: 'allocations', thread, profile: whole ?? profile, read };
  }

  /** Ends a thread's CPU profile: its newest sample becomes final. Returns the last delta, if any. */
  finishCpu(thread: ThreadKey): ProfileDelta | null {
    const builder = this.cpu.get(thread);
    if (!builder) return null;
    builder.finish();
    return this.takeDelta(thread, builder);
  }

  cpuOf(thread: ThreadKey): ProfileBuilder {
    let builder = this.cpu.get(thread);
    if (!builder) {
      builder = new ProfileBuilder('microseconds');
      this.cpu.set(thread, builder);
    }
    return builder;
  }

  get sampleCount(): number {
    let count = 0;
    for (const builder of this.cpu.values()) count += builder.profile.samples.length;
    return count;
  }

  /** All garbage collections, in groups; not copies. */
  get collections(): Collections[] {
    return this.collectionLog.all() as Collections[];
  }

  /** The timeline so far or a window of it, each series reduced to about `points` points. */
  timeline(window: TimelineWindow): Timeline {
    return reduceTimeline(
      { series: this.series.values(), collections: this.collections, marks: this.marks },
      window,
    );
  }

  /** For a view that joins: bounded, however long the run has been. */
  snapshot(state: RunState): RunSnapshot {
    const cpu: RunSnapshot['cpu'] = {};
    for (const [thread, builder] of this.cpu) cpu[thread] = builder.wholeAsDelta();
    return {
      state,
      cpu,
      allocations: Object.fromEntries(this.allocations),
      ...this.timeline({ points: defaultMostPoints }),
      output: this.output,
      loadResult: this.loadResult,
    };
  }

  /** Drops the oldest lines now and then, when twice of what is to be kept has gathered. */
  private keepOutput(lines: OutputLine[]): void {
    for (const line of lines) {
      this.output.push(line);
      this.outputCharacters += line.text.length;
    }
    const isTooMuch =
      this.output.length > outputLinesInMemory * 2 || this.outputCharacters > outputCharactersInMemory * 2;
    if (!isTooMuch) return;
    let from = Math.max(0, this.output.length - outputLinesInMemory);
    let characters = 0;
    for (const line of this.output.slice(from)) characters += line.text.length;
    for (; characters > outputCharactersInMemory && from < this.output.length - 1; from++)
      characters -= this.output[from]?.text.length ?? 0;
    this.output.splice(0, from);
    this.outputCharacters = characters;
  }

  /** Told again at its end: then with its length. */
  private setFault(mark: Extract<Mark, { kind: 'fault' }>): void {
    const at = this.marks.findLastIndex((each) => each.kind === 'fault' && each.faultId === mark.faultId);
    if (at >= 0) this.marks[at] = mark;
    else this.marks.push(mark);
  }

  private takeDelta(thread: ThreadKey, builder: ProfileBuilder): ProfileDelta | null {
    let cursor = this.cursors.get(thread);
    if (!cursor) {
      cursor = builder.newCursor();
      this.cursors.set(thread, cursor);
    }
    const delta = builder.takeDelta(cursor);
    if (delta) this.see(delta.endUs);
    return delta;
  }

  private addPoint(point: Point): void {
    const id = `${point.metric} ${point.scope}`;
    let series = this.series.get(id);
    if (!series) {
      series = { metric: point.metric, scope: point.scope, tUs: [], values: [] };
      this.series.set(id, series);
    }
    // Whoever looks things up by time relies on their order, and what is measured in a target can be told late.
    let at = series.tUs.length;
    while (at > 0 && series.tUs[at - 1]! > point.tUs) at--;
    if (at === series.tUs.length) {
      series.tUs.push(point.tUs);
      series.values.push(point.value);
    } else {
      series.tUs.splice(at, 0, point.tUs);
      series.values.splice(at, 0, point.value);
    }
    this.see(point.tUs);
  }

  private see(tUs: number): void {
    if (tUs > this.lastUs) this.lastUs = tUs;
  }
}
