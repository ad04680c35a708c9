/** A hash table from pairs of numbers to a number, in typed arrays: a million entries take 24 bytes each, and no strings. */

const none = 0xffffffff;

export class PairTable {
  #size = 0;
  #mask = 0;
  #first = new Uint32Array(0);
  #second = new Uint32Array(0);
  #value = new Uint32Array(0);

  constructor() {
    this.#make(1024);
  }

  /** The value of a pair, or -1. Both numbers are below 2^32. */
  get(first: number, second: number): number {
    const value = this.#value[this.#slot(first, second)]!;
    return value === none ? -1 : value;
  }

  /** @param value below 2^32 - 1 */
  set(first: number, second: number, value: number): void {
    const slot = this.#slot(first, second);
    if (this.#value[slot] === none) {
      // Kept at most half full, so that an entry is found after a step or two.
      if (++this.#size * 2 > this.#value.length) {
        this.#grow();
        this.set(first, second, value);
        this.#size--;
        return;
      }
      this.#first[slot] = first;
      this.#second[slot] = second;
    }
    this.#value[slot] = value;
  }

  /** Where a pair is, or would be. */
  #slot(first: number, second: number): number {
    // Multiplicative hashing, the finalizer of MurmurHash3.
    let hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca77);
    hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
    let slot = (hash ^ (hash >>> 13)) & this.#mask;
    while (
      this.#value[slot] !== none &&
      (this.#first[slot] !== first >>> 0 || this.#second[slot] !== second >>> 0)
    )
      slot = (slot + 1) & this.#mask;
    return slot;
  }

  #make(capacity: number): void {
    this.#mask = capacity - 1;
    this.#first = new Uint32Array(capacity);
    this.#second = new Uint32Array(capacity);
    this.#value = new Uint32Array(capacity).fill(none);
  }

  #grow(): void {
    const [first, second, value] = [this.#first, this.#second, this.#value];
    this.#make(value.length * 2);
    for (let at = 0; at < value.length; at++) {
      if (value[at] === none) continue;
      const slot = this.#slot(first[at]!, second[at]!);
      this.#first[slot] = first[at]!;
      this.#second[slot] = second[at]!;
      this.#value[slot] = value[at]!;
    }
  }
}
