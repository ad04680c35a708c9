/** Pointer, wheel and keys: turns events into what they mean. Knows the camera, and the graph only through `Grasp`. */
import type { Camera } from './camera';
import { actionOf, type FlameAction } from './keys';
import { valueAt } from './scene';
import { clampViewport, panBy, sameViewport, type Viewport } from './viewport';

/** What hands can do to a graph. Coordinates are CSS px on the canvas. */
export interface Grasp {
  /** Something is searched: Enter goes to the next match. */
  readonly searching: boolean;
  readonly canSelectRange: boolean;
  /** The pointer is here, or (null) gone. */
  point(pointer: { x: number; y: number } | null): void;
  /** A drag has begun: nothing is pointed at. */
  grab(): void;
  click(): void;
  open(): void;
  menu(pointer: { x: number; y: number } | null): void;
  /** A range while it is dragged out, in the picture's unit; `done` with the last one, null when it was given up. */
  range(range: { from: number; to: number } | null, done: boolean): void;
  /** False when there was nothing to do. */
  act(action: FlameAction): boolean;
  /** Focus came or went. */
  focusChanged(focused: boolean): void;
  /** Main-thread time that an event took, ms. */
  spent(ms: number): void;
}

const dragFromPx = 4;
/** Zoom per px of wheel; fingers on a trackpad (ctrl) report much smaller steps. */
const wheelZoom = 0.0022;
const pinchZoom = 0.012;
const pxPerLine = 16;

interface Press {
  x: number;
  y: number;
  view: Viewport;
  scroll: number;
  dragging: boolean;
  /** Value at which a range began; null when the drag moves the picture. */
  rangeFrom: number | null;
}

export class FlameHands {
  private readonly canvas: HTMLCanvasElement;
  private readonly camera: Camera;
  private readonly grasp: Grasp;
  private readonly undo: (() => void)[] = [];
  private press: Press | null = null;

  constructor(canvas: HTMLCanvasElement, camera: Camera, grasp: Grasp) {
    this.canvas = canvas;
    this.camera = camera;
    this.grasp = grasp;
    this.listen();
  }

  get dragging(): boolean {
    return this.press !== null;
  }

  remove(): void {
    for (const undo of this.undo) undo();
  }

  private listen(): void {
    const { canvas, grasp } = this;
    const on = <E extends keyof HTMLElementEventMap>(
      type: E,
      listener: (event: HTMLElementEventMap[E]) => void,
      options?: AddEventListenerOptions,
    ) => {
      const timed = (event: HTMLElementEventMap[E]) => {
        const startedAt = performance.now();
        listener(event);
        grasp.spent(performance.now() - startedAt);
      };
      canvas.addEventListener(type, timed, options);
      this.undo.push(() => canvas.removeEventListener(type, timed, options));
    };
    on('pointermove', (event) => this.onMove(event));
    on('pointerdown', (event) => this.onDown(event));
    on('pointerup', (event) => this.onUp(event));
    on('pointercancel', () => this.letGo());
    on('pointerleave', () => {
      if (!this.press) grasp.point(null);
    });
    on('dblclick', () => grasp.open());
    on('contextmenu', (event) => {
      event.preventDefault();
      grasp.menu({ x: event.offsetX, y: event.offsetY });
    });
    on('wheel', (event) => this.onWheel(event), { passive: false });
    on('keydown', (event) => this.onKey(event));
    on('focus', () => grasp.focusChanged(true));
    on('blur', () => grasp.focusChanged(false));
  }

  private onDown(event: PointerEvent): void {
    if (event.button !== 0) return;
    const { camera } = this;
    const scene = camera.scene();
    this.canvas.setPointerCapture(event.pointerId);
    this.press = {
      x: event.offsetX,
      y: event.offsetY,
      view: camera.aim,
      scroll: camera.scroll,
      dragging: false,
      rangeFrom: event.shiftKey && scene && this.grasp.canSelectRange ? valueAt(scene, event.offsetX) : null,
    };
  }

  private onMove(event: PointerEvent): void {
    const { press, camera, grasp } = this;
    if (!press || !camera.picture) {
      grasp.point({ x: event.offsetX, y: event.offsetY });
      return;
    }
    const dx = event.offsetX - press.x;
    const dy = event.offsetY - press.y;
    if (!press.dragging && Math.hypot(dx, dy) < dragFromPx) return;
    if (!press.dragging) {
      press.dragging = true;
      grasp.grab();
    }
    if (press.rangeFrom !== null) {
      grasp.range(this.rangeTo(press.rangeFrom, event.offsetX), false);
      return;
    }
    this.canvas.style.cursor = 'grabbing';
    camera.scrollTo(press.scroll + (camera.growUp ? dy : -dy));
    const moved = panBy(press.view, -dx / Math.max(1, camera.width), camera.picture.width);
    if (sameViewport(moved, camera.view)) camera.scrollBy(0);
    else camera.choose(moved, false);
  }

  private onUp(event: PointerEvent): void {
    const { press, grasp } = this;
    this.press = null;
    if (!press) return;
    if (press.dragging && press.rangeFrom !== null)
      grasp.range(this.rangeTo(press.rangeFrom, event.offsetX), true);
    grasp.point({ x: event.offsetX, y: event.offsetY });
    if (!press.dragging) grasp.click();
  }

  private letGo(): void {
    if (this.press?.rangeFrom !== null) this.grasp.range(null, true);
    this.press = null;
  }

  private rangeTo(from: number, x: number): { from: number; to: number } | null {
    const scene = this.camera.scene();
    if (!scene) return null;
    const to = Math.min(scene.picture.width, Math.max(0, valueAt(scene, x)));
    return from <= to ? { from, to } : { from: to, to: from };
  }

  private onWheel(event: WheelEvent): void {
    const { camera } = this;
    if (!camera.picture) return;
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? pxPerLine : 1;
    if (event.shiftKey && !event.ctrlKey) {
      camera.scrollBy((event.deltaY || event.deltaX) * unit);
      return;
    }
    const width = Math.max(1, camera.width);
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY))
      camera.pan((event.deltaX * unit) / width, clampViewport(camera.aim, camera.picture.width));
    else if (event.deltaY !== 0)
      camera.zoom(
        event.offsetX / width,
        Math.exp(event.deltaY * unit * (event.ctrlKey ? pinchZoom : wheelZoom)),
      );
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === 'Escape' && this.press?.dragging && this.press.rangeFrom !== null) {
      this.letGo();
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const action = actionOf(event, this.grasp.searching);
    if (!action || !this.grasp.act(action)) return;
    event.preventDefault();
    event.stopPropagation();
  }
}
