/** One lane's lines on a canvas of its own. While the lanes move, every one of them is drawn in every frame: nothing else is done. */
import { firstAtOrAfter } from '../../profiles/series';
import { seriesColors, type ColorScheme } from '../theme/colors';
import { indexAt } from './combine';
import { decimate, PointBuffer } from './decimate';
import type { Lane, LaneSeries } from './lane-model';
import { LaneRaster, type LineLook } from './lane-raster';

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
const lineWidthPx = 1.25;
const dashPx = { on: 3, off: 2 };
const faintAlpha = 0.69;
const areaAlpha: Record<ColorScheme, number> = { dark: 0.22, light: 0.17 };

/** Where points lie, in px of the device. */
interface Place {
  startUs: number;
  pxPerUs: number;
  pxPerUnit: number;
  bottom: number;
  /** Of the device for one of CSS. */
  ratio: number;
}

/** What is being drawn; made into px in place. */
const points = new PointBuffer();

export class LaneChart {
  readonly canvas = document.createElement('canvas');
  /** Only ever filled with pixels: a graphics processor would have to be given them anyway. */
  private readonly context = this.canvas.getContext('2d', { willReadFrequently: true });
  private raster = new LaneRaster(1, 1);
  private image: ImageData | null = null;
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
    this.raster = new LaneRaster(wide, high);
    this.image = new ImageData(this.raster.bytes, this.raster.width, this.raster.height);
  }

  draw(lane: Lane, window: TimeWindow, scheme: ColorScheme): void {
    const { context, image, raster, width } = this;
    if (!context || !image) return;
    raster.clear();
    const { startUs, endUs } = window;
    const ratio = raster.width / Math.max(1, width);
    const pxPerUs = raster.width / Math.max(1, endUs - startUs);
    // Later ones are drawn below earlier ones.
    for (let i = lane.series.length - 1; i >= 0; i--) {
      const series = lane.series[i];
      if (!series || series.outOfSight || series.collections) continue;
      const max = series.ratio ? 1 : (series.ownMax ?? lane.max);
      const pxPerUnit = (raster.height - roomAbovePx * ratio) / (max > 0 ? max : 1);
      drawSeries(
        raster,
        series,
        window,
        { startUs, pxPerUs, pxPerUnit, bottom: raster.height, ratio },
        scheme,
      );
    }
    context.putImageData(image, 0, 0);
  }
}

function drawSeries(
  raster: LaneRaster,
  series: LaneSeries,
  { startUs, endUs }: TimeWindow,
  place: Place,
  scheme: ColorScheme,
): void {
  const color = seriesColors[scheme][series.name];
  const { column, style } = series;
  const { ratio } = place;
  const bucketUs = Math.max(1, (pxPerBucket * ratio) / Math.max(1e-9, place.pxPerUs));
  // One more on each side, so that lines go on to the edges.
  const from = Math.max(0, indexAt(column.tUs, startUs));
  const end = Math.min(column.tUs.length, firstAtOrAfter(column.tUs, endUs) + 1);
  decimate(column, bucketUs, points, from, end);
  const isLine = style !== 'dots' && style !== 'bars';
  // A single measurement is no line yet: it shows as a dash as wide as a bucket.
  if (isLine && points.length === 1) points.push(points.x[0]! + bucketUs, points.y[0]!);
  toPx(points, place);
  if (style === 'dots') raster.dots(points, dotRadiusPx * ratio, color);
  else if (style === 'bars') raster.bars(points, barWidthPx * ratio, 2 * ratio, color);
  else raster.line(points, lookOf(style, color, ratio, scheme));
}

function lookOf(style: LaneSeries['style'], color: string, ratio: number, scheme: ColorScheme): LineLook {
  const isFaint = style === 'faint';
  return {
    color,
    alpha: isFaint ? faintAlpha : 1,
    thickness: (isFaint ? 1 : lineWidthPx) * ratio,
    areaAlpha: style === 'area' ? areaAlpha[scheme] : 0,
    dash: isFaint ? { on: Math.round(dashPx.on * ratio), off: Math.round(dashPx.off * ratio) } : null,
  };
}

function toPx({ x, y, length }: PointBuffer, { startUs, pxPerUs, pxPerUnit, bottom }: Place): void {
  for (let i = 0; i < length; i++) {
    x[i] = (x[i]! - startUs) * pxPerUs;
    y[i] = bottom - y[i]! * pxPerUnit;
  }
}
