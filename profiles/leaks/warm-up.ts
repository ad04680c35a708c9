/** Which stretch of a run tells whether it leaks: after the warm-up, while it does the same thing all the time. */
import type { FloorPoint } from './types';

export interface Span {
  startUs: number;
  endUs: number;
}

export interface JudgedSpan extends Span {
  /** Judged while the load ran, so that growth per operation can be told. */
  underLoad: boolean;
}

/** Modules load, functions are compiled, pools fill: this share of the stretch is left out, within the limits below. */
const settlingShare = 0.15;
const leastSettlingUs = 2e6;
/** Of long runs no more than this; what goes on warming longer is for the level-off test to see. */
const mostSettlingUs = 120e6;
/** The stretch under load is judged alone when it has at least this share of the points. */
const shareUnderLoad = 0.25;

/**
 * After the load's end the floor falls or stays, and before its start it waits: neither says anything about leaking, so only
 * the stretch under load counts, unless the load was a small part of a long recording.
 * @param load as far as it has run; null without one
 * @param warmUpUs counted from the stretch's start; undefined: found from the stretch's length
 */
export function judgedSpan(
  points: readonly FloorPoint[],
  load: Span | null,
  warmUpUs: number | undefined,
): JudgedSpan {
  const first = points[0]?.tUs ?? 0;
  const last = points[points.length - 1]?.tUs ?? 0;
  const inLoad = load ? points.filter(({ tUs }) => tUs >= load.startUs && tUs <= load.endUs).length : 0;
  const underLoad = load !== null && inLoad > 0 && inLoad >= points.length * shareUnderLoad;
  const startUs = underLoad ? load.startUs : Math.min(first, last);
  const endUs = underLoad ? Math.min(load.endUs, last) : last;
  const settling = Math.max(leastSettlingUs, Math.min(mostSettlingUs, (endUs - startUs) * settlingShare));
  return { startUs: startUs + (warmUpUs ?? settling), endUs, underLoad };
}
