import { useRef } from 'react';
import type { ViewedRun } from './viewed-run';

/** Words, totals and tables need not change four times a second: while data arrives, what was shown up to a second ago. */
export function useSlowed(run: ViewedRun): ViewedRun {
  const last = useRef({ run, atMs: -Infinity });
  const before = last.current.run;
  const sameQuestion =
    before.model === run.model &&
    before.cpuScope === run.cpuScope &&
    before.allocationScope === run.allocationScope &&
    before.selection.tab === run.selection.tab &&
    before.selection.percentOf === run.selection.percentOf &&
    before.pending === run.pending;
  const now = performance.now();
  if (!run.model.live || !sameQuestion || now - last.current.atMs >= 1000) last.current = { run, atMs: now };
  return last.current.run;
}
