/** One lane's lines on a canvas of its own. While the lanes move, every one of them is drawn in every frame: nothing else is done. */
import { seriesColors, type ColorScheme } from '../theme/colors';
import { decimate, type ChartPoint } from './decimate';
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

/** Where a point lies, in CSS px. */
interface Place {
  x: (timeUs: number) => number;
  y: (value: number) => number;
  bottom: number;
}

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

  draw(lane: Lane, { startUs, endUs }: TimeWindow, scheme: ColorScheme): void {
    const { context, width, height } = this;
    if (!context) return;
    context.clearRect(0, 0, width, height);
    const pxPerUs = width / Math.max(1, endUs - startUs);
    const bucketUs = Math.max(1, pxPerBucket / Math.max(1e-9, pxPerUs));
    const place = (max: number): Place => {
      const pxPerUnit = (height - roomAbovePx) / (max > 0 ? max : 1);
      return {
        x: (timeUs) => (timeUs - startUs) * pxPerUs,
        y: (value) => height - value * pxPerUnit,
        bottom: height,
      };
    };
    // Later ones are drawn below earlier ones.
    for (let i = lane.series.length - 1; i >= 0; i--) {
      const series = lane.series[i];
      if (series && !series.outOfSight && !series.collections)
        drawSeries(context, series, bucketUs, place(series.ratio ? 1 : (series.ownMax ?? lane.max)), scheme);
    }
  }
}

function drawSeries(
  context: CanvasRenderingContext2D,
  series: LaneSeries,
  bucketUs: number,
  place: Place,
  scheme: ColorScheme,
): void {
  const color = seriesColors[scheme][series.name];
  const points = decimate(series.column, bucketUs);
  if (series.style === 'dots') drawDots(context, points, place, color);
  else if (series.style === 'bars') drawBars(context, points, place, color);
  else {
    // A single measurement is no line yet: it shows as a dash as wide as a bucket.
    const [only] = points;
    if (only && points.length === 1) points.push({ x: only.x + bucketUs, y: only.y });
    const faint = series.style === 'faint';
    if (series.style === 'area')
      fillBelow(context, points, place, `${color}${scheme === 'dark' ? '38' : '2c'}`);
    context.strokeStyle = faint ? `${color}b0` : color;
    context.lineWidth = faint ? 1 : 1.25;
    context.lineJoin = 'round';
    context.setLineDash(faint ? [3, 2] : []);
    strokeAlong(context, points, place);
  }
}

/** A point without a value breaks the line. */
function strokeAlong(
  context: CanvasRenderingContext2D,
  points: readonly ChartPoint[],
  { x, y }: Place,
): void {
  context.beginPath();
  let drawing = false;
  for (const point of points) {
    if (Number.isNaN(point.y)) drawing = false;
    else if (drawing) context.lineTo(x(point.x), y(point.y));
    else {
      context.moveTo(x(point.x), y(point.y));
      drawing = true;
    }
  }
  context.stroke();
}

function fillBelow(
  context: CanvasRenderingContext2D,
  points: readonly ChartPoint[],
  { x, y, bottom }: Place,
  color: string,
): void {
  context.fillStyle = color;
  context.beginPath();
  let last: ChartPoint | null = null;
  for (const point of points) {
    if (Number.isNaN(point.y)) {
      if (last) context.lineTo(x(last.x), bottom);
      last = null;
      continue;
    }
    if (!last) context.moveTo(x(point.x), bottom);
    context.lineTo(x(point.x), y(point.y));
    last = point;
  }
  if (last) context.lineTo(x(last.x), bottom);
  context.fill();
}

function drawDots(
  context: CanvasRenderingContext2D,
  points: readonly ChartPoint[],
  { x, y }: Place,
  color: string,
): void {
  context.fillStyle = color;
  context.beginPath();
  for (const point of points) {
    if (Number.isNaN(point.y)) continue;
    const atX = x(point.x);
    const atY = y(point.y);
    context.moveTo(atX + dotRadiusPx, atY);
    context.arc(atX, atY, dotRadiusPx, 0, 2 * Math.PI);
  }
  context.fill();
}

function drawBars(
  context: CanvasRenderingContext2D,
  points: readonly ChartPoint[],
  { x, y, bottom }: Place,
  color: string,
): void {
  context.fillStyle = color;
  for (const point of points) {
    if (!(point.y > 0)) continue;
    const top = Math.min(y(point.y), bottom - 2);
    context.fillRect(x(point.x) - barWidthPx / 2, top, barWidthPx, bottom - top);
  }
}
