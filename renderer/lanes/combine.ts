/** One line out of the same metric of many threads or processes. */

/** Values over time, in time order. Each value holds until the next. */
export interface Column {
  /** µs since the run's start. */
  tUs: readonly number[];
  values: readonly number[];
}

/** A thread that has said nothing for this many of its own intervals no longer counts. */
const silentIntervals = 4;

/**
 * Sums (bytes, CPU) or takes the largest (delay, utilisation) of what every column says at each instant at which any
 * of them has a new value. A column counts from its first value until some intervals after its last.
 */
export function combine(columns: readonly Column[], mode: 'sum' | 'max'): Column {
  const used = columns.filter((column) => column.tUs.length > 0);
  if (used.length <= 1) return used[0] ?? { tUs: [], values: [] };
  const next = new Int32Array(used.length);
  const held = new Float64Array(used.length).fill(Number.NaN);
  const silentAt = used.map(({ tUs }) => lastOf(tUs) + silentIntervals * typicalStep(tUs));
  const tUs: number[] = [];
  const values: number[] = [];
  for (;;) {
    let now = Number.POSITIVE_INFINITY;
    for (let i = 0; i < used.length; i++)
      now = Math.min(now, used[i]?.tUs[next[i] ?? 0] ?? Number.POSITIVE_INFINITY);
    if (now === Number.POSITIVE_INFINITY) break;
    let result = Number.NaN;
    for (let i = 0; i < used.length; i++) {
      const column = used[i];
      if (!column) continue;
      while ((column.tUs[next[i] ?? 0] ?? Number.POSITIVE_INFINITY) <= now) {
        held[i] = column.values[next[i] ?? 0] ?? Number.NaN;
        next[i] = (next[i] ?? 0) + 1;
      }
      const value = now > (silentAt[i] ?? 0) ? Number.NaN : (held[i] ?? Number.NaN);
      if (Number.isNaN(value)) continue;
      result = Number.isNaN(result) ? value : mode === 'sum' ? result + value : Math.max(result, value);
    }
    tUs.push(now);
    values.push(result);
  }
  return { tUs, values };
}

/** What was combined of the same measurements before, by the instants of the first of them. */
const known = new WeakMap<
  readonly number[],
  { of: readonly Column[]; mode: 'sum' | 'max'; column: Column }
>();

/** As `combine`, once for the same columns: of measurements that stay as they are. */
export function combineOnce(columns: readonly Column[], mode: 'sum' | 'max'): Column {
  const [first] = columns;
  if (!first || columns.length === 1) return combine(columns, mode);
  const before = known.get(first.tUs);
  const isSame =
    before?.mode === mode &&
    before.of.length === columns.length &&
    columns.every(({ tUs, values }, i) => before.of[i]?.tUs === tUs && before.of[i]?.values === values);
  if (before && isSame) return before.column;
  const column = combine(columns, mode);
  known.set(first.tUs, { of: columns.map(({ tUs, values }) => ({ tUs, values })), mode, column });
  return column;
}

function lastOf(values: readonly number[]): number {
  return values[values.length - 1] ?? 0;
}

/** Mean distance of neighbouring instants, µs; a second when there is only one. */
export function typicalStep(tUs: readonly number[]): number {
  return tUs.length > 1 ? (lastOf(tUs) - (tUs[0] ?? 0)) / (tUs.length - 1) : 1_000_000;
}

/** Index of the last value at or before an instant; -1 when there is none. */
export function indexAt(tUs: readonly number[], timeUs: number): number {
  let low = 0;
  let high = tUs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tUs[middle] ?? 0) <= timeUs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
