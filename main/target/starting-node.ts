/** A Node that has only just been started and has not loaded the agent yet. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { commandLineOfPid } from './inspector-finder';

/**
 * Whether one of the processes, none of which has shown itself yet, is a Node that will load the agent of that folder. Linux
 * only; elsewhere none is known to be.
 */
export function hasStartingNode(pids: number[], agentFolder: string): boolean {
  return pids.some(
    (pid) =>
      /^node(js)?$/.test(path.basename(commandLineOfPid(pid)[0] ?? '')) && willLoadAgent(pid, agentFolder),
  );
}

/** One that was started without our environment never shows itself. */
function willLoadAgent(pid: number, agentFolder: string): boolean {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
    return (
      environment.includes(`SCORCHMARK_DIR=${agentFolder}`) &&
      environment.some((entry) => entry.startsWith('NODE_OPTIONS=') && entry.includes('agent.cjs'))
    );
  } catch {
    return false;
  }
}
