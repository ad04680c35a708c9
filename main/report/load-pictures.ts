/** The load's pictures in the report: drawings that need no script and can be printed. */
import type { KneeReport, LoadInRange } from '../api';
import { formatDurationMs, formatNumber, formatRate, formatTime } from '../../profiles/format';
import { layOutCurves, type PlacedPoint } from '../../profiles/load-picture/curve-layout';
import { heatGrid, heatOf, heatTicks } from '../../profiles/load-picture/heat-map-layout';
import { layOutKnee, type KneePlot } from '../../profiles/load-picture/knee-layout';
import { html, type Markup } from './escape';

const width = 1190;
const left = 64;
const right = 10;

/** The percentile curve, to the right by nines; null without an answer. */
export function curvePicture({ curve }: LoadInRange): Markup | null {
  const height = 230;
  const top = 8;
  const tall = height - top - 24;
  const wide = width - left - right;
  const layout = layOutCurves([
    curve.map(({ share, responseMs }) => ({ share, ms: responseMs })),
    curve.map(({ share, serviceMs }) => ({ share, ms: serviceMs })),
  ]);
  if (!layout) return null;
  const x = (part: number): string => (left + part * wide).toFixed(1);
  const y = (part: number): string => (top + (1 - part) * tall).toFixed(1);
  const points = (line: readonly PlacedPoint[]): string =>
    line.map((at) => `${x(at.x)},${y(at.y)}`).join(' ');
  return html`<figure class="load-picture">
    <figcaption>
      Percentiles <span class="quiet">so many of the requests took at most so long:</span>
      <span class="curve-response">response time</span>
      <span class="curve-service">service time (dashed)</span>
    </figcaption>
    <svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Latency by share of requests">
      ${layout.yTicks.map(
        (tick) =>
          html`<line class="grid" x1="${left}" x2="${width - right}" y1="${y(tick.y)}" y2="${y(tick.y)}" />
            <text x="${left - 6}" y="${y(tick.y)}" class="end">${formatDurationMs(tick.ms)}</text>`,
      )}
      ${layout.xTicks.map(
        (tick) =>
          html`<line class="grid" x1="${x(tick.x)}" x2="${x(tick.x)}" y1="${top}" y2="${top + tall}" />
            <text x="${x(tick.x)}" y="${height - 10}" class="${tick.x > 0.96 ? 'end' : 'middle'}"
              >${tick.label}</text
            >`,
      )}
      <polyline class="service" points="${points(layout.lines[1] ?? [])}" />
      <polyline class="response" points="${points(layout.lines[0] ?? [])}" />
    </svg>
  </figure>`;
}

const heatSteps = 8;
/** Cells of a document, not of a screen. */
const mostColumns = 240;

/** Response times over time; cells of the same strength are one shape, so that the file stays small. */
export function heatPicture({ heatMap }: LoadInRange, startUs: number, endUs: number): Markup | null {
  const grid = heatGrid(heatMap, mostColumns);
  if (!grid) return null;
  const height = 190;
  const tall = height - 22;
  const wide = width - left - right;
  const { columns, rows, cells, most, columnWidthUs } = grid;
  const fromUs = Math.min(startUs, grid.startUs);
  const toUs = Math.max(endUs, grid.startUs + columns * columnWidthUs);
  const x = (tUs: number): number => left + ((tUs - fromUs) / Math.max(1, toUs - fromUs)) * wide;
  const cellWide = x(grid.startUs + columnWidthUs) - x(grid.startUs);
  const cellTall = tall / rows;
  const shapes = Array.from({ length: heatSteps }, () => '');
  for (let column = 0; column < columns; column++)
    for (let row = 0; row < rows; row++) {
      const heat = heatOf(cells[column * rows + row] ?? 0, most);
      if (heat === 0) continue;
      const step = Math.min(heatSteps - 1, Math.floor(heat * heatSteps));
      const at = x(grid.startUs + column * columnWidthUs);
      shapes[step] +=
        `M${at.toFixed(1)} ${(tall - (row + 1) * cellTall).toFixed(1)}h${cellWide.toFixed(1)}v${cellTall.toFixed(1)}h-${cellWide.toFixed(1)}z`;
    }
  const marks = [0, 0.25, 0.5, 0.75, 1].map((part) => fromUs + part * (toUs - fromUs));
  return html`<figure class="load-picture">
    <figcaption>
      Latency over time
      <span class="quiet">response time; the stronger, the more requests (at most ${most} in a cell)</span>
    </figcaption>
    <svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Latency heat map">
      ${heatTicks(grid, 18 / tall).map(
        (tick) =>
          html`<line
              class="grid"
              x1="${left}"
              x2="${width - right}"
              y1="${(tall * (1 - tick.height)).toFixed(1)}"
              y2="${(tall * (1 - tick.height)).toFixed(1)}"
            />
            <text x="${left - 6}" y="${(tall * (1 - tick.height)).toFixed(1)}" class="end"
              >${formatDurationMs(tick.ms)}</text
            >`,
      )}
      ${shapes.map((shape, step) => html`<path class="heat heat-${step}" d="${shape}" />`)}
      ${marks.map((tUs, index) => html`<text x="${x(tUs).toFixed(1)}" y="${height - 8}" class="${index === 0 ? '' : index === marks.length - 1 ? 'end' : 'middle'}">${formatTime(tUs)}</text>`)}
    </svg>
  </figure>`;
}

