/**
 * The lanes of a run: stacked charts over one time axis. Framework-free: the application wraps it in React, the
 * report uses it as it is.
 */
import type { Collections, Metric } from '../../main/api';
import {
  exactValue,
  formatDurationUs,
  formatNumber,
  formatTime,
  formatValue,
  noValue,
} from '../../profiles/format';
import { collectionTotals, type CollectionTotals } from '../../profiles/series';
import type { TimeRange } from '../../profiles/types';
import { chromeColors, seriesColors } from '../theme/colors';
import { currentColorScheme, onColorSchemeChange } from '../theme/color-scheme';
import { liveWindowEnd, timeTicks } from './axis';
import { indexAt, typicalStep } from './combine';
import { drawMarks, markEndUs, type LaneMark } from './event-marks';
import { faultBands } from './fault-bands';
import { LaneChart, type TimeWindow } from './lane-chart';
import { drawCollections } from './gc-bars';
import {
  buildLanes,
  groupsOf,
  inWindow,
  laneMarks,
  summarise,
  type Lane,
  type LaneSeries,
} from './lane-model';
import { panned, pointsFor, widened, zoomed } from './lane-window';
import { RangeOverlay } from './range-overlay';
import type { LanesData, WantedView } from './types';

/** Width of the column of names and of the column of values; `lanes.css` has the same. */
const gutterPx = 84;
const valuesPx = 144;

interface Row {
  /** With everything there is. */
  whole: Lane;
  /** What is seen of it. */
  lane: Lane;
  element: HTMLElement;
  plot: HTMLElement;
  scale: HTMLElement;
  chart: LaneChart | null;
  /** Drawn by hand: marks, garbage collections. */
  marks: HTMLCanvasElement | null;
  /** Where each series' value is written. */
  values: HTMLElement[];
  /** CSS px; measured when the layout can have changed, since asking for it costs a layout. */
  height: number;
  /** What was drawn last and when; drawing again would show the same. */
  drawn: { key: string; endUs: number; atMs: number } | null;
}

/** While data arrives, a lane is drawn at most this often: twice a second is followed easily, and half the work. */
const liveRedrawMs = 450;
/** Rows are drawn in one frame until this much of it is used; the others in the next. */
const drawMs = 2;

export class LanesView {
  private readonly root = document.createElement('div');
  private readonly rowsBox = document.createElement('div');
  private readonly axis = document.createElement('div');
  /** Lines at the axis' ticks, behind all lanes. */
  private readonly grid = document.createElement('div');
  private readonly bands = document.createElement('div');
  private readonly overlay: RangeOverlay;
  private readonly undo: (() => void)[] = [];
  private rows: Row[] = [];
  private built = false;
  /** Lanes of saved data are made once, however often the window moves. */
  private readonly summaries = new WeakMap<LaneSeries, { key: string; exact: unknown; value: number }>();
  private readonly totals = new WeakMap<object, { key: string; exact: unknown; value: CollectionTotals }>();
  private builtFrom: { data: LanesData; lanes: Lane[] } | null = null;
  private marksOf: { data: LanesData; marks: readonly LaneMark[] } | null = null;
  private data: LanesData = { series: [], marks: [], endUs: 0, live: false, threads: null };
  private range: TimeRange | null = null;
  /** What is looked at; null: all of it, following what arrives. */
  private view: TimeWindow | null = null;
  private readonly onView: (view: WantedView | null) => void;
  private readonly wholeButton = document.createElement('button');
  private collapsed = false;
  private cursorUs: number | null = null;
  private width = 0;
  /** Rows still to be drawn: a few per animation frame, so that no task gets long. */
  private readonly queue = new Set<Row>();
  private request = 0;
  /** What is shown may be something else. */
  private stale = false;
  /** The same is shown in another window. */
  private moved = false;
  /** What stands in the lanes. */
  private metrics: readonly Metric[] = [];
  /** Sizes must be asked for again. */
  private resized = true;
  private axisKey = '';
  /** By their instants. */
  private readonly ticks = new Map<number, HTMLElement>();
  private tickPrecisionUs = 0;
  /** What the values that stand there are of. */
  private valuesOf: { data: LanesData; range: TimeRange | null; rows: readonly Row[] } | null = null;

