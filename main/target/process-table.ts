/** The typed side of `main/agent/process-table.cjs`, which the reaper shares. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { packageRoot } from '../paths';

export interface ProcessRow {
  pid: number;
  ppid: number;
  /** 0 where there are no process groups. */
  pgid: number;
  /** Tells a pid from a later process with the same number. */
  start: string;
  zombie: boolean;
}

interface ProcessTable {
  listProcesses: () => Promise<ProcessRow[]>;
  membersOf: (rows: ProcessRow[], of: { roots: number[]; groups?: number[]; folder?: string }) => number[];
  signal: (pid: number, name: NodeJS.Signals) => boolean;
  isAlive: (pid: number) => boolean;
}

// It ships unbuilt beside the agent, so it is loaded by path and not bundled.
const file = path.join(packageRoot, 'main', 'agent', 'process-table.cjs');
export const { listProcesses, membersOf, signal, isAlive } = createRequire(import.meta.url)(
  file,
) as ProcessTable;
