import { useMemo } from 'react';
import type { LatencyHeatMap } from '../../../../main/api';
import { formatDurationMs, formatNumber, formatPercent, formatTimeRange } from '../../../../profiles/format';
import {
  cellAt,
  heatGrid,
  heatOf,
  heatTicks,
  type HeatGrid,
} from '../../../../profiles/load-picture/heat-map-layout';
import type { TimeRange } from '../../../../profiles/types';
import type { FaultBand } from '../../../lanes/fault-bands';
import { chromeColors, type ColorScheme } from '../../../theme/colors';
import { mixColors } from '../../../theme/oklch';
import { TimelinePlot, type PlotPlace } from './TimelinePlot';

interface Props {
  map: LatencyHeatMap;
  window: TimeRange;
  range: TimeRange | null;
  onRange: (range: TimeRange | null) => void;
  bands: readonly FaultBand[];
}

const heightPx = 168;
/** More would be narrower than a pixel on most screens. */
const mostColumns = 1200;
const steps = 48;

/** How many requests took how long, when: one column a second. */
export function HeatMap({ map, window, range, onRange, bands }: Props) {
  const grid = useMemo(() => heatGrid(map, mostColumns), [map]);
  if (!grid) return null;
  const ticks = heatTicks(grid, 16 / heightPx);
  const describe = (timeUs: number, height: number): string => {
    const cell = cellAt(grid, timeUs, height);
    if (!cell) return '';
    const span = `${formatTimeRange(cell.startUs, cell.endUs)}   ${formatDurationMs(cell.fromMs)} – ${formatDurationMs(cell.toMs)}`;
    return cell.count === 0
      ? `${span}\nno request`
      : `${span}\n${formatNumber(cell.count)} ${cell.count === 1 ? 'request' : 'requests'} · ${formatPercent(cell.share)} of these`;
  };
  return (
    <section className="section load-wide" aria-label="Latency heat map">
      <h2>
        Latency over time <small className="muted">response time; drag to select a stretch of the run</small>
      </h2>
      <TimelinePlot
        name="Latency heat map"
        testId="heat-map"
        heightPx={heightPx}
        window={window}
        range={range}
        onRange={onRange}
        bands={bands}
        draw={(context, place) => drawHeat(context, place, grid, ticks)}
        drawKey={grid}
        describe={describe}
        left={ticks.map(({ ms, height }) => (
          <span key={ms} className="load-plot-tick" style={{ bottom: `${height * 100}%` }}>
            {formatDurationMs(ms)}
          </span>
        ))}
        right={<HeatScale most={grid.most} />}
      />
    </section>
  );
}

function HeatScale({ most }: { most: number }) {
  return (
    <div className="heat-scale">
      <span className="muted">Requests per cell</span>
      <span className="heat-scale-bar" aria-hidden>
        {Array.from({ length: 12 }, (_, index) => (
          <i key={index} style={{ '--heat': (index + 1) / 12 } as React.CSSProperties} />
        ))}
      </span>
      <span className="heat-scale-ends">
        <span>1</span>
        <span>{formatNumber(most)}</span>
      </span>
    </div>
  );
}

function drawHeat(
  context: CanvasRenderingContext2D,
  { width, height, x, scheme }: PlotPlace,
  grid: HeatGrid,
  ticks: readonly { height: number }[],
): void {
  context.strokeStyle = chromeColors[scheme].line;
  context.lineWidth = 1;
  for (const tick of ticks) {
    const y = Math.round(height * (1 - tick.height)) + 0.5;
    context.beginPath();
    context.moveTo(0, y);
    context.lineTo(width, y);
    context.stroke();
  }
  const { columns, rows, cells, most, startUs, columnWidthUs } = grid;
  // One pixel per cell, then stretched: as quick for a million cells as for a few.
  const small = document.createElement('canvas');
  small.width = columns;
  small.height = rows;
  const pen = small.getContext('2d');
  if (!pen) return;
  const image = pen.createImageData(columns, rows);
  const colors = rampOf(scheme);
  for (let column = 0; column < columns; column++)
    for (let row = 0; row < rows; row++) {
      const heat = heatOf(cells[column * rows + row] ?? 0, most);
      if (heat === 0) continue;
      const at = ((rows - 1 - row) * columns + column) * 4;
      const color = colors[Math.round(heat * (steps - 1))] ?? 0;
      image.data[at] = color >> 16;
      image.data[at + 1] = (color >> 8) & 255;
      image.data[at + 2] = color & 255;
      image.data[at + 3] = 255;
    }
  pen.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  const from = x(startUs);
  context.drawImage(small, from, 0, x(startUs + columns * columnWidthUs) - from, height);
}

/** From nearly the background to the accent and beyond it to the text: it reads without hues, too. */
function rampOf(scheme: ColorScheme): number[] {
  const { surface, accent, text } = chromeColors[scheme];
  return Array.from({ length: steps }, (_, step) => {
    const heat = step / (steps - 1);
    const color =
      heat < 0.75
        ? mixColors(surface, accent, 0.12 + (heat / 0.75) * 0.88)
        : mixColors(accent, text, ((heat - 0.75) / 0.25) * 0.55);
    return Number.parseInt(color.slice(1), 16);
  });
}
