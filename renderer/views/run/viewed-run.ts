import type { CallTree } from '../../../profiles/call-tree';
import type { RecordingModel } from '../../state/recording';
import type { Selection } from '../../state/selection';

/** A recording with what is selected in it: what every tab shows. */
export interface ViewedRun {
  /** Changes in place; `version` says that it did. */
  model: RecordingModel;
  version: number;
  selection: Selection;
  /** CPU time of the selected threads in the selected range, without idle. */
  cpuTree: CallTree | null;
  cpuVersion: number;
  /** When the newest sample in `cpuTree` was taken, µs since the run's start. */
  newestUs: number;
  /** Live memory by allocating function of the selected threads; always of the whole run. */
  allocationTree: CallTree | null;
  allocationVersion: number;
}
