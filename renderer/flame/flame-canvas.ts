/**
 * The flame graph: a base canvas with the frames, a second one above it for what moves with the pointer, and the
 * hands (pointer, wheel, keys). Framework-free: the application wraps it in React, the report uses it as it is.
 */
import type { CallTree } from '../../profiles/call-tree';
import { frameAt, layoutFlame, matchNodes, rowOf, type FlameLayout } from '../../profiles/flame-layout';
import { frameKey } from '../../profiles/functions';
import { chromeColors, flamePalette, type ColorMode } from '../theme/colors';
import { currentColorScheme, onColorSchemeChange, prefersReducedMotion } from '../theme/color-scheme';
import { findInTree, type Found } from './frame-search';
import { DrawnMarks } from './drawn-marks';
import { frameFacts, frameSentence, graphSummary } from './frame-text';
import { keyAction } from './keys';
import { boxOf, forEachVisible, FramePainter, rowAt, rowHeight, rowTop, valueAt } from './painter';
import type { FrameBox, FrameStyle, Scene } from './painter';
import { FlameTooltip } from './tooltip';
import {
  between,
  clampViewport,
  panBy,
  sameViewport,
  viewportHolding,
  zoomAt,
  type Viewport,
} from './viewport';

export interface FlameInput {
  tree: CallTree | null;
  version: number;
  live: boolean;
  search: string;
  selectedKey: string | null;
  /** See `FlameViewProps.newestUs`. */
  newestUs?: number;
}

export interface FlameState {
  /** The whole width is shown and grows with the data. */
  following: boolean;
  /** null when nothing is searched. */
  found: Pick<Found, 'functions' | 'share'> | null;
}

export interface FlameHandlers {
  onSelect(key: string | null): void;
  onState(state: FlameState): void;
}

/** One visible frame, for tests and tools: CSS px in the viewport of the page. */
export interface VisibleFrame {
  name: string;
  url: string;
  line: number;
  key: string;
  depth: number;
  self: number;
  total: number;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface FlameElement extends HTMLCanvasElement {
  scorchmarkFrames(): VisibleFrame[];
}

const zoomMs = 140;
const dragFromPx = 4;
const dimmed = 0.22;
const monospace = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace";

export class FlameCanvas {
  readonly element: FlameElement;
  private readonly host: HTMLElement;
  private readonly handlers: FlameHandlers;
  private readonly base: CanvasRenderingContext2D;
  private readonly over: CanvasRenderingContext2D;
  private readonly overlay: HTMLCanvasElement;
  private readonly painter: FramePainter;
  private readonly tooltip = new FlameTooltip();
  private readonly drawnMarks = new DrawnMarks();
  private readonly announcer = document.createElement('div');
  private readonly undo: (() => void)[] = [];

  private layout: FlameLayout | null = null;
  private input: FlameInput = { tree: null, version: -1, live: false, search: '', selectedKey: null };
  private view: Viewport = { from: 0, to: 0 };
  private target: Viewport | null = null;
  private animation: { start: Viewport; startedAt: number } | null = null;
  private following = true;
  /** Node that fills the width after zooming to it; -1 when the zoom is free. */
  private zoomedNode = -1;
  private scroll = 0;
  private width = 0;
  private height = 0;
  private growUp = false;
  private mode: ColorMode = 'category';
  private style: FrameStyle | null = null;
  private found: Found | null = null;

  private pointer: { x: number; y: number } | null = null;
  private press: { x: number; y: number; view: Viewport; scroll: number; dragging: boolean } | null = null;
  /** Nodes, not positions: they survive a new layout. -1 = none. */
  private hovered = -1;
  private focused = -1;
  private frameRequest = 0;
  private baseDirty = true;

