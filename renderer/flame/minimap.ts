/**
 * Everything, small, with a window that shows what part is in sight. Dragging the window moves the view, its edges widen
 * or narrow it, dragging beside it opens a new one.
 */
import type { Camera } from './camera';
import type { Picture } from './picture';
import { PixelRow } from './raster';
import type { FlameStyle } from './style';

export const minimapHeightPx = 44;
/** Edges can be grabbed this far away, CSS px. */
const edgePx = 6;
const narrowestPx = 3;

type Grip = 'move' | 'left' | 'right' | 'new';

export class Minimap {
  readonly canvas = document.createElement('canvas');
  private readonly context: CanvasRenderingContext2D;
  private readonly camera: Camera;
  private readonly cache = document.createElement('canvas');
  private cachedFor: { picture: Picture; style: FlameStyle; growUp: boolean } | null = null;
  private press: { x: number; grip: Grip; from: number; to: number } | null = null;

  constructor(camera: Camera) {
    const context = this.canvas.getContext('2d');
    if (!context) throw new Error('This browser has no 2D canvas.');
    this.context = context;
    this.camera = camera;
    this.canvas.className = 'sm-flame-minimap';
    this.canvas.dataset['testid'] = 'flame-minimap';
    // The keys of the graph itself do the same.
    this.canvas.setAttribute('aria-hidden', 'true');
    this.canvas.addEventListener('pointerdown', (event) => this.onDown(event));
    this.canvas.addEventListener('pointermove', (event) => this.onMove(event));
    this.canvas.addEventListener('pointerup', () => (this.press = null));
    this.canvas.addEventListener('pointercancel', () => (this.press = null));
    this.canvas.addEventListener('dblclick', () => this.camera.reset());
  }

  resize(width: number, ratio: number): void {
    const pixels = Math.max(1, Math.round(width * ratio));
    const height = Math.round(minimapHeightPx * ratio);
    if (this.canvas.width === pixels && this.canvas.height === height) return;
    this.canvas.width = pixels;
    this.canvas.height = height;
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${minimapHeightPx}px`;
    this.cachedFor = null;
  }

  draw(style: FlameStyle | null): void {
    const { context, canvas, camera } = this;
    const { picture } = camera;
    const { width, height } = canvas;
    if (!picture || !style || picture.width <= 0) {
      context.clearRect(0, 0, width, height);
      return;
    }
    this.paintCache(picture, style);
    context.globalAlpha = 1;
    context.drawImage(this.cache, 0, 0);
    const [left, right] = this.window();
    const ratio = camera.ratio;
    context.fillStyle = style.chrome.background;
    context.globalAlpha = 0.66;
    context.fillRect(0, 0, left * ratio, height);
    context.fillRect(right * ratio, 0, width - right * ratio, height);
    context.globalAlpha = 1;
    context.strokeStyle = style.chrome.selection;
    context.lineWidth = Math.max(1, Math.round(ratio));
    const inset = context.lineWidth / 2;
    context.strokeRect(
      Math.round(left * ratio) + inset,
      inset,
      Math.max(0, Math.round((right - left) * ratio) - 2 * inset),
      height - 2 * inset,
    );
  }

  /** The view's edges in CSS px. */
  private window(): [left: number, right: number] {
    const { picture, view, width } = this.camera;
    const scale = picture && picture.width > 0 ? width / picture.width : 0;
    const left = Math.max(0, view.from * scale);
    const right = Math.min(width, Math.max(view.to * scale, left + narrowestPx));
    return [Math.min(left, width - narrowestPx), right];
  }

  /** All rows, each a line or less of pixels; where rows share a line, the innermost is seen. */
  private paintCache(picture: Picture, style: FlameStyle): void {
    const { camera, cache } = this;
    const { width, height } = this.canvas;
    const known = this.cachedFor;
    if (known?.picture === picture && known.style === style && known.growUp === camera.growUp) return;
    this.cachedFor = { picture, style, growUp: camera.growUp };
    cache.width = width;
    cache.height = height;
    const context = cache.getContext('2d');
    if (!context) return;
    const lines = Math.min(picture.rows, height);
    const image = new ImageData(width, Math.max(1, lines));
    const pixels = new Uint32Array(image.data.buffer).fill(style.surface);
    const pixelRow = new PixelRow(width);
    for (let line = 0; line < lines; line++) {
      const row = Math.floor(((line + 0.5) * picture.rows) / lines);
      pixelRow.fill(picture, row, camera.wholeView());
      const offset = (camera.growUp ? lines - 1 - line : line) * width;
      for (let pixel = 0; pixel < width; pixel++) {
        const position = pixelRow.box[pixel]!;
        if (position >= 0) pixels[offset + pixel] = style.colors[picture.frame[position]!]!;
      }
    }
    const drawn = document.createElement('canvas');
    drawn.width = width;
    drawn.height = Math.max(1, lines);
    drawn.getContext('2d')?.putImageData(image, 0, 0);
    context.fillStyle = style.chrome.surface;
    context.fillRect(0, 0, width, height);
    context.imageSmoothingEnabled = false;
    // Shallow pictures keep rows of a few pixels instead of filling the height with two or three.
    const tall = Math.min(height, lines * Math.round(4 * camera.ratio));
    context.drawImage(drawn, 0, 0, width, drawn.height, 0, camera.growUp ? height - tall : 0, width, tall);
  }

  private gripAt(x: number): Grip {
    const [left, right] = this.window();
    if (this.camera.following) return 'new';
    if (Math.abs(x - left) <= edgePx && x < (left + right) / 2) return 'left';
    if (Math.abs(x - right) <= edgePx) return 'right';
    return x > left && x < right ? 'move' : 'new';
  }

  private onDown(event: PointerEvent): void {
    if (event.button !== 0 || !this.camera.picture) return;
    this.canvas.setPointerCapture(event.pointerId);
    const [from, to] = this.window();
    this.press = { x: event.offsetX, grip: this.gripAt(event.offsetX), from, to };
  }

  private onMove(event: PointerEvent): void {
    const { camera, press } = this;
    const x = event.offsetX;
    if (!press) {
      const cursors = { move: 'grab', left: 'ew-resize', right: 'ew-resize', new: 'crosshair' };
      this.canvas.style.cursor = cursors[this.gripAt(x)];
      return;
    }
    const { picture, width } = camera;
    if (!picture || width === 0 || (press.grip === 'new' && Math.abs(x - press.x) < narrowestPx)) return;
    const value = (px: number) => (Math.min(width, Math.max(0, px)) / width) * picture.width;
    const shift = x - press.x;
    if (press.grip === 'move') {
      const span = press.to - press.from;
      const left = Math.min(width - span, Math.max(0, press.from + shift));
      camera.choose({ from: value(left), to: value(left + span) }, false);
      return;
    }
    const fixed = { left: press.to, right: press.from, new: press.x }[press.grip];
    const moved = { left: press.from + shift, right: press.to + shift, new: x }[press.grip];
    const [left, right] = fixed < moved ? [fixed, moved] : [moved, fixed];
    camera.choose({ from: value(left), to: value(Math.max(right, left + 1)) }, false);
  }
}
