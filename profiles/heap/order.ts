/** Orders of many objects by a number each, without an object or a comparison call per entry. */

const digitBits = 11;
const buckets = 1 << digitBits;

const largestSmallKey = 0xffffffff;

/**
 * The given ordinals in ascending order of their keys; equal keys keep their order (least significant digit first radix sort;
 * Knuth, TAOCP 5.2.5).
 * @param keyOf non-negative integers below 2^53
 */
export function ascendingOrder(ordinals: Uint32Array, keyOf: (ordinal: number) => number): Uint32Array {
  const count = ordinals.length;
  let keys: Uint32Array | Float64Array = new Uint32Array(count);
  let largest = 0;
  let before = 0;
  let isAscending = true;
  for (let i = 0; i < count; i++) {
    const key = keyOf(ordinals[i]!);
    keys[i] = key;
    if (key > largest) largest = key;
    if (key < before) isAscending = false;
    before = key;
  }
  if (isAscending) return Uint32Array.from(ordinals);
  if (largest <= largestSmallKey) return orderOfSmallKeys(Uint32Array.from(ordinals), keys, largest);
  keys = Float64Array.from(ordinals, keyOf);
  return orderOfLargeKeys(Uint32Array.from(ordinals), keys, largest);
}

/** All ordinals of a column in ascending order of what stands there. */
export function ascendingOrderOf(column: Uint32Array): Uint32Array {
  const ordinals = new Uint32Array(column.length);
  let largest = 0;
  let isAscending = true;
  for (let i = 0; i < ordinals.length; i++) {
    ordinals[i] = i;
    if (column[i]! >= largest) largest = column[i]!;
    else isAscending = false;
  }
  if (isAscending) return ordinals;
  return orderOfSmallKeys(ordinals, column.slice(), largest);
}

/** Keys of 32 bits, which take half the memory. Both arrays are used up. */
function orderOfSmallKeys(ordinals: Uint32Array, ownKeys: Uint32Array, largest: number): Uint32Array {
  const count = ordinals.length;
  let from: Uint32Array = ordinals;
  let keys: Uint32Array = ownKeys;
  let to: Uint32Array = new Uint32Array(count);
  let toKeys: Uint32Array = new Uint32Array(count);
  const starts = new Uint32Array(buckets);
  for (let shift = 0; shift < 32 && largest >>> shift > 0; shift += digitBits) {
    starts.fill(0);
    for (let i = 0; i < count; i++) starts[(keys[i]! >>> shift) & (buckets - 1)]!++;
    beginnings(starts);
    for (let i = 0; i < count; i++) {
      const key = keys[i]!;
      const at = starts[(key >>> shift) & (buckets - 1)]!++;
      to[at] = from[i]!;
      toKeys[at] = key;
    }
    [from, to] = [to, from];
    [keys, toKeys] = [toKeys, keys];
  }
  return from;
}

/** Both arrays are used up. */
function orderOfLargeKeys(ordinals: Uint32Array, ownKeys: Float64Array, largest: number): Uint32Array {
  const count = ordinals.length;
  let from: Uint32Array = ordinals;
  let keys: Float64Array = ownKeys;
  let to: Uint32Array = new Uint32Array(count);
  let toKeys: Float64Array = new Float64Array(count);
  const starts = new Uint32Array(buckets);
  for (let divisor = 1; divisor <= largest; divisor *= buckets) {
    starts.fill(0);
    for (let i = 0; i < count; i++) starts[digit(keys[i]!, divisor)]!++;
    beginnings(starts);
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

/** From how many each bucket has to where each begins. */
function beginnings(counts: Uint32Array): void {
  let start = 0;
  for (let bucket = 0; bucket < buckets; bucket++) {
    const size = counts[bucket]!;
    counts[bucket] = start;
    start += size;
  }
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
