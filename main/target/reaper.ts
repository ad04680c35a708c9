/** Our end of the reaper: the helper that ends targets when the workbench itself is killed. */
import { reaperFile } from '../paths';
import { WatchingProcess } from './watching-process';

const reaper = new WatchingProcess(reaperFile);
let lastKey = 0;

export interface Guard {
  /** Known only after the process was started. */
  setPid(pid: number): void;
  /** It has ended, or may live on. */
  release(): void;
}

/** From now on, everything of the target with this agent folder dies with the workbench. Call before starting it. */
export function guardTarget(folder: string): Guard {
  const key = ++lastKey;
  reaper.tell({ watch: key, folder });
  return {
    setPid: (pid) => reaper.tell({ watch: key, pid, group: process.platform !== 'win32' }),
    release: () => reaper.tell({ unwatch: key }),
  };
}

/** A helper process of ours that must not outlive the workbench (with its descendants). Returns what forgets it again. */
export function guardProcess(pid: number): () => void {
  const key = ++lastKey;
  reaper.tell({ watch: key, pid });
  return () => reaper.tell({ unwatch: key });
}
