/** What the source view shows beside each line. Pure. */
import type { LineTotals } from '../../profiles/lines';

export interface LineHeat {
  /** In the profile's unit. */
  self: number;
  ticks: number;
  /** Of the hottest line, 0..1. */
  heat: number;
  /** Of everything in the file whose line is known, 0..1. */
  share: number;
}

/** By 1-based line. Lines without a known cost are not in it. */
export function lineHeat({ line, self, ticks }: LineTotals): Map<number, LineHeat> {
  let most = 0;
  let sum = 0;
  for (const value of self) {
    most = Math.max(most, value);
    sum += value;
  }
  const lines = new Map<number, LineHeat>();
  for (let i = 0; i < line.length; i++) {
    const value = self[i]!;
    if (line[i]! <= 0 || (value === 0 && ticks[i] === 0)) continue;
    lines.set(line[i]!, {
      self: value,
      ticks: ticks[i]!,
      heat: most > 0 ? value / most : 0,
      share: sum > 0 ? value / sum : 0,
    });
  }
  return lines;
}

/** The costliest lines in [first, last], costliest first. */
export function hottestLines(
  lines: ReadonlyMap<number, LineHeat>,
  first: number,
  last: number,
  count: number,
): { line: number; heat: LineHeat }[] {
  return [...lines]
    .filter(([line]) => line >= first && line <= last)
    .map(([line, heat]) => ({ line, heat }))
    .sort((a, b) => b.heat.self - a.heat.self || a.line - b.line)
    .slice(0, count);
}
