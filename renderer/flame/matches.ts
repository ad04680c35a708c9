/** The boxes that a search found, one after the other: from left to right, the outer before the inner. */
import { matchFrames } from '../../profiles/search';
import type { FlameMatches } from './flame-search';
import type { Picture } from './picture';

export interface MatchPlace {
  position: number;
  /** 0-based number of the match. */
  index: number;
}

/** A search in one picture and how far somebody has walked through its matches. */
export class MatchWalk {
  /** Frame → 1 when it matches. */
  readonly frames: Uint8Array;
  /** A new object after every step. */
  matches: FlameMatches;
  private readonly picture: Picture;

  private constructor(picture: Picture, frames: Uint8Array) {
    this.picture = picture;
    this.frames = frames;
    this.matches = { ...countMatches(picture, frames), index: -1, share: picture.searchShare(frames) };
  }

  /** null when nothing is searched. */
  static of(picture: Picture | null, search: string): MatchWalk | null {
    if (!picture || search.trim() === '') return null;
    return new MatchWalk(picture, matchFrames(picture.frames, search));
  }

  /** To the next (or previous) match from a box; null when there is none. */
  step(current: number, step: 1 | -1): MatchPlace | null {
    const next = nextMatch(this.picture, this.frames, current, step);
    if (next) this.matches = { ...this.matches, index: next.index };
    return next;
  }
}

/** How many boxes match, and of how many functions. */
function countMatches(picture: Picture, found: Uint8Array): { count: number; functions: number } {
  const seen = new Uint8Array(found.length);
  let count = 0;
  let functions = 0;
  forEachMatch(picture, found, (position) => {
    count++;
    const frame = picture.frame[position]!;
    if (seen[frame] === 0) functions++;
    seen[frame] = 1;
  });
  return { count, functions };
}

/**
 * The match after (or with `step` -1 before) a box, round at the ends; the box need not be a match. `current` -1: the
 * first (or last) one. null when there is none. O(boxes).
 */
function nextMatch(picture: Picture, found: Uint8Array, current: number, step: 1 | -1): MatchPlace | null {
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
