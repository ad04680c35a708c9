/**
 * The flame chart: who was on the stack when. Threads lie one below the other; in each, a box is one call for as long as
 * the samples say that it was on the stack without a break.
 *
 * A million samples make several million boxes: columns are typed, sized exactly, and times are whole ticks.
 */
import { keyOf } from './call-tree';
import { chartDetail, type ChartDetail } from './flame-chart-detail';
import { categories } from './types';
import type { FrameTable, Profile, TimeRange } from './types';

export interface ChartThread {
  key: string;
  title: string;
  profile: Profile;
}

export interface ChartTrack {
  key: string;
  title: string;
  /** The row with the thread's title; -1 when there is only one thread. */
  titleRow: number;
  /** Row of the thread's outermost frames. */
  firstRow: number;
  rows: number;
}

export interface ChartLayout {
  tracks: ChartTrack[];
  /** One table for all threads. */
  frames: FrameTable;
  /** What the chart's width stands for, µs since the origin. */
  startUs: number;
  endUs: number;
  /** µs per tick, a power of two: 1 or less as long as the chart covers no more than 71 minutes. */
  tickUs: number;
  rows: number;
  length: number;
  /** Row r has the boxes `rowStart[r]` … `rowStart[r + 1]`, in order of time. */
  rowStart: Int32Array;
  frame: Int32Array;
  /** First and last instant of a box, in ticks since `startUs`. */
  x0: Uint32Array;
  x1: Uint32Array;
  /** Which box to draw where many share a pixel. */
  detail: ChartDetail;
}

export interface ChartOptions {
  range?: TimeRange | null;
  /** Draw idle samples too; otherwise they are gaps. */
  includeIdle?: boolean;
  /**
   * Put a collection on top of the stack that it interrupted, so that it does not cut calls in two, instead of beside
   * it as V8 reports it.
   */
  gcOnStack?: boolean;
}

const idle = categories.indexOf('idle');
const profiler = categories.indexOf('profiler');
const gc = categories.indexOf('gc');
const app = categories.indexOf('app');
const dependency = categories.indexOf('dependency');

/** Times are sums of floating point numbers: less than this between two samples is no gap. */
const noGapUs = 0.001;
/** Ticks are kept in 32 bits; the last value stays free. */
const mostTicks = 2 ** 32 - 2;

/** Lays out threads in order of time. Profiles without time have no chart and are left out. O(samples + boxes). */
export function layoutChart(threads: readonly ChartThread[], options: ChartOptions = {}): ChartLayout {
  const timed = threads.filter(({ profile }) => profile.endUs > profile.startUs);
  const range = options.range ?? wholeRange(timed);
  const spanUs = Math.max(0, range.endUs - range.startUs);
  const tickUs = spanUs > 0 ? 2 ** Math.ceil(Math.log2(spanUs / mostTicks)) : 1;
  const table = mergedFrames(timed.map(({ profile }) => profile.frames));

  const tracks: ChartTrack[] = [];
  const stacks: ThreadStacks[] = [];
  const counts: number[] = [];
  for (const [index, { key, title, profile }] of timed.entries()) {
    const thread = readStacks(profile, range, options);
    const rows = rowCounts(thread);
    const titleRow = timed.length > 1 ? counts.length : -1;
    if (titleRow >= 0) counts.push(0);
    tracks.push({ key, title, titleRow, firstRow: counts.length, rows: rows.length });
    for (const count of rows) counts.push(count);
    stacks.push({ ...thread, frameMap: table.maps[index] ?? thread.frameMap });
  }

  const rowStart = new Int32Array(counts.length + 1);
  for (let row = 0; row < counts.length; row++) rowStart[row + 1] = rowStart[row]! + counts[row]!;
  const length = rowStart[counts.length]!;
  const layout: ChartLayout = {
    tracks,
    frames: table.frames,
    startUs: range.startUs,
    endUs: range.startUs + spanUs,
    tickUs,
    rows: counts.length,
    length,
    rowStart,
    frame: new Int32Array(length),
    x0: new Uint32Array(length),
    x1: new Uint32Array(length),
    detail: {
      domainBits: 1,
      bits: new Uint8Array(0),
      start: new Int32Array(1),
      box: new Int32Array(0),
      cover: new Uint8Array(0),
    },
  };
  for (const [index, track] of tracks.entries()) placeBoxes(layout, track, stacks[index]!);
  layout.detail = chartDetail(layout, spanUs / tickUs);
  return layout;
}

/** What can be handed over to another thread instead of copied. The layout is unusable on this side afterwards. */
export function chartTransferables(layout: ChartLayout): ArrayBuffer[] {
  const { frames, detail } = layout;
  const columns = [
    layout.rowStart,
    layout.frame,
    layout.x0,
    layout.x1,
    frames.line,
    frames.column,
    frames.category,
    detail.bits,
    detail.start,
    detail.box,
    detail.cover,
  ];
  return [...new Set(columns.map((column) => column.buffer as ArrayBuffer))];
}