  constructor(host: HTMLElement, handlers: FlameHandlers) {
    this.host = host;
    this.handlers = handlers;
    const canvas = document.createElement('canvas');
    this.element = Object.assign(canvas, { scorchmarkFrames: () => this.visibleFrames() });
    this.overlay = document.createElement('canvas');
    this.base = contextOf(canvas);
    this.over = contextOf(this.overlay);
    this.painter = new FramePainter(this.base, monospace);
    canvas.dataset['testid'] = 'flame-canvas';
    canvas.tabIndex = 0;
    canvas.setAttribute('role', 'application');
    canvas.setAttribute('aria-roledescription', 'flame graph');
    canvas.className = 'sm-flame-canvas';
    this.overlay.className = 'sm-flame-overlay';
    this.overlay.setAttribute('aria-hidden', 'true');
    this.announcer.className = 'sm-visually-hidden';
    this.announcer.setAttribute('aria-live', 'polite');
    host.append(canvas, this.overlay, this.announcer);
    this.listen();
    this.measure();
  }

  /** Takes new data or settings; draws in the next animation frame. */
  update(input: FlameInput): void {
    const before = this.input;
    this.input = input;
    if (input.tree !== before.tree || input.version !== before.version) this.relayout(input);
    else if (input.live !== before.live && !input.live) this.relayout(input);
    if (input.search !== before.search || input.tree !== before.tree || input.version !== before.version)
      this.search();
    this.redraw();
  }

  setColorMode(mode: ColorMode): void {
    this.mode = mode;
    this.style = null;
    this.redraw();
  }

  /** Root at the bottom (flames) or at the top (icicles). */
  setGrowUp(growUp: boolean): void {
    this.growUp = growUp;
    this.scroll = 0;
    this.redraw();
  }

  /** Shows everything, and follows again while data arrives. */
  resetZoom(): void {
    this.zoomedNode = -1;
    this.follow(true);
    this.scroll = 0;
    this.animateTo(this.wholeView());
  }

  destroy(): void {
    cancelAnimationFrame(this.frameRequest);
    for (const undo of this.undo) undo();
    this.tooltip.remove();
    this.element.remove();
    this.overlay.remove();
    this.announcer.remove();
  }

  // ── layout and view ──

  private relayout(input: FlameInput): void {
    const previous = this.layout;
    const { tree } = input;
    if (!tree) {
      this.layout = null;
      this.hovered = this.focused = this.zoomedNode = -1;
      this.describe();
      return;
    }
    const layout = layoutFlame(tree, { previous: input.live ? previous : null });
    const held = previous && this.heldPoint(previous);
    const hadWidth = previous ? previous.width : 0;
    this.layout = layout;
    if (previous) {
      const before = layout.before ?? matchNodes(previous, tree);
      const after = (node: number) => (node < 0 ? -1 : before.indexOf(node));
      this.hovered = after(this.hovered);
      this.focused = after(this.focused);
      this.zoomedNode = after(this.zoomedNode);
      if (held) held.node = after(held.node);
    }
    this.style = null;
    this.place(layout, held, hadWidth);
    this.describe();
  }

  /** The frame to keep in place and where it stands: the one under the pointer, or in the middle of a zoomed view. */
  private heldPoint(layout: FlameLayout): { node: number; ratio: number; fraction: number } | null {
    const span = this.view.to - this.view.from;
    if (span <= 0 || this.width === 0) return null;
    const hoveredAt = this.hovered >= 0 ? (layout.positionOfNode[this.hovered] ?? -1) : -1;
    const fraction = hoveredAt >= 0 && this.pointer ? this.pointer.x / this.width : 0.5;
    const value = this.view.from + fraction * span;
    let position = hoveredAt;
    if (position < 0) {
      if (this.following) return null;
      for (let row = layout.rows - 1; row >= 0 && position < 0; row--) position = frameAt(layout, row, value);
    }
    if (position < 0) return null;
    const x0 = layout.x0[position] ?? 0;
    const x1 = layout.x1[position] ?? 0;
    return { node: layout.node[position] ?? 0, ratio: x1 > x0 ? (value - x0) / (x1 - x0) : 0, fraction };
  }

