/**
 * A hash table from a pair of non-negative integers to an integer: open addressing in one typed array.
 * It finds the child of a node by frame, hundreds of thousands of times, without an object or a string per entry.
 */
export class PairTable {
  private slots: Int32Array;
  private mask: number;
  private used = 0;

  constructor(expectedEntries = 64) {
    let capacity = 64;
    while (capacity < expectedEntries * 2) capacity *= 2;
    this.slots = new Int32Array(capacity * 3).fill(-1);
    this.mask = capacity - 1;
  }

  /** The value of the pair, or -1. */
  get(a: number, b: number): number {
    return this.slots[this.slotOf(a, b) + 2]!;
  }

  set(a: number, b: number, value: number): void {
    const slot = this.slotOf(a, b);
    if (this.slots[slot] === -1) {
      this.slots[slot] = a;
      this.slots[slot + 1] = b;
      this.used++;
    }
    this.slots[slot + 2] = value;
    if (this.used * 2 > this.mask) this.grow();
  }

  private slotOf(a: number, b: number): number {
    // Multiplicative hashing (Knuth, TAOCP 6.4) of both halves, mixed so that neighbouring ids spread.
    let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b);
    hash ^= hash >>> 15;
    let index = hash & this.mask;
    for (;;) {
      const slot = index * 3;
      const key = this.slots[slot]!;
      if (key === -1 || (key === a && this.slots[slot + 1] === b)) return slot;
      index = (index + 1) & this.mask;
    }
  }

  private grow(): void {
    const old = this.slots;
    const capacity = (this.mask + 1) * 2;
    this.slots = new Int32Array(capacity * 3).fill(-1);
    this.mask = capacity - 1;
    this.used = 0;
    for (let slot = 0; slot < old.length; slot += 3)
      if (old[slot] !== -1) this.set(old[slot]!, old[slot + 1]!, old[slot + 2]!);
  }
}
