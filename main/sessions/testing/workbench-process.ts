/** Starts `recording-process.ts`. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { packageRoot } from '../../paths';
import { afterTest } from './samples';

export interface WorkbenchProcess {
  role: string;
  id: string;
  /** `kill -9`; resolves when it has ended. */
  kill(): Promise<void>;
}

const helloSchema = z.object({ role: z.string(), id: z.string().default('') });

export async function startWorkbench(folder: string, doing: 'record' | 'open'): Promise<WorkbenchProcess> {
  const script = path.join(import.meta.dirname, 'recording-process.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, folder, doing], {
    cwd: packageRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  afterTest(kill);
  const { role, id } = helloSchema.parse(JSON.parse(await firstLine(child)));
  return { role, id, kill };
}

async function firstLine(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) return line;
  throw new Error('the workbench process ended before it was ready');
}
