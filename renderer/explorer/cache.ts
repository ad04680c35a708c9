/** Answers kept until newer data or something more wanted takes their place. */

interface Held<T> {
  version: string;
  value: T;
  weight: number;
}

/** Keeps the least recently used out, by weight. A value whose version is another is made again. */
export class Cache<T> {
  private readonly held = new Map<string, Held<T>>();
  private weight = 0;

  /**
   * @param room sum of weights that may stay
   * @param weigh how much room a value takes
   */
  constructor(
    private readonly room: number,
    private readonly weigh: (value: T) => number,
  ) {}

  get(key: string, version: string, make: () => T): T {
    const known = this.held.get(key);
    if (known?.version === version) {
      this.held.delete(key);
      this.held.set(key, known);
      return known.value;
    }
    this.drop(key);
    const value = make();
    const weight = this.weigh(value);
    this.held.set(key, { version, value, weight });
    this.weight += weight;
    for (const oldest of this.held.keys()) {
      if (this.weight <= this.room || oldest === key) break;
      this.drop(oldest);
    }
    return value;
  }

  clear(): void {
    this.held.clear();
    this.weight = 0;
  }

  private drop(key: string): void {
    const known = this.held.get(key);
    if (!known) return;
    this.weight -= known.weight;
    this.held.delete(key);
  }
}