/** A thread's samples as the chart sees them. */
interface ThreadStacks {
  profile: Profile;
  range: TimeRange;
  /** Node → the node whose stack is drawn for a sample there; 0 draws nothing. */
  shown: Int32Array;
  /** Samples from `from` up to, not including, `to` reach into the range. */
  from: number;
  to: number;
  /** Frame of the profile → frame of the chart; null when they are the same. */
  frameMap: Int32Array | null;
  /** Node whose samples are put on top of the stack before them; -1 for none. */
  gcNode: number;
}

function readStacks(profile: Profile, range: TimeRange, options: ChartOptions): ThreadStacks {
  const { samples, nodes, frames } = profile;
  const shown = new Int32Array(nodes.length);
  const ours = new Uint8Array(nodes.length);
  let gcNode = -1;
  for (let node = 1; node < nodes.length; node++) {
    const category = frames.category[nodes.frame[node]!]!;
    const parent = nodes.parent[node]!;
    // The same rule as in `aggregate`: what our agent calls is ours, what the person's code does below it is theirs.
    if (category === profiler) ours[node] = 1;
    else if (category !== app && category !== dependency) ours[node] = ours[parent]!;
    if (category === idle && !options.includeIdle) shown[node] = 0;
    else shown[node] = ours[node] ? shown[parent]! : node;
    if (options.gcOnStack && category === gc && parent === 0) gcNode = node;
  }
  const from = Math.max(0, firstAtOrAfter(profile, range.startUs) - 1);
  const to = range.endUs >= profile.endUs ? samples.length : firstAtOrAfter(profile, range.endUs);
  return { profile, range, shown, from, to, frameMap: null, gcNode };
}

/** When sample i ends, µs: a sample of time lasts as long as it weighs, any other one until the next. */
function endOf({ profile, to }: ThreadStacks, i: number): number {
  const { samples, unit, endUs } = profile;
  const nextUs = i + 1 < samples.length ? samples.timeUs[i + 1]! : Math.max(endUs, samples.timeUs[i]!);
  if (unit !== 'microseconds') return nextUs;
  const ownUs = samples.timeUs[i]! + samples.weight[i]!;
  return i + 1 < to ? Math.min(ownUs, nextUs) : ownUs;
}

/** Number of boxes in each of the thread's rows. */
function rowCounts(thread: ThreadStacks): Int32Array {
  const { profile, shown, from, to, range, gcNode } = thread;
  const { samples, nodes } = profile;
  const { parent, depth } = nodes;
  let deepest = 0;
  for (let node = 0; node < nodes.length; node++) if (depth[node]! > deepest) deepest = depth[node]!;
  // Opening rows c … d is one step up at c and one down after d.
  const steps = new Int32Array(deepest + 3);
  let previous = 0;
  let previousEndUs = -Infinity;
  let onTop = false;
  let rows = 0;
  for (let i = from; i < to; i++) {
    const startUs = samples.timeUs[i]!;
    const endUs = endOf(thread, i);
    if (endUs <= range.startUs) continue;
    if (startUs - previousEndUs > noGapUs) previous = 0;
    previousEndUs = endUs;
    const node = shown[samples.node[i]!]!;
    if (node === gcNode && previous !== 0) {
      if (!onTop) {
        const row = depth[previous]!;
        steps[row]!++;
        steps[row + 1]!--;
        if (row + 1 > rows) rows = row + 1;
      }
      onTop = true;
      continue;
    }
    onTop = false;
    if (node === previous) continue;
    let a = previous;
    let b = node;
    previous = node;
    const innermost = depth[node]!;
    while (depth[a]! > depth[b]!) a = parent[a]!;
    while (depth[b]! > depth[a]!) b = parent[b]!;
    while (a !== b) {
      a = parent[a]!;
      b = parent[b]!;
    }
    const shared = depth[a]!;
    if (shared === innermost) continue;
    steps[shared]!++;
    steps[innermost]!--;
    if (innermost > rows) rows = innermost;
  }
  const counts = new Int32Array(rows);
  let open = 0;
  for (let row = 0; row < rows; row++) counts[row] = open += steps[row]!;
  return counts;
}

