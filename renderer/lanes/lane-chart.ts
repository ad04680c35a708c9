/**
 * One lane's lines on a canvas of its own. While the lanes move, every one of them is drawn in every frame: nothing else is
 * done. One that moves by whole pixels keeps what it shows, and only what comes in is drawn.
 */
import { firstAtOrAfter } from '../../profiles/series';
import { seriesColors, type ColorScheme } from '../theme/colors';
import { indexAt, type Column } from './combine';
import { decimate, gapOf, PointBuffer } from './decimate';
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

/** A dot reaches so far beyond its place, an edge of a line less: what stands this near to the old edge is drawn again. */
const overlapPx = 4;
/** A picture that has moved by less beside whole px stays as it is. */
const sameWithinPx = 0.01;

/** Where points lie, in px of the device. */
interface Place {
  startUs: number;
  pxPerUs: number;
  bottom: number;
  /** Of the device for one of CSS. */
  ratio: number;
  /** The columns that are drawn. */
  from: number;
  end: number;
  /** How many columns the picture has moved to the left since dashes began at its edge. */
  moved: number;
}

/** What a picture shows of a series. */
interface Shown {
  column: Column;
  pxPerUnit: number;
  style: LaneSeries['style'];
  name: LaneSeries['name'];
  gapUs: number;
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
  /** What the picture shows; null: it must be drawn anew. */
  private shown: { scheme: ColorScheme; place: Place; series: Shown[] } | null = null;

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
    this.shown = null;
  }

  /** @param grows the lane's columns may have grown in place since it was drawn last */
  draw(lane: Lane, window: TimeWindow, scheme: ColorScheme, grows: boolean): void {
    const { context, image } = this;
    if (!context || !image) return;
    const by = grows || !this.showsSame(lane, scheme) ? null : this.movedBy(window);
    if (by === 0) return;
    if (by === null) this.drawAnew(lane, window, scheme);
    else this.move(by);
    context.putImageData(image, 0, 0);
  }

  private drawAnew(lane: Lane, { startUs, endUs }: TimeWindow, scheme: ColorScheme): void {
    const { raster, width } = this;
    const place: Place = {
      startUs,
      pxPerUs: raster.width / Math.max(1, endUs - startUs),
      bottom: raster.height,
      ratio: raster.width / Math.max(1, width),
      from: 0,
      end: raster.width,
      moved: 0,
    };
    raster.clear();
    const series = drawnOf(lane).map((each): Shown => {
      const { column, name, style } = each;
      const [from, end] = pointsIn(column, place);
      const pxPerUnit = this.pxPerUnit(lane, each, place.ratio);
      return { column, pxPerUnit, style, name, gapUs: gapOf(column.tUs, from, end) };
    });
    for (const each of series) drawSeries(raster, each, place, scheme);
    this.shown = { scheme, place, series };
  }

  /** Keeps what stays in sight, and draws what comes in. */
  private move(by: number): void {
    const { raster, shown } = this;
    if (!shown) return;
    const { place, series, scheme } = shown;
    const overlap = Math.ceil(overlapPx * place.ratio);
    raster.shift(by);
    place.startUs += by / place.pxPerUs;
    place.moved += by;
    place.from = by > 0 ? Math.max(0, raster.width - by - overlap) : 0;
    place.end = by > 0 ? raster.width : Math.min(raster.width, overlap - by);
    raster.clear(place.from, place.end);
    for (const each of series) drawSeries(raster, each, place, scheme);
  }

  private pxPerUnit(lane: Lane, series: LaneSeries, ratio: number): number {
    const max = series.ratio ? 1 : (series.ownMax ?? lane.max);
    return (this.raster.height - roomAbovePx * ratio) / (max > 0 ? max : 1);
  }

  /** Whether it is a picture of the same lines, of whatever window. */
  private showsSame(lane: Lane, scheme: ColorScheme): boolean {
    const { shown } = this;
    if (shown?.scheme !== scheme) return false;
    const drawn = drawnOf(lane);
    return (
      drawn.length === shown.series.length &&
      drawn.every((series, i) => {
        const known = shown.series[i];
        return (
          known?.column === series.column &&
          known.name === series.name &&
          known.style === series.style &&
          known.pxPerUnit === this.pxPerUnit(lane, series, shown.place.ratio)
        );
      })
    );
  }

  /** By how many whole columns the picture must move to the left; null when that does not make it the window's. */
  private movedBy({ startUs, endUs }: TimeWindow): number | null {
    if (!this.shown) return null;
    const { width } = this.raster;
    const { place } = this.shown;
    const wide = (endUs - startUs) * place.pxPerUs;
    const px = (startUs - place.startUs) * place.pxPerUs;
    const by = Math.round(px);
    if (Math.abs(wide - width) > sameWithinPx || Math.abs(px - by) > sameWithinPx) return null;
    return Math.abs(by) < width ? by : null;
  }
}

/** Later ones are drawn below earlier ones. */
function drawnOf(lane: Lane): LaneSeries[] {
  return lane.series.filter(({ outOfSight, collections }) => !outOfSight && !collections).reverse();
}

/**
 * The points that a picture's columns need, from index to index: whole buckets, so that the same are drawn in every window,
 * and one more on each side, so that lines go on to the edges.
 */
function pointsIn({ tUs }: Column, place: Place): [from: number, end: number] {
  const { startUs, pxPerUs, ratio } = place;
  const margin = overlapPx * ratio;
  const bucketUs = bucketOf(place);
  const first = Math.max(0, indexAt(tUs, startUs + (place.from - margin) / pxPerUs));
  const last = Math.min(tUs.length - 1, firstAtOrAfter(tUs, startUs + (place.end + margin) / pxPerUs));
  if (last < 0) return [0, 0];
  const from = firstAtOrAfter(tUs, Math.floor(tUs[first]! / bucketUs) * bucketUs);
  const end = firstAtOrAfter(tUs, (Math.floor(tUs[last]! / bucketUs) + 1) * bucketUs);
  return [Math.min(from, first), Math.max(end, last + 1)];
}

function bucketOf({ pxPerUs, ratio }: Place): number {
  return Math.max(1, (pxPerBucket * ratio) / Math.max(1e-9, pxPerUs));
}

function drawSeries(
  raster: LaneRaster,
  { column, pxPerUnit, style, name, gapUs }: Shown,
  place: Place,
  scheme: ColorScheme,
): void {
  const color = seriesColors[scheme][name];
  const { ratio, moved } = place;
  const [from, end] = pointsIn(column, place);
  decimate(column, bucketOf(place), points, from, end, gapUs);
  const isLine = style !== 'dots' && style !== 'bars';
  // A single measurement is no line yet: it shows as a dash as wide as a bucket.
  if (isLine && column.tUs.length === 1) points.push(points.x[0]! + bucketOf(place), points.y[0]!);
  toPx(points, place, pxPerUnit);
  if (style === 'dots') raster.dots(points, dotRadiusPx * ratio, color);
  else if (style === 'bars') raster.bars(points, barWidthPx * ratio, 2 * ratio, color);
  else raster.line(points, lookOf(style, color, ratio, scheme), moved);
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

function toPx({ x, y, length }: PointBuffer, { startUs, pxPerUs, bottom }: Place, pxPerUnit: number): void {
  for (let i = 0; i < length; i++) {
    x[i] = (x[i]! - startUs) * pxPerUs;
    y[i] = bottom - y[i]! * pxPerUnit;
  }
}
