/**
 * The flame graph: puts the picture, the camera, the painter and the hands together. Framework-free: the application wraps
 * it in React, the exported report uses it as it is.
 */
import { frameKey } from '../../profiles/functions';
import type { Transform } from '../../profiles/transforms/types';
import type { TimeRange } from '../../profiles/types';
import { currentColorScheme, onColorSchemeChange } from '../theme/color-scheme';
import { chromeColors, type ColorMode } from '../theme/colors';
import { Camera } from './camera';
import { DrawnMarks } from './drawn-marks';
import type { FlameScene } from './export-scene';
import { joinSearch, searchChanged, searchHere, type FlameMatches, type SearchedView } from './flame-search';
import { FrameCosts } from './frame-costs';
import { frameOf, transformOf, visibleFrames, type VisibleFrame } from './frame-info';
import { monospace } from './fonts';
import { FlameHands, type Grasp } from './hands';
import type { FlameAction } from './keys';
import { firstInSight, neighbour } from './neighbours';
import { pictureOf } from './picture-of';
import { MatchWalk } from './matches';
import { Minimap, minimapHeightPx } from './minimap';
import { FlameOverlay } from './overlay';
import { FramePainter } from './painter';
import { boxAt, rowOfBox, type Picture } from './picture';
import { boxOf, rowAt, valueAt, type Scene } from './scene';
import { styleOf, type FlameStyle } from './style';
import { rulerHeightPx, TimeRuler } from './time-ruler';
import { FlameTooltip } from './tooltip';
import type { FlameFrame, FlameSubject } from './types';
import { FlameVoice } from './voice';

export interface FlameState {
  /** The whole width is shown and grows with the data. */
  following: boolean;
  /** null when nothing is searched. */
  found: FlameMatches | null;
}

export interface FlameHandlers {
  onSelect(key: string | null): void;
  onState(state: FlameState): void;
  onRange?(range: TimeRange): void;
  onTransform?(transform: Transform): void;
  onContextMenu?(frame: FlameFrame, position: { x: number; y: number }): void;
}

export interface FlameElement extends HTMLCanvasElement {
  /** What is in sight, for tests and tools. */
  scorchmarkFrames(): VisibleFrame[];
  /** Main-thread ms of the frames drawn last, the oldest first. */
  scorchmarkFrameCosts(): number[];
}

/** Without a frame for so long, the picture rests. */
const restMs = 100;
/** A match gone to is at least this wide, so that its name can be read. */
const matchWidthPx = 60;

export class FlameCanvas implements Grasp, SearchedView {
  readonly element: FlameElement;
  private readonly stage = document.createElement('div');
  private readonly handlers: FlameHandlers;
  private readonly context: CanvasRenderingContext2D;
  private readonly camera: Camera;
  private readonly painter: FramePainter;
  private readonly overlay = new FlameOverlay();
  private readonly hands: FlameHands;
  private readonly voice: FlameVoice;
  private readonly tooltip = new FlameTooltip();
  private readonly costs = new FrameCosts();
  private readonly drawnMarks = new DrawnMarks();
  private minimap: Minimap | null = null;
  /** Only above charts. */
  private ruler: TimeRuler | null = null;
  private readonly undo: (() => void)[] = [];

  private input: FlameSubject = { tree: null, version: -1, live: false, search: '', selectedKey: null };
  private mode: ColorMode = 'category';
  private style: FlameStyle | null = null;
  private matcher: MatchWalk | null = null;
  private selectedFrame = -1;
  /** Positions; -1 for none. */
  private hovered = -1;
  private focused = -1;
  private match = -1;
  private hasFocus = false;
  private pointer: { x: number; y: number } | null = null;
  private dragged: { from: number; to: number } | null = null;
  private frameRequest = 0;
  private paintedAt = -Infinity;
  private resting = 0;
  private pictureDirty = true;

  constructor(host: HTMLElement, handlers: FlameHandlers) {
    this.handlers = handlers;
    const canvas = document.createElement('canvas');
    this.element = Object.assign(canvas, {
      scorchmarkFrames: () => this.visibleFrames(),
      scorchmarkFrameCosts: () => this.costs.list(),
    });
    canvas.dataset['testid'] = 'flame-canvas';
    canvas.className = 'sm-flame-canvas';
    const context = canvas.getContext('2d', { alpha: false });
    if (!context) throw new Error('This browser has no 2D canvas.');
    this.context = context;
    this.camera = new Camera({ changed: () => this.redraw(), followed: () => this.tell() });
    this.painter = new FramePainter(context, monospace);
    this.stage.className = 'sm-flame-stage';
    this.stage.append(canvas, this.overlay.canvas);
    host.append(this.stage);
    this.voice = new FlameVoice(this.stage, canvas);
    this.hands = new FlameHands(canvas, this.camera, this);
    const resize = new ResizeObserver(() => this.measure());
    resize.observe(this.stage);
    this.undo.push(
      () => resize.disconnect(),
      onColorSchemeChange(() => this.restyle()),
      joinSearch(this),
    );
    this.measure();
  }