  constructor(
    host: HTMLElement,
    onRange: (range: TimeRange | null) => void,
    onView: (view: WantedView | null) => void = () => undefined,
  ) {
    this.onView = onView;
    this.root.className = 'sm-lanes-view';
    this.rowsBox.className = 'sm-lanes-rows';
    this.axis.className = 'sm-lanes-axis';
    this.axis.setAttribute('aria-hidden', 'true');
    this.grid.className = 'sm-lanes-grid';
    this.bands.className = 'sm-lanes-bands';
    this.bands.setAttribute('aria-hidden', 'true');
    this.overlay = new RangeOverlay({
      onCursor: (timeUs) => {
        this.cursorUs = timeUs;
        this.writeValues();
      },
      onRange,
      onZoom: (factor, aroundUs) => this.show(zoomed(this.window(), this.wholeWindow(), factor, aroundUs)),
      onPan: (byUs) => this.show(panned(this.window(), this.wholeWindow(), byUs)),
      onView: (view) => this.show(view),
      describe: (timeUs, toleranceUs) => this.eventsAt(timeUs, toleranceUs),
    });
    this.wholeButton.type = 'button';
    this.wholeButton.className = 'sm-lanes-whole';
    this.wholeButton.hidden = true;
    this.wholeButton.addEventListener('click', () => this.show(null));
    this.root.append(this.grid, this.rowsBox, this.axis, this.bands, this.overlay.element, this.wholeButton);
    host.append(this.root);
    const resize = new ResizeObserver(() => {
      this.resized = true;
      this.refresh();
    });
    resize.observe(this.root);
    this.undo.push(
      () => resize.disconnect(),
      onColorSchemeChange(() => this.refresh()),
    );
  }

  /** Takes new data; drawn over the next animation frames. Cheap to call often. */
  update(data: LanesData, range: TimeRange | null, collapsed: boolean): void {
    // A range that was chosen elsewhere must be seen.
    const { view } = this;
    const missed = view && range && (range.endUs <= view.startUs || range.startUs >= view.endUs);
    if (missed && (range.startUs !== this.range?.startUs || range.endUs !== this.range?.endUs))
      this.show(null);
    const onlyRange = data === this.data && collapsed === this.collapsed;
    this.data = data;
    this.range = range;
    this.collapsed = collapsed;
    if (onlyRange) {
      this.overlay.update(this.window(), this.width, range);
      this.writeValues();
    } else this.refresh();
  }

  destroy(): void {
    cancelAnimationFrame(this.request);
    for (const undo of this.undo) undo();
    this.overlay.destroy();
    this.root.remove();
  }

  private window(): TimeWindow {
    return this.view ?? this.wholeWindow();
  }

  private wholeWindow(): TimeWindow {
    const { endUs, live } = this.data;
    return { startUs: 0, endUs: live ? liveWindowEnd(endUs) : Math.max(1000, endUs) };
  }

  private show(wanted: TimeWindow | null): void {
    const whole = this.wholeWindow();
    const view =
      wanted && wanted.endUs - wanted.startUs < (whole.endUs - whole.startUs) * 0.999 ? wanted : null;
    const before = this.view;
    if (before === view || (before && view && sameWindow(before, view))) return;
    this.view = view;
    this.wholeButton.hidden = view === null;
    write(this.wholeButton, this.data.live ? 'follow ⇥' : 'whole run ⤢');
    this.tellView();
    this.request ||= requestAnimationFrame(() => this.work());
    this.moved = true;
  }

  private tellView(): void {
    const { view, metrics } = this;
    this.onView(view && { ...widened(view), seen: view, points: pointsFor(view, this.width), metrics });
  }

  private refresh(): void {
    this.stale = true;
    this.request ||= requestAnimationFrame(() => this.work());
  }

