/**
 * What a load does from moment to moment, finer than its seconds: by windows of 100 ms, for finding out when a fault's
 * effect was over. Counted in the load process, kept by the engine for the time around faults.
 */
export const fineWindowUs = 100_000;

/** Times on the run's clock once the engine has them, before that on the host's monotonic one. */
export interface FineWindow {
  tUs: number;
  durationUs: number;
  /** Answers that count as good: by status and checks. */
  good: number;
  /** Everything else that came to an end: bad answers, errors, timeouts. */
  bad: number;
  /** Sum of the response times of all answers. */
  responseUs: number;
  answered: number;
  /** When the first and the last good answer of the window came. */
  firstGoodUs?: number;
  lastGoodUs?: number;
  /** And the last of the others. */
  lastBadUs?: number;
}

/** @param originUs the run's start on the host's clock */
export function onRunClock(window: FineWindow, originUs: number): FineWindow {
  const { firstGoodUs, lastGoodUs, lastBadUs } = window;
  return {
    ...window,
    tUs: window.tUs - originUs,
    ...(firstGoodUs !== undefined && { firstGoodUs: firstGoodUs - originUs }),
    ...(lastGoodUs !== undefined && { lastGoodUs: lastGoodUs - originUs }),
    ...(lastBadUs !== undefined && { lastBadUs: lastBadUs - originUs }),
  };
}

export class FineWindows {
  #done: FineWindow[] = [];
  #now: FineWindow | null = null;

  /** @param endUs when the answer was complete */
  answered(endUs: number, responseUs: number, isGood: boolean): void {
    const window = this.#at(endUs);
    window.answered++;
    window.responseUs += responseUs;
    if (!isGood) {
      window.bad++;
      window.lastBadUs = endUs;
      return;
    }
    window.good++;
    window.firstGoodUs ??= endUs;
    window.lastGoodUs = endUs;
  }

  /** Without an answer. */
  failed(atUs: number): void {
    const window = this.#at(atUs);
    window.bad++;
    window.lastBadUs = atUs;
  }

  /** The windows that are over; empty ones, in which nothing came to an end, are left out. */
  take(nowUs: number): FineWindow[] {
    if (this.#now && nowUs >= this.#now.tUs + fineWindowUs) this.#finish();
    return this.#done.splice(0);
  }

  #at(tUs: number): FineWindow {
    const startUs = Math.floor(tUs / fineWindowUs) * fineWindowUs;
    if (this.#now && this.#now.tUs < startUs) this.#finish();
    // One that ended a moment earlier and is told late belongs to the window that is open.
    return (this.#now ??= {
      tUs: startUs,
      durationUs: fineWindowUs,
      good: 0,
      bad: 0,
      responseUs: 0,
      answered: 0,
    });
  }

  #finish(): void {
    if (this.#now) this.#done.push(this.#now);
    this.#now = null;
  }
}