  destroy(): void {
    cancelAnimationFrame(this.frameRequest);
    clearTimeout(this.resting);
    for (const undo of this.undo) undo();
    this.hands.remove();
    this.voice.remove();
    this.tooltip.remove();
    this.stage.remove();
    this.minimap?.canvas.remove();
    this.ruler?.canvas.remove();
  }

  /** Takes new data or settings; draws in the next animation frame. */
  update(input: FlameSubject): void {
    const before = this.input;
    this.input = input;
    const changed =
      input.version !== before.version ||
      input.tree !== before.tree ||
      input.chart !== before.chart ||
      input.layout !== before.layout ||
      input.skipRoot !== before.skipRoot ||
      (input.live !== before.live && !input.live);
    if (changed) this.replacePicture();
    if (changed || input.search !== before.search) this.search();
    if (changed || input.selectedKey !== before.selectedKey) this.selectedFrame = this.frameWithKey();
    this.redraw();
  }

  setColorMode(mode: ColorMode): void {
    this.mode = mode;
    this.restyle();
  }

  /** Root at the bottom (flames) or at the top (icicles). */
  setGrowUp(growUp: boolean): void {
    if (growUp !== this.camera.growUp) this.camera.turn(growUp);
  }

  setMinimap(shown: boolean): void {
    if (shown === (this.minimap !== null)) return;
    this.minimap?.canvas.remove();
    this.minimap = shown ? new Minimap(this.camera) : null;
    if (this.minimap) this.stage.before(this.minimap.canvas);
    this.arrange();
  }

  private setRuler(shown: boolean): void {
    if (shown === (this.ruler !== null)) return;
    this.ruler?.canvas.remove();
    this.ruler = shown ? new TimeRuler() : null;
    if (this.ruler) this.stage.before(this.ruler.canvas);
    this.arrange();
  }

  /** Overview, ruler and picture one below the other. */
  private arrange(): void {
    const rulerTop = this.minimap ? minimapHeightPx + 1 : 0;
    if (this.ruler) this.ruler.canvas.style.top = `${rulerTop}px`;
    this.stage.style.top = `${rulerTop + (this.ruler ? rulerHeightPx : 0)}px`;
    this.measure();
  }

  resetZoom(): void {
    this.camera.reset();
  }

  /** What is shown, for pictures that are saved; null when there is nothing. */
  exportScene(): FlameScene | null {
    const scene = this.camera.scene();
    if (!scene) return null;
    return { ...scene, mode: this.mode, scheme: currentColorScheme(), found: this.matcher?.frames ?? null };
  }

  // ── data ──

  private replacePicture(): void {
    const previous = this.camera.picture;
    const picture = pictureOf(this.input, previous);
    const related = picture && previous && picture.kind === previous.kind;
    const map = related ? picture.following(previous) : null;
    const pointer = this.pointer && this.hovered >= 0 ? { position: this.hovered, x: this.pointer.x } : null;
    this.camera.replace(picture, map, pointer, this.input.live);
    this.hovered = map ? map(this.hovered) : -1;
    this.focused = map ? map(this.focused) : -1;
    this.match = map ? map(this.match) : -1;
    this.style = null;
    this.setRuler(picture?.kind === 'chart' && picture.rows > 0);
    this.voice.describe(picture);
  }

  private search(): void {
    this.matcher = MatchWalk.of(this.camera.picture, this.input.search);
    this.match = -1;
    this.style = null;
    this.tell();
  }

  private frameWithKey(): number {
    const { selectedKey } = this.input;
    const frames = this.camera.picture?.frames;
    if (selectedKey === null || !frames) return -1;
    const name = selectedKey.slice(0, selectedKey.indexOf('\n'));
    for (let frame = 0; frame < frames.length; frame++)
      if (frames.name[frame] === name && frameKey(frames, frame) === selectedKey) return frame;
    return -1;
  }

  private tell(): void {
    this.handlers.onState({ following: this.camera.following, found: this.matches() });
    searchChanged(this);
  }

