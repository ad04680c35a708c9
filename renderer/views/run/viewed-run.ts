import type { CallTree } from '../../../profiles/call-tree';
import type { FlameLayout } from '../../../profiles/flame-layout';
import type { AppError } from '../../../main/errors';
import type { Scope } from '../../explorer/types';
import type { RecordingModel } from '../../state/recording';
import type { AllocationsInRange } from './memory/use-allocations-in-range';
import type { Selection } from '../../state/selection';

/** A recording with what is selected in it: what every tab shows. */
export interface ViewedRun {
  /** Changes in place; `version` says that it did. */
  model: RecordingModel;
  version: number;
  selection: Selection;
  /** What to ask the explorer about (`useExplorer`); the same object as long as the selection is the same. */
  cpuScope: Scope;
  allocationScope: Scope;
  /** The answer for `cpuScope`: CPU time of the selected threads in the selected range, after all transforms. */
  cpuTree: CallTree | null;
  cpuVersion: number;
  /** `cpuTree` laid out left-heavy; null while the recording goes on. */
  cpuLayout: FlameLayout | null;
  /** Weight of the same threads and transforms without the range: what "percent of the run" refers to. */
  cpuRunWeight: number;
  /** When the newest sample in `cpuTree` was taken, µs since the run's start. */
  newestUs: number;
  /** Which part of the allocations the scope is about. */
  allocationsInRange: AllocationsInRange;
  /** Memory by allocating function of the selected threads: of the range where that is known. Asked for only by the Memory tab. */
  allocationTree: CallTree | null;
  allocationVersion: number;
  allocationLayout: FlameLayout | null;
  allocationRunWeight: number;
  /** The trees are of an earlier selection; the ones asked for are on their way. */
  pending: boolean;
  /** Why the trees asked for cannot be had. */
  error: AppError | null;
}
