/** Shares a limited number of bytes per second between all that want to send, in turns. */

/** What may be sent at once after a rest, as a stretch of time at the full rate. */
const burstMs = 20;
/** Least that may be sent at once: a packet's worth, or slow links would send single bytes. */
const leastBurstBytes = 1460;
/** Most that one sender gets in its turn. */
const turnBytes = 16 * 1024;

export class TokenBucket {
  private tokens: number;
  private filledMs: number;
  private readonly waiting: (() => void)[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private bytesPerSecond: number,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.tokens = this.capacityBytes;
    this.filledMs = nowMs();
  }

  /** Infinity takes the limit away; whoever waits goes on at once. */
  setRate(bytesPerSecond: number): void {
    this.fill();
    this.bytesPerSecond = bytesPerSecond;
    this.tokens = Math.min(this.tokens, this.capacityBytes);
    this.wake();
  }

  get isLimited(): boolean {
    return this.bytesPerSecond !== Infinity;
  }

  /** How many of `wanted` bytes may be sent now; 0 when it is to be waited, see `whenReady`. */
  take(wanted: number): number {
    if (!this.isLimited) return wanted;
    this.fill();
    const some = Math.floor(Math.min(wanted, this.tokens, turnBytes));
    // Not less than a packet unless that is all there is: many tiny writes would cost more than they carry.
    if (some < Math.min(wanted, leastBurstBytes)) return 0;
    this.tokens -= some;
    return some;
  }

  /** Calls back, once, when there may be something to take; first come, first served. */
  whenReady(callback: () => void): void {
    this.waiting.push(callback);
    this.schedule();
  }

  /** Forgets whoever waits. */
  close(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.waiting.length = 0;
  }

  private get capacityBytes(): number {
    return Math.max(leastBurstBytes, (this.bytesPerSecond * burstMs) / 1000);
  }

  private fill(): void {
    const nowMs = this.nowMs();
    if (this.isLimited)
      this.tokens = Math.min(
        this.capacityBytes,
        this.tokens + ((nowMs - this.filledMs) * this.bytesPerSecond) / 1000,
      );
    this.filledMs = nowMs;
  }

  private schedule(): void {
    if (this.timer || this.waiting.length === 0) return;
    const missingBytes = Math.max(0, leastBurstBytes - this.tokens);
    const waitMs = this.isLimited ? Math.min(1000, (missingBytes * 1000) / this.bytesPerSecond) : 0;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.wake();
    }, Math.ceil(waitMs));
  }

  private wake(): void {
    // Each takes its turn once; those that want more queue up again behind the others.
    for (const callback of this.waiting.splice(0)) callback();
    this.schedule();
  }
}
