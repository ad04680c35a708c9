/** One line out of the same metric of many threads or processes. */

/** Values over time, in time order. Each value holds until the next. */
export interface Column {
  /** µs since the run's start. */
  tUs: ArrayLike<number>;
  values: ArrayLike<number>;
}

/** A thread that has said nothing for this many of its own intervals no longer counts. */
const silentIntervals = 4;

/**
 * Sums (bytes, CPU) or takes the largest (delay, utilisation) of what every column says at each instant at which any
 * of them has a new value. A column counts from its first value until some intervals after its last.
 */
export function combine(columns: readonly Column[], mode: 'sum' | 'max'): Column {
  const measured = columns.filter((column) => column.tUs.length > 0);
  if (measured.length <= 1) return measured[0] ?? { tUs: [], values: [] };
  // One kind of array only: what is below goes over every value.
  const used = measured.map(({ tUs, values }) => ({ tUs: typed(tUs), values: typed(values) }));
  const count = used.length;
  const next = new Int32Array(count);
  const held = new Float64Array(count).fill(Number.NaN);
  const silentAt = Float64Array.from(used, ({ tUs }) => lastOf(tUs) + silentIntervals * typicalStep(tUs));
  /** When each has its next value. */
  const heads = Float64Array.from(used, ({ tUs }) => tUs[0] ?? Number.POSITIVE_INFINITY);
  const most = used.reduce((sum, { tUs }) => sum + tUs.length, 0);
  const tUs = new Float64Array(most);
  const values = new Float64Array(most);
  let length = 0;
  for (;;) {
    let now = Number.POSITIVE_INFINITY;
    for (let i = 0; i < count; i++) if (heads[i]! < now) now = heads[i]!;
    if (now === Number.POSITIVE_INFINITY) break;
    let result = Number.NaN;
    for (let i = 0; i < count; i++) {
      while (heads[i]! <= now) {
        const column = used[i]!;
        held[i] = column.values[next[i]!] ?? Number.NaN;
        next[i] = next[i]! + 1;
        heads[i] = column.tUs[next[i]!] ?? Number.POSITIVE_INFINITY;
      }
      const value = now > silentAt[i]! ? Number.NaN : held[i]!;
      if (Number.isNaN(value)) continue;
      result = Number.isNaN(result) ? value : mode === 'sum' ? result + value : Math.max(result, value);
    }
    tUs[length] = now;
    values[length++] = result;
  }
  return { tUs: tUs.slice(0, length), values: values.slice(0, length) };
}

/** What was combined of the same measurements before, by the instants of the first of them. */
const known = new WeakMap<
  ArrayLike<number>,
  { of: readonly (Column & { length: number })[]; mode: 'sum' | 'max'; column: Column }
>();

/**
 * As `combine`, once for the same columns: of measurements that stay as they are. Always typed arrays: drawing reads them
 * at every frame, and code that sees one kind of array only is several times as fast.
 */
export function combineOnce(columns: readonly Column[], mode: 'sum' | 'max'): Column {
  const [first] = columns;
  if (!first) return combine(columns, mode);
  const before = known.get(first.tUs);
  const isSame =
    before?.mode === mode &&
    before.of.length === columns.length &&
    columns.every(({ tUs, values }, i) => {
      const then = before.of[i];
      return then?.tUs === tUs && then.values === values && then.length === tUs.length;
    });
  if (before && isSame) return before.column;
  const combined = combine(columns, mode);
  const column = { tUs: typed(combined.tUs), values: typed(combined.values) };
  const of = columns.map(({ tUs, values }) => ({ tUs, values, length: tUs.length }));
  known.set(first.tUs, { of, mode, column });
  return column;
}

function typed(values: ArrayLike<number>): Float64Array {
  return values instanceof Float64Array ? values : Float64Array.from(values);
}

function lastOf(values: ArrayLike<number>): number {
  return values[values.length - 1] ?? 0;
}

/** Mean distance of neighbouring instants, µs; a second when there is only one. */
export function typicalStep(tUs: ArrayLike<number>): number {
  return tUs.length > 1 ? (lastOf(tUs) - (tUs[0] ?? 0)) / (tUs.length - 1) : 1_000_000;
}

/** Index of the last value at or before an instant; -1 when there is none. */
export function indexAt(tUs: ArrayLike<number>, timeUs: number): number {
  let low = 0;
  let high = tUs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tUs[middle] ?? 0) <= timeUs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