  private place(
    layout: FlameLayout,
    held: { node: number; ratio: number; fraction: number } | null | undefined,
    hadWidth: number,
  ): void {
    this.animation = null;
    this.target = null;
    const whole = this.wholeView();
    const scale = hadWidth > 0 ? layout.width / hadWidth : 1;
    const zoomed = this.zoomedNode >= 0 ? (layout.positionOfNode[this.zoomedNode] ?? -1) : -1;
    const zoomedSpan = zoomed >= 0 ? (layout.x1[zoomed] ?? 0) - (layout.x0[zoomed] ?? 0) : 0;
    const span = this.following
      ? layout.width
      : zoomedSpan > 0
        ? zoomedSpan
        : Math.min(layout.width, (this.view.to - this.view.from) * scale);
    const heldAt = held && held.node >= 0 ? (layout.positionOfNode[held.node] ?? -1) : -1;
    const anchored = held && heldAt >= 0 && (this.input.live || !this.following);
    if (anchored)
      this.view = viewportHolding(
        { x0: layout.x0[heldAt] ?? 0, x1: layout.x1[heldAt] ?? 0 },
        held.ratio,
        held.fraction,
        span,
      );
    else
      this.view =
        this.following || span <= 0
          ? whole
          : clampViewport({ from: this.view.from, to: this.view.from + span }, layout.width);
    this.clampScroll();
  }

  private wholeView(): Viewport {
    return { from: 0, to: this.layout?.width ?? 0 };
  }

  private follow(following: boolean): void {
    if (following === this.following) return;
    this.following = following;
    this.tell();
  }

  private tell(): void {
    this.handlers.onState({ following: this.following, found: this.found });
  }

  /** A view the person chose; everything shown means following. */
  private choose(view: Viewport, animated: boolean): void {
    this.follow(sameViewport(view, this.wholeView()));
    if (animated) this.animateTo(view);
    else {
      this.animation = null;
      this.target = null;
      this.view = view;
      this.redraw();
    }
  }

  private animateTo(view: Viewport): void {
    if (sameViewport(view, this.view) || prefersReducedMotion()) {
      this.animation = null;
      this.target = null;
      this.view = view;
    } else {
      this.target = view;
      this.animation = { start: this.view, startedAt: performance.now() };
    }
    this.redraw();
  }

  /** Ends the sideways shift that kept a growing frame under the pointer. */
  private settle(): void {
    const layout = this.layout;
    if (!layout || this.press) return;
    const settled = this.following ? this.wholeView() : clampViewport(this.view, layout.width);
    if (!sameViewport(settled, this.target ?? this.view)) this.animateTo(settled);
  }

  private zoomToNode(node: number): void {
    const layout = this.layout;
    const position = layout ? (layout.positionOfNode[node] ?? -1) : -1;
    if (!layout || position < 0) return;
    this.zoomedNode = node === 0 ? -1 : node;
    this.choose({ from: layout.x0[position] ?? 0, to: layout.x1[position] ?? 0 }, true);
    if (node === 0) this.follow(true);
    this.reveal(rowOf(layout, position));
  }

  private freeZoom(view: Viewport): void {
    this.zoomedNode = -1;
    this.choose(view, false);
  }

  private reveal(row: number): void {
    const top = row * rowHeight;
    if (top < this.scroll) this.scroll = top;
    else if (top + 2 * rowHeight > this.scroll + this.height) this.scroll = top + 2 * rowHeight - this.height;
    this.clampScroll();
  }

  private clampScroll(): void {
    const most = Math.max(0, (this.layout?.rows ?? 0) * rowHeight - this.height);
    this.scroll = Math.min(most, Math.max(0, this.scroll));
  }

  // ── search, selection, words ──

  private search(): void {
    const { tree, search } = this.input;
    this.found = tree ? findInTree(tree, search) : null;
    this.style = null;
    this.tell();
  }

