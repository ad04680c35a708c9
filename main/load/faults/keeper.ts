/** Our end of the helper that undoes faults when the workbench itself is killed (main/agent/fault-helper.cjs). */
import { faultHelperFile } from '../../paths';
import { WatchingProcess } from '../../target/watching-process';

/** Tells a pid from a later process with the same number. */
export interface KeptProcess {
  pid: number;
  start: string;
}

export interface Undo {
  /** Let go on (SIGCONT) or, with `limits`, given this soft limit of data again. */
  processes?: KeptProcess[];
  limits?: string;
  /** A control group of ours, to be emptied and removed. */
  group?: { folder: string; limitFile: string; unlimited: string; backTo: string };
}

const keeper = new WatchingProcess(faultHelperFile, 'keep');
let lastKey = 0;

/** From now on this is undone when the workbench ends. Call before doing it. Returns what forgets it again. */
export function keepUndo(undo: Undo): () => void {
  const key = ++lastKey;
  keeper.tell({ keep: key, ...undo });
  return () => keeper.tell({ drop: key });
}
