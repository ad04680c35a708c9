/** Starting and ending the workbench's process. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';

/** How long the workbench may take to save and end its targets before a test calls it stuck. */
const endTimeoutMs = 120_000;

export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Asks politely; throws when the process had to be killed, for that is a bug. */
export async function endProcess(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (hasEnded(child)) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), endTimeoutMs);
  await exited;
  clearTimeout(timer);
  if (child.signalCode === 'SIGKILL' && signal !== 'SIGKILL')
    throw new Error(`the workbench did not end within ${endTimeoutMs} ms of ${signal}`);
}

/** Collects what a process prints; shown when a test cannot start it. */
export function collectOutput(child: ChildProcess): () => string {
  let output = '';
  const add = (chunk: unknown): void => {
    output = (output + String(chunk)).slice(-20_000);
  };
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  return () => output;
}

/** A dead process whose parent has not read its exit code still answers signals on Linux; it does not run. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || !/\) [ZX] /.test(readFileSync(stat, 'utf8'));
}