  private work(): void {
    this.request = 0;
    if (this.stale) this.layOut();
    if (this.stale || this.moved) this.place();
    this.stale = this.moved = false;
    const began = performance.now();
    for (const next of this.queue) {
      this.queue.delete(next);
      this.drawRow(next);
      if (performance.now() - began > drawMs) break;
    }
    if (this.queue.size > 0) this.request = requestAnimationFrame(() => this.work());
  }

  private layOut(): void {
    if (!this.builtFrom || this.data.live || !hasSameLanes(this.builtFrom.data, this.data))
      this.builtFrom = { data: this.data, lanes: buildLanes(this.data) };
    const { lanes } = this.builtFrom;
    const shown = this.collapsed ? lanes.slice(0, 1) : lanes;
    const signature = (lane: Lane) =>
      `${lane.name} ${lane.label} ${lane.note ?? ''} ${(lane.legend ?? lane.series).map((series) => series.name).join(',')} ${isByHand(lane)}`;
    const same =
      this.built &&
      shown.length === this.rows.length &&
      shown.every((lane, i) => signature(lane) === signature(this.rows[i]?.lane ?? lane));
    this.root.classList.toggle('sm-lanes-memory', this.data.set === 'memory');
    if (!same) this.rebuild(shown);
    shown.forEach((whole, i) => {
      const row = this.rows[i];
      // What is seen of it is worked out when it is drawn.
      if (row) Object.assign(row, { whole, lane: row.lane.name === whole.name ? row.lane : whole });
    });
    const parts = shown.flatMap(({ series }) => series.flatMap((each) => each.parts));
    this.metrics = [...new Set(parts.map(({ metric }) => metric))];
    if (!same && this.view) this.tellView();
    this.measure();
  }

  /** Everything at its place in the window. */
  private place(): void {
    for (const row of this.rows) {
      if (!this.view) row.lane = row.whole;
      if (this.needsDrawing(row)) this.queue.add(row);
    }
    this.drawAxis();
    this.placeBands();
    this.overlay.update(this.window(), this.width, this.range);
    const { data, range, rows } = this;
    // The window alone changes no value that is not under the crosshair.
    const known = this.valuesOf;
    const isWritten = known?.data === data && known.range === range && known.rows === rows;
    if (!isWritten || data.live || this.cursorUs !== null) this.writeValues();
    this.valuesOf = { data, range, rows };
  }

  private measure(): void {
    if (!this.resized) return;
    this.resized = false;
    this.width = Math.max(0, this.root.clientWidth - gutterPx - valuesPx);
    for (const row of this.rows) row.height = row.plot.clientHeight;
  }

  /** In a long run a pixel is seconds wide: newer data is drawn when it moves something by a pixel. */
  private needsDrawing(row: Row): boolean {
    const window = this.window();
    const key = [
      this.width,
      window.startUs,
      window.endUs,
      row.lane.max,
      this.data.pieces?.length,
      currentColorScheme(),
      this.data.marks.length,
    ].join(' ');
    const usPerPx = (window.endUs - window.startUs) / Math.max(1, this.width);
    const { endUs } = this.data;
    const now = performance.now();
    const same =
      row.drawn?.key === key &&
      this.data.live &&
      (Math.abs(endUs - row.drawn.endUs) < usPerPx || now - row.drawn.atMs < liveRedrawMs);
    if (!same) row.drawn = { key, endUs, atMs: now };
    return !same;
  }

  private rebuild(lanes: readonly Lane[]): void {
    this.built = true;
    this.resized = true;
    this.queue.clear();
    this.rows = lanes.map(makeRow);
    this.rowsBox.replaceChildren(...this.rows.map((row) => row.element));
    if (lanes.length === 0)
      this.rowsBox.append(text('div', 'sm-lanes-none', 'Nothing was measured over time in this session.'));
  }

