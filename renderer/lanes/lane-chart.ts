/** One lane's lines on a canvas of its own. While the lanes move, every one of them is drawn in every frame: nothing else is done. */
import { firstAtOrAfter } from '../../profiles/series';
import { seriesColors, type ColorScheme } from '../theme/colors';
import { indexAt } from './combine';
import { decimate, PointBuffer } from './decimate';
import type { Lane, LaneSeries } from './lane-model';

export interface TimeWindow {
  startUs: number;
  endUs: number;
}

/** Up to four points each: finer than the line is wide would only cost time. */
const pxPerBucket = 3;
/** So that a peak is not cut in half by the edge. */
const roomAbovePx = 3;
const dotRadiusPx = 2;
const barWidthPx = 2;

/** Where points lie, in CSS px. */
interface Place {
  startUs: number;
  pxPerUs: number;
  pxPerUnit: number;
  bottom: number;
}

/** What is being drawn; made into px in place. */
const points = new PointBuffer();

export class LaneChart {
  readonly canvas = document.createElement('canvas');
  private readonly context = this.canvas.getContext('2d');
  private width = 0;
  private height = 0;

  constructor() {
    this.canvas.setAttribute('aria-hidden', 'true');
  }

  /** CSS px. */
  resize(width: number, height: number): void {
    const ratio = devicePixelRatio || 1;
    const wide = Math.round(width * ratio);
    const high = Math.round(height * ratio);
    const isSame = width === this.width && height === this.height;
    if (isSame && wide === this.canvas.width && high === this.canvas.height) return;
    this.width = width;
    this.height = height;
    this.canvas.width = wide;
    this.canvas.height = high;
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
    this.context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  draw(lane: Lane, window: TimeWindow, scheme: ColorScheme): void {
    const { context, width, height } = this;
    if (!context) return;
    context.clearRect(0, 0, width, height);
    const { startUs, endUs } = window;
    const pxPerUs = width / Math.max(1, endUs - startUs);
    // Later ones are drawn below earlier ones.
    for (let i = lane.series.length - 1; i >= 0; i--) {
      const series = lane.series[i];
      if (!series || series.outOfSight || series.collections) continue;
      const max = series.ratio ? 1 : (series.ownMax ?? lane.max);
      const pxPerUnit = (height - roomAbovePx) / (max > 0 ? max : 1);
      drawSeries(context, series, window, { startUs, pxPerUs, pxPerUnit, bottom: height }, scheme);
    }
  }
}

function drawSeries(
  context: CanvasRenderingContext2D,
  series: LaneSeries,
  { startUs, endUs }: TimeWindow,
  place: Place,
  scheme: ColorScheme,
): void {
  const color = seriesColors[scheme][series.name];
  const { column, style } = series;
  const bucketUs = Math.max(1, pxPerBucket / Math.max(1e-9, place.pxPerUs));
  // One more on each side, so that lines go on to the edges.
  const from = Math.max(0, indexAt(column.tUs, startUs));
  const end = Math.min(column.tUs.length, firstAtOrAfter(column.tUs, endUs) + 1);
  decimate(column, bucketUs, points, from, end);
  const isLine = style !== 'dots' && style !== 'bars';
  // A single measurement is no line yet: it shows as a dash as wide as a bucket.
  if (isLine && points.length === 1) points.push(points.x[0]! + bucketUs, points.y[0]!);
  toPx(points, place);
  if (style === 'dots') drawDots(context, color);
  else if (style === 'bars') drawBars(context, place.bottom, color);
  else {
    const faint = style === 'faint';
    const below = style === 'area' ? `${color}${scheme === 'dark' ? '38' : '2c'}` : null;
    context.strokeStyle = faint ? `${color}b0` : color;
    context.lineWidth = faint ? 1 : 1.25;
    context.lineJoin = 'round';
    context.setLineDash(faint ? [3, 2] : []);
    drawLine(context, place.bottom, below);
  }
}

function toPx({ x, y, length }: PointBuffer, { startUs, pxPerUs, pxPerUnit, bottom }: Place): void {
  for (let i = 0; i < length; i++) {
    x[i] = (x[i]! - startUs) * pxPerUs;
    y[i] = bottom - y[i]! * pxPerUnit;
  }
}

/** A point without a value breaks the line. Each stretch is one path: filled down to the bottom, if wanted, and stroked. */
function drawLine(context: CanvasRenderingContext2D, bottom: number, below: string | null): void {
  const { x, y, length } = points;
  const lines: Path2D[] = [];
  if (below !== null) context.fillStyle = below;
  for (let from = 0; from < length; from++) {
    if (Number.isNaN(y[from]!)) continue;
    const line = new Path2D();
    line.moveTo(x[from]!, y[from]!);
    let to = from + 1;
    for (; to < length && !Number.isNaN(y[to]!); to++) line.lineTo(x[to]!, y[to]!);
    lines.push(line);
    if (below !== null) {
      // A copy made by the browser costs a fraction of the calls.
      const area = new Path2D(line);
      area.lineTo(x[to - 1]!, bottom);
      area.lineTo(x[from]!, bottom);
      context.fill(area);
    }
    from = to;
  }
  for (const line of lines) context.stroke(line);
}

function drawDots(context: CanvasRenderingContext2D, color: string): void {
  const { x, y, length } = points;
  context.fillStyle = color;
  context.beginPath();
  for (let i = 0; i < length; i++) {
    if (Number.isNaN(y[i]!)) continue;
    context.moveTo(x[i]! + dotRadiusPx, y[i]!);
    context.arc(x[i]!, y[i]!, dotRadiusPx, 0, 2 * Math.PI);
  }
  context.fill();
}

function drawBars(context: CanvasRenderingContext2D, bottom: number, color: string): void {
  const { x, y, length } = points;
  context.fillStyle = color;
  for (let i = 0; i < length; i++) {
    // What is nothing, or was not measured, has no bar.
    if (!(y[i]! < bottom)) continue;
    const top = Math.min(y[i]!, bottom - 2);
    context.fillRect(x[i]! - barWidthPx / 2, top, barWidthPx, bottom - top);
  }
}
