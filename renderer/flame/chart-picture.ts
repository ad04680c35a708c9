/** Calls in order of time, as the canvas sees them. */
import { formatNumber, formatPercent, formatValue } from '../../profiles/format';
import type { ChartLayout, ChartTrack } from '../../profiles/flame-chart';
import type { TimeRange } from '../../profiles/types';
import { callFacts, callLabel, factsSentence, type FrameFacts } from './frame-text';
import { boxAt, firstRightOf, leftOf, rightOf, rowOfBox, type Picture } from './picture';

export class ChartPicture implements Picture {
  readonly kind = 'chart';
  readonly unit = 'microseconds';
  readonly layout: ChartLayout;
  readonly frames;
  readonly rows: number;
  readonly rowStart: Int32Array;
  readonly x0: Uint32Array;
  readonly x1: Uint32Array;
  readonly perX: number;
  readonly width: number;
  readonly origin: number;
  readonly frame: Int32Array;
  readonly detail;
  readonly bands: { row: number; title: string }[];
  private readonly runWeight: number;
  /** Time in which something was on the stack, all threads together; computed when first asked for. */
  private knownBusyUs = -1;

  constructor(layout: ChartLayout, options: { runWeight?: number } = {}) {
    this.layout = layout;
    this.frames = layout.frames;
    this.rows = layout.rows;
    this.rowStart = layout.rowStart;
    this.x0 = layout.x0;
    this.x1 = layout.x1;
    this.perX = layout.tickUs;
    this.width = layout.length > 0 ? layout.endUs - layout.startUs : 0;
    this.origin = layout.startUs;
    this.frame = layout.frame;
    this.detail = layout.detail;
    this.runWeight = options.runWeight ?? 0;
    this.bands = layout.tracks
      .filter((track) => track.titleRow >= 0)
      .map((track) => ({ row: track.titleRow, title: track.title }));
  }

  get busyUs(): number {
    if (this.knownBusyUs >= 0) return this.knownBusyUs;
    let ticks = 0;
    for (const { firstRow, rows } of this.layout.tracks) {
      if (rows === 0) continue;
      const end = this.rowStart[firstRow + 1] ?? 0;
      for (let position = this.rowStart[firstRow] ?? 0; position < end; position++)
        ticks += (this.x1[position] ?? 0) - (this.x0[position] ?? 0);
    }
    return (this.knownBusyUs = ticks * this.perX);
  }

  trackOf(row: number): ChartTrack | undefined {
    return this.layout.tracks.find(({ firstRow, rows }) => row >= firstRow && row < firstRow + rows);
  }

  labelOf(position: number): string {
    return callLabel(this.frames, this.frame[position] ?? 0);
  }

  factsOf(position: number): FrameFacts {
    const time = this.timeOf(position);
    const track = this.layout.tracks.length > 1 ? this.trackOf(rowOfBox(this, position)) : undefined;
    return callFacts(this.frames, this.frame[position] ?? 0, {
      startUs: time.startUs,
      durationUs: this.totalOf(position),
      selfUs: this.selfOf(position),
      busyUs: this.busyUs,
      runUs: this.runWeight,
      thread: track?.title ?? '',
    });
  }

  sentenceOf(position: number): string {
    return factsSentence(this.factsOf(position));
  }

  summary(): string {
    if (this.width <= 0 || this.layout.length === 0) return 'Flame chart, empty';
    const { tracks, length } = this.layout;
    const threads = tracks.length === 1 ? 'one thread' : `${formatNumber(tracks.length)} threads`;
    let longest = -1;
    // No call is longer than its caller: the outermost ones will do.
    for (const { firstRow, rows } of tracks)
      for (let at = this.rowStart[firstRow] ?? 0; at < (this.rowStart[firstRow + 1] ?? 0) && rows > 0; at++)
        if (longest < 0 || this.totalOf(at) > this.totalOf(longest)) longest = at;
    return (
      `Flame chart of ${formatValue(this.width, 'microseconds')} of ${threads}, ${formatNumber(length)} calls, ` +
      `busy ${formatPercent(this.busyUs / (this.width * Math.max(1, tracks.length)))}. ` +
      `Longest call: ${this.sentenceOf(longest)}. Arrow keys move, Enter zooms.`
    );
  }

  parentOf(position: number): number {
    const row = rowOfBox(this, position);
    const track = this.trackOf(row);
    return track && row > track.firstRow ? this.boxOver(row - 1, position) : -1;
  }