  private drawRow(row: Row): void {
    if (this.view) row.lane = inWindow(row.whole, this.view, this.data.pieces);
    const { lane, height } = row;
    const scheme = currentColorScheme();
    if (row.chart && this.width > 0) {
      row.chart.resize(this.width, height);
      row.chart.draw(lane, this.window(), scheme, this.data.live);
      write(row.scale, formatValue(lane.max, lane.series[0]?.unit ?? 'count'));
    }
    const context = row.marks?.getContext('2d');
    if (row.marks && context && this.width > 0) {
      if (lane.name === 'gc') write(row.scale, formatValue(lane.max, 'ms'));
      const ratio = devicePixelRatio || 1;
      const size = [Math.round(this.width * ratio), Math.round(height * ratio)] as const;
      if (row.marks.width !== size[0] || row.marks.height !== size[1]) {
        [row.marks.width, row.marks.height] = size;
        row.marks.style.width = `${this.width}px`;
        row.marks.style.height = `${height}px`;
      }
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      const place = { width: this.width, height };
      if (lane.name === 'gc') drawCollections(context, place, lane, this.window(), scheme);
      else {
        drawMarks(context, place, this.marks(), this.window(), chromeColors[scheme]);
      }
    }
    row.values.forEach((value, i) => {
      const series = (lane.legend ?? lane.series)[i];
      const color = series && seriesColors[scheme][series.name];
      // Setting a property to what it is still makes the browser look at all styles below.
      if (color && value.style.getPropertyValue('--series') !== color)
        value.style.setProperty('--series', color);
    });
  }

  private drawAxis(): void {
    const window = this.window();
    const { stepUs, ticks } = timeTicks(window.startUs, window.endUs, Math.max(2, this.width / 90));
    const key = `${window.startUs} ${window.endUs} ${stepUs} ${this.width}`;
    if (key === this.axisKey) return;
    this.axisKey = key;
    const pxPerUs = this.width / (window.endUs - window.startUs);
    const xOf = (at: number) => (at - window.startUs) * pxPerUs;
    // No words for a tick that stands too near to the end to be read.
    const worded = new Set(ticks.filter((at) => xOf(at) <= this.width - 28));
    const precisionUs = Math.min(stepUs, 1_000_000);
    if (precisionUs !== this.tickPrecisionUs) this.removeTicks(() => true);
    this.tickPrecisionUs = precisionUs;
    this.removeTicks((at) => !worded.has(at));
    // Moved, not written and laid out anew: those that stay have their words.
    for (const at of worded) {
      let tick = this.ticks.get(at);
      if (!tick) {
        tick = text('span', 'sm-lanes-tick', formatTime(at, precisionUs));
        this.ticks.set(at, tick);
        this.axis.append(tick);
      }
      tick.style.transform = `translateX(${xOf(at)}px)`;
    }
    this.grid.style.backgroundSize = `${stepUs * pxPerUs}px 100%`;
    this.grid.style.backgroundPosition = `${xOf(ticks[0] ?? window.startUs)}px 0`;
  }

  private removeTicks(which: (at: number) => boolean): void {
    for (const [at, tick] of this.ticks) {
      if (!which(at)) continue;
      tick.remove();
      this.ticks.delete(at);
    }
  }

  /** Faults over all lanes: what broke, beside what came of it. */
  private placeBands(): void {
    const { startUs, endUs } = this.window();
    const seen = faultBands(this.data.marks, this.data.endUs).filter(
      (band) => band.endUs >= startUs && band.startUs <= endUs,
    );
    while (this.bands.childElementCount > seen.length) this.bands.lastElementChild?.remove();
    while (this.bands.childElementCount < seen.length) this.bands.append(text('div', 'sm-lanes-band'));
    const percent = (at: number) => ((at - startUs) / Math.max(1, endUs - startUs)) * 100;
    seen.forEach((band, i) => {
      const element = this.bands.children[i];
      if (!(element instanceof HTMLElement)) return;
      element.style.left = `${percent(band.startUs)}%`;
      element.style.width = `${percent(band.endUs) - percent(band.startUs)}%`;
      element.classList.toggle('sm-lanes-band-lasts', band.lasts);
    });
  }

