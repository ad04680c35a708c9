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
  for (let x = 0; x < columns; x++) {
    const ms = longest[x]!;
    if (ms === 0) continue;
    const tall = Math.max(shortestPx, Math.min(1, ms / max) * room);
    const top = height - tall;
    if (name === 'gcMajor') {
      context.fillRect(x - 0.5, top, 2, tall);
      cap(context, x + 0.5, top, 'square');
    } else if (name === 'gcOurs') {
      context.fillRect(x, top, 1, tall);
      cap(context, x + 0.5, top, 'hollow');
    } else if (name === 'gcIncremental') {
      for (let y = height; y > top; y -= 4) context.fillRect(x, Math.max(top, y - 2), 2, 2);
    } else if (name === 'gcWeak') {
      context.fillRect(x - 1, top, 3, 1);
      context.fillRect(x, top, 1, tall);
    } else context.fillRect(x, top, 1, tall);
  }
}

function cap(context: CanvasRenderingContext2D, x: number, y: number, shape: 'square' | 'hollow'): void {
  if (shape === 'square') context.fillRect(x - 2, y - 2, 4, 3);
  else {
    context.lineWidth = 1;
    context.strokeRect(x - 1.5, y - 2.5, 3, 3);
  }
}
