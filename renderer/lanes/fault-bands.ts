/** Faults that were made on purpose, as stretches of the timeline. Pure. */
import type { Mark } from '../../main/api';

export interface FaultBand {
  faultId: string;
  faultKind: string;
  text: string;
  startUs: number;
  endUs: number;
  /** It has not ended yet. */
  lasts: boolean;
}

/** A fault is told when it begins, and again with its length when it has ended: one band each, in the order they began. */
export function faultBands(marks: readonly Mark[], endUs: number): FaultBand[] {
  const bands = new Map<string, FaultBand>();
  for (const mark of marks) {
    if (mark.kind !== 'fault') continue;
    const { faultId, faultKind, text, tUs, durationMs } = mark;
    const lasts = durationMs === undefined;
    if (lasts && bands.has(faultId)) continue;
    bands.set(faultId, {
      faultId,
      faultKind,
      text,
      startUs: tUs,
      endUs: lasts ? Math.max(tUs, endUs) : tUs + durationMs * 1000,
      lasts,
    });
  }
  return [...bands.values()].sort((a, b) => a.startUs - b.startUs);
}
