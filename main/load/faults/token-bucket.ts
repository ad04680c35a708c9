/** Shares a limited number of bytes per second between all that want to send, in turns. */

/** What may be sent at once after a rest, as a stretch of time at the full rate. */
const burstMs = 20;
/** While somebody waits, time that a late timer has let pass is made up for, up to this. */
const mostLateMs = 500;
/** Least that is sent at once: a packet's worth, or slow links would send single bytes. */
const leastBurstBytes = 1460;
/** What one sender gets in its turn: so much, and of fast links a stretch of time. */
const turnBytes = 16 * 1024;
const turnMs = 2;

export class TokenBucket {
  private tokens: number;
  private filledMs: number;
  private readonly waiting: (() => void)[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private bytesPerSecond: number,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.tokens = this.bytesIn(burstMs);
    this.filledMs = nowMs();
  }

  /** Infinity takes the limit away; whoever waits goes on at once. */
  setRate(bytesPerSecond: number): void {
    this.fill();
    this.bytesPerSecond = bytesPerSecond;
    this.tokens = Math.min(this.tokens, this.bytesIn(burstMs));
    clearTimeout(this.timer);
    this.timer = undefined;
    this.wake();
  }

  get isLimited(): boolean {
    return this.bytesPerSecond !== Infinity;
  }

  /** How many of `wanted` bytes may be sent now; 0 when it is to be waited, see `whenReady`. */
  take(wanted: number): number {
    if (!this.isLimited) return wanted;
    this.fill();
    const some = Math.floor(Math.min(wanted, this.tokens, Math.max(turnBytes, this.bytesIn(turnMs))));
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

  private bytesIn(ms: number): number {
    return Math.max(leastBurstBytes, (this.bytesPerSecond * ms) / 1000);
  }

  private fill(): void {
    const nowMs = this.nowMs();
    if (this.isLimited) {
      const most = this.bytesIn(this.waiting.length > 0 ? mostLateMs : burstMs);
      // What was made up for while somebody waited is not taken away when it is their turn.
      this.tokens = Math.min(
        Math.max(most, this.tokens),
        this.tokens + ((nowMs - this.filledMs) * this.bytesPerSecond) / 1000,
      );
    }
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
    // One after the other, until nothing is left; those that want more queue up again behind those that had none yet.
    this.fill();
    while (this.waiting.length > 0 && (!this.isLimited || this.tokens >= leastBurstBytes))
      this.waiting.shift()!();
    this.schedule();
  }
}
