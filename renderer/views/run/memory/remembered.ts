/** The last few answers by what was asked: the one asked longest ago is forgotten first. */
export class Remembered<T> {
  private readonly answers = new Map<string, T>();

  constructor(private readonly most: number) {}

  /** Rejects as `ask` does; what failed is asked again the next time. */
  async get(key: string, ask: () => Promise<T>): Promise<T> {
    const held = this.answers.get(key);
    const answer = held === undefined ? await ask() : held;
    this.answers.delete(key);
    this.answers.set(key, answer);
    for (const oldest of this.answers.keys()) {
      if (this.answers.size <= this.most) break;
      this.answers.delete(oldest);
    }
    return answer;
  }
}
