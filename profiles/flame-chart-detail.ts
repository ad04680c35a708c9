/**
 * Levels of detail of a flame chart: drawing must cost as much as there are pixels, not as there are boxes. Each crowded
 * row is cut into equal bins of time; a bin knows its longest box and how much of it boxes cover. Every level halves the
 * number of bins.
 */

export interface ChartDetail {
  /** The bins of every row cover 2^domainBits ticks. */
  domainBits: number;
  /** Row → its finest level has 2^bits bins; 0 for rows with so few boxes that they need none. */
  bits: Uint8Array;
  /** Row → where its levels begin in `box` and `cover`, the finest first, down to 2^`coarsestBits` bins. */
  start: Int32Array;
  /** The position that covers most of a bin; -1 for none. */
  box: Int32Array;
  /** How much of the bin is covered, 0..255; at least 1 where there is a box. */
  cover: Uint8Array;
}

/** No level has fewer bins: no canvas is narrower. */
export const coarsestBits = 9;
/** Rows with fewer boxes are drawn box by box. */
const crowded = 2048;
const boxesPerBin = 2;

interface Boxes {
  rows: number;
  rowStart: Int32Array;
  x0: Uint32Array;
  x1: Uint32Array;
}

/** Builds the levels of all rows of a chart that covers `spanTicks`. O(boxes); about 4 bytes per box. */
export function chartDetail(boxes: Boxes, spanTicks: number): ChartDetail {
  const { rows, rowStart } = boxes;
  const domainBits = Math.min(32, Math.max(1, Math.ceil(Math.log2(spanTicks + 1))));
  const bits = new Uint8Array(rows);
  const start = new Int32Array(rows + 1);
  let finest = 0;
  for (let row = 0; row < rows; row++) {
    const count = rowStart[row + 1]! - rowStart[row]!;
    if (count >= crowded) {
      const wanted = Math.ceil(Math.log2(count / boxesPerBin));
      bits[row] = Math.min(domainBits - 1, Math.max(coarsestBits, wanted));
    }
    // Too short a time for bins: fewer ticks than pixels.
    if (bits[row]! < coarsestBits) bits[row] = 0;
    start[row + 1] = start[row]! + (bits[row] ? 2 ** (bits[row]! + 1) - 2 ** coarsestBits : 0);
    if (bits[row]! > finest) finest = bits[row]!;
  }
  const detail: ChartDetail = {
    domainBits,
    bits,
    start,
    box: new Int32Array(start[rows]!).fill(-1),
    cover: new Uint8Array(start[rows]!),
  };
  const weight = new Float32Array(finest > 0 ? 2 ** finest : 0);
  for (let row = 0; row < rows; row++) {
    if (!bits[row]) continue;
    fillFinest(boxes, detail, row, weight);
    fillCoarser(detail, row, weight);
  }
  return detail;
}

function fillFinest(
  { rowStart, x0, x1 }: Boxes,
  detail: ChartDetail,
  row: number,
  weight: Float32Array,
): void {
  const shift = detail.domainBits - detail.bits[row]!;
  const binTicks = 2 ** shift;
  const bins = 2 ** detail.bits[row]!;
  const { box, cover } = detail;
  const at = detail.start[row]!;
  weight.fill(0, 0, bins);
  let open = -1;
  let covered = 0;
  const close = (): void => {
    if (open >= 0 && covered > 0) cover[at + open] = Math.max(1, Math.min(255, (covered * 255) / binTicks));
  };
  for (let position = rowStart[row]!; position < rowStart[row + 1]!; position++) {
    const from = x0[position]!;
    const to = x1[position]!;
    if (to <= from) continue;
    const first = from >>> shift;
    const last = (to - 1) >>> shift;
    for (let bin = first; bin <= last; bin++) {
      const left = bin === first ? from : bin * binTicks;
      const right = bin === last ? to : (bin + 1) * binTicks;
      if (bin !== open) {
        close();
        open = bin;
        covered = 0;
      }
      const width = right - left;
      covered += width;
      if (width > weight[bin]!) {
        weight[bin] = width;
        box[at + bin] = position;
      }
    }
  }
  close();
}

/** Two bins become one: the longer box wins, the coverage is their mean. */
function fillCoarser(detail: ChartDetail, row: number, weight: Float32Array): void {
  const { box, cover } = detail;
  let from = detail.start[row]!;
  for (let bits = detail.bits[row]! - 1; bits >= coarsestBits; bits--) {
    const bins = 2 ** bits;
    const to = from + 2 * bins;
    for (let bin = 0; bin < bins; bin++) {
      const left = from + 2 * bin;
      const a = box[left]!;
      const b = box[left + 1]!;
      const weightA = weight[2 * bin]!;
      const weightB = weight[2 * bin + 1]!;
      box[to + bin] = weightB > weightA ? b : a;
      weight[bin] = a === b ? weightA + weightB : Math.max(weightA, weightB);
      const covered = cover[left]! + cover[left + 1]!;
      cover[to + bin] = covered === 0 ? 0 : Math.max(1, covered >> 1);
    }
    from = to;
  }
}

/** Where the level with 2^bits bins of a row begins in `box` and `cover`. */
export function levelStart(detail: ChartDetail, row: number, bits: number): number {
  return detail.start[row]! + 2 ** (detail.bits[row]! + 1) - 2 ** (bits + 1);
}
