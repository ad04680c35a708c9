/** Whose event loops are the program's, in a tree with npm, npx or a cluster's primary above it. */
import type { ProcessInfo } from '../../api';
import type { TargetThread } from '../../target/types';

/**
 * The main threads of processes that listen or have no Node process below them: not wrappers, which only wait.
 * @param processes those that are recorded @param listening pids that told an address
 */
export function programLoops(
  threads: Iterable<TargetThread>,
  processes: Iterable<ProcessInfo>,
  listening: ReadonlySet<number>,
): TargetThread[] {
  const parents = new Set<number>();
  for (const { ppid, endedUs } of processes) if (endedUs === undefined) parents.add(ppid);
  return [...threads].filter(
    ({ info }) => info.workerId === 0 && (listening.has(info.pid) || !parents.has(info.pid)),
  );
}
