/** The scale of time above a flame chart: round instants of what is in sight. */
import { formatTime } from '../../profiles/format';
import type { ChromeColors } from '../theme/colors';
import { xOf, type Scene } from './scene';

export const rulerHeightPx = 18;
/** Labels stand at least this far apart, CSS px. */
const labelPx = 96;

export class TimeRuler {
  readonly canvas = document.createElement('canvas');
  private readonly context: CanvasRenderingContext2D;

  constructor() {
    const context = this.canvas.getContext('2d', { alpha: false });
    if (!context) throw new Error('This browser has no 2D canvas.');
    this.context = context;
    this.canvas.className = 'sm-flame-ruler';
    this.canvas.setAttribute('aria-hidden', 'true');
  }

  resize(width: number, ratio: number): void {
    this.canvas.width = Math.max(1, Math.round(width * ratio));
    this.canvas.height = Math.round(rulerHeightPx * ratio);
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${rulerHeightPx}px`;
  }

  draw(scene: Scene, chrome: ChromeColors): void {
    const { context, canvas } = this;
    const { view, width, ratio, picture } = scene;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = chrome.background;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.font = '11px system-ui, sans-serif';
    context.textBaseline = 'middle';
    const stepUs = roundStep(((view.to - view.from) / Math.max(1, width)) * labelPx);
    const first = Math.ceil((view.from + picture.origin) / stepUs);
    const last = Math.floor((view.to + picture.origin) / stepUs);
    for (let step = first; step <= last; step++) {
      const x = Math.round(xOf(scene, step * stepUs - picture.origin) * ratio) / ratio;
      context.fillStyle = chrome.line;
      context.fillRect(x, 0, 1 / ratio, rulerHeightPx);
      context.fillStyle = chrome.muted;
      context.fillText(formatTime(step * stepUs, stepUs), x + 4, rulerHeightPx / 2 + 0.5);
    }
  }
}

/** The next of 1, 2, 5 · 10ⁿ, and from a minute on of whole parts of an hour; µs. */
export function roundStep(leastUs: number): number {
  if (!(leastUs > 0)) return 1;
  const seconds = leastUs / 1e6;
  if (seconds > 20) {
    const nice = [30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200];
    return (nice.find((one) => one >= seconds) ?? 86_400 * Math.ceil(seconds / 86_400)) * 1e6;
  }
  const power = 10 ** Math.floor(Math.log10(leastUs));
  const factor = [1, 2, 5, 10].find((one) => one * power >= leastUs * (1 - 1e-9)) ?? 10;
  return factor * power;
}
