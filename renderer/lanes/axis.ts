/** Round numbers for axes. */

/** Distances of ticks people read easily, µs. */
const timeSteps = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6, 10e6, 15e6,
  30e6, 60e6, 120e6, 300e6, 600e6, 900e6, 1800e6, 3600e6, 7200e6, 14400e6, 43200e6, 86400e6,
];

/** Instants of the ticks within a window and their distance, µs; no more than `most` of them. */
export function timeTicks(startUs: number, endUs: number, most: number): { stepUs: number; ticks: number[] } {
  const span = endUs - startUs;
  const stepUs = timeSteps.find((step) => span / step <= most) ?? span;
  const ticks: number[] = [];
  if (span <= 0) return { stepUs: 1, ticks };
  for (let at = Math.ceil(startUs / stepUs) * stepUs; at <= endUs; at += stepUs) ticks.push(at);
  return { stepUs, ticks };
}

/** The upper end of a value axis from 0: the next of 1, 1.5, 2, 3, 4, 5, 6, 8 × 10ⁿ. */
export function niceCeiling(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const digit =
    [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((candidate) => candidate * power >= value * (1 - 1e-9)) ?? 10;
  return digit * power;
}

const liveWindows = [10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 450, 600];

/** While recording the axis grows in steps, so that the picture stands still in between: the window's end, µs. */
export function liveWindowEnd(endUs: number): number {
  const seconds = endUs / 1e6;
  const listed = liveWindows.find((window) => seconds <= window);
  // From ten minutes on in steps of about a quarter.
  if (listed !== undefined) return listed * 1e6;
  const step = 150 * 2 ** Math.floor(Math.log2(seconds / 600));
  return Math.ceil(seconds / step) * step * 1e6;
}
