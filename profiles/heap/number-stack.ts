/** Numbers below 2^32 of which it is not known beforehand how many there will be: four bytes each. */
export class NumberStack {
  #numbers = new Uint32Array(1024);
  length = 0;

  push(number: number): void {
    if (this.length === this.#numbers.length) {
      const larger = new Uint32Array(this.length * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.length++] = number;
  }

  /** Only of places below `length`. */
  at(place: number): number {
    return this.#numbers[place]!;
  }

  set(place: number, number: number): void {
    this.#numbers[place] = number;
  }

  clear(): void {
    this.length = 0;
  }
}
