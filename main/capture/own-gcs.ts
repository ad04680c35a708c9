/**
 * The garbage collections that a thread's collectors caused themselves. The allocation profile knows when it caused
 * one, the runtime metrics know exactly how long it took: here they agree, so that each is told once.
 */
import type { GcKind } from '../api';
import type { TargetThread } from '../target/types';

/** µs on the host's monotonic clock. */
export interface Window {
  startUs: number;
  endUs: number;
}

export interface Collection {
  tUs: number;
  durationUs: number;
  kind: GcKind;
}

export class OwnGcs {
  /** The runtime metrics of this isolate arrive, and with them its garbage collections. */
  observed = false;
  private windows: Window[] = [];
  private readonly waiting: (() => void)[] = [];

  /**
   * Before a collection is caused, as the runtime metrics may tell of it before the answer is here. What is returned
   * narrows the window to what it was, and must be called.
   */
  open(startUs: number): (exact: Window) => void {
    const window = { startUs, endUs: Infinity };
    this.windows.push(window);
    return (exact) => {
      Object.assign(window, exact);
      if (!this.isOpen) for (const go of this.waiting.splice(0)) go();
    };
  }

  /** One is being caused: nobody knows yet which collections are ours. */
  get isOpen(): boolean {
    return this.windows.some(({ endUs }) => endUs === Infinity);
  }

  /** Calls once when none is open any more. */
  whenKnown(go: () => void): void {
    this.waiting.push(go);
  }

  /** Whether a collection was caused by us: a full one that ran while V8 made an allocation profile. */
  claims(collection: Collection): boolean {
    if (collection.kind !== 'major' && collection.kind !== 'weakcb') return false;
    const middleUs = collection.tUs + collection.durationUs / 2;
    return this.windows.some((window) => window.startUs <= middleUs && middleUs <= window.endUs);
  }

  /** Forgets windows that ended before `tUs`: all collections up to then have been told. */
  forgetBefore(tUs: number): void {
    this.windows = this.windows.filter((window) => window.endUs >= tUs);
  }
}

const ofThreads = new WeakMap<TargetThread, OwnGcs>();

/** What the collectors of a thread share, for others who cause collections there; undefined when it is not recorded. */
export function ownGcsOf(thread: TargetThread): OwnGcs | undefined {
  return ofThreads.get(thread);
}

/** For a thread whose recording begins. */
export function newOwnGcs(thread: TargetThread): OwnGcs {
  const ownGcs = new OwnGcs();
  ofThreads.set(thread, ownGcs);
  return ownGcs;
}
