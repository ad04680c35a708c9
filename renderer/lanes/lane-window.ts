/** Moving about in time: which window comes next. All µs. */
import type { TimeWindow } from './lane-chart';

/** Samples are a millisecond apart: a narrower window shows nothing more. */
const narrowestUs = 2000;

/** Closer by a factor < 1; the instant stays where it is. Null: the whole run. */
export function zoomed(
  window: TimeWindow,
  whole: TimeWindow,
  factor: number,
  aroundUs: number,
): TimeWindow | null {
  const spanUs = window.endUs - window.startUs;
  const wanted = Math.max(narrowestUs, spanUs * factor);
  if (wanted >= whole.endUs - whole.startUs) return null;
  const startUs = aroundUs - ((aroundUs - window.startUs) / spanUs) * wanted;
  return within({ startUs, endUs: startUs + wanted }, whole);
}

export function panned(window: TimeWindow, whole: TimeWindow, byUs: number): TimeWindow {
  return within({ startUs: window.startUs + byUs, endUs: window.endUs + byUs }, whole);
}

function within({ startUs, endUs }: TimeWindow, whole: TimeWindow): TimeWindow {
  const shift = Math.max(0, whole.startUs - startUs) - Math.max(0, endUs - whole.endUs);
  return { startUs: startUs + shift, endUs: endUs + shift };
}

/** More than the window, at steps of its size, so that moving a little needs nothing new. */
export function widened({ startUs, endUs }: TimeWindow): TimeWindow {
  const stepUs = stepOf({ startUs, endUs });
  return {
    startUs: Math.max(0, (Math.floor(startUs / stepUs) - 0.5) * stepUs),
    endUs: (Math.ceil(endUs / stepUs) + 0.5) * stepUs,
  };
}

/** Points that the widened window needs so that the window itself has one for every pixel or so. */
export function pointsFor(window: TimeWindow, widthPx: number): number {
  const wide = widened(window);
  const perUs = (Math.max(300, widthPx) * 4) / 3 / stepOf(window);
  return Math.min(8000, Math.max(500, Math.ceil(((wide.endUs - wide.startUs) * perUs) / 500) * 500));
}

/** The window's span up to the next power of two: windows of about one size ask for the same. */
function stepOf({ startUs, endUs }: TimeWindow): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, endUs - startUs))) / 2;
}
