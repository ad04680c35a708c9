/** The line through the floor of a heap, and the room for it on a chart. Pure. */

/** A straight line: bytes at an instant. */
export interface TrendLine {
  startUs: number;
  endUs: number;
  at: (tUs: number) => number;
}

const usPerHour = 3_600_000_000;

/**
 * The line of a Theil-Sen slope: its intercept is the median of what the slope leaves of each point (Conover 1980), over the
 * points from `startUs` to `endUs`. Null without points.
 */
export function trendLine(
  tUs: readonly number[],
  bytes: readonly number[],
  window: { startUs: number; endUs: number },
  slopeBytesPerHour: number,
): TrendLine | null {
  const slope = slopeBytesPerHour / usPerHour;
  const rests: number[] = [];
  for (let index = 0; index < tUs.length; index++) {
    const at = tUs[index]!;
    if (at >= window.startUs && at <= window.endUs) rests.push(bytes[index]! - slope * at);
  }
  if (rests.length === 0) return null;
  rests.sort((a, b) => a - b);
  const middle = rests.length >>> 1;
  const intercept = rests.length % 2 === 1 ? rests[middle]! : (rests[middle - 1]! + rests[middle]!) / 2;
  return { ...window, at: (at) => intercept + slope * at };
}

/** Bounds of a chart of bytes: from 0 when the values come near it, else with a little room, so that small growth is seen. */
export function byteBounds(lowest: number, highest: number): { low: number; high: number } {
  const room = Math.max((highest - lowest) * 0.12, highest * 0.01, 1);
  const low = lowest < 0.4 * highest ? 0 : Math.max(0, lowest - room);
  return { low, high: highest + room };
}

/** At most `most` round values between the bounds. */
export function byteTicks(low: number, high: number, most: number): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough) ?? rough;
  const ticks: number[] = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high; tick += step) ticks.push(tick);
  return ticks;
}
