/**
 * Successive profiles of V8's sampling heap profiler, kept so that a range of time can be asked about: what was allocated in
 * it and was still alive at its end.
 *
 * That is no difference of two sums. V8 numbers its samples in the order in which they were taken (`samples[].ordinal`,
 * https://chromedevtools.github.io/devtools-protocol/v8/HeapProfiler/#type-SamplingHeapProfileSample), and a profile lists
 * those that are alive: the ones above the last number of an earlier profile were allocated after it. So nothing is ever
 * negative, and what was freed inside the range is simply not there.
 */
import { ProfileBuilder, type ProfileCursor } from '../builder';
import type { ProfileDelta, V8HeapProfile, V8HeapProfileNode } from '../types';

/** `alive`: not collected when the profile was read; `all`: also what is garbage by now. */
export type AllocationKind = 'alive' | 'all';

/** A profile was read: what is needed of it, as a line of a file. */
export interface AllocationRead {
  tUs: number;
  /** Since when V8 samples, µs. */
  sinceUs: number;
  kind: AllocationKind;
  /** Call paths that were not known before. */
  delta: ProfileDelta | null;
  /** Bytes (scaled by V8) by node and by the read, counted from 0, before which they were allocated: columns. */
  node: number[];
  born: number[];
  bytes: number[];
}

/** What was allocated between two reads; both are µs since the run's start. */
export interface AllocatedBetween {
  fromUs: number;
  toUs: number;
  kind: AllocationKind;
  profile: V8HeapProfile;
}

/** More than these are thinned, from the beginning of the run to its end. */
export const mostReads = 200;

/** The profiles of one thread. Grows by `add` (V8's own) or by `apply` (lines of a file). */
export class AllocationHistory {
  private readonly builder = new ProfileBuilder('bytes');
  private readonly cursor: ProfileCursor;
  private readonly reads: Omit<AllocationRead, 'delta'>[] = [];
  /** The newest sample's number at each read. */
  private readonly lastOrdinals: number[] = [];

  constructor() {
    this.cursor = this.builder.newCursor();
  }

  /** Null as long as nothing was read. */
  get sampling(): { kind: AllocationKind; sinceUs: number } | null {
    const first = this.reads[0];
    return first ? { kind: first.kind, sinceUs: first.sinceUs } : null;
  }

  /** When profiles were read, µs. */
  get timesUs(): number[] {
    return this.reads.map(({ tUs }) => tUs);
  }

  /**
   * Takes in a profile as V8 gave it (`all`: of the time since the last read only) and returns it as a line.
   * @param sinceUs since when V8 samples
   */
  add(profile: V8HeapProfile, tUs: number, sinceUs: number, kind: AllocationKind): AllocationRead {
    const index = this.reads.length;
    const read: AllocationRead = { tUs, sinceUs, kind, delta: null, node: [], born: [], bytes: [] };
    const byNode = kind === 'alive' ? this.birthsByNode(profile, index) : null;
    const open: { source: V8HeapProfileNode; parent: number }[] = [{ source: profile.head, parent: -1 }];
    for (let entry = open.pop(); entry; entry = open.pop()) {
      const { source, parent } = entry;
      const { functionName, url, lineNumber, columnNumber } = source.callFrame;
      const node =
        parent === -1
          ? 0
          : this.builder.addChild(
              parent,
              this.builder.addFrame(functionName, url, lineNumber + 1, columnNumber + 1),
            );
      if (source.selfSize > 0) pushBirths(read, node, source.selfSize, byNode?.get(source.id ?? -1), index);
      for (const child of source.children) open.push({ source: child, parent: node });
    }
    read.delta = this.builder.takeDelta(this.cursor);
    this.keep(read);
    return read;
  }

  /** @throws ProfileFormatError when the line does not continue what is here */
  apply(read: AllocationRead): void {
    if (read.delta) this.builder.applyDelta(read.delta);
    this.keep(read);
  }

  /**
   * What was allocated between the reads nearest to the range's ends (the beginning of the sampling counts as one) and, of
   * the kind `alive`, lived when the later one was read. Null when both ends are nearest to the same one.
   */
  between(startUs: number, endUs: number): AllocatedBetween | null {
    const first = this.reads[0];
    if (!first) return null;
    const times = [first.sinceUs, ...this.timesUs];
    const { from, to } = nearestReads(times, startUs, endUs);
    const last = this.reads[to - 1];
    if (from >= to || !last) return null;
    const sums = new Map<number, number>();
    // Garbage is in the read of its own time only; what is alive is in each read from then on.
    const of = last.kind === 'all' ? this.reads.slice(from, to) : [last];
    for (const { node, born, bytes } of of)
      for (let i = 0; i < node.length; i++)
        if (born[i]! >= from) sums.set(node[i]!, (sums.get(node[i]!) ?? 0) + bytes[i]!);
    return { fromUs: times[from]!, toUs: times[to]!, kind: last.kind, profile: this.profileOf(sums) };
  }

