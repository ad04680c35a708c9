/**
 * The profile model: struct-of-arrays tables over typed arrays, append-only.
 * A live stream and a file are the same thing. Only the first `length` entries of a column are valid;
 * columns may have spare capacity.
 */

/** Where a frame's code comes from. The order is the numeric value kept in `FrameTable.category`. */
export const categories = [
  'app',
  'dependency',
  'node',
  'native',
  'gc',
  'program',
  'idle',
  'profiler',
  'root',
] as const;
export type Category = (typeof categories)[number];

export interface FrameTable {
  length: number;
  /** Function name as the runtime gave it; '' never occurs, anonymous functions are '(anonymous)'. */
  name: string[];
  /** Script URL or path; '' when there is none (builtins, GC, idle). */
  url: string[];
  /** 1-based; 0 = unknown. */
  line: Int32Array;
  /** 1-based; 0 = unknown. */
  column: Int32Array;
  /** Index into `categories`. */
  category: Uint8Array;
  /** npm package name for dependencies, '' otherwise. */
  packageName: string[];
}

/** The calling-context tree. Invariant: a node's parent has a smaller index (node 0 is the root, parent -1). */
export interface NodeTable {
  length: number;
  /** Index into the frame table. */
  frame: Int32Array;
  parent: Int32Array;
  /** 0 for the root. */
  depth: Int32Array;
}

/** Samples in time order. */
export interface SampleTable {
  length: number;
  node: Int32Array;
  /** µs since the origin (the run's start; for a foreign file, its first instant). */
  timeUs: Float64Array;
  /** What the sample stands for, in the profile's unit: for CPU the µs until the next sample. */
  weight: Float64Array;
}

/** `count`: what a foreign profile counted without saying how long or how big it was (samples of collapsed stacks, objects, contentions). */
export type ProfileUnit = 'microseconds' | 'bytes' | 'count';

export interface Profile {
  unit: ProfileUnit;
  frames: FrameTable;
  nodes: NodeTable;
  samples: SampleTable;
  /** First and last instant covered, µs since the origin. Both 0 for profiles without time (allocations). */
  startUs: number;
  endUs: number;
  /**
   * Samples per source line (V8 `positionTicks`): for node → (1-based line → number of ticks). Line 0: no line of the node's
   * file, for ticks of other code that a transform charged to the node.
   */
  lineTicks: Map<number, Map<number, number>>;
  /** Why V8 threw away optimised code of a node's function, in V8's words: node → reason. Absent when the file knows nothing of it. */
  deoptReasons?: Map<number, string>;
}

/** A half-open range of time, µs since the origin. */
export interface TimeRange {
  startUs: number;
  endUs: number;
}

/** What was appended to a profile since a cursor: plain arrays, so that it crosses any transport and journal. */
export interface ProfileDelta {
  unit: ProfileUnit;
  /** Index of the first frame, node and sample in this delta: it applies only to a profile of exactly that length. */
  firstFrame: number;
  firstNode: number;
  firstSample: number;
  frames: { name: string[]; url: string[]; line: number[]; column: number[] };
  nodes: { frame: number[]; parent: number[] };
  samples: { node: number[]; timeUs: number[]; weight: number[] };
  /** Triples [node, line, ticks], flattened; added to what is there. */
  lineTicks: number[];
  /** Pairs [node, reason] that became known; absent in deltas without any and in older ones. */
  deoptReasons?: [node: number, reason: string][];
  startUs: number;
  endUs: number;
}

/** Raw V8 CPU profile, as in `.cpuprofile` files and `Profiler.consoleProfileFinished`. Lines and columns are 0-based there. */
export interface V8CpuProfile {
  nodes: {
    id: number;
    callFrame: {
      functionName: string;
      scriptId: string;
      url: string;
      lineNumber: number;
      columnNumber: number;
    };
    hitCount?: number;
    children?: number[];
    /** The parent's id; written instead of `children` by some tools. */
    parent?: number;
    deoptReason?: string;
    positionTicks?: { line: number; ticks: number }[];
  }[];
  /** µs on the monotonic clock. */
  startTime: number;
  endTime: number;
  samples?: number[];
  timeDeltas?: number[];
}

/** Raw V8 sampling heap profile, as in `.heapprofile` files and `HeapProfiler.getSamplingProfile`. */
export interface V8HeapProfileNode {
  callFrame: {
    functionName: string;
    scriptId: string;
    url: string;
    lineNumber: number;
    columnNumber: number;
  };
  selfSize: number;
  id?: number;
  children: V8HeapProfileNode[];
}
export interface V8HeapProfile {
  head: V8HeapProfileNode;
  samples?: { size: number; nodeId: number; ordinal: number }[];
}