  // ── drawing ──

  private restyle(): void {
    this.style = null;
    this.redraw();
  }

  private redraw(pictureToo = true): void {
    if (pictureToo) this.pictureDirty = true;
    this.frameRequest ||= requestAnimationFrame((now) => this.draw(now));
  }

  private draw(now: number): void {
    const startedAt = performance.now();
    this.frameRequest = 0;
    if (this.camera.step(now)) this.redraw();
    const scene = this.camera.scene();
    const chrome = this.style?.chrome ?? chromeColors[currentColorScheme()];
    if (this.pictureDirty || this.camera.moving) {
      this.pictureDirty = this.camera.moving;
      if (scene) {
        this.style ??= styleOf(scene.picture, {
          scheme: currentColorScheme(),
          mode: this.mode,
          found: this.matcher?.frames ?? null,
        });
        this.paintPicture(scene, this.style, now);
      } else {
        this.context.fillStyle = chrome.surface;
        this.context.fillRect(0, 0, this.element.width, this.element.height);
      }
      this.minimap?.draw(scene ? this.style : null);
      if (scene) this.ruler?.draw(scene, chrome);
      if (this.pointer && !this.hands.dragging) this.pointTo(this.pointer);
      const { live, newestUs } = this.input;
      if (scene && live && newestUs !== undefined) this.drawnMarks.drew(newestUs);
    }
    this.overlay.draw(
      scene,
      {
        hovered: this.hovered,
        focused: this.hasFocus ? this.focused : -1,
        match: this.match,
        selected: scene ? this.painter.outlined : [],
        range: this.dragged,
      },
      chrome,
      this.camera.ratio,
    );
    const kind = scene?.picture.kind ?? 'nothing';
    if (this.element.dataset['drawn'] !== kind) this.element.dataset['drawn'] = kind;
    this.costs.drew(performance.now() - startedAt);
  }

  /** One frame after the other means that the picture moves: texts that are left out then follow when it rests. */
  private paintPicture(scene: Scene, style: FlameStyle, now: number): void {
    const fewTexts = now - this.paintedAt < restMs;
    this.paintedAt = now;
    const leftOut = this.painter.paint(scene, style, { selectedFrame: this.selectedFrame, fewTexts });
    clearTimeout(this.resting);
    if (leftOut) this.resting = window.setTimeout(() => this.redraw(), restMs);
  }