/** Throughput above, latency below, both over the users, with the knee; null of fewer than two steps. */
export function kneePicture(knee: KneeReport): Markup | null {
  const layout = layOutKnee(knee);
  if (!layout) return null;
  const top = 20;
  const rateTall = 110;
  const latencyTop = top + rateTall + 18;
  const latencyTall = 130;
  const bottom = latencyTop + latencyTall;
  const wide = width - left - right;
  const x = (part: number): string => (left + part * wide).toFixed(1);
  const plot = (
    { yTicks, lines }: KneePlot,
    from: number,
    tall: number,
    format: (value: number) => string,
    kinds: string[],
  ): Markup => {
    const y = (part: number): string => (from + (1 - part) * tall).toFixed(1);
    return html`${yTicks.map(
      (tick) =>
        html`<line class="grid" x1="${left}" x2="${width - right}" y1="${y(tick.y)}" y2="${y(tick.y)}" />
          <text x="${left - 6}" y="${y(tick.y)}" class="end">${format(tick.value)}</text>`,
    )}${lines.map(
      (line, index) =>
        html`<polyline
            class="${kinds[index]}"
            points="${line.map((at) => `${x(at.x)},${y(at.y)}`).join(' ')}"
          />
          ${line.map((at) => html`<circle class="${kinds[index]}" cx="${x(at.x)}" cy="${y(at.y)}" r="1.25" />`)}`,
    )}`;
  };
  const mark = (at: number, name: string, kind: string): Markup => {
    const isLeft = kind === 'knee' ? at > 0.1 : at > 0.92;
    const nameX = Number(x(at)) + (isLeft ? -5 : 5);
    return html`<line class="mark ${kind}" x1="${x(at)}" x2="${x(at)}" y1="4" y2="${bottom}" />
      <text x="${nameX.toFixed(1)}" y="9" class="${kind}${isLeft ? ' end' : ''}">${name}</text>`;
  };
  const { kneeX, capacityX } = layout;
  return html`<figure class="load-picture">
    <figcaption>
      Throughput and latency by users <span class="curve-service">requests</span>
      <span class="curve-p95">P95</span>
      <span class="curve-response">P99</span>
    </figcaption>
    <svg viewBox="0 0 ${width} ${bottom + 36}" role="img" aria-label="Throughput and latency by users">
      ${plot(layout.rate, top, rateTall, formatRate, ['rate'])}
      ${plot(layout.latency, latencyTop, latencyTall, formatDurationMs, ['p95', 'response'])}
      ${capacityX !== null && capacityX !== kneeX && mark(capacityX, 'capacity', 'capacity')}
      ${kneeX !== null && mark(kneeX, capacityX === kneeX ? 'knee, capacity' : 'knee', 'knee')}
      ${layout.xTicks.map(
        (tick) =>
          html`<text x="${x(tick.x)}" y="${bottom + 12}" class="middle">${formatNumber(tick.users)}</text>`,
      )}
      <text x="${x(0.5)}" y="${bottom + 28}" class="middle">users</text>
    </svg>
  </figure>`;
}
