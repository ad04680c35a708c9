/** Columns that grow by doubling, so that appending is cheap however long a recording lasts. */

type Column = Int32Array | Float64Array | Uint8Array | Uint32Array;

/** The same column when it has room for `length` entries, else a copy with at least twice the capacity. */
export function withRoom<T extends Column>(column: T, length: number): T {
  if (length <= column.length) return column;
  let capacity = Math.max(16, column.length * 2);
  while (capacity < length) capacity *= 2;
  const larger = new (column.constructor as new (capacity: number) => T)(capacity);
  larger.set(column);
  return larger;
}
