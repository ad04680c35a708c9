/**
 * What a growth must show before it is called a leak while the recording still runs. A cache that fills up looks like a leak
 * until it is full, so a call made early is often taken back: it waits until the growth has gone on for long, as evenly as a
 * leak under steady load does, up to now.
 */
import { senSlope } from './sen-slope';
import type { Trend } from './trend';
import type { FloorPoint } from './types';

/** Of a load whose length is known: this share must have been judged. */
const shareOfLoad = 0.5;
const leastUs = 10e6;
/** What fills for longer than this is called meanwhile, and taken back when it levels off. */
const mostUs = 300e6;
/** Without a load nobody knows how long the recording will be. */
const unplannedUs = 30e6;
/** With fewer points a part of the span has too few. */
const fewestPoints = 6;
const parts = 3;
/** Every part of the span must grow at least so much of the whole's pace; the newest part more. */
const leastPace = 0.25;
const leastPaceNow = 0.5;
/** A single step of more than this share of the range is something that was loaded, and the slope's median does not mind it. */
const mostInOneStep = 0.5;

/** µs of growth after the warm-up to be seen before a leak is called. */
export function neededWhileRunningUs(plannedLoadUs: number | undefined): number {
  if (plannedLoadUs === undefined) return unplannedUs;
  return Math.max(leastUs, Math.min(mostUs, plannedLoadUs * shareOfLoad));
}

/**
 * @param points of a significant growth, warm-up left out, in time order
 * Returns why no leak can be called yet; null when it can.
 */
export function tooEarly(
  points: readonly FloorPoint[],
  whole: Trend,
  neededUs: number,
): 'short' | 'uneven' | null {
  if (points.length < fewestPoints || whole.endUs - whole.startUs < neededUs) return 'short';
  if (isOneStep(points)) return 'uneven';
  const lengthUs = (whole.endUs - whole.startUs) / parts;
  for (let part = 0; part < parts; part++) {
    const pace = part === parts - 1 ? leastPaceNow : leastPace;
    const fromUs = whole.startUs + part * lengthUs;
    if (slopeOf(stretch(points, fromUs, fromUs + lengthUs)) < pace * whole.slope) return 'uneven';
  }
  return null;
}

function isOneStep(points: readonly FloorPoint[]): boolean {
  let [least, most, step] = [Infinity, -Infinity, 0];
  for (const [at, { bytes }] of points.entries()) {
    least = Math.min(least, bytes);
    most = Math.max(most, bytes);
    step = Math.max(step, bytes - (points[at - 1]?.bytes ?? bytes));
  }
  return step > mostInOneStep * (most - least);
}

/** The points within, and the last one before: what grew up to the first of them belongs to the stretch. */
function stretch(points: readonly FloorPoint[], fromUs: number, toUs: number): readonly FloorPoint[] {
  const within = points.filter(({ tUs }) => tUs >= fromUs && tUs <= toUs);
  const before = points.findLast(({ tUs }) => tUs < fromUs);
  return before ? [before, ...within] : within;
}

/** Bytes per µs; a stretch without two points tells nothing and counts as flat. */
function slopeOf(points: readonly FloorPoint[]): number {
  if (points.length < 2) return 0;
  const times = points.map(({ tUs }) => tUs);
  return senSlope(
    times,
    points.map(({ bytes }) => bytes),
  ).slope;
}
