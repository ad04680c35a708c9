import type { CallTree } from '../../../../profiles/call-tree';
import type { FlameLayout } from '../../../../profiles/flame-layout';
import type { ProfileUnit } from '../../../../profiles/types';
import type { ProfileFacts, Scope } from '../../../explorer/types';
import type { ThreadKey } from '../../../../main/api';
import type { ViewedRun } from '../viewed-run';

/** What the views of one kind of profile show. */
export interface ViewData {
  source: Scope['source'];
  scope: Scope;
  tree: CallTree | null;
  version: number;
  layout: FlameLayout | null;
  runWeight: number;
  /** What 100 % is, in the tree's unit. */
  wholeWeight: number;
  unit: ProfileUnit;
  /** Profiles of this kind that the recording has. */
  profiles: ReadonlyMap<ThreadKey, ProfileFacts>;
}

export function viewDataOf(run: ViewedRun, source: Scope['source']): ViewData {
  const cpu = source === 'cpu';
  const tree = cpu ? run.cpuTree : run.allocationTree;
  const runWeight = cpu ? run.cpuRunWeight : run.allocationRunWeight;
  const ofRun = run.selection.percentOf === 'run' && runWeight > 0;
  return {
    source,
    scope: cpu ? run.cpuScope : run.allocationScope,
    tree,
    version: cpu ? run.cpuVersion : run.allocationVersion,
    layout: cpu ? run.cpuLayout : run.allocationLayout,
    runWeight,
    wholeWeight: ofRun ? runWeight : (tree?.totalWeight ?? 0),
    unit: tree?.unit ?? (cpu ? 'microseconds' : 'bytes'),
    profiles: cpu ? run.model.cpu : run.model.allocations,
  };
}
