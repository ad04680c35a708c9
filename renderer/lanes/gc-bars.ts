/** Draws garbage collections: a bar as high as the pause, its shape and colour say of what kind and whose. */
import { firstAtOrAfter } from '../../profiles/series';
import { seriesColors, type ColorScheme } from '../theme/colors';
import type { TimeWindow } from './lane-chart';
import type { Lane, LaneSeries } from './lane-model';

const shortestPx = 2;
const capPx = 4;
/** The longest pause of every column of pixels; used again for the next kind. */
let longest = new Float64Array(2048);

/** Collections too near to each other for the pixels are one bar: the longest's. */
export function drawCollections(
  context: CanvasRenderingContext2D,
  { width, height }: { width: number; height: number },
  lane: Lane,
  window: TimeWindow,
  scheme: ColorScheme,
): void {
  context.clearRect(0, 0, width, height);
  const room = height - capPx;
  // Major ones over minor ones, those by profiling over all.
  for (const series of [...lane.series].reverse())
    drawKind(context, { width, height, room }, lane.max, series, window, scheme);
  const ours = lane.series.find(({ name }) => name === 'gcOurs');
  if (ours) drawKind(context, { width, height, room }, lane.max, ours, window, scheme);
}

function drawKind(
  context: CanvasRenderingContext2D,
  { width, height, room }: { width: number; height: number; room: number },
  max: number,
  { name, collections = [] }: LaneSeries,
  window: TimeWindow,
  scheme: ColorScheme,
): void {
  context.fillStyle = context.strokeStyle = seriesColors[scheme][name];
  const usPerPx = (window.endUs - window.startUs) / Math.max(1, width);
  const columns = Math.ceil(width) + 1;
  if (longest.length < columns) longest = new Float64Array(columns);
  longest.fill(0, 0, columns);
  for (const { tUs, durationMs } of collections) {
    const end = firstAtOrAfter(tUs, window.startUs + columns * usPerPx);
    for (let i = firstAtOrAfter(tUs, window.startUs); i < end; i++) {
      const x = Math.floor((tUs[i]! - window.startUs) / usPerPx);
      // A pause of nothing is one all the same.
      const ms = durationMs[i]! + 1e-6;
      if (x < columns && ms > longest[x]!) longest[x] = ms;
    }
  }
  // Bars of whole pixels: neighbours of one height are drawn at once.
  for (let x = 0; x < columns;) {
    const ms = longest[x]!;
    const tall = tallOf(ms, max, room);
    let end = x + 1;
    while (end < columns && longest[end]! > 0 === ms > 0 && tallOf(longest[end]!, max, room) === tall) end++;
    if (ms > 0) drawBars(context, name, { x, wide: end - x, top: height - tall, tall });
    x = end;
  }
}

/** CSS px. */
function tallOf(ms: number, max: number, room: number): number {
  return Math.max(shortestPx, Math.round(Math.min(1, ms / max) * room));
}

/** As many bars side by side as the place is wide. */
function drawBars(
  context: CanvasRenderingContext2D,
  name: LaneSeries['name'],
  { x, wide, top, tall }: { x: number; wide: number; top: number; tall: number },
): void {
  if (name === 'gcMajor') {
    context.fillRect(x - 0.5, top, wide + 1, tall);
    context.fillRect(x - 1.5, top - 2, wide + 3, 3);
  } else if (name === 'gcOurs') {
    context.fillRect(x, top, wide, tall);
    context.lineWidth = 1;
    for (let i = 0; i < wide; i++) context.strokeRect(x + i - 1, top - 2.5, 3, 3);
  } else if (name === 'gcIncremental') {
    for (let y = top + tall; y > top; y -= 4)
      context.fillRect(x, Math.max(top, y - 2), wide + 1, Math.min(2, y - top));
  } else if (name === 'gcWeak') {
    context.fillRect(x - 1, top, wide + 2, 1);
    context.fillRect(x, top, wide, tall);
  } else context.fillRect(x, top, wide, tall);
}
