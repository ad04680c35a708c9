/** Measured series and garbage collections as columns: whole, or reduced to what a picture and its numbers need. */

/**
 * What the points of a reduced series stand for: point i for the values after point i-1 up to and with its own. Sums and
 * means over points are then those over all values that were measured.
 */
export interface ExactColumns {
  /** How many values; those that are no numbers are not counted here nor below. */
  counts: number[];
  sums: number[];
  /** Sum of value × the µs it speaks for, which are those since the value before. */
  areas: number[];
  /** µs that those values speak for. */
  spansUs: number[];
}

/** A series as columns in time order; µs since the run's start. */
export interface ReducibleSeries {
  tUs: number[];
  values: number[];
  /** Absent: every point is one measured value. */
  exact?: ExactColumns;
}

/** Garbage collections of one kind and cause in one thread, in time order. */
export interface CollectionColumns {
  thread: string;
  gcKind: string;
  /** Caused by the profiler. */
  ours: boolean;
  /** When they began. Of a reduced one: when the longest of those that an entry stands for began. */
  tUs: number[];
  /** How long; of a reduced one: the longest. */
  durationMs: number[];
  /** Heap used before and after; NaN (in JSON null) where the runtime did not tell. */
  beforeBytes: number[];
  afterBytes: number[];
  /** Absent: every entry is one collection. */
  stands?: {
    counts: number[];
    /** All pauses together. */
    totalMs: number[];
    /** All that was freed, as far as the runtime told. */
    freedBytes: number[];
  };
}

/** Half-open: instants at `endUs` are outside. µs since the run's start. */
export interface SeriesWindow {
  startUs: number;
  endUs: number;
}
