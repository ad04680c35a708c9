/**
 * Does a growth go on? A cache grows until it is full, a JIT until all code is warm: then the later part is flat, or grows
 * ever more slowly, though the whole grew significantly. And what oscillates may happen to end high.
 */
import { trendOf, type Trend } from './trend';
import type { FloorPoint } from './types';

export interface Continuation {
  /**
   * `levelled-off`: the later part is flat, or slows down more and more. `freed`: it went up and came down again, and
   * nothing of the first half stayed. `unclear`: the later part is too noisy or too short to tell.
   */
  kind: 'goes-on' | 'levelled-off' | 'freed' | 'unclear';
  /** Of the later half of the time. */
  later: Trend;
  /** Of the stretch at the end that was found to be flat or slowing: that half, or less. */
  last: Trend;
}

/** A part of fewer points has no trend that could be significant: with four, the smallest possible p is 1/24. */
const fewestInPart = 4;
const significantInPart = 0.05;
/** Half of few points is seldom significant by itself: where it goes on like the whole, less will do. */
const significantWhenAlike = 0.25;
/** Growth is ending when the later half is at most this fast as the earlier … */
const slowed = 0.5;
/** … and within the later half its own second half is slower again by this much. */
const slowedAgain = 1 / 3;
/** A part this much slower than the whole no longer grows like it, whatever its significance. */
const nearlyFlat = 0.1;
/** Stretches at the end that may be flat by themselves: something that filled up late. */
const endShares = [1 / 3, 1 / 4, 1 / 5];
/** A stretch is flat beyond doubt when it has so many points and the upper end of its slope is below this share of the whole's. */
const fewestInEnd = 5;
const surelySlower = 0.5;
/** Growth in steps has flat stretches, too: only a flat end that is flatter than all before counts. */
const growingBefore = 0.25;

/** @param points of a significant upward trend, in time order, at most some hundred */
export function continuation(points: readonly FloorPoint[], whole: Trend = trendOf(points)): Continuation {
  const [earlierPart, laterPart] = halves(points);
  const earlier = trendOf(earlierPart);
  const later = trendOf(laterPart);
  if (whole.inflation > 1 && isFreedBetween(points, whole)) return { kind: 'freed', later, last: later };
  const isAlike = later.slope > slowed * whole.slope;
  const grows = later.slope > 0 && later.p < (isAlike ? significantWhenAlike : significantInPart);
  const isFlat = later.slope <= nearlyFlat * earlier.slope;
  if (!grows) {
    const isSlower = isFlat || (!isAlike && later.high < earlier.slope);
    return { kind: isSlower ? 'levelled-off' : 'unclear', later, last: later };
  }
  if (isFlat) return { kind: 'levelled-off', later, last: later };
  const end = flatEnd(points, whole);
  if (end) return { kind: 'levelled-off', later, last: end };
  const standstill = standsStillLately(points);
  if (standstill) return { kind: 'unclear', later, last: standstill };
  const [third, fourth] = halves(laterPart);
  const slowsDown =
    later.slope <= slowed * earlier.slope && meanSlope(fourth) < slowedAgain * meanSlope(third);
  return slowsDown
    ? { kind: 'levelled-off', later, last: trendOf(fourth) }
    : { kind: 'goes-on', later, last: later };
}

/** The trend of the end, when it alone is flat. */
function flatEnd(points: readonly FloorPoint[], whole: Trend): Trend | undefined {
  for (const share of endShares) {
    const end = trendOf(lastShare(points, share));
    const isFlat = end.slope <= nearlyFlat * whole.slope && end.high < surelySlower * whole.slope;
    if (end.points < fewestInEnd || !isFlat) continue;
    const lengthUs = (whole.endUs - whole.startUs) * share;
    if (growsInEveryStretchBefore(points, end.startUs, lengthUs, growingBefore * whole.slope)) return end;
  }
  return undefined;
}

