/** Contention for the CPU: processes that spin beside the target. They end with the workbench, also when it is killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import { AppError } from '../../errors';
import { faultHelperFile, helperEnv } from '../../paths';
import type { Acting } from './acting';

export interface Contention extends Acting {
  readonly pids: number[];
}

/** Rejects with an AppError when the processes cannot be started; none is left then. */
export async function contend(processes: number): Promise<Contention> {
  const children = Array.from({ length: processes }, () =>
    spawn(process.execPath, [faultHelperFile, 'spin'], {
      stdio: ['pipe', 'ignore', 'ignore'],
      env: helperEnv(),
      cwd: '/',
      windowsHide: true,
    }),
  );
  for (const child of children) child.stdin.on('error', () => undefined);
  const exits = children.map((child) => once(child, 'exit').catch(() => undefined));
  let lost = 0;
  let isOver = false;
  for (const child of children)
    child.once('exit', () => {
      if (!isOver) lost++;
    });
  const end: Contention['end'] = async () => {
    isOver = true;
    for (const child of children) child.kill('SIGKILL');
    await Promise.all(exits);
    if (lost > 0)
      return { problem: `${lost} of ${processes} spinning processes were ended by somebody else.` };
  };
  try {
    await Promise.all(children.map((child) => once(child, 'spawn')));
  } catch (error) {
    for (const child of children) child.kill('SIGKILL');
    throw new AppError('LOAD_FAILED', 'The spinning processes could not be started.', { cause: error });
  }
  return {
    pids: children.map(({ pid }) => pid!),
    means: `${processes === 1 ? 'one spinning process' : `${processes} spinning processes`} on ${os.availableParallelism()} cores`,
    end,
  };
}
