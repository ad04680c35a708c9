/** What each child process prints about the snapshot it opened. */
export interface Row {
  name: string;
  count: number;
  /** Bytes. */
  shallow: number;
  retained: number;
}

export interface Opened {
  openMs: number;
  cpuMs: number;
  /** The process's highest resident set. */
  peakMb: number;
  nodes: number;
  edges: number;
  /** By retained size. */
  rows: Row[];
  /** Of a comparison: objects that the earlier one does not have. */
  newObjects?: number;
}
