/** The boxes that a search found, one after the other: from left to right, the outer before the inner. */
import type { Picture } from './picture';

export interface MatchPlace {
  position: number;
  /** 0-based number of the match. */
  index: number;
}

/** How many boxes match, and of how many functions. */
export function countMatches(picture: Picture, found: Uint8Array): { count: number; functions: number } {
  const functions = new Set<number>();
  let count = 0;
  forEachMatch(picture, found, (position) => {
    count++;
    functions.add(picture.frame[position]!);
  });
  return { count, functions: functions.size };
}

/**
 * The match after (or with `step` -1 before) a box, round at the ends; the box need not be a match. `current` -1: the
 * first (or last) one. null when there is none. O(boxes).
 */
export function nextMatch(
  picture: Picture,
  found: Uint8Array,
  current: number,
  step: 1 | -1,
): MatchPlace | null {
  const { x0 } = picture;
  // Equal left edges: the smaller position lies in the outer row.
  const isBefore = (one: number, other: number): boolean => {
    const left = x0[one]!;
    const right = x0[other]!;
    return left < right || (left === right && one < other);
  };
  let best = -1;
  let wrapped = -1;
  forEachMatch(picture, found, (position) => {
    const outermost = step === 1 ? isBefore(position, wrapped) : isBefore(wrapped, position);
    if (wrapped < 0 || outermost) wrapped = position;
    if (current < 0 || position === current) return;
    if (step === 1 ? !isBefore(current, position) : !isBefore(position, current)) return;
    if (best < 0 || (step === 1 ? isBefore(position, best) : isBefore(best, position))) best = position;
  });
  const position = best >= 0 ? best : wrapped;
  if (position < 0) return null;
  let index = 0;
  forEachMatch(picture, found, (other) => {
    if (isBefore(other, position)) index++;
  });
  return { position, index };
}

function forEachMatch(picture: Picture, found: Uint8Array, visit: (position: number) => void): void {
  const { frame, rowStart, rows } = picture;
  for (let position = rowStart[0] ?? 0; position < (rowStart[rows] ?? 0); position++)
    if (found[frame[position]!] === 1 && !picture.isRoot(position)) visit(position);
}