/** An end of so few points says that the growth may be over, not that it is. */
const standstillPoints = [4, 3];
/** All of the end lies within this share of what the growth before would have added to it … */
const standstillRange = 0.25;
/** … and the points before lie much closer to their line than that: otherwise chance makes such ends. */
const noiseBelow = 0.25;

/** The trend of the last few points, when a steady growth before them has stopped. */
function standsStillLately(points: readonly FloorPoint[]): Trend | undefined {
  for (const count of standstillPoints) {
    const before = points.slice(0, points.length - count + 1);
    if (before.length < fewestInEnd) continue;
    const growth = trendOf(before);
    const end = trendOf(points.slice(-count));
    const lengthUs = end.endUs - end.startUs;
    const expected = growth.slope * lengthUs;
    if (rangeOf(points.slice(-count)) > standstillRange * expected) continue;
    if (noiseOf(before, growth) > noiseBelow * expected) continue;
    if (growsInEveryStretchBefore(points, end.startUs, lengthUs, growingBefore * growth.slope)) return end;
  }
  return undefined;
}

function rangeOf(points: readonly FloorPoint[]): number {
  const bytes = points.map((point) => point.bytes).sort((a, b) => a - b);
  return (bytes[bytes.length - 1] ?? 0) - (bytes[0] ?? 0);
}

/** Median distance from the line, bytes. */
function noiseOf(points: readonly FloorPoint[], { slope }: Trend): number {
  const median = (values: number[]): number =>
    values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  const residuals = points.map(({ tUs, bytes }) => bytes - slope * tUs);
  const middle = median([...residuals]);
  return median(residuals.map((value) => Math.abs(value - middle)));
}

function growsInEveryStretchBefore(
  points: readonly FloorPoint[],
  beforeUs: number,
  lengthUs: number,
  leastSlope: number,
): boolean {
  for (let endUs = beforeUs; endUs - lengthUs >= points[0]!.tUs; endUs -= lengthUs / 2) {
    const stretch = points.filter(({ tUs }) => tUs >= endUs - lengthUs && tUs <= endUs);
    if (meanSlope(stretch) < leastSlope) return false;
  }
  return true;
}

/** Of an up and down: at least this share of the range was given back at once, and less than that of the growth stayed from the first half. */
const givenBack = 0.5;
const stayed = 0.15;

function isFreedBetween(points: readonly FloorPoint[], whole: Trend): boolean {
  let highest = -Infinity;
  let lowest = Infinity;
  let mostFreed = 0;
  for (const { bytes } of points) {
    highest = Math.max(highest, bytes);
    lowest = Math.min(lowest, bytes);
    mostFreed = Math.max(mostFreed, highest - bytes);
  }
  if (mostFreed < givenBack * (highest - lowest)) return false;
  // The least that is still to come: what is held from there to the end.
  const middleUs = (whole.startUs + whole.endUs) / 2;
  let heldFromMiddle = Infinity;
  for (const { tUs, bytes } of points) if (tUs >= middleUs) heldFromMiddle = Math.min(heldFromMiddle, bytes);
  return heldFromMiddle - lowest < stayed * whole.growthBytes;
}

/** By time, but with at least `fewestInPart` points in the later one. */
function halves(points: readonly FloorPoint[]): [FloorPoint[], FloorPoint[]] {
  const later = lastShare(points, 1 / 2);
  // The point between belongs to both: what grew between the halves is not lost.
  return [points.slice(0, points.length - later.length + 1), later];
}

function lastShare(points: readonly FloorPoint[], share: number): FloorPoint[] {
  const startUs = points[0]?.tUs ?? 0;
  const endUs = points[points.length - 1]?.tUs ?? 0;
  const fromUs = endUs - (endUs - startUs) * share;
  const first = points.findIndex(({ tUs }) => tUs >= fromUs);
  return points.slice(Math.max(0, Math.min(first, points.length - fewestInPart)));
}

function meanSlope(points: readonly FloorPoint[]): number {
  const first = points[0];
  const last = points[points.length - 1];
  if (!first || !last || last.tUs <= first.tUs) return 0;
  return (last.bytes - first.bytes) / (last.tUs - first.tUs);
}
