/** One JSON line per figure on stdout; everything for people goes to stderr. */
export interface Figure {
  bench: string;
  metric: string;
  unit: string;
  ours: number;
  /** What we are measured against, with its version, in the same run; null when nothing comparable exists. */
  peer: string | null;
  peerValue: number | null;
  /** > 1 means we are better (for throughput: ours / peer; for times: peer / ours). */
  ratio: number | null;
  budget: number;
  ok: boolean;
  runs: number;
}

const figures: Figure[] = [];

export function print(figure: Figure): void {
  const rounded = Object.fromEntries(
    Object.entries(figure).map(([key, value]) => [
      key,
      typeof value === 'number' ? Number(value.toPrecision(4)) : value,
    ]),
  );
  figures.push(figure);
  process.stdout.write(`${JSON.stringify(rounded)}\n`);
}

export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function allOk(): boolean {
  return figures.every((figure) => figure.ok);
}

/** @returns the middle value; the mean of the two middle ones for an even count */
export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
