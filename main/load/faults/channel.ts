/** One direction of a connection through the proxy: data and its end pass in order, held back as the faults ask. */
import type { Socket } from 'node:net';
import type { TokenBucket } from './token-bucket';

/** What a direction does to data now. */
export interface Shape {
  delayMs: number;
  /** The delay differs by up to so much to either side, evenly; order is kept. */
  jitterMs: number;
}

/** How long one piece of data is held back: evenly spread around the delay, and never less than nothing. */
export function drawnDelayMs({ delayMs, jitterMs }: Shape, random: () => number): number {
  const jitter = jitterMs > 0 ? (random() * 2 - 1) * jitterMs : 0;
  return Math.max(0, delayMs + jitter);
}

/** How exact the delays of a proxy were: what went on later than it was due. */
export interface Lateness {
  /** Pieces that were held back. */
  held: number;
  /** Sum over them. */
  lateMs: number;
}

/** Held at most per direction of a connection before its sender has to wait: enough for 100 MB/s over 100 ms. */
const mostHeldBytes = 16 * 1024 * 1024;
/** The same where the bandwidth is limited: the sender is to feel it. */
const mostHeldWhenLimitedBytes = 64 * 1024;
/** Timers fire up to a ms early. */
const earlyMs = 0.2;

interface Held {
  /** Null is the end of the data. */
  data: Buffer | null;
  dueMs: number;
}

export interface ChannelOptions {
  from: Socket;
  to: Socket;
  shape: () => Shape;
  bucket: TokenBucket;
  random: () => number;
  lateness: Lateness;
}

export class Channel {
  private held: Held[] = [];
  private heldBytes = 0;
  private lastDueMs = 0;
  private timer: NodeJS.Timeout | undefined;
  private waitsForTokens = false;
  private waitsForDrain = false;
  private isClosed = false;

  constructor(private readonly options: ChannelOptions) {
    const { from, to } = options;
    from.on('data', (data: Buffer) => this.take(data));
    from.on('end', () => this.take(null));
    to.on('drain', () => {
      this.waitsForDrain = false;
      this.pump();
    });
  }

  /** Faults have begun or ended: data that a delay held back and that none holds back any more goes on at once. */
  reshape(): void {
    const { delayMs, jitterMs } = this.options.shape();
    const latestMs = performance.now() + delayMs + jitterMs;
    for (const held of this.held) held.dueMs = Math.min(held.dueMs, latestMs);
    this.lastDueMs = Math.min(this.lastDueMs, latestMs);
    clearTimeout(this.timer);
    this.timer = undefined;
    this.pump();
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
    this.held = [];
    this.heldBytes = 0;
  }

  private take(data: Buffer | null): void {
    if (this.isClosed) return;
    const { shape, random } = this.options;
    const now = shape();
    let dueMs = 0;
    if (now.delayMs > 0 || now.jitterMs > 0 || this.lastDueMs > 0) {
      const nowMs = performance.now();
      // Never before what came earlier: a connection keeps its order.
      dueMs = Math.max(nowMs + drawnDelayMs(now, random), this.lastDueMs);
      this.lastDueMs = dueMs > nowMs ? dueMs : 0;
    }
    this.held.push({ data, dueMs });
    this.heldBytes += data?.length ?? 0;
    this.pump();
    this.regulate();
  }

  private get mostHeld(): number {
    return this.options.bucket.isLimited ? mostHeldWhenLimitedBytes : mostHeldBytes;
  }

  /** Backpressure: a sender that is faster than the other side or the limit has to wait. */
  private regulate(): void {
    const { from } = this.options;
    const isTooMuch = this.heldBytes > this.mostHeld || (this.waitsForDrain && this.heldBytes > 0);
    if (isTooMuch && !from.isPaused()) from.pause();
    else if (!isTooMuch && from.isPaused() && this.heldBytes <= this.mostHeld / 2) from.resume();
  }

  private pump(): void {
    const { to, bucket } = this.options;
    while (!this.isClosed && !this.waitsForTokens && !this.waitsForDrain) {
      const next = this.held[0];
      if (!next) break;
      if (next.dueMs > 0) {
        const waitMs = next.dueMs - performance.now();
        if (waitMs > earlyMs) {
          this.wakeIn(waitMs);
          break;
        }
        // Counted once, and not what the bandwidth or a slow reader holds back from here on.
        next.dueMs = 0;
        const { lateness } = this.options;
        lateness.held++;
        lateness.lateMs += Math.max(0, -waitMs);
      }
      if (next.data === null) {
        this.held.shift();
        to.end();
        continue;
      }
      const size = bucket.take(next.data.length);
      if (size === 0 && next.data.length > 0) {
        this.waitsForTokens = true;
        bucket.whenReady(() => {
          this.waitsForTokens = false;
          this.pump();
        });
        break;
      }
      const piece = size < next.data.length ? next.data.subarray(0, size) : next.data;
      if (size < next.data.length) next.data = next.data.subarray(size);
      else this.held.shift();
      this.heldBytes -= size;
      this.waitsForDrain = !to.write(piece);
    }
    if (!this.isClosed) this.regulate();
  }

  private wakeIn(ms: number): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.pump();
    }, ms);
  }
}