  /** The value at the crosshair; without one the newest (live), or what sums up the range or the run. */
  private writeValues(): void {
    for (const row of this.rows)
      row.values.forEach((element, i) => {
        const legend = row.lane.legend ?? row.lane.series;
        const series = legend[i];
        const whole = (row.whole.legend ?? row.whole.series)[i];
        if (!series || !whole) return;
        const { value, how, more = '' } = this.valueOf(series, whole);
        const written = element.lastElementChild;
        if (!(written instanceof HTMLElement)) return;
        write(written, Number.isNaN(value) ? noValue : formatValue(value, series.unit));
        const title = Number.isNaN(value) ? '' : `${how} ${exactValue(value, series.unit)}${more}`.trim();
        if (element.title !== title) element.title = title;
        const label = element.children[1];
        if (label) write(label, how === '' || legend.length > 1 ? series.label : how);
      });
  }

  private valueOf(series: LaneSeries, whole: LaneSeries): { value: number; how: string; more?: string } {
    const { column, summary } = series;
    if (series.collections) return this.collectionsValue(series.collections, whole.collections ?? []);
    if (this.cursorUs === null && (!this.data.live || this.range))
      return {
        value: this.summaryOf(whole),
        how: { mean: 'mean', max: 'max', min: 'min', sum: 'total', last: 'last' }[summary],
      };
    const at = this.cursorUs ?? this.data.endUs;
    const index = indexAt(column.tUs, at);
    const age = at - (column.tUs[index] ?? 0);
    const fresh = index >= 0 && age <= Math.max(3_000_000, 4 * typicalStep(column.tUs));
    return { value: fresh ? (column.values[index] ?? Number.NaN) : Number.NaN, how: '' };
  }

  /** Of lanes that stay as they are, kept: the window and the crosshair move often. */
  private summaryOf(series: LaneSeries): number {
    const { range } = this;
    const key = range ? `${range.startUs} ${range.endUs}` : '';
    const exact = range && this.exactlyOf(range);
    const known = this.summaries.get(series);
    if (known?.key === key && known.exact === exact) return known.value;
    const value = summarise(series, range);
    this.summaries.set(series, { key, exact, value });
    return value;
  }

  private totalsOf(of: readonly Collections[], range: TimeRange | null): CollectionTotals {
    const key = range ? `${range.startUs} ${range.endUs}` : '';
    const exact = range && this.exactlyOf(range);
    const known = this.totals.get(of);
    if (known?.key === key && known.exact === exact && !this.data.live) return known.value;
    const value = collectionTotals(exact ? groupsOf(of, exact) : of, range);
    this.totals.set(of, { key, exact, value });
    return value;
  }

  /** The piece with the exact numbers of a range, once it is there. */
  private exactlyOf(range: TimeRange) {
    return this.data.pieces?.findLast((each) => sameWindow(each, range)) ?? null;
  }

  /** The pauses near the crosshair; without one those of the range or of the run. */
  private collectionsValue(
    seen: readonly Collections[],
    all: readonly Collections[],
  ): { value: number; how: string; more: string } {
    const { cursorUs } = this;
    const near = cursorUs === null ? null : this.around(cursorUs);
    const totals = near ? collectionTotals(seen, near) : this.totalsOf(all, this.range);
    const { count, pauseMs, freedBytes, longestMs } = totals;
    return {
      value: count > 0 ? pauseMs : Number.NaN,
      how: 'total',
      more:
        ` in ${formatNumber(count)} collection${count === 1 ? '' : 's'}, longest ${formatDurationUs(longestMs * 1000)}` +
        (freedBytes > 0 ? `, ${formatValue(freedBytes, 'bytes')} freed` : ''),
    };
  }

  /** Made once: there can be thousands, and the pointer asks for them at every step. */
  private marks(): readonly LaneMark[] {
    const { data } = this;
    if (this.marksOf?.data !== data || data.live)
      this.marksOf = { data, marks: laneMarks(data.marks, data.threads, data.endUs) };
    return this.marksOf.marks;
  }

