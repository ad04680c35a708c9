/** Contention for the CPU: threads that spin beside the target. They end with the workbench, also when it is killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import { AppError } from '../../errors';
import { faultHelperFile, helperEnv } from '../../paths';
import type { Acting } from './acting';

export interface Contention extends Acting {
  readonly pid: number;
  /** Whoever ended them. */
  readonly gone: Promise<unknown>;
}

/**
 * One process for all: the system shares its cores between threads, whichever process they are of, and dozens of processes
 * would keep the machine busy with their start, and the workbench with ending them, for many times as long as was asked for.
 * Resolves when all spin. Rejects with an AppError when they cannot be started; none is left then.
 */
export async function contend(spinners: number): Promise<Contention> {
  const child = spawn(process.execPath, [faultHelperFile, 'spin', String(spinners)], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: helperEnv(),
    cwd: '/',
    windowsHide: true,
  });
  child.stdin.on('error', () => undefined);
  let isOver = false;
  let isLost = false;
  const exit = once(child, 'exit').catch(() => undefined);
  child.once('exit', () => (isLost = !isOver));
  const gone = exit.then(() => 'gone' as const);
  // It says one byte when all spin.
  const spinning = once(child.stdout, 'data').then(
    () => 'spinning' as const,
    () => 'gone' as const,
  );
  if ((await Promise.race([spinning, gone])) === 'gone')
    throw new AppError('LOAD_FAILED', 'The spinning threads could not be started.');
  return {
    pid: child.pid!,
    gone,
    means: `${spinners === 1 ? 'one spinning thread' : `${spinners} spinning threads`} on ${os.availableParallelism()} cores`,
    async end() {
      const wasLost = isLost;
      isOver = true;
      child.kill('SIGKILL');
      await exit;
      if (wasLost) return { problem: 'The spinning threads were ended by somebody else.' };
    },
  };
}
