/**
 * The CPU profiles of a trace: V8 sends each as a `Profile` event and many `ProfileChunk`s, from a helper thread and in
 * no certain order (v8/src/profiler/profile-generator.cc, `StreamPendingTraceEvents`); old versions of Chrome sent one whole
 * `CpuProfile`.
 */
import { ProfileBuilder } from '../builder';
import { Float64Column, Int32Column } from '../columns';
import type { Profile } from '../types';
import { parentsFirst } from '../v8-chunk';
import type { CpuPiece, TraceEvent, TraceFrames, TraceId } from './chrome-trace-event';
import type { JsonReader } from './json-reader';

/** Later than this (2^53 µs are 285 years), doubles no longer count µs. */
const latestUs = 2 ** 53;

/** One V8 profile: a thread of the target while it was sampled. */
export interface CpuTrack {
  pid: TraceId;
  /** '' when the event that names the thread is missing. */
  tid: TraceId;
  id: string;
  /** Who wanted the profile: `Internal` (tracing itself), `Inspector`, `SelfProfiling`; '' in older versions. */
  source: string;
  /** µs on the trace's clock; NaN while unknown. */
  startTime: number;
  endTime: number;
  indexOf: Map<number, number>;
  nodeId: Int32Column;
  nodeParent: Int32Column;
  nodeFrame: Int32Column;
  edges: Int32Column;
  ticks: Int32Column;
  samples: Int32Column;
  deltas: Float64Column;
  lines: Int32Column;
  /** When each chunk was sent, and its first sample. */
  chunkTs: Float64Column;
  chunkFirst: Int32Column;
}

export interface BuiltTrack {
  profile: Profile;
  /** Nodes whose caller is not in the trace. */
  lostCallers: number;
  /** Samples of nodes that are not in the trace. */
  lostSamples: number;
}

export class CpuTracks {
  /** In the order of the file. */
  readonly tracks: CpuTrack[] = [];
  private readonly open = new Map<string, CpuTrack>();

  constructor(private readonly frames: TraceFrames) {}

  /** Takes the event when it is part of a CPU profile. */
  take(event: TraceEvent, reader: JsonReader): boolean {
    switch (event.name) {
      case 'Profile':
        if (event.phase !== 'P' && event.phase !== 'I') return false;
        this.begin(event);
        return true;
      case 'ProfileChunk':
        this.append(this.trackOf(event), event, reader);
        return true;
      case 'CpuProfile': {
        if (!event.cpu.present) return false;
        const track = this.newTrack(event);
        track.tid = event.tid;
        if (Number.isNaN(event.cpu.startTime))
          throw reader.malformed('expected a CPU profile with a startTime');
        this.append(track, event, reader);
        return true;
      }
      default:
        return false;
    }
  }

  private begin(event: TraceEvent): void {
    const known = this.open.get(keyOf(event));
    // The id of a recording that ended may be given to the next one; chunks may come before the beginning.
    const track = known && known.tid === '' ? known : this.newTrack(event);
    track.tid = event.tid;
    track.source = event.source;
    track.startTime = Number.isNaN(event.cpu.startTime) ? event.ts : event.cpu.startTime;
    this.open.set(keyOf(event), track);
  }

  private trackOf(event: TraceEvent): CpuTrack {
    const key = keyOf(event);
    let track = this.open.get(key);
    if (!track) {
      track = this.newTrack(event);
      this.open.set(key, track);
    }
    return track;
  }

  private newTrack({ pid, id, source }: TraceEvent): CpuTrack {
    const track: CpuTrack = {
      pid,
      tid: '',
      id,
      source,
      startTime: Number.NaN,
      endTime: Number.NaN,
      indexOf: new Map(),
      nodeId: new Int32Column(64),
      nodeParent: new Int32Column(64),
      nodeFrame: new Int32Column(64),
      edges: new Int32Column(16),
      ticks: new Int32Column(16),
      samples: new Int32Column(),
      deltas: new Float64Column(),
      lines: new Int32Column(),
      chunkTs: new Float64Column(16),
      chunkFirst: new Int32Column(16),
    };
    this.tracks.push(track);
    return track;
  }

  private append(track: CpuTrack, event: TraceEvent, reader: JsonReader): void {
    const { cpu } = event;
    const count = cpu.samples.length;
    if (cpu.deltas.length !== count)
      throw reader.malformed(
        `expected as many timeDeltas as samples in a ${event.name}, found ${cpu.deltas.length} and ${count}`,
      );
    this.appendNodes(track, cpu, reader);
    track.chunkTs.push(Number.isNaN(event.ts) ? -Infinity : event.ts);
    track.chunkFirst.push(track.samples.length);
    const hasLines = cpu.lines.length === count;
    for (let i = 0; i < count; i++) {
      track.samples.push(cpu.samples.values[i]!);
      track.deltas.push(cpu.deltas.values[i]!);
      track.lines.push(hasLines ? cpu.lines.values[i]! : 0);
    }
    if (!Number.isNaN(cpu.startTime)) track.startTime = cpu.startTime;
    if (!Number.isNaN(cpu.endTime)) track.endTime = cpu.endTime;
  }

  private appendNodes(
    track: CpuTrack,
    { nodeId, nodeParent, nodeFrame, edges, ticks }: CpuPiece,
    reader: JsonReader,
  ) {
    for (let i = 0; i < nodeId.length; i++) {
      const id = nodeId.values[i]!;
      const known = track.indexOf.get(id);
      if (known !== undefined) {
        const same =
          track.nodeFrame.values[known] === nodeFrame.values[i] &&
          track.nodeParent.values[known] === nodeParent.values[i];
        if (!same) throw reader.malformed(`the node id ${id} is used twice in one profile`);
        continue;
      }
      track.indexOf.set(id, track.nodeId.length);
      track.nodeId.push(id);
      track.nodeParent.push(nodeParent.values[i]!);
      track.nodeFrame.push(nodeFrame.values[i]!);
    }
    for (let i = 0; i < edges.length; i++) track.edges.push(edges.values[i]!);
    for (let i = 0; i < ticks.length; i++) track.ticks.push(ticks.values[i]!);
  }