  private describe(): void {
    this.element.setAttribute('aria-label', graphSummary(this.layout?.tree ?? null));
  }

  private select(node: number): void {
    const tree = this.layout?.tree;
    this.handlers.onSelect(tree && node > 0 ? frameKey(tree.frames, tree.nodes.frame[node] ?? 0) : null);
  }

  private focusNode(node: number): void {
    const layout = this.layout;
    const position = layout && node >= 0 ? (layout.positionOfNode[node] ?? -1) : -1;
    if (!layout || position < 0) return;
    this.focused = node;
    this.announcer.textContent = frameSentence(layout.tree, node);
    this.reveal(rowOf(layout, position));
    const x0 = layout.x0[position] ?? 0;
    const x1 = layout.x1[position] ?? 0;
    if (x1 <= this.view.from || x0 >= this.view.to) {
      const span = this.view.to - this.view.from;
      this.freeZoom(clampViewport({ from: (x0 + x1 - span) / 2, to: (x0 + x1 + span) / 2 }, layout.width));
    }
    this.redraw();
  }

  // ── drawing ──

  private redraw(baseToo = true): void {
    if (baseToo) this.baseDirty = true;
    this.frameRequest ||= requestAnimationFrame((now) => this.draw(now));
  }

  private draw(now: number): void {
    this.frameRequest = 0;
    if (this.animation && this.target) {
      const progress = Math.min(1, Math.max(0, (now - this.animation.startedAt) / zoomMs));
      this.view = progress === 1 ? this.target : between(this.animation.start, this.target, progress);
      if (progress === 1) {
        this.animation = null;
        this.target = null;
      } else this.redraw();
      this.baseDirty = true;
    }
    const scene = this.scene();
    if (this.baseDirty) {
      this.baseDirty = false;
      const colors = chromeColors[currentColorScheme()];
      if (scene) this.painter.paint(scene, this.styleOf(scene.layout.tree));
      else {
        this.base.fillStyle = colors.surface;
        this.base.fillRect(0, 0, this.width, this.height);
      }
      if (this.pointer && !this.press) this.hover();
      const { live, newestUs } = this.input;
      if (scene && live && newestUs !== undefined) this.drawnMarks.drew(newestUs);
    }
    this.drawOverlay(scene);
  }

  private scene(): Scene | null {
    if (!this.layout || this.layout.rows === 0) return null;
    const { layout, view, scroll, width, height, growUp } = this;
    return { layout, view, scroll, width, height, growUp };
  }

  private styleOf(tree: CallTree): FrameStyle {
    if (this.style) return this.style;
    const scheme = currentColorScheme();
    const palette = flamePalette(scheme, this.mode);
    const { frames } = tree;
    const paintIndex = new Uint16Array(frames.length);
    for (let frame = 0; frame < frames.length; frame++)
      paintIndex[frame] = palette.paintOf({
        name: frames.name[frame] ?? '',
        url: frames.url[frame] ?? '',
        packageName: frames.packageName[frame] ?? '',
        category: frames.category[frame] ?? 0,
      });
    this.style = {
      palette,
      paintIndex,
      chrome: chromeColors[scheme],
      found: this.found?.frames ?? null,
      dimmed,
    };
    return this.style;
  }

