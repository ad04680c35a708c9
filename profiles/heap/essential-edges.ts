/**
 * Which references hold an object, as far as dominators and retained sizes go. The convention is that of Chrome DevTools
 * (front_end/entrypoints/heap_snapshot_worker/HeapSnapshot.ts) and of memlab, so that numbers are those people know:
 * - `weak` references hold nothing;
 * - `shortcut` references are V8's own summaries of longer ways (a bound function's target, say), so they do not hold, except
 *   from the root, where they mark the global objects;
 * - an object does not hold itself.
 */
import type { HeapSnapshot } from './types';

/** @returns a table by edge type: 0 never holds, 1 always does, 2 only from the root */
export function holdingTypes({ edgeTypes }: Pick<HeapSnapshot, 'edgeTypes'>): Uint8Array {
  const holding = new Uint8Array(256);
  edgeTypes.forEach((name, type) => {
    holding[type] = name === 'weak' ? 0 : name === 'shortcut' ? 2 : 1;
  });
  return holding;
}