  /** Times are rounded to ticks alike in all rows, so a caller's box covers its callee's. */
  private boxOver(row: number, position: number): number {
    return boxAt(this, row, leftOf(this, position));
  }

  /** The first call from here. */
  calleeOf(position: number): number {
    const row = rowOfBox(this, position);
    const track = this.trackOf(row);
    if (!track || row + 1 >= track.firstRow + track.rows) return -1;
    const first = firstRightOf(this, row + 1, leftOf(this, position));
    const inRow = first < (this.rowStart[row + 2] ?? 0);
    return inRow && leftOf(this, first) < rightOf(this, position) ? first : -1;
  }

  selfOf(position: number): number {
    const row = rowOfBox(this, position);
    const first = this.calleeOf(position);
    if (first < 0) return this.totalOf(position);
    const end = this.rowStart[row + 2] ?? 0;
    const right = this.x1[position] ?? 0;
    let ticks = right - (this.x0[position] ?? 0);
    for (let callee = first; callee < end && (this.x0[callee] ?? 0) < right; callee++)
      ticks -= (this.x1[callee] ?? 0) - (this.x0[callee] ?? 0);
    return ticks * this.perX;
  }

  totalOf(position: number): number {
    return ((this.x1[position] ?? 0) - (this.x0[position] ?? 0)) * this.perX;
  }

  timeOf(position: number): TimeRange {
    return {
      startUs: this.origin + leftOf(this, position),
      endUs: this.origin + rightOf(this, position),
    };
  }

  isRoot(): boolean {
    return false;
  }

  selfByFrame(): Float64Array {
    const { x0, x1, frame } = this;
    const ticks = new Float64Array(this.frames.length);
    this.forEachWithCaller((position, caller) => {
      const width = (x1[position] ?? 0) - (x0[position] ?? 0);
      const own = frame[position] ?? 0;
      ticks[own] = (ticks[own] ?? 0) + width;
      if (caller < 0) return;
      const above = frame[caller] ?? 0;
      ticks[above] = (ticks[above] ?? 0) - width;
    });
    return ticks.map((own) => own * this.perX);
  }

  /** Of the busy time, in which at least one match is on the stack. */
  searchShare(found: Uint8Array): number {
    const { x0, x1, frame } = this;
    const inside = new Uint8Array(this.layout.length);
    let ticks = 0;
    this.forEachWithCaller((position, caller) => {
      if (caller >= 0 && inside[caller] === 1) inside[position] = 1;
      else if (found[frame[position] ?? 0] === 1) {
        inside[position] = 1;
        ticks += (x1[position] ?? 0) - (x0[position] ?? 0);
      }
    });
    return this.busyUs > 0 ? (ticks * this.perX) / this.busyUs : 0;
  }

  /** Goes through all boxes, callers before callees; the caller of an outermost box is -1. */
  private forEachWithCaller(visit: (position: number, caller: number) => void): void {
    const { rowStart, x0, x1 } = this;
    for (const { firstRow, rows } of this.layout.tracks)
      for (let row = firstRow; row < firstRow + rows; row++) {
        const start = rowStart[row] ?? 0;
        const end = rowStart[row + 1] ?? 0;
        let caller = row > firstRow ? (rowStart[row - 1] ?? 0) : -1;
        for (let position = start; position < end; position++) {
          const left = x0[position] ?? 0;
          if (caller >= 0) while (caller < start - 1 && (x1[caller] ?? 0) <= left) caller++;
          visit(position, caller);
        }
      }
  }

  /** The box of the same function that was open in the same row at the same time. */
  following(previous: Picture): (position: number) => number {
    if (!(previous instanceof ChartPicture)) return () => -1;
    return (position) => {
      if (position < 0) return -1;
      const oldRow = rowOfBox(previous, position);
      const oldTrack = previous.trackOf(oldRow);
      const track = oldTrack && this.layout.tracks.find(({ key }) => key === oldTrack.key);
      if (!track) return -1;
      const row = track.firstRow + oldRow - oldTrack.firstRow;
      const { startUs, endUs } = previous.timeOf(position);
      const at = boxAt(this, row, (startUs + endUs) / 2 - this.origin);
      if (at < 0 || row >= track.firstRow + track.rows) return -1;
      return this.labelOf(at) === previous.labelOf(position) ? at : -1;
    };
  }
}
