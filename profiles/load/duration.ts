/** Lengths of time as people write them in scenarios and thresholds. */

const unitMs: Readonly<Record<string, number>> = {
  us: 0.001,
  µs: 0.001,
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
};
const part = /((?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?)\s*(us|µs|ms|s|min|m|h)/g;

/**
 * `500ms`, `10s`, `1m30s`, `1.5h` in ms; undefined when the text is none (a bare number is none: its unit is not known).
 */
export function durationMsOf(text: string): number | undefined {
  const trimmed = text.trim().toLowerCase();
  let at = 0;
  let parts = 0;
  let sumMs = 0;
  for (const match of trimmed.matchAll(part)) {
    if (trimmed.slice(at, match.index).trim() !== '') return undefined;
    sumMs += Number(match[1]) * unitMs[match[2]!]!;
    parts++;
    at = match.index + match[0].length;
  }
  if (parts === 0 || trimmed.slice(at).trim() !== '' || !Number.isFinite(sumMs)) return undefined;
  // 0.1 s + 0.2 s are 300 ms, not 300.00000000000006; what stands there in ms is taken as it is.
  return parts === 1 && trimmed.endsWith('ms') ? sumMs : Number(sumMs.toPrecision(12));
}

/** A text that `durationMsOf` reads as exactly this length, in the unit people would take: 90 000 is `1m30s`. */
export function durationText(durationMs: number): string {
  if (durationMs === 0) return '0s';
  for (const [unit, ms] of unitsToWrite)
    if (durationMs >= ms && durationMs % ms === 0) {
      const whole = durationMs / ms;
      return unit === 's' && whole > 60 ? `${Math.floor(whole / 60)}m${whole % 60}s` : `${whole}${unit}`;
    }
  return `${durationMs}ms`;
}

const unitsToWrite = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;
