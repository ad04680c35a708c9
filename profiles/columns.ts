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

/** A column that grows by appending; only the first `length` entries of `values` are valid. */
export class Int32Column {
  values: Int32Array;
  length = 0;
  constructor(room = 1024) {
    this.values = new Int32Array(room);
  }
  push(value: number): void {
    if (this.length === this.values.length) this.values = withRoom(this.values, this.length + 1);
    this.values[this.length++] = value;
  }
}

/** As `Int32Column`, for times, weights and everything else that is not a small integer. */
export class Float64Column {
  values: Float64Array;
  length = 0;
  constructor(room = 1024) {
    this.values = new Float64Array(room);
  }
  push(value: number): void {
    if (this.length === this.values.length) this.values = withRoom(this.values, this.length + 1);
    this.values[this.length++] = value;
  }
}
