/** Main-thread time of the last drawn frames, for benchmarks: handlers of the events before a frame and its drawing. */

const mostKept = 2000;

export class FrameCosts {
  private readonly costs = new Float64Array(mostKept);
  private count = 0;
  private pendingMs = 0;

  /** Time spent on events; belongs to the next frame. */
  spent(ms: number): void {
    this.pendingMs += ms;
  }

  /** A frame was drawn in so many ms. */
  drew(ms: number): void {
    this.costs[this.count++ % mostKept] = ms + this.pendingMs;
    this.pendingMs = 0;
  }

  /** ms per frame, the oldest first. */
  list(): number[] {
    if (this.count <= mostKept) return [...this.costs.subarray(0, this.count)];
    const at = this.count % mostKept;
    return [...this.costs.subarray(at), ...this.costs.subarray(0, at)];
  }
}
