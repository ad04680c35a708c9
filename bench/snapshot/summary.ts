/** What each child process prints about the snapshot it opened. */
export interface Row {
  name: string;
  count: number;
  /** Bytes. */
  shallow: number;
  retained: number;
}

export interface Costs {
  /** Since the process began to open. */
  openMs: number;
  cpuMs: number;
  /** The process's highest resident set so far. */
  peakMb: number;
}

export interface Opened extends Costs {
  nodes: number;
  edges: number;
  /** By retained size. */
  rows: Row[];
  /** Of a comparison: when the earlier snapshot was open and summed up. */
  before?: Costs;
  /** Of a comparison: objects that the earlier one does not have. */
  newObjects?: number;
}
