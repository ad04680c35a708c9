/** One lane's lines, drawn by chart.js with everything off that costs time or attention. */
import {
  BarController,
  BarElement,
  Chart,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  type ChartDataset,
  type LinearScaleOptions,
  type Tick,
} from 'chart.js';
import { seriesColors, type ColorScheme } from '../theme/colors';
import { decimate, type ChartPoint } from './decimate';
import type { Lane, LaneSeries } from './lane-model';

/** An axis nobody sees: working out ticks and their words took most of the time of an update. */
class BareScale extends LinearScale {
  static override id = 'bare' as const;
  static override defaults = LinearScale.defaults;

  override buildTicks(): Tick[] {
    return [];
  }
}

declare module 'chart.js' {
  interface CartesianScaleTypeRegistry {
    bare: { options: LinearScaleOptions };
  }
}

Chart.register(BarController, BarElement, BareScale, Filler, LineController, LineElement, PointElement);

type LaneDataset = ChartDataset<'line' | 'bar', ChartPoint[]>;

export interface TimeWindow {
  startUs: number;
  endUs: number;
}

/** Up to four points each: finer than the line is wide would only cost time. */
const pxPerBucket = 3;

export class LaneChart {
  readonly canvas = document.createElement('canvas');
  private readonly chart: Chart<'line' | 'bar', ChartPoint[]>;
  private width = 0;
  private height = 0;

  constructor() {
    this.canvas.setAttribute('aria-hidden', 'true');
    this.chart = new Chart<'line' | 'bar', ChartPoint[]>(this.canvas, {
      type: 'line',
      data: { datasets: [] },
      options: {
        animation: false,
        parsing: false,
        normalized: true,
        responsive: false,
        maintainAspectRatio: false,
        events: [],
        layout: { padding: { top: 3 } },
        scales: {
          x: { type: 'bare', display: false, min: 0, max: 1 },
          y: { type: 'bare', display: false, min: 0, max: 1 },
          ratio: { type: 'bare', axis: 'y', display: false, min: 0, max: 1 },
        },
      },
    });
  }

  /** CSS px. */
  resize(width: number, height: number): void {
    if (width === this.width && height === this.height) return;
    this.width = width;
    this.height = height;
    this.chart.resize(width, height);
  }

  draw(lane: Lane, window: TimeWindow, scheme: ColorScheme): void {
    const bucketUs = Math.max(1, ((window.endUs - window.startUs) / Math.max(1, this.width)) * pxPerBucket);
    // Later datasets are drawn below earlier ones.
    const datasets = lane.series
      .filter(({ outOfSight, collections }) => !outOfSight && !collections)
      .map((series) => datasetOf(series, bucketUs, scheme));
    const known = this.chart.data.datasets;
    if (known.length === datasets.length)
      datasets.forEach((dataset, i) => Object.assign(known[i] ?? {}, dataset));
    else this.chart.data.datasets = datasets;
    const { x, y } = this.chart.options.scales ?? {};
    if (x) Object.assign(x, { min: window.startUs, max: window.endUs });
    if (y) Object.assign(y, { max: lane.max });
    this.chart.update('none');
  }

  destroy(): void {
    this.chart.destroy();
  }
}

function datasetOf(series: LaneSeries, bucketUs: number, scheme: ColorScheme): LaneDataset {
  const color = seriesColors[scheme][series.name];
  if (series.style === 'dots')
    return {
      type: 'line',
      data: decimate(series.column, bucketUs).filter(({ y }) => !Number.isNaN(y)),
      showLine: false,
      pointRadius: 2,
      pointBorderWidth: 0,
      pointBackgroundColor: color,
      borderColor: color,
      borderWidth: 0,
      fill: false,
    };
  const data = decimate(series.column, bucketUs);
  // A single measurement is no line yet: it shows as a dash as wide as a bucket.
  const [only] = data;
  if (only && data.length === 1 && series.style !== 'bars') data.push({ x: only.x + bucketUs, y: only.y });
  if (series.style === 'bars')
    return {
      type: 'bar',
      data: data.filter((point) => point.y > 0),
      backgroundColor: color,
      barThickness: 2,
      minBarLength: 2,
      grouped: false,
    };
  return {
    type: 'line',
    data,
    yAxisID: series.ratio ? 'ratio' : 'y',
    borderColor: series.style === 'faint' ? `${color}b0` : color,
    borderWidth: series.style === 'faint' ? 1 : 1.25,
    borderDash: series.style === 'faint' ? [3, 2] : [],
    backgroundColor: `${color}${scheme === 'dark' ? '38' : '2c'}`,
    fill: series.style === 'area' ? 'origin' : false,
    pointRadius: 0,
    tension: 0,
    spanGaps: false,
  };
}
