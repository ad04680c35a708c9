/** Which part of the picture is in sight, how it gets there, and how it holds still while data arrives. Knows no events. */
import { prefersReducedMotion } from '../theme/color-scheme';
import { boxAt, leftOf, rightOf, rowOfBox, type Picture } from './picture';
import { rowHeightAt, type Scene } from './scene';
import {
  between,
  clampViewport,
  panBy,
  sameViewport,
  viewportHolding,
  zoomAt,
  type Viewport,
} from './viewport';

const zoomMs = 140;

/** A box to keep in place: where in it the point to hold is, and where that point stands on the canvas, both 0..1. */
interface Held {
  position: number;
  ratio: number;
  fraction: number;
}

export class Camera {
  picture: Picture | null = null;
  view: Viewport = { from: 0, to: 0 };
  /** The whole width is shown and grows with the data. */
  following = true;
  /** The box that fills the width after zooming to it; -1 when the zoom is free. */
  zoomed = -1;
  scroll = 0;
  width = 0;
  height = 0;
  ratio = 1;
  growUp = false;
  private target: Viewport | null = null;
  private animation: { start: Viewport; startedAt: number } | null = null;
  private readonly changed: () => void;
  private readonly followed: () => void;

  constructor(listeners: { changed: () => void; followed: () => void }) {
    this.changed = listeners.changed;
    this.followed = listeners.followed;
  }

  scene(): Scene | null {
    const { picture, view, scroll, width, height, ratio, growUp } = this;
    if (!picture || picture.rows === 0) return null;
    return { picture, view, scroll, width, height, ratio, growUp };
  }

  resize(width: number, height: number, ratio: number): void {
    this.width = width;
    this.height = height;
    this.ratio = ratio;
    this.scrollTo(this.scroll);
  }

  turn(growUp: boolean): void {
    this.growUp = growUp;
    this.scroll = 0;
    this.changed();
  }

  /**
   * Shows another picture. `map` takes positions of the old one to the new one; null when they have nothing in common.
   * `held`: a box under the pointer and the pointer's place, which is kept in place.
   */
  replace(
    picture: Picture | null,
    map: ((position: number) => number) | null,
    pointer: { position: number; x: number } | null,
    live: boolean,
  ): void {
    const previous = this.picture;
    this.animation = null;
    this.target = null;
    if (!picture || !previous || !map) {
      this.picture = picture;
      this.zoomed = -1;
      this.view = this.wholeView();
      this.follow(true);
      this.scrollTo(map ? this.scroll : 0);
      this.changed();
      return;
    }
    const held = this.heldPoint(pointer);
    this.picture = picture;
    this.zoomed = map(this.zoomed);
    if (held) held.position = map(held.position);
    this.place(previous, picture, held, live);
    this.scrollTo(this.scroll);
    this.changed();
  }

  /** The box to keep in place: the one under the pointer, or in the middle of a zoomed view. */
  private heldPoint(pointer: { position: number; x: number } | null): Held | null {
    const { picture, view, width } = this;
    const span = view.to - view.from;
    if (!picture || span <= 0 || width === 0) return null;
    const fraction = pointer ? pointer.x / width : 0.5;
    const value = view.from + fraction * span;
    let position = pointer ? pointer.position : -1;
    if (position < 0) {
      if (this.following) return null;
      for (let row = picture.rows - 1; row >= 0 && position < 0; row--) position = boxAt(picture, row, value);
    }
    if (position < 0) return null;
    const left = leftOf(picture, position);
    const right = rightOf(picture, position);
    return { position, ratio: right > left ? (value - left) / (right - left) : 0, fraction };
  }

  private place(previous: Picture, picture: Picture, held: Held | null, live: boolean): void {
    // A call tree keeps the zoom as a share of the whole, a chart as a span of time.
    const grown = picture.kind === 'left-heavy' && previous.width > 0 ? picture.width / previous.width : 1;
    const zoomedSpan = this.zoomed >= 0 ? rightOf(picture, this.zoomed) - leftOf(picture, this.zoomed) : 0;
    const span = this.following
      ? picture.width
      : zoomedSpan > 0
        ? zoomedSpan
        : Math.min(picture.width, (this.view.to - this.view.from) * grown);
    if (held && held.position >= 0 && (live || !this.following)) {
      const box = { x0: leftOf(picture, held.position), x1: rightOf(picture, held.position) };
      this.view = viewportHolding(box, held.ratio, held.fraction, span);
      return;
    }
    // Another tree that has nothing of what was in sight (a transform, another thread): from the beginning.
    if (!live && picture.kind === 'left-heavy' && held && held.position < 0) this.follow(true);
    const from = this.view.from + previous.origin - picture.origin;
    this.view =
      this.following || span <= 0
        ? this.wholeView()
        : clampViewport({ from, to: from + span }, picture.width);
  }

  wholeView(): Viewport {
    return { from: 0, to: this.picture?.width ?? 0 };
  }

  /** Where a running animation ends, else what is shown. */
  get aim(): Viewport {
    return this.target ?? this.view;
  }

