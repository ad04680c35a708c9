/** Orders of many objects by a number each, without an object or a comparison call per entry. */

const digitBits = 11;
const buckets = 1 << digitBits;

/**
 * The given ordinals in ascending order of their keys; equal keys keep their order (least significant digit first radix sort;
 * Knuth, TAOCP 5.2.5).
 * @param keyOf non-negative integers below 2^53
 */
export function ascendingOrder(ordinals: Uint32Array, keyOf: (ordinal: number) => number): Uint32Array {
  const count = ordinals.length;
  let keys = new Float64Array(count);
  let largest = 0;
  for (let i = 0; i < count; i++) {
    const key = keyOf(ordinals[i]!);
    keys[i] = key;
    if (key > largest) largest = key;
  }
  let from = Uint32Array.from(ordinals);
  let to = new Uint32Array(count);
  let toKeys = new Float64Array(count);
  const starts = new Uint32Array(buckets);
  for (let divisor = 1; divisor <= largest; divisor *= buckets) {
    starts.fill(0);
    for (let i = 0; i < count; i++) starts[digit(keys[i]!, divisor)]!++;
    let start = 0;
    for (let bucket = 0; bucket < buckets; bucket++) {
      const size = starts[bucket]!;
      starts[bucket] = start;
      start += size;
    }
    for (let i = 0; i < count; i++) {
      const at = starts[digit(keys[i]!, divisor)]!++;
      to[at] = from[i]!;
      toKeys[at] = keys[i]!;
    }
    [from, to] = [to, from];
    [keys, toKeys] = [toKeys, keys];
  }
  return from;
}

function digit(key: number, divisor: number): number {
  return Math.floor(key / divisor) % buckets;
}

/** A page of an ascending order, read from the front or from the back. */
export function pageOf(order: Uint32Array, offset: number, limit: number, descending: boolean): number[] {
  const page: number[] = [];
  const end = Math.min(order.length, offset + limit);
  for (let i = offset; i < end; i++) page.push(order[descending ? order.length - 1 - i : i]!);
  return page;
}