  private drawOverlay(scene: Scene | null): void {
    const { over } = this;
    over.clearRect(0, 0, this.width, this.height);
    if (!scene) return;
    const chrome = chromeColors[currentColorScheme()];
    const outline = (box: FrameBox, color: string, thickness: number) => {
      over.strokeStyle = color;
      over.lineWidth = thickness;
      const inset = thickness / 2;
      over.strokeRect(
        box.x + inset,
        box.y + inset,
        Math.max(0, box.width - 1 - thickness),
        box.height - 1 - thickness,
      );
    };
    const { selectedKey } = this.input;
    if (selectedKey !== null) {
      const { tree } = scene.layout;
      const selected = new Map<number, boolean>();
      forEachVisible(scene, (position, row) => {
        const frame = tree.nodes.frame[scene.layout.node[position] ?? 0] ?? 0;
        let is = selected.get(frame);
        if (is === undefined) selected.set(frame, (is = frameKey(tree.frames, frame) === selectedKey));
        const box = is ? boxOf(scene, position, row) : null;
        if (box) outline(box, chrome.selection, 2);
      });
    }
    for (const [node, thickness] of [
      [this.hovered, 1],
      [document.activeElement === this.element ? this.focused : -1, 2],
    ] as const) {
      const position = node >= 0 ? (scene.layout.positionOfNode[node] ?? -1) : -1;
      const box = position >= 0 ? boxOf(scene, position, rowOf(scene.layout, position)) : null;
      if (!box) continue;
      if (thickness === 1) {
        over.fillStyle = 'rgb(255 255 255 / 12%)';
        over.fillRect(box.x, box.y, box.width - 1, box.height - 1);
      }
      outline(box, thickness === 2 ? chrome.focus : chrome.text, thickness);
    }
  }

  private measure(): void {
    const { clientWidth: width, clientHeight: height } = this.host;
    const ratio = devicePixelRatio || 1;
    this.width = width;
    this.height = height;
    for (const [canvas, context] of [
      [this.element, this.base],
      [this.overlay, this.over],
    ] as const) {
      canvas.width = Math.max(1, Math.round(width * ratio));
      canvas.height = Math.max(1, Math.round(height * ratio));
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    this.clampScroll();
    this.redraw();
  }

  // ── hands ──

  private hover(): void {
    const scene = this.scene();
    const { pointer } = this;
    const position =
      scene && pointer ? frameAt(scene.layout, rowAt(scene, pointer.y), valueAt(scene, pointer.x)) : -1;
    const node = scene && position >= 0 ? (scene.layout.node[position] ?? -1) : -1;
    this.hovered = node;
    if (node >= 0 && scene && pointer && !this.press?.dragging) {
      const at = this.element.getBoundingClientRect();
      this.tooltip.show(frameFacts(scene.layout.tree, node), at.left + pointer.x, at.top + pointer.y);
    } else this.tooltip.hide();
    this.element.style.cursor = node >= 0 ? 'pointer' : 'default';
  }

  private listen(): void {
    const canvas = this.element;
    const on = <E extends keyof HTMLElementEventMap>(
      type: E,
      listener: (event: HTMLElementEventMap[E]) => void,
      options?: AddEventListenerOptions,
    ) => {
      canvas.addEventListener(type, listener, options);
      this.undo.push(() => canvas.removeEventListener(type, listener, options));
    };
    on('pointermove', (event) => this.onPointerMove(event));
    on('pointerdown', (event) => {
      if (event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      this.press = {
        x: event.offsetX,
        y: event.offsetY,
        view: this.view,
        scroll: this.scroll,
        dragging: false,
      };
    });
    on('pointerup', () => {
      const { press } = this;
      this.press = null;
      if (press && !press.dragging) {
        this.hover();
        this.focused = this.hovered;
        this.select(this.hovered);
      }
      this.redraw(false);
    });
    on('pointercancel', () => (this.press = null));
    on('pointerleave', () => {
      this.pointer = null;
      this.hovered = -1;
      this.tooltip.hide();
      this.settle();
      this.redraw(false);
    });
    on('dblclick', () => {
      if (this.hovered >= 0) this.zoomToNode(this.hovered);
    });
    on('wheel', (event) => this.onWheel(event), { passive: false });
    on('keydown', (event) => this.onKey(event));
    on('focus', () => this.redraw(false));
    on('blur', () => this.redraw(false));
    const resize = new ResizeObserver(() => this.measure());
    resize.observe(this.host);
    this.undo.push(() => resize.disconnect());
    this.undo.push(
      onColorSchemeChange(() => {
        this.style = null;
        this.redraw();
      }),
    );
  }

  private onPointerMove(event: PointerEvent): void {
    this.pointer = { x: event.offsetX, y: event.offsetY };
    const { press } = this;
    if (press && this.layout) {
      const dx = event.offsetX - press.x;
      const dy = event.offsetY - press.y;
      if (!press.dragging && Math.hypot(dx, dy) < dragFromPx) return;
      press.dragging = true;
      this.tooltip.hide();
      this.hovered = -1;
      this.element.style.cursor = 'grabbing';
      this.scroll = press.scroll + (this.growUp ? dy : -dy);
      this.clampScroll();
      const moved = panBy(press.view, -dx / Math.max(1, this.width), this.layout.width);
      if (!sameViewport(moved, this.view)) this.freeZoom(moved);
      this.redraw();
      return;
    }
    this.hover();
    this.redraw(false);
  }

  private onWheel(event: WheelEvent): void {
    if (!this.layout) return;
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    if (event.shiftKey) {
      this.scroll += (this.growUp ? -1 : 1) * (event.deltaY || event.deltaX) * unit;
      this.clampScroll();
      this.redraw();
      return;
    }
    const { width } = this.layout;
    const base = this.target ?? this.view;
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY))
      this.freeZoom(panBy(base, (event.deltaX * unit) / Math.max(1, this.width), width));
    else if (event.deltaY !== 0)
      this.freeZoom(
        zoomAt(base, event.offsetX / Math.max(1, this.width), Math.exp(event.deltaY * unit * 0.0022), width),
      );
  }

