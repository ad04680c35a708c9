/**
 * The flame chart: who was on the stack when. Threads lie one below the other; in each, a box is one call for as long as
 * the samples say that it was on the stack without a break.
 */
import type { FrameTable, Profile, TimeRange } from './types';

export interface ChartThread {
  key: string;
  title: string;
  profile: Profile;
}

export interface ChartTrack {
  key: string;
  title: string;
  /** Row of the thread's outermost frames. */
  firstRow: number;
  rows: number;
}

export interface ChartLayout {
  tracks: ChartTrack[];
  /** One table for all threads. */
  frames: FrameTable;
  startUs: number;
  endUs: number;
  rows: number;
  /** Boxes sorted by row, then by time. */
  length: number;
  /** Row r has the boxes `rowStart[r]` … `rowStart[r + 1]`. */
  rowStart: Int32Array;
  frame: Int32Array;
  x0Us: Float64Array;
  x1Us: Float64Array;
  /** Box one row further out that this one lies in; -1 for outermost ones. */
  parent: Int32Array;
}

export interface ChartOptions {
  range?: TimeRange | null;
  includeIdle?: boolean;
}

/** Lays out threads in order of time. Profiles without time have no chart and are left out. */
export function layoutChart(threads: readonly ChartThread[], options: ChartOptions = {}): ChartLayout {
  throw new Error(`not laid out yet: ${threads.length} ${JSON.stringify(options)}`);
}