  /** When a track's first sample was taken, on the trace's clock. */
  startOf(track: CpuTrack): number {
    if (!Number.isNaN(track.startTime)) return track.startTime;
    // The beginning is lost; a chunk is sent right after its last sample.
    const first = chunkOrder(track)[0];
    if (first === undefined) return 0;
    const ts = track.chunkTs.values[first]!;
    let duration = 0;
    for (let i = track.chunkFirst.values[first]!; i < chunkEnd(track, first); i++)
      duration += track.deltas.values[i]!;
    return ts === -Infinity ? 0 : ts - duration;
  }

  /** @throws ProfileFormatError when frames call each other in a circle or times are beyond measure */
  build(track: CpuTrack, originUs: number, reader: JsonReader): BuiltTrack {
    const builder = new ProfileBuilder('microseconds');
    const { mapped, lostCallers } = this.mapNodes(track, builder, reader);
    const count = track.samples.length;
    const node = new Int32Array(count);
    const time = new Float64Array(count);
    const line = new Int32Array(count);
    let at = 0;
    let now = this.startOf(track);
    let sorted = true;
    let lostSamples = 0;
    const startUs = now;
    for (const chunk of chunkOrder(track)) {
      for (let i = track.chunkFirst.values[chunk]!; i < chunkEnd(track, chunk); i++) {
        const delta = track.deltas.values[i]!;
        now += delta;
        if (delta < 0) sorted = false;
        const index = track.indexOf.get(track.samples.values[i]!);
        if (index === undefined) lostSamples++;
        node[at] = index === undefined ? this.unknownNode(builder) : mapped[index]!;
        time[at] = now;
        line[at++] = track.lines.values[i]!;
      }
    }
    const order = sorted ? null : Float64Array.from(time.keys()).sort((a, b) => time[a]! - time[b]! || a - b);
    for (let i = 0; i < count; i++) {
      const sample = order ? order[i]! : i;
      if (!(Math.abs(time[sample]!) < latestUs)) throw reader.malformed('a time is beyond measure', '');
      builder.addSample(node[sample]!, time[sample]! - originUs);
      if (line[sample]! > 0) builder.addTicks(node[sample]!, line[sample]!, 1);
    }
    if (count > 0) {
      const end = Number.isNaN(track.endTime) ? now : track.endTime;
      builder.profile.startUs = Math.min(builder.profile.startUs, startUs - originUs);
      builder.finish(Math.abs(end) < latestUs ? end - originUs : undefined);
    }
    return { profile: builder.profile, lostCallers, lostSamples };
  }

  private unknownNode(builder: ProfileBuilder): number {
    return builder.addChild(0, builder.addFrame('(unknown)', '', 0, 0));
  }

  private mapNodes(track: CpuTrack, builder: ProfileBuilder, reader: JsonReader) {
    const { frames } = this;
    const { indexOf, nodeParent, nodeFrame, edges, ticks } = track;
    const count = track.nodeId.length;
    const parentIndex = new Int32Array(count).fill(-1);
    let lostCallers = 0;
    for (let i = 0; i < count; i++) {
      const parent = nodeParent.values[i]!;
      if (parent === 0) continue;
      parentIndex[i] = indexOf.get(parent) ?? -1;
      if (parentIndex[i] === -1) lostCallers++;
    }
    for (let i = 0; i < edges.length; i += 2) {
      const child = indexOf.get(edges.values[i + 1]!);
      if (child !== undefined && parentIndex[child] === -1)
        parentIndex[child] = indexOf.get(edges.values[i]!)!;
    }
    const order = parentsFirst(parentIndex);
    if (order.length !== count) throw reader.malformed('a node of a CPU profile is its own ancestor', '');
    const mapped = new Int32Array(count);
    for (const index of order) {
      const parent = parentIndex[index]!;
      const frame = nodeFrame.values[index]!;
      if (parent === -1 && frames.name[frame] === '(root)') continue;
      const id = builder.addFrame(
        frames.name[frame]!,
        frames.url[frame]!,
        frames.line[frame]!,
        frames.column[frame]!,
      );
      mapped[index] = builder.addChild(parent === -1 ? 0 : mapped[parent]!, id);
    }
    // Only in whole profiles; chunks give a line per sample instead.
    for (let i = 0; i < ticks.length; i += 3) {
      const node = indexOf.get(ticks.values[i]!)!;
      if (ticks.values[i + 1]! > 0 && ticks.values[i + 2]! > 0)
        builder.addTicks(mapped[node]!, ticks.values[i + 1]!, ticks.values[i + 2]!);
    }
    return { mapped, lostCallers };
  }
}

function keyOf({ pid, id }: TraceEvent): string {
  return `${pid}\n${id}`;
}

function chunkEnd(track: CpuTrack, chunk: number): number {
  return chunk + 1 < track.chunkFirst.length ? track.chunkFirst.values[chunk + 1]! : track.samples.length;
}

/** The chunks in the order in which they were sent. */
function chunkOrder({ chunkTs }: CpuTrack): number[] {
  const order = Array.from({ length: chunkTs.length }, (_, chunk) => chunk);
  return order.sort((a, b) => compare(chunkTs.values[a]!, chunkTs.values[b]!) || a - b);
}

function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