/** Writes a thread's boxes; the walk is the one of `rowCounts`. */
function placeBoxes(layout: ChartLayout, track: ChartTrack, thread: ThreadStacks): void {
  const { profile, shown, from, to, range, frameMap, gcNode } = thread;
  const { samples, nodes } = profile;
  const { parent, depth } = nodes;
  const { frame, x0, x1, tickUs, startUs: originUs } = layout;
  const { firstRow } = track;
  /** Row → position of its next box. */
  const next = layout.rowStart.slice(firstRow, firstRow + track.rows);
  const ticksPerUs = 1 / tickUs;
  const mostTick = Math.round((layout.endUs - originUs) * ticksPerUs);
  const tickOf = (us: number): number =>
    Math.min(mostTick, Math.max(0, Math.round((us - originUs) * ticksPerUs)));
  const gcFrame = gcNode < 0 ? -1 : frameMap ? frameMap[nodes.frame[gcNode]!]! : nodes.frame[gcNode]!;
  let previous = 0;
  let previousEndUs = -Infinity;
  let onTop = false;
  for (let i = from; i < to; i++) {
    const startUs = samples.timeUs[i]!;
    const endUs = endOf(thread, i);
    if (endUs <= range.startUs) continue;
    const node = shown[samples.node[i]!]!;
    const gap = startUs - previousEndUs > noGapUs;
    if (onTop && (gap || node !== gcNode)) {
      x1[next[depth[previous]!]! - 1] = tickOf(previousEndUs);
      onTop = false;
    }
    if (gap && previous !== 0) {
      const tick = tickOf(previousEndUs);
      for (let row = depth[previous]! - 1; row >= 0; row--) x1[next[row]! - 1] = tick;
      previous = 0;
    }
    previousEndUs = endUs;
    if (node === gcNode && previous !== 0) {
      if (!onTop) {
        const position = next[depth[previous]!]!++;
        frame[position] = gcFrame;
        x0[position] = tickOf(startUs);
      }
      onTop = true;
      continue;
    }
    if (node === previous) continue;
    let a = previous;
    let b = node;
    while (depth[a]! > depth[b]!) a = parent[a]!;
    while (depth[b]! > depth[a]!) b = parent[b]!;
    while (a !== b) {
      a = parent[a]!;
      b = parent[b]!;
    }
    const tick = tickOf(startUs);
    for (let row = depth[previous]! - 1; row >= depth[a]!; row--) x1[next[row]! - 1] = tick;
    for (let opened = node; opened !== a; opened = parent[opened]!) {
      const position = next[depth[opened]! - 1]!++;
      const own = nodes.frame[opened]!;
      frame[position] = frameMap ? frameMap[own]! : own;
      x0[position] = tick;
    }
    previous = node;
  }
  const tick = tickOf(previousEndUs);
  for (let row = depth[previous]! - 1 + (onTop ? 1 : 0); row >= 0; row--) x1[next[row]! - 1] = tick;
}

function wholeRange(threads: readonly ChartThread[]): TimeRange {
  let startUs = Infinity;
  let endUs = -Infinity;
  for (const { profile } of threads) {
    startUs = Math.min(startUs, profile.startUs);
    endUs = Math.max(endUs, profile.endUs);
  }
  return startUs <= endUs ? { startUs, endUs } : { startUs: 0, endUs: 0 };
}

/** Index of the first sample taken at or after an instant. */
function firstAtOrAfter({ samples }: Profile, timeUs: number): number {
  let low = 0;
  let high = samples.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (samples.timeUs[middle]! < timeUs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** One table with every function of all; its columns are copies. `maps`: frame of a thread → frame of the table. */
function mergedFrames(tables: readonly FrameTable[]): { frames: FrameTable; maps: (Int32Array | null)[] } {
  const first = tables[0];
  if (first && tables.every((table) => table.name === first.name))
    return { frames: copyOf(largest(tables)), maps: tables.map(() => null) };
  const ids = new Map<string, number>();
  const origin: [table: FrameTable, frame: number][] = [];
  const maps = tables.map((table) => {
    const map = new Int32Array(table.length);
    for (let frame = 0; frame < table.length; frame++) {
      const key = keyOf(table, frame);
      let id = ids.get(key);
      if (id === undefined) {
        id = origin.length;
        ids.set(key, id);
        origin.push([table, frame]);
      }
      map[frame] = id;
    }
    return map;
  });
  const frames: FrameTable = {
    length: origin.length,
    name: origin.map(([table, frame]) => table.name[frame]!),
    url: origin.map(([table, frame]) => table.url[frame]!),
    line: Int32Array.from(origin, ([table, frame]) => table.line[frame]!),
    column: Int32Array.from(origin, ([table, frame]) => table.column[frame]!),
    category: Uint8Array.from(origin, ([table, frame]) => table.category[frame]!),
    packageName: origin.map(([table, frame]) => table.packageName[frame]!),
  };
  return { frames, maps };
}

/** Tables over the same append-only columns differ only in how much of them they know. */
function largest(tables: readonly FrameTable[]): FrameTable {
  return tables.reduce((one, other) => (other.length > one.length ? other : one));
}

function copyOf(frames: FrameTable): FrameTable {
  const { length } = frames;
  return {
    length,
    name: frames.name.slice(0, length),
    url: frames.url.slice(0, length),
    line: frames.line.slice(0, length),
    column: frames.column.slice(0, length),
    category: frames.category.slice(0, length),
    packageName: frames.packageName.slice(0, length),
  };
}
