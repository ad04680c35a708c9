/** Draws the marks of a run: what happened when, in words where there is room. */
import type { Mark } from '../../main/api';
import type { ChromeColors } from '../theme/colors';
import type { TimeWindow } from './lane-chart';

export type LaneMark = Exclude<Mark, { kind: 'gc' }>;

interface Look {
  /** Marks of a higher rank get their words first. */
  rank: number;
  color: 'accent' | 'focus' | 'muted' | 'match';
  shape: 'diamond' | 'right' | 'left' | 'tick';
}

const looks: Record<LaneMark['kind'], Look> = {
  blocked: { rank: 5, color: 'match', shape: 'tick' },
  listen: { rank: 4, color: 'focus', shape: 'diamond' },
  'load-start': { rank: 4, color: 'accent', shape: 'right' },
  'load-end': { rank: 3, color: 'accent', shape: 'left' },
  stop: { rank: 3, color: 'muted', shape: 'diamond' },
  'process-exit': { rank: 2, color: 'muted', shape: 'left' },
  'process-start': { rank: 1, color: 'muted', shape: 'right' },
  snapshot: { rank: 4, color: 'accent', shape: 'diamond' },
  fault: { rank: 5, color: 'match', shape: 'tick' },
  oom: { rank: 6, color: 'match', shape: 'diamond' },
};

const font = "10.5px system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif";

/** Instant at which a mark ends: blocked stretches last, everything else is a moment. */
export function markEndUs(mark: LaneMark): number {
  return 'durationMs' in mark ? mark.tUs + (mark.durationMs ?? 0) * 1000 : mark.tUs;
}

export function drawMarks(
  context: CanvasRenderingContext2D,
  size: { width: number; height: number },
  marks: readonly LaneMark[],
  window: TimeWindow,
  colors: ChromeColors,
): void {
  const { width, height } = size;
  context.clearRect(0, 0, width, height);
  const xOf = (tUs: number) => ((tUs - window.startUs) / (window.endUs - window.startUs)) * width;
  const middle = height / 2;
  drawLoadSpans(context, marks, xOf, height, colors);
  const seen = marks.filter((mark) => mark.tUs <= window.endUs && markEndUs(mark) >= window.startUs);
  // A run of hours has thousands of stalls: those on top of one another are drawn once.
  let blockedTo = Number.NEGATIVE_INFINITY;
  for (const mark of seen) {
    const look = looks[mark.kind];
    const x = xOf(mark.tUs);
    if (mark.kind === 'blocked' && !mark.ours) {
      const to = Math.max(x + 2, xOf(markEndUs(mark)));
      if (to < blockedTo + 0.5 && x > blockedTo - 2) continue;
      blockedTo = Math.max(blockedTo, to);
    }
    context.fillStyle = colors[look.color];
    if (mark.kind === 'blocked' || mark.kind === 'snapshot' || mark.kind === 'fault') {
      if (mark.kind === 'blocked' && mark.ours) context.fillStyle = colors.muted;
      // What one did on purpose is fainter than what happened to one.
      context.globalAlpha = mark.kind === 'fault' ? 0.3 : 0.85;
      context.fillRect(x, middle - 5, Math.max(2, xOf(markEndUs(mark)) - x), 10);
      context.globalAlpha = 1;
    }
    if (mark.kind !== 'blocked' && mark.kind !== 'fault') drawShape(context, look.shape, x, middle);
  }
  drawWords(context, size, seen, xOf, colors);
}

/** From the start of a load to its end (or the window's). */
function drawLoadSpans(
  context: CanvasRenderingContext2D,
  marks: readonly LaneMark[],
  xOf: (tUs: number) => number,
  height: number,
  colors: ChromeColors,
): void {
  for (const start of marks) {
    if (start.kind !== 'load-start') continue;
    const end = marks.find(
      (mark) => (mark.kind === 'load-end' || mark.kind === 'stop') && mark.tUs >= start.tUs,
    );
    if (!end) continue;
    context.fillStyle = colors.accent;
    context.globalAlpha = 0.5;
    context.fillRect(xOf(start.tUs), height - 2, xOf(end.tUs) - xOf(start.tUs), 1);
    context.globalAlpha = 1;
  }
}

function drawShape(context: CanvasRenderingContext2D, shape: Look['shape'], x: number, y: number): void {
  const r = 4;
  context.beginPath();
  if (shape === 'diamond') {
    context.moveTo(x - r, y);
    context.lineTo(x, y - r);
    context.lineTo(x + r, y);
    context.lineTo(x, y + r);
  } else {
    const tip = shape === 'right' ? r + 1 : -r - 1;
    context.moveTo(x, y - r);
    context.lineTo(x + tip, y);
    context.lineTo(x, y + r);
  }
  context.closePath();
  context.fill();
}

function drawWords(
  context: CanvasRenderingContext2D,
  { width, height }: { width: number; height: number },
  marks: readonly LaneMark[],
  xOf: (tUs: number) => number,
  colors: ChromeColors,
): void {
  context.font = font;
  context.textBaseline = 'middle';
  // Shapes take their place first, so that no words run over them. By pixels: there can be thousands of marks.
  const taken = new Uint8Array(Math.max(1, Math.ceil(width)));
  const take = (from: number, to: number): void => void taken.fill(1, Math.max(0, from), Math.max(0, to));
  const ends = marks.map((mark) => {
    const x = xOf(mark.tUs);
    const end = Math.max(mark.kind === 'fault' ? 0 : xOf(markEndUs(mark)), x + 4);
    take(x - 5, end + 1);
    return end;
  });
  const order = marks
    .map((mark, index) => ({ mark, index }))
    .sort((a, b) => looks[b.mark.kind].rank - looks[a.mark.kind].rank);
  for (const { mark, index } of order) {
    const from = (ends[index] ?? 0) + 4;
    if (!(from >= 0 && from < width) || taken[Math.floor(from)] === 1) continue;
    const words = context.measureText(mark.text).width;
    if (from + words > width || taken.subarray(Math.floor(from), Math.ceil(from + words)).includes(1))
      continue;
    take(from, from + words + 4);
    context.fillStyle = mark.kind === 'fault' ? colors.text : colors.muted;
    context.fillText(mark.text, from, height / 2 + 0.5);
  }
}
