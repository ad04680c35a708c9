/** Which box the arrow keys go to. */
import { boxAt, rowOfBox, type Picture } from './picture';

/** The box in a direction, or the same one when there is none. Inwards is down unless the picture grows up. */
export function neighbour(
  picture: Picture,
  from: number,
  to: 'up' | 'down' | 'left' | 'right',
  growUp: boolean,
): number {
  if (to === 'up' || to === 'down') {
    const outwards = growUp ? 'down' : 'up';
    const next = to === outwards ? picture.parentOf(from) : picture.calleeOf(from);
    return next >= 0 ? next : from;
  }
  const row = rowOfBox(picture, from);
  const next = from + (to === 'left' ? -1 : 1);
  const inRow = next >= (picture.rowStart[row] ?? 0) && next < (picture.rowStart[row + 1] ?? 0);
  return inRow ? next : from;
}

/** The outermost box at the left edge of what is in sight; -1 for an empty picture. */
export function firstInSight(picture: Picture, leftEdge: number): number {
  for (let row = 0; row < picture.rows; row++) {
    const at = boxAt(picture, row, leftEdge);
    if (at >= 0) return at;
    const start = picture.rowStart[row] ?? 0;
    if ((picture.rowStart[row + 1] ?? 0) > start) return start;
  }
  return -1;
}
