/** Keeps what a load did around its faults, and nothing of hours without any. */
import type { LoadSecond } from '../../api';
import type { FineWindow } from './fine-windows';
import type { HappenedFault } from './types';

/** As far as the reports look (main/analysis/faults.ts). */
const beforeUs = 61e6;
const afterUs = 601e6;
const pruneEvery = 1200;

export class EvidenceLog {
  seconds: LoadSecond[] = [];
  windows: FineWindow[] = [];
  private sincePrune = 0;

  /** @param faults those that have happened so far, also later ones */
  constructor(private readonly faults: () => readonly HappenedFault[]) {}

  addSeconds(seconds: readonly LoadSecond[]): void {
    for (const second of seconds) this.seconds.push(second);
    this.prune(seconds);
  }

  addWindows(windows: readonly FineWindow[]): void {
    for (const window of windows) this.windows.push(window);
    this.prune(windows);
  }

  private prune(added: readonly { tUs: number }[]): void {
    this.sincePrune += added.length;
    const newest = added.at(-1);
    if (!newest || this.sincePrune < pruneEvery) return;
    this.sincePrune = 0;
    const spans = this.faults().map(({ startedUs, endedUs }) => [
      startedUs - beforeUs,
      (endedUs ?? Infinity) + afterUs,
    ]);
    const isKept = ({ tUs }: { tUs: number }): boolean =>
      tUs > newest.tUs - beforeUs || spans.some(([fromUs, toUs]) => tUs >= fromUs! && tUs <= toUs!);
    this.seconds = this.seconds.filter(isKept);
    this.windows = this.windows.filter(isKept);
  }
}
