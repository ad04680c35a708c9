/**
 * Tasks with a beginning and an end (phases B, E and X of the trace event format) as one profile per thread: what a trace
 * shows when nobody sampled the CPU. Time in which no task runs is in no sample.
 */
import { ProfileBuilder } from '../builder';
import { Float64Column, Int32Column } from '../columns';
import type { Profile } from '../types';
import type { TraceEvent, TraceFrames, TraceId } from './chrome-trace-event';

const isBegin = -1;
const isEnd = -2;
const noFrame = -1;

export interface TaskThread {
  pid: TraceId;
  tid: TraceId;
  ts: Float64Column;
  /** µs; or `isBegin`, `isEnd`. */
  dur: Float64Column;
  frame: Int32Column;
}

export interface BuiltTasks {
  profile: Profile;
  /** Tasks that were cut because they reach beyond the end of the one around them. */
  overlapping: number;
  /** Begun and never ended, or ended and never begun. */
  unmatched: number;
}

export class TaskThreads {
  readonly threads: TaskThread[] = [];
  /** How many tasks there were, kept or not. */
  count = 0;
  private readonly byKey = new Map<string, TaskThread>();
  private keep = true;

  constructor(private readonly frames: TraceFrames) {}

  /** Takes the event when it is a task's. */
  take(event: TraceEvent): boolean {
    const { phase, ts, dur } = event;
    if (phase !== 'X' && phase !== 'B' && phase !== 'E') return false;
    if (Number.isNaN(ts) || Math.abs(ts) > 2 ** 52) return false;
    if (phase !== 'E') this.count++;
    if (!this.keep) return true;
    const thread = this.threadOf(event);
    thread.ts.push(ts);
    thread.dur.push(phase === 'B' ? isBegin : phase === 'E' ? isEnd : dur > 0 ? Math.min(dur, 2 ** 52) : 0);
    thread.frame.push(phase === 'E' && event.name === '' ? noFrame : this.frameOf(event));
    return true;
  }

  /** Forgets all tasks and only counts from now on: the trace has something better. */
  stopKeeping(): void {
    this.keep = false;
    this.threads.length = 0;
    this.byKey.clear();
  }

  private threadOf({ pid, tid }: TraceEvent): TaskThread {
    const key = `${pid}\n${tid}`;
    let thread = this.byKey.get(key);
    if (!thread) {
      thread = {
        pid,
        tid,
        ts: new Float64Column(64),
        dur: new Float64Column(64),
        frame: new Int32Column(64),
      };
      this.byKey.set(key, thread);
      this.threads.push(thread);
    }
    return thread;
  }

  /** An end has the name of its task and nothing else, so tasks are told apart by name alone there. */
  private frameOf(event: TraceEvent): number {
    const { name, phase, functionName, url, line, column } = event;
    if (phase === 'X' && name === 'FunctionCall' && functionName !== '')
      return this.frames.add(functionName, url, line, column);
    return this.frames.add(name === '' ? '(unnamed)' : name, '', 0, 0);
  }

  /** µs on the trace's clock; Infinity when there are no tasks. */
  earliest(): number {
    let earliest = Infinity;
    for (const { ts } of this.threads)
      for (let i = 0; i < ts.length; i++) if (ts.values[i]! < earliest) earliest = ts.values[i]!;
    return earliest;
  }

  build(thread: TaskThread, originUs: number): BuiltTasks {
    const replay = new Replay(this.frames, originUs);
    const { ts, dur, frame } = thread;
    for (const i of inOrder(thread)) {
      if (dur.values[i] === isEnd) replay.end(ts.values[i]!, frame.values[i]!);
      else {
        const length = dur.values[i]!;
        replay.begin(ts.values[i]!, length === isBegin ? Infinity : ts.values[i]! + length, frame.values[i]!);
      }
    }
    return replay.finish();
  }
}

