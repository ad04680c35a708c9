/** Says when live data has been drawn, for `bench/live-latency.ts` and the browser's own performance tools. */

const markName = 'scorchmark:drawn';
const mostKept = 500;

export class DrawnMarks {
  private lastUs = 0;
  private count = 0;

  /**
   * Called in the animation frame that draws samples up to `newestUs` (µs since the run's start). The mark is set in
   * the task after that frame, when the browser has taken the picture over.
   */
  drew(newestUs: number): void {
    if (newestUs <= this.lastUs) return;
    this.lastUs = newestUs;
    setTimeout(() => {
      if (++this.count > mostKept) {
        performance.clearMarks(markName);
        this.count = 1;
      }
      performance.mark(markName, { detail: { newestUs } });
    });
  }
}
