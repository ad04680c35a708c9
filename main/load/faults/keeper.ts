/** Our end of the helper that undoes faults when the workbench itself is killed (main/agent/fault-helper.cjs). */
import { spawn, type ChildProcess } from 'node:child_process';
import { faultHelperFile, helperEnv } from '../../paths';

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

let keeper: ChildProcess | undefined;
let lastKey = 0;

function startKeeper(): ChildProcess {
  const child = spawn(process.execPath, [faultHelperFile, 'keep'], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: helperEnv(),
    cwd: '/',
    windowsHide: true,
  });
  const forget = (): void => {
    if (keeper === child) keeper = undefined;
  };
  child.once('error', forget);
  child.once('exit', forget);
  child.stdin.on('error', forget);
  child.unref();
  // The pipe must not keep the workbench alive; the system closes it when the workbench ends, however it ends.
  (child.stdin as unknown as { unref(): void }).unref();
  return child;
}

function tell(message: object): void {
  keeper ??= startKeeper();
  keeper.stdin?.write(`${JSON.stringify(message)}\n`);
}

/** From now on this is undone when the workbench ends. Call before doing it. Returns what forgets it again. */
export function keepUndo(undo: Undo): () => void {
  const key = ++lastKey;
  tell({ keep: key, ...undo });
  return () => tell({ drop: key });
}