  private onKey(event: KeyboardEvent): void {
    const { layout } = this;
    if (!layout || event.ctrlKey || event.metaKey || event.altKey) return;
    const node = this.focused >= 0 ? this.focused : 0;
    const action = keyAction(event.key, { layout, node, growUp: this.growUp });
    if (!action) return;
    if (action.kind === 'escape' && !this.escape()) return;
    event.preventDefault();
    event.stopPropagation();
    const base = this.target ?? this.view;
    if (action.kind === 'focus') this.focusNode(this.focused < 0 ? 0 : action.node);
    else if (action.kind === 'zoom') {
      this.zoomedNode = -1;
      this.choose(zoomAt(base, 0.5, action.factor, layout.width), true);
    } else if (action.kind === 'pan') {
      this.zoomedNode = -1;
      this.choose(panBy(base, action.fraction, layout.width), true);
    } else if (action.kind === 'open') this.zoomToNode(node);
    else if (action.kind === 'select') this.select(node);
    else if (action.kind === 'reset') this.resetZoom();
  }

  /** Undoes the innermost thing: the zoom, else the selection. False when there was nothing. */
  private escape(): boolean {
    if (!this.following) this.resetZoom();
    else if (this.input.selectedKey !== null) this.handlers.onSelect(null);
    else return false;
    return true;
  }

  private visibleFrames(): VisibleFrame[] {
    const scene = this.scene();
    if (!scene) return [];
    const at = this.element.getBoundingClientRect();
    const { tree } = scene.layout;
    const frames: VisibleFrame[] = [];
    forEachVisible(scene, (position, row, left, right) => {
      const node = scene.layout.node[position] ?? 0;
      const frame = tree.nodes.frame[node] ?? 0;
      const x = Math.max(0, left);
      frames.push({
        name: tree.frames.name[frame] ?? '',
        url: tree.frames.url[frame] ?? '',
        line: tree.frames.line[frame] ?? 0,
        key: frameKey(tree.frames, frame),
        depth: row,
        self: tree.self[node] ?? 0,
        total: tree.total[node] ?? 0,
        x: at.left + x,
        y: at.top + rowTop(scene, row),
        width: Math.min(this.width, right) - x,
        height: rowHeight,
      });
    });
    return frames;
  }
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser has no 2D canvas.');
  return context;
}
