/** Which part of the graph's width is shown, in the tree's unit. Pure arithmetic. */
export interface Viewport {
  from: number;
  to: number;
}

/** No closer than a ten-millionth of the whole: further in, floating point shows. */
const deepestZoom = 1e-7;

export function clampViewport({ from, to }: Viewport, width: number): Viewport {
  const span = Math.min(width, Math.max(to - from, width * deepestZoom));
  const start = Math.min(Math.max(0, from), width - span);
  return { from: start, to: start + span };
}

/** Zooms by a factor (> 1 shows more) so that what is at `fraction` (0..1 of the view) stays there. */
export function zoomAt(view: Viewport, fraction: number, factor: number, width: number): Viewport {
  const span = Math.min(width, Math.max((view.to - view.from) * factor, width * deepestZoom));
  const pinned = view.from + fraction * (view.to - view.from);
  return clampViewport({ from: pinned - fraction * span, to: pinned + (1 - fraction) * span }, width);
}

export function panBy(view: Viewport, fraction: number, width: number): Viewport {
  const shift = fraction * (view.to - view.from);
  return clampViewport({ from: view.from + shift, to: view.to + shift }, width);
}

/**
 * The view of the given span in which the point `ratio` (0..1) within a frame stands at `fraction` of the view.
 * May reach over the graph's ends: that is what keeps a frame of a growing graph under the pointer.
 */
export function viewportHolding(
  frame: { x0: number; x1: number },
  ratio: number,
  fraction: number,
  span: number,
): Viewport {
  const from = frame.x0 + ratio * (frame.x1 - frame.x0) - fraction * span;
  return { from, to: from + span };
}

/** Between two views, `progress` 0..1 with a soft end. */
export function between(start: Viewport, end: Viewport, progress: number): Viewport {
  const eased = 1 - (1 - progress) ** 3;
  return { from: start.from + (end.from - start.from) * eased, to: start.to + (end.to - start.to) * eased };
}

export function sameViewport(one: Viewport, other: Viewport): boolean {
  const tolerance = 1e-9 * Math.max(1, Math.abs(one.to), Math.abs(other.to));
  return Math.abs(one.from - other.from) <= tolerance && Math.abs(one.to - other.to) <= tolerance;
}
