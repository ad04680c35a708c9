/**
 * Where a percentile curve lies: to the right by nines (90 %, 99 %, 99.9 %, … each the same way further), so that the rare slow
 * answers have as much room as the many quick ones. Fractions of the plot's width and height; pure.
 */

/** One point of a curve: the share of requests (0..1) that took at most so long. */
export interface CurvePoint {
  share: number;
  ms: number;
}

/** Fractions: x from the left, y from the bottom. */
export interface PlacedPoint {
  x: number;
  y: number;
}

export type CurveScale = 'linear' | 'log';

export interface CurveLayout {
  /** How many nines the plot is wide. */
  widthNines: number;
  scale: CurveScale;
  /** Values at the bottom and at the top. */
  lowMs: number;
  highMs: number;
  xTicks: { x: number; share: number; label: string }[];
  yTicks: { y: number; ms: number }[];
  lines: PlacedPoint[][];
}

/** How many nines a share is: 0.9 → 1, 0.99 → 2, 0.5 → 0.3; a share of 1 has no end. */
export function ninesOf(share: number): number {
  if (share <= 0) return 0;
  return share >= 1 ? Number.POSITIVE_INFINITY : -Math.log10(1 - share);
}

/** The share at so many nines. */
export function shareOf(nines: number): number {
  return 1 - 10 ** -nines;
}

/** Lays out curves over the same axes; null when none of them has a point. */
export function layOutCurves(
  curves: readonly (readonly CurvePoint[])[],
  scale: CurveScale = 'linear',
): CurveLayout | null {
  let farthest = 1;
  let highest = 0;
  let lowest = Number.POSITIVE_INFINITY;
  for (const curve of curves)
    for (const { share, ms } of curve) {
      const nines = ninesOf(share);
      if (Number.isFinite(nines) && nines > farthest) farthest = nines;
      if (ms > highest) highest = ms;
      if (ms > 0 && ms < lowest) lowest = ms;
    }
  if (highest === 0) return null;
  // The slowest of all stands at the right edge, a little beyond the last share that is one.
  const widthNines = farthest + 0.25;
  const lowMs = scale === 'log' ? powerBelow(Math.min(lowest, highest)) : 0;
  const highMs = scale === 'log' ? roundUp(highest) : roundUp(highest * 1.02);
  const y = (ms: number): number => {
    if (scale === 'linear') return ms / highMs;
    return Math.max(0, Math.log(Math.max(ms, lowMs) / lowMs) / Math.log(highMs / lowMs));
  };
  const x = (share: number): number => Math.min(1, ninesOf(share) / widthNines);
  return {
    widthNines,
    scale,
    lowMs,
    highMs,
    xTicks: [0, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 0.99999, 0.999999]
      .filter((share) => x(share) < 1)
      .map((share) => ({ x: x(share), share, label: percentLabel(share) })),
    yTicks: (scale === 'log' ? logTicks(lowMs, highMs) : linearTicks(highMs)).map((ms) => ({ y: y(ms), ms })),
    lines: curves.map((curve) => curve.map(({ share, ms }) => ({ x: x(share), y: y(ms) }))),
  };
}

/** The value of a curve at a share: the first point that reaches it; null beyond the curve. */
export function valueAt(curve: readonly CurvePoint[], share: number): number | null {
  return curve.find((point) => point.share >= share - 1e-12)?.ms ?? null;
}

/** `50 %`, `99.9 %`. */
export function percentLabel(share: number): string {
  return `${Number((share * 100).toFixed(6))}\u202F%`;
}

/** Round values from below `lowMs` to above `highMs`, as many as a person can read. */
export function logTicks(lowMs: number, highMs: number): number[] {
  const decades = Math.log10(highMs / lowMs);
  const steps = decades > 4 ? [1] : decades > 1.5 ? [1, 3] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(lowMs) + 1e-9); 10 ** power <= highMs * 1.0001; power++)
    for (const step of steps) {
      const ms = step * 10 ** power;
      if (ms >= lowMs * 0.9999 && ms <= highMs * 1.0001) ticks.push(Number(ms.toPrecision(3)));
    }
  return ticks;
}

/** Round values from 0 to `high`, about five. */
export function linearTicks(high: number): number[] {
  const raw = high / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 2.5, 5, 10].find((each) => each * power >= raw * 0.999) ?? 10) * power;
  const ticks: number[] = [];
  for (let index = 0; index * step <= high * 1.0001; index++)
    ticks.push(Number((index * step).toPrecision(6)));
  return ticks;
}

function powerBelow(ms: number): number {
  return 10 ** Math.floor(Math.log10(ms) + 1e-9);
}

/** The next round number; of values above 0. */
export function roundUp(ms: number): number {
  const power = 10 ** Math.floor(Math.log10(ms));
  return Number(
    (
      ([1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((each) => each * power >= ms * (1 - 1e-9)) ?? 10) * power
    ).toPrecision(6),
  );
}
