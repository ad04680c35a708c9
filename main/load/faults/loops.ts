/** Whose event loops are the program's, in a tree with npm, npx or a cluster's primary above it. */
import type { ProcessInfo } from '../../api';
import type { TargetThread } from '../../target/types';

/**
 * Main threads of processes that listen and of their siblings (workers of a cluster share one address, which only one of them
 * tells); where nothing listens, of processes that have no recorded process below them: not wrappers, which only wait.
 * @param processes those that are recorded @param listening pids that told an address
 */
export function programLoops(
  threads: Iterable<TargetThread>,
  processes: Iterable<ProcessInfo>,
  listening: ReadonlySet<number>,
): TargetThread[] {
  const living = [...processes].filter(({ endedUs }) => endedUs === undefined);
  const serving = living.filter(({ pid }) => listening.has(pid));
  const parents = new Set(living.map(({ ppid }) => ppid));
  const servingParents = new Set(serving.map(({ ppid }) => ppid));
  const chosen = new Set(
    (serving.length > 0
      ? living.filter(({ pid, ppid }) => listening.has(pid) || servingParents.has(ppid))
      : living.filter(({ pid }) => !parents.has(pid))
    ).map(({ pid }) => pid),
  );
  return [...threads].filter(({ info }) => info.workerId === 0 && chosen.has(info.pid));
}
