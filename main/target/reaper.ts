/** Our end of the reaper: the helper that ends targets when the workbench itself is killed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { helperEnv, reaperFile } from '../paths';

let reaper: ChildProcess | undefined;
let lastKey = 0;

function startReaper(): ChildProcess {
  const child = spawn(process.execPath, [reaperFile], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: helperEnv(),
    cwd: '/',
    windowsHide: true,
  });
  const forget = (): void => {
    if (reaper === child) reaper = undefined;
  };
  child.once('error', forget);
  child.once('exit', forget);
  child.stdin.on('error', forget);
  child.unref();
  // The pipe must not keep the workbench alive; the OS closes it when the workbench ends, however it ends.
  (child.stdin as unknown as { unref(): void }).unref();
  return child;
}

function tell(message: object): void {
  reaper ??= startReaper();
  reaper.stdin?.write(`${JSON.stringify(message)}\n`);
}

export interface Guard {
  /** Known only after the process was started. */
  setPid(pid: number): void;
  /** It has ended, or may live on. */
  release(): void;
}

/** From now on, everything of the target with this agent folder dies with the workbench. Call before starting it. */
export function guardTarget(folder: string): Guard {
  const key = ++lastKey;
  tell({ watch: key, folder });
  return {
    setPid: (pid) => tell({ watch: key, pid, group: process.platform !== 'win32' }),
    release: () => tell({ unwatch: key }),
  };
}

/** A helper process of ours that must not outlive the workbench (with its descendants). Returns what forgets it again. */
export function guardProcess(pid: number): () => void {
  const key = ++lastKey;
  tell({ watch: key, pid });
  return () => tell({ unwatch: key });
}