  private keep({ delta: _delta, ...read }: AllocationRead): void {
    this.reads.push(read);
    if (this.reads.length > mostReads) this.thin();
  }

  /**
   * Every second of the older half goes: births move on to the next read that is left. The newest are kept, so that
   * short ranges near the end stay exact.
   */
  private thin(): void {
    const until = this.reads.length >> 1;
    const isKept = (index: number): boolean => index >= until || index % 2 === 1;
    const renumbered = new Int32Array(this.reads.length);
    let kept = 0;
    for (let i = 0; i < this.reads.length; i++) {
      renumbered[i] = kept;
      if (isKept(i)) kept++;
    }
    const dropped = this.reads.filter((_, i) => !isKept(i));
    const left = this.reads.filter((_, i) => isKept(i));
    for (const read of left) read.born = read.born.map((born) => renumbered[born]!);
    for (const read of dropped)
      if (read.kind === 'all') {
        // Its garbage is nowhere else: it joins the next one's.
        const next = left.find(({ tUs }) => tUs >= read.tUs);
        if (!next) continue;
        next.node = next.node.concat(read.node);
        next.bytes = next.bytes.concat(read.bytes);
        next.born = next.born.concat(read.born.map((born) => renumbered[born]!));
      }
    const ordinals = this.lastOrdinals.filter((_, i) => isKept(i));
    this.lastOrdinals.splice(0, this.lastOrdinals.length, ...ordinals);
    this.reads.splice(0, this.reads.length, ...left);
  }

  /** Sampled bytes by V8's node and birth. */
  private birthsByNode(profile: V8HeapProfile, index: number): Map<number, Map<number, number>> {
    const byNode = new Map<number, Map<number, number>>();
    let newest = this.lastOrdinals[index - 1] ?? 0;
    for (const { nodeId, size, ordinal } of profile.samples ?? []) {
      const born = Math.min(index, firstAtLeast(this.lastOrdinals, ordinal));
      let births = byNode.get(nodeId);
      if (!births) byNode.set(nodeId, (births = new Map<number, number>()));
      births.set(born, (births.get(born) ?? 0) + size);
      if (ordinal > newest) newest = ordinal;
    }
    this.lastOrdinals.push(newest);
    return byNode;
  }

  private profileOf(sums: ReadonlyMap<number, number>): V8HeapProfile {
    const { nodes, frames } = this.builder.profile;
    const wanted = new Uint8Array(nodes.length);
    wanted[0] = 1;
    for (const node of sums.keys())
      for (let at = node; at !== -1 && wanted[at] === 0; at = nodes.parent[at]!) wanted[at] = 1;
    const made = new Map<number, V8HeapProfileNode>();
    for (let node = 0; node < nodes.length; node++) {
      if (wanted[node] === 0) continue;
      const frame = nodes.frame[node]!;
      const one: V8HeapProfileNode = {
        callFrame: {
          functionName: frames.name[frame]!,
          scriptId: '0',
          url: frames.url[frame]!,
          lineNumber: frames.line[frame]! - 1,
          columnNumber: frames.column[frame]! - 1,
        },
        selfSize: Math.round(sums.get(node) ?? 0),
        id: node + 1,
        children: [],
      };
      made.set(node, one);
      // Parents come before their children.
      made.get(nodes.parent[node]!)?.children.push(one);
    }
    return { head: made.get(0)! };
  }
}

/**
 * V8 scales a node's size as a whole, its samples one by one and rounded, so that large objects differ: the node's size is
 * what counts, shared out as the samples say.
 */
function pushBirths(
  read: AllocationRead,
  node: number,
  selfSize: number,
  births: ReadonlyMap<number, number> | undefined,
  index: number,
): void {
  let sampled = 0;
  for (const size of births?.values() ?? []) sampled += size;
  const shares: Iterable<readonly [number, number]> = births && sampled > 0 ? births : [[index, selfSize]];
  const whole = births && sampled > 0 ? sampled : selfSize;
  for (const [born, size] of shares) {
    read.node.push(node);
    read.born.push(born);
    read.bytes.push(Math.round((selfSize * size) / whole));
  }
}

/** Index of the first value that is at least `wanted`; the length when there is none. */
function firstAtLeast(ascending: readonly number[], wanted: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Places of the reads nearest to a range's ends: ranges with the same two have the same answer.
 * @param times when sampling began, then when profiles were read, ascending; µs
 */
export function nearestReads(
  times: readonly number[],
  startUs: number,
  endUs: number,
): { from: number; to: number } {
  return { from: nearest(times, startUs), to: nearest(times, endUs) };
}

function nearest(ascending: readonly number[], tUs: number): number {
  const after = firstAtLeast(ascending, tUs);
  if (after === 0) return 0;
  if (after === ascending.length) return after - 1;
  return ascending[after]! - tUs < tUs - ascending[after - 1]! ? after : after - 1;
}
