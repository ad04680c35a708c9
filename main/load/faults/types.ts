/** A fault as it happened. */
import type { Fault } from '../../scenario';

export interface HappenedFault {
  id: string;
  fault: Fault;
  /** In words. */
  text: string;
  byHand: boolean;
  /** µs since the run's start. */
  startedUs: number;
  /** Absent while it lasts. Of kill: when it was started again. */
  endedUs?: number;
  means?: string;
  problem?: string;
}