  /** What a few pixels at the crosshair stand for. */
  private around(timeUs: number): TimeWindow {
    const window = this.window();
    const slackUs = ((window.endUs - window.startUs) / Math.max(1, this.width)) * 3;
    return { startUs: timeUs - slackUs, endUs: timeUs + slackUs };
  }

  private collectionsAt(timeUs: number): string[] {
    const lane = this.rows.find((row) => row.lane.name === 'gc')?.lane;
    if (this.data.set !== 'memory' || !lane) return [];
    return lane.series.flatMap(({ label, collections = [] }) => {
      const { count, pauseMs, freedBytes } = collectionTotals(collections, this.around(timeUs));
      if (count === 0) return [];
      const times = count === 1 ? '' : ` × ${formatNumber(count)}`;
      const freed = freedBytes > 0 ? `, ${formatValue(freedBytes, 'bytes')} freed` : '';
      return [`GC ${label}${times}  ${formatDurationUs(pauseMs * 1000)}${freed}`];
    });
  }

  private eventsAt(timeUs: number, toleranceUs: number): string {
    const collections = this.collectionsAt(timeUs);
    const marks = this.marks()
      .filter((mark) => timeUs >= mark.tUs - toleranceUs && timeUs <= markEndUs(mark) + toleranceUs)
      .slice(0, 4)
      .map((mark) => {
        const durationMs = 'durationMs' in mark ? mark.durationMs : undefined;
        const length = durationMs === undefined ? '' : ` (${formatDurationUs(durationMs * 1000)})`;
        // Blocks say their length in their words; of faults a length in the words is of something else.
        const isSaid = mark.kind !== 'fault' && mark.text.includes('ms');
        return `${formatTime(mark.tUs)}  ${mark.text}${isSaid ? '' : length}`;
      });
    return [...marks, ...collections].join('\n');
  }
}

function isByHand(lane: Lane): boolean {
  return lane.name === 'events' || lane.series.some(({ collections }) => collections);
}

function sameWindow(one: TimeWindow, other: TimeWindow): boolean {
  return one.startUs === other.startUs && one.endUs === other.endUs;
}

/** Finer pieces change no lane: only what is drawn of it. */
function hasSameLanes(one: LanesData, other: LanesData): boolean {
  return (
    one.series === other.series &&
    one.collections === other.collections &&
    one.marks === other.marks &&
    one.set === other.set &&
    one.live === other.live &&
    one.threads === other.threads &&
    one.cpuFromSamples === other.cpuFromSamples
  );
}

function makeRow(lane: Lane): Row {
  const element = text('div', `sm-lane sm-lane-${lane.name}`);
  if (lane.note !== undefined) element.classList.add('sm-lane-quiet');
  element.dataset['lane'] = lane.name;
  const plot = text('div', 'sm-lane-plot');
  const scale = text('span', 'sm-lane-scale');
  const valuesBox = text('div', 'sm-lane-values');
  const values = (lane.legend ?? lane.series).map((series) => {
    const value = text('div', 'sm-lane-value');
    value.append(
      text('i', 'sm-lane-dot'),
      text('span', 'sm-lane-series', series.label),
      text('b', '', noValue),
    );
    valuesBox.append(value);
    return value;
  });
  const byHand = isByHand(lane);
  const chart = lane.series.length > 0 && !byHand ? new LaneChart() : null;
  const marks = byHand ? document.createElement('canvas') : null;
  if (chart) plot.append(chart.canvas, scale);
  if (marks) plot.append(marks);
  if (marks && lane.name === 'gc') plot.append(scale);
  if (lane.note !== undefined) plot.append(text('span', 'sm-lane-note', lane.note));
  element.append(text('div', 'sm-lane-name', lane.label), plot, valuesBox);
  return { whole: lane, lane, element, plot, scale, chart, marks, values, height: 0, drawn: null };
}

/** Sets text only where it differs: the same text again would still cost a layout. */
function write(element: Element, content: string): void {
  if (element.textContent !== content) element.textContent = content;
}

function text(tag: string, className: string, content = ''): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = content;
  return made;
}
