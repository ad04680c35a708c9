/**
 * Makes `load-seconds.ndjson` of measurements that come one by one, nearly in order of time. Histograms are held for the last
 * seconds only; what is older is kept as the text that will be written.
 */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { LatencyHistogram } from '../../../profiles/latency/histogram';
import { endpointLines, secondLines } from '../seconds-file';
import type { LoadEndpoint } from '../types';
import { addTo, badChecksOf, classOf } from './common';

/** Measurements are told when a request has ended, and written some seconds late at most. */
const openSeconds = 15;
/** Texts; hours of hundreds of endpoints would have more. */
const mostCharacters = 200 * 1024 ** 2;

export interface EndedRequest {
  /** 0 without an answer. */
  status: number;
  errorKind: string;
  isTimeout: boolean;
  /** The answer's status counts as wrong. */
  isWrong: boolean;
}

class Slot {
  answered = 0;
  errors = 0;
  timeouts = 0;
  non2xx = 0;
  /** By the checks' words. */
  readonly failedChecks: Record<string, number> = {};
  readonly errorKinds: Record<string, number> = {};
  readonly statusClasses: Record<string, number> = {};
  readonly latency = new LatencyHistogram();
  constructor(
    readonly endpoint: number,
    readonly warmUp: boolean,
  ) {}
}

/** Seconds are counted from 1970 here, and put on the load's own clock when they are written. */
export class SecondsKeeper {
  private readonly open = new Map<number, Map<number, Slot>>();
  private readonly closed: { second: number; slot: string }[] = [];
  private newest = -Infinity;
  private characters = 0;

  /** True when there were too many to be kept: nothing is written then. */
  get isTooMuch(): boolean {
    return this.characters > mostCharacters;
  }

  request(second: number, endpoint: number, warmUp: boolean, ended: EndedRequest, count: number): void {
    const slot = this.slot(second, endpoint, warmUp);
    if (ended.status > 0) {
      slot.answered += count;
      addTo(slot.statusClasses, classOf(ended.status), count);
      if (ended.isWrong) slot.non2xx += count;
      return;
    }
    addTo(slot.errorKinds, ended.errorKind, count);
    if (ended.isTimeout) slot.timeouts += count;
    else slot.errors += count;
  }

  latency(second: number, endpoint: number, warmUp: boolean, us: number): void {
    this.slot(second, endpoint, warmUp).latency.record(us);
  }

  badCheck(second: number, endpoint: number, warmUp: boolean, check: string): void {
    addTo(this.slot(second, endpoint, warmUp).failedChecks, check, 1);
  }

  /** @param startMs where the load's clock has its 0 */
  async writeTo(file: string, endpoints: readonly LoadEndpoint[], startMs: number): Promise<void> {
    this.closeBefore(Infinity);
    this.closed.sort((a, b) => a.second - b.second);
    const { closed } = this;
    await pipeline(
      Readable.from(
        (function* lines() {
          yield endpointLines(endpoints);
          for (const { second, slot } of closed) {
            const tUs = Math.round((second * 1000 - startMs) * 1000);
            yield `{"tUs":${tUs},${slot}\n`;
          }
        })(),
      ),
      createWriteStream(file),
    );
  }

  private slot(second: number, endpoint: number, warmUp: boolean): Slot {
    let slots = this.open.get(second);
    if (!slots) {
      if (second > this.newest) {
        this.newest = second;
        this.closeBefore(second - openSeconds);
      } else if (this.open.size > 4 * openSeconds) this.closeBefore(Infinity);
      slots = new Map<number, Slot>();
      this.open.set(second, slots);
    }
    const key = endpoint * 2 + (warmUp ? 1 : 0);
    let slot = slots.get(key);
    if (!slot) slots.set(key, (slot = new Slot(endpoint, warmUp)));
    return slot;
  }

  private closeBefore(limit: number): void {
    for (const [second, slots] of this.open) {
      if (second >= limit) continue;
      this.open.delete(second);
      if (this.isTooMuch) continue;
      for (const { endpoint, warmUp, latency, failedChecks, ...counts } of slots.values()) {
        const encoded = latency.encode();
        const [line] = secondLines([
          {
            tUs: 0,
            durationUs: 1e6,
            endpoint,
            bytes: 0,
            ...counts,
            badChecks: badChecksOf(Object.values(failedChecks), { ...counts, requests: counts.answered }),
            response: encoded,
            service: encoded,
            ...(warmUp && { warmUp }),
          },
        ]).split('\n');
        const slot = (line ?? '').slice('{"tUs":0,'.length);
        this.characters += slot.length;
        this.closed.push({ second, slot });
      }
    }
    if (this.isTooMuch) this.closed.length = 0;
  }
}