/** Events by time; of complete ones that begin together, the longer first: it is the one around the other. */
function inOrder({ ts, dur }: TaskThread): Float64Array {
  const order = new Float64Array(ts.length);
  let sorted = true;
  for (let i = 0; i < order.length; i++) {
    order[i] = i;
    if (
      i > 0 &&
      (ts.values[i]! < ts.values[i - 1]! || (ts.values[i] === ts.values[i - 1] && dur.values[i]! > 0))
    )
      sorted = false;
  }
  if (sorted) return order;
  return order.sort((a, b) => {
    const byTime = ts.values[a]! - ts.values[b]!;
    if (byTime !== 0) return byTime;
    const bothComplete = dur.values[a]! >= 0 && dur.values[b]! >= 0;
    return (bothComplete ? dur.values[b]! - dur.values[a]! : 0) || a - b;
  });
}

/** The stack of open tasks, moved through time. */
class Replay {
  private readonly builder = new ProfileBuilder('microseconds');
  private readonly nodes: number[] = [0];
  private readonly stackFrames: number[] = [];
  private readonly ends: number[] = [];
  /** Frame → how many open tasks it has, so that an end without beginning costs nothing. */
  private readonly openCount = new Map<number, number>();
  private now = -Infinity;
  /** What was on the stack since `now` is written when time moves on. */
  private overlapping = 0;
  private unmatched = 0;

  constructor(
    private readonly frames: TraceFrames,
    private readonly originUs: number,
  ) {}

  begin(ts: number, end: number, frame: number): void {
    this.runTo(ts);
    const { ends, frames, builder } = this;
    const around = ends.length > 0 ? ends[ends.length - 1]! : Infinity;
    if (end !== Infinity && end > around) this.overlapping++;
    const id = builder.addFrame(
      frames.name[frame]!,
      frames.url[frame]!,
      frames.line[frame]!,
      frames.column[frame]!,
    );
    this.nodes.push(builder.addChild(this.nodes[this.nodes.length - 1]!, id));
    this.stackFrames.push(frame);
    // One that has not been ended yet reaches as far as the one around it.
    ends.push(Math.min(end, around));
    this.openCount.set(frame, (this.openCount.get(frame) ?? 0) + 1);
  }

  end(ts: number, frame: number): void {
    this.runTo(ts);
    const { stackFrames } = this;
    const known = frame === noFrame ? stackFrames.length > 0 : (this.openCount.get(frame) ?? 0) > 0;
    if (!known) {
      this.unmatched++;
      return;
    }
    this.moveTo(ts);
    for (;;) {
      const closed = this.pop();
      if (closed === frame || frame === noFrame) return;
      this.unmatched++;
    }
  }

  finish(): BuiltTasks {
    this.runTo(Infinity);
    this.unmatched += this.stackFrames.length;
    // What never ended lasts until the last thing that happened.
    this.builder.finish();
    return { profile: this.builder.profile, overlapping: this.overlapping, unmatched: this.unmatched };
  }

  /** Ends every task whose time is over by `ts`, then lets time pass until `ts`. */
  private runTo(ts: number): void {
    const { ends } = this;
    while (ends.length > 0 && ends[ends.length - 1]! <= ts && ends[ends.length - 1]! !== Infinity) {
      this.moveTo(ends[ends.length - 1]!);
      this.pop();
    }
    if (ts !== Infinity) this.moveTo(ts);
  }

  /** Accounts the time since the last event to the stack as it was. */
  private moveTo(ts: number): void {
    if (ts <= this.now) return;
    const { builder, nodes, originUs } = this;
    if (nodes.length > 1) {
      builder.addSample(nodes[nodes.length - 1]!, this.now - originUs);
      builder.finish(ts - originUs);
    }
    this.now = ts;
  }

  private pop(): number {
    const frame = this.stackFrames.pop()!;
    this.nodes.pop();
    this.ends.pop();
    this.openCount.set(frame, this.openCount.get(frame)! - 1);
    return frame;
  }
}