  private follow(following: boolean): void {
    if (following === this.following) return;
    this.following = following;
    this.followed();
  }

  /** A view that the person chose; everything shown means following. */
  choose(view: Viewport, animated: boolean): void {
    this.zoomed = -1;
    this.aimAt(view, animated);
  }

  private aimAt(view: Viewport, animated: boolean): void {
    this.follow(sameViewport(view, this.wholeView()));
    if (animated) this.animateTo(view);
    else {
      this.animation = null;
      this.target = null;
      this.view = view;
      this.changed();
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
    this.changed();
  }

  /** Moves on with an animation; true while it runs. */
  step(now: number): boolean {
    if (!this.animation || !this.target) return false;
    const progress = Math.min(1, Math.max(0, (now - this.animation.startedAt) / zoomMs));
    this.view = progress === 1 ? this.target : between(this.animation.start, this.target, progress);
    if (progress === 1) {
      this.animation = null;
      this.target = null;
    }
    return progress < 1;
  }

  /** An animation runs. */
  get moving(): boolean {
    return this.animation !== null;
  }

  /** Ends the sideways shift that kept a growing box under the pointer. */
  settle(): void {
    if (!this.picture) return;
    const settled = this.following ? this.wholeView() : clampViewport(this.view, this.picture.width);
    if (!sameViewport(settled, this.aim)) this.animateTo(settled);
  }

  /** Shows everything, and follows again while data arrives. */
  reset(): void {
    this.zoomed = -1;
    this.follow(true);
    this.scroll = 0;
    this.animateTo(this.wholeView());
  }

  zoomTo(position: number): void {
    const { picture } = this;
    if (!picture || position < 0) return;
    if (picture.isRoot(position)) {
      this.reset();
      return;
    }
    this.zoomed = position;
    // A call of no duration has no width to fill; `clampViewport` gives it the least.
    const box = { from: leftOf(picture, position), to: rightOf(picture, position) };
    this.aimAt(clampViewport(box, picture.width), true);
    this.reveal(rowOfBox(picture, position));
  }

  /** From a box zoomed to, to its caller; else to everything. False when everything is shown already. */
  zoomOut(): boolean {
    if (this.following) return false;
    const parent = this.picture && this.zoomed >= 0 ? this.picture.parentOf(this.zoomed) : -1;
    if (parent >= 0) this.zoomTo(parent);
    else this.reset();
    return true;
  }

  /** `fraction`: of what is shown, to the right. */
  pan(fraction: number, from: Viewport, animated = false): void {
    if (this.picture) this.choose(panBy(from, fraction, this.picture.width), animated);
  }

  /** `fraction` 0..1: what stays in place; a factor over 1 shows more. */
  zoom(fraction: number, factor: number, animated = false): void {
    if (this.picture) this.choose(zoomAt(this.aim, fraction, factor, this.picture.width), animated);
  }

  scrollTo(scroll: number): void {
    const rows = this.picture?.rows ?? 0;
    const most = Math.max(0, rows * rowHeightAt(this.ratio) - this.height);
    this.scroll = Math.round(Math.min(most, Math.max(0, scroll)) * this.ratio) / this.ratio;
  }

  scrollBy(down: number): void {
    this.scrollTo(this.scroll + (this.growUp ? -down : down));
    this.changed();
  }

  /** Scrolls so that a row and a bit of what lies beyond it are in sight. */
  private reveal(row: number): void {
    const height = rowHeightAt(this.ratio);
    const top = row * height;
    const band = this.picture && this.picture.bands.length > 0 ? height : 0;
    if (top - band < this.scroll) this.scrollTo(top - band);
    else if (top + 2 * height > this.scroll + this.height) this.scrollTo(top + 2 * height - this.height);
  }

  /** Brings a box into sight without changing the zoom. */
  show(position: number): void {
    const { picture } = this;
    if (!picture || position < 0) return;
    this.reveal(rowOfBox(picture, position));
    const left = leftOf(picture, position);
    const right = rightOf(picture, position);
    const view = this.aim;
    if (right <= view.from || left >= view.to) {
      const span = view.to - view.from;
      const middle = (left + right) / 2;
      this.choose(clampViewport({ from: middle - span / 2, to: middle + span / 2 }, picture.width), false);
    }
    this.changed();
  }

  /** Like `show`, and zooms in until the box is wide enough to be seen (`leastPx` CSS px). */
  showWide(position: number, leastPx: number): void {
    const { picture } = this;
    if (!picture || position < 0) return;
    this.show(position);
    const left = leftOf(picture, position);
    const right = rightOf(picture, position);
    const span = this.aim.to - this.aim.from;
    if (((right - left) / span) * this.width >= leastPx) return;
    const wanted = Math.max((right - left) * (this.width / leastPx), picture.width * 1e-7);
    const middle = (left + right) / 2;
    this.choose(clampViewport({ from: middle - wanted / 2, to: middle + wanted / 2 }, picture.width), true);
  }
}
