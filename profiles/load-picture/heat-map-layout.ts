/**
 * A latency heat map as a grid of cells to draw: equal columns of time without holes, only the rows that have something in them.
 * Columns that would be narrower than a pixel are added up, so that no spike is skipped. Pure.
 */
import { logTicks } from './curve-layout';

/** As `LatencyHeatMap` of the load's results: `counts[column * rows + row]`. */
export interface HeatMapCounts {
  columnsUs: readonly number[];
  columnWidthUs: number;
  /** Lower bounds, growing by a fixed factor. */
  rowsMs: readonly number[];
  counts: readonly number[];
}

export interface HeatGrid {
  startUs: number;
  columnWidthUs: number;
  columns: number;
  rows: number;
  /** `cells[column * rows + row]`, row 0 is the quickest. */
  cells: Float64Array;
  /** Largest cell. */
  most: number;
  /** Bounds of the rows: one more than there are rows. */
  boundsMs: number[];
}

/** The grid of a map, in at most `mostColumns` columns; null when nothing was counted. */
export function heatGrid(map: HeatMapCounts, mostColumns: number): HeatGrid | null {
  const { columnsUs, columnWidthUs, rowsMs, counts } = map;
  const allRows = rowsMs.length;
  const startUs = columnsUs[0];
  const lastUs = columnsUs[columnsUs.length - 1];
  if (startUs === undefined || lastUs === undefined || allRows === 0) return null;
  let lowest = allRows;
  let highest = -1;
  for (let index = 0; index < counts.length; index++) {
    if ((counts[index] ?? 0) <= 0) continue;
    const row = index % allRows;
    if (row < lowest) lowest = row;
    if (row > highest) highest = row;
  }
  if (highest < 0) return null;
  // A row of room on both sides, so that the edge of what was measured is seen as one.
  lowest = Math.max(0, lowest - 1);
  highest = Math.min(allRows - 1, highest + 1);
  const rows = highest - lowest + 1;
  const wanted = Math.round((lastUs - startUs) / columnWidthUs) + 1;
  const together = Math.max(1, Math.ceil(wanted / Math.max(1, mostColumns)));
  const columns = Math.ceil(wanted / together);
  const cells = new Float64Array(columns * rows);
  let most = 0;
  for (let column = 0; column < columnsUs.length; column++) {
    const at = Math.floor(Math.round(((columnsUs[column] ?? 0) - startUs) / columnWidthUs) / together);
    for (let row = lowest; row <= highest; row++) {
      const cell = at * rows + row - lowest;
      const sum = (cells[cell] ?? 0) + (counts[column * allRows + row] ?? 0);
      cells[cell] = sum;
      if (sum > most) most = sum;
    }
  }
  const boundsMs = rowsMs.slice(lowest, highest + 1);
  boundsMs.push(rowsMs[highest + 1] ?? nextBound(rowsMs));
  return { startUs, columnWidthUs: columnWidthUs * together, columns, rows, cells, most, boundsMs };
}

/** Where the row after the last one would begin. */
function nextBound(rowsMs: readonly number[]): number {
  const last = rowsMs[rowsMs.length - 1] ?? 1;
  const before = rowsMs[rowsMs.length - 2] ?? 0;
  return before > 0 ? last * (last / before) : last * 2;
}

/** How strong a cell is drawn, 0..1: by the logarithm, so that one slow answer is seen beside thousands of quick ones. */
export function heatOf(count: number, most: number): number {
  if (count <= 0) return 0;
  return most <= 1 ? 1 : 0.18 + 0.82 * (Math.log(count) / Math.log(most));
}

/** Height of a value in the grid as a fraction from the bottom; beyond it, at its edge. */
export function heightOf(grid: HeatGrid, ms: number): number {
  const { boundsMs, rows } = grid;
  const top = boundsMs[rows] ?? 0;
  if (ms >= top) return 1;
  for (let row = rows - 1; row >= 0; row--) {
    const low = boundsMs[row] ?? 0;
    const high = boundsMs[row + 1] ?? low;
    if (ms < low) continue;
    // Within a row by the logarithm, as the rows themselves grow; the first may begin at 0.
    const part =
      low > 0 && high > low
        ? Math.log(ms / low) / Math.log(high / low)
        : high > low
          ? (ms - low) / (high - low)
          : 0;
    return (row + Math.min(1, part)) / rows;
  }
  return 0;
}

/** Round values for the axis with their height, at least `apart` (a fraction) from each other. */
export function heatTicks(grid: HeatGrid, apart: number): { ms: number; height: number }[] {
  const { boundsMs, rows } = grid;
  const low = boundsMs.find((bound) => bound > 0) ?? 1;
  const ticks: { ms: number; height: number }[] = [];
  for (const ms of logTicks(low, boundsMs[rows] ?? low)) {
    const height = heightOf(grid, ms);
    const last = ticks[ticks.length - 1];
    if (!last || height - last.height >= apart) ticks.push({ ms, height });
  }
  return ticks;
}

export interface HeatCell {
  startUs: number;
  endUs: number;
  fromMs: number;
  toMs: number;
  count: number;
  /** Of all in its column. */
  share: number;
}

/** The cell at an instant and a height (fraction from the bottom); null beside the grid. */
export function cellAt(grid: HeatGrid, tUs: number, height: number): HeatCell | null {
  const { startUs, columnWidthUs, columns, rows, cells, boundsMs } = grid;
  const column = Math.floor((tUs - startUs) / columnWidthUs);
  const row = Math.floor(height * rows);
  if (column < 0 || column >= columns || row < 0 || row >= rows) return null;
  let all = 0;
  for (let each = 0; each < rows; each++) all += cells[column * rows + each] ?? 0;
  const count = cells[column * rows + row] ?? 0;
  return {
    startUs: startUs + column * columnWidthUs,
    endUs: startUs + (column + 1) * columnWidthUs,
    fromMs: boundsMs[row] ?? 0,
    toMs: boundsMs[row + 1] ?? 0,
    count,
    share: all > 0 ? count / all : 0,
  };
}