  private measure(): void {
    const { clientWidth: width, clientHeight: height } = this.stage;
    const ratio = devicePixelRatio || 1;
    this.camera.resize(width, height, ratio);
    for (const canvas of [this.element, this.overlay.canvas]) {
      canvas.width = Math.max(1, Math.round(width * ratio));
      canvas.height = Math.max(1, Math.round(height * ratio));
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    this.minimap?.resize(width, ratio);
    this.ruler?.resize(width, ratio);
    this.redraw();
  }

  private visibleFrames(): VisibleFrame[] {
    const scene = this.camera.scene();
    return scene ? visibleFrames(scene, this.element.getBoundingClientRect()) : [];
  }

  // ── what hands do ──

  get searching(): boolean {
    return this.matcher !== null;
  }

  get canSelectRange(): boolean {
    return this.camera.picture?.kind === 'chart' && this.handlers.onRange !== undefined;
  }

  spent(ms: number): void {
    this.costs.spent(ms);
  }

  point(pointer: { x: number; y: number } | null): void {
    this.pointer = pointer;
    if (pointer) this.pointTo(pointer);
    else {
      this.hovered = -1;
      this.tooltip.hide();
      this.camera.settle();
    }
    this.redraw(false);
  }

  private pointTo(pointer: { x: number; y: number }): void {
    const position = this.positionAt(pointer);
    const { picture } = this.camera;
    if (position >= 0 && picture) {
      const at = this.element.getBoundingClientRect();
      const [x, y] = [at.left + pointer.x, at.top + pointer.y];
      if (position === this.hovered && this.tooltip.shownFor === picture) this.tooltip.move(x, y);
      else this.tooltip.show(picture, picture.factsOf(position), x, y);
    } else this.tooltip.hide();
    this.hovered = position;
    this.element.style.cursor = position >= 0 ? 'pointer' : 'default';
  }

  /** Where boxes are narrower than pixels: the one that was drawn there. */
  private positionAt({ x, y }: { x: number; y: number }): number {
    const scene = this.camera.scene();
    if (!scene) return -1;
    const row = rowAt(scene, y);
    const drawn = this.painter.boxDrawnAt(scene, x, row);
    return drawn >= 0 ? drawn : boxAt(scene.picture, row, valueAt(scene, x));
  }

  grab(): void {
    this.tooltip.hide();
    this.hovered = -1;
  }

  click(): void {
    this.focused = this.hovered;
    this.select(this.hovered);
    this.redraw(false);
  }

  open(): void {
    if (this.hovered >= 0) this.camera.zoomTo(this.hovered);
  }

  menu(pointer: { x: number; y: number } | null): void {
    const scene = this.camera.scene();
    if (!scene || !this.handlers.onContextMenu) return;
    const position = pointer ? this.positionAt(pointer) : this.focused;
    if (position < 0 || scene.picture.isRoot(position)) return;
    const box = pointer ? null : boxOf(scene, position, rowOfBox(scene.picture, position));
    const spot = pointer ?? { x: box?.x ?? 0, y: (box?.y ?? 0) + (box?.height ?? 0) };
    const at = this.element.getBoundingClientRect();
    this.tooltip.hide();
    this.focused = position;
    this.handlers.onContextMenu(frameOf(scene.picture, position), {
      x: at.left + spot.x,
      y: at.top + spot.y,
    });
  }

  range(range: { from: number; to: number } | null, done: boolean): void {
    this.dragged = done ? null : range;
    const origin = this.camera.picture?.origin ?? 0;
    if (done && range && range.to > range.from)
      this.handlers.onRange?.({ startUs: origin + range.from, endUs: origin + range.to });
    this.redraw(false);
  }

  focusChanged(focused: boolean): void {
    this.hasFocus = focused;
    if (focused) searchHere(this);
    this.redraw(false);
  }

  act(action: FlameAction): boolean {
    const { picture } = this.camera;
    if (!picture) return false;
    switch (action.kind) {
      case 'zoom':
        this.camera.zoom(this.pointer ? this.pointer.x / this.camera.width : 0.5, action.factor, true);
        return true;
      case 'pan':
        this.camera.pan(action.fraction, this.camera.aim, true);
        return true;
      case 'move':
        this.move(picture, action.to);
        return true;
      case 'match':
        this.stepMatch(action.step);
        return true;
      case 'open':
        this.camera.zoomTo(this.focused >= 0 ? this.focused : this.hovered);
        return true;
      case 'select':
        this.select(this.focused);
        return true;
      case 'reset':
        this.camera.reset();
        return true;
      case 'escape':
        return this.escape();
      case 'menu':
        this.menu(null);
        return true;
      case 'transform':
        return this.transform(picture, action.transform);
    }
  }

  /** Keys mean the frame that they went to; without one, the one under the pointer. */
  private transform(picture: Picture, kind: Parameters<typeof transformOf>[1]): boolean {
    const position = this.focused >= 0 ? this.focused : this.hovered;
    if (position < 0 || picture.isRoot(position) || !this.handlers.onTransform) return false;
    this.handlers.onTransform(transformOf(frameOf(picture, position), kind));
    return true;
  }

  private move(picture: Picture, to: 'up' | 'down' | 'left' | 'right'): void {
    const { growUp, view } = this.camera;
    const next =
      this.focused < 0 ? firstInSight(picture, view.from) : neighbour(picture, this.focused, to, growUp);
    this.focus(picture, next);
  }

  private focus(picture: Picture, position: number): void {
    if (position < 0) return;
    this.focused = position;
    this.voice.say(picture.sentenceOf(position));
    this.camera.show(position);
  }

  private select(position: number): void {
    const { picture } = this.camera;
    const is = picture && position >= 0 && !picture.isRoot(position);
    this.handlers.onSelect(is ? frameKey(picture.frames, picture.frame[position] ?? 0) : null);
  }

  /** Undoes the innermost thing: the zoom, else the selection. False when there was nothing. */
  private escape(): boolean {
    if (this.camera.zoomOut()) return true;
    if (this.input.selectedKey === null) return false;
    this.handlers.onSelect(null);
    return true;
  }

  // ── search ──

  matches(): FlameMatches | null {
    return this.matcher?.matches ?? null;
  }

  stepMatch(step: 1 | -1): void {
    const { picture } = this.camera;
    const next = this.matcher?.step(this.match, step);
    if (!picture || !next) return;
    this.match = this.focused = next.position;
    const number = `Match ${next.index + 1} of ${this.matcher?.matches.count ?? 0}`;
    this.voice.say(`${number}: ${picture.sentenceOf(next.position)}`);
    this.camera.showWide(next.position, matchWidthPx);
    this.tell();
  }
}
