/** Faults as they happened, and what was measured around them. */
import type { FaultReport, LoadSecond } from '../../api';
import type { Fault } from '../../scenario';
import type { FineWindow } from './fine-windows';
import type { LoadAmount } from './load-amount';

export interface HappenedFault {
  id: string;
  fault: Fault;
  /** In words. */
  text: string;
  byHand: boolean;
  /** µs since the run's start. */
  startedUs: number;
  /** Preparing it, which others feel as well, began then: the time before it ends there. */
  preparedFromUs?: number;
  /** Absent while it lasts. Of kill: when it was started again. Equal to `startedUs`: it never acted. */
  endedUs?: number;
  means?: string;
  problem?: string;
  /** The target ended by itself then, while it lasted or before anything else was broken: nothing is left to recover. */
  goneUs?: number;
}

/** Times are µs since the run's start. */
export interface FaultEvidence {
  faults: readonly HappenedFault[];
  /** All that are kept, in order. */
  seconds: readonly LoadSecond[];
  /** Those around the faults, in order; empty ones are left out. */
  windows: readonly FineWindow[];
  startedUs: number;
  endedUs: number;
  /** Counting began; absent: at the start. */
  countedFromUs?: number;
  /** Absent: the same all the time, as far as anybody knows. */
  amount?: LoadAmount;
}

/** Makes the reports of a load's faults: main/analysis/faults.ts. */
export type ReportFaults = (evidence: FaultEvidence) => FaultReport[];
