/**
 * Lies over all lanes: one crosshair, one selected range. Knows time and pixels, not what the lanes show.
 */
import { formatDurationUs, formatTime, formatTimeRange } from '../../profiles/format';
import type { TimeRange } from '../../profiles/types';
import type { TimeWindow } from './lane-chart';

export interface OverlayHandlers {
  /** The instant under the pointer or the keyboard's cursor; null when there is none. */
  onCursor(timeUs: number | null): void;
  /** At most once per animation frame. */
  onRange(range: TimeRange | null): void;
  /** Look closer (factor < 1) or less close at an instant that stays where it is. */
  onZoom(factor: number, aroundUs: number): void;
  onPan(byUs: number): void;
  /** Show just this; null: the whole run. */
  onView(range: TimeRange | null): void;
  /** Words for what happened near an instant; '' when nothing did. */
  describe(timeUs: number, toleranceUs: number): string;
}

const edgePx = 5;
const dragFromPx = 3;
/** A shorter range selects nothing useful: samples are a millisecond apart. */
const shortestUs = 1000;

type Drag = {
  kind: 'new' | 'start' | 'end' | 'move';
  fromX: number;
  anchorUs: number;
  range: TimeRange | null;
  moved: boolean;
};

export class RangeOverlay {
  readonly element = document.createElement('div');
  private readonly parts = {
    before: part('sm-lanes-dim'),
    after: part('sm-lanes-dim'),
    start: part('sm-lanes-edge'),
    end: part('sm-lanes-edge'),
    cursor: part('sm-lanes-cursor'),
    label: part('sm-lanes-cursor-label'),
    words: part('sm-lanes-words'),
    length: part('sm-lanes-length'),
  };
  private readonly announcer = part('sm-visually-hidden');
  private readonly handlers: OverlayHandlers;
  private window: TimeWindow = { startUs: 0, endUs: 1 };
  private width = 0;
  private range: TimeRange | null = null;
  private cursorUs: number | null = null;
  private drag: Drag | null = null;
  private pending: { range: TimeRange | null } | null = null;
  private request = 0;

  constructor(handlers: OverlayHandlers) {
    this.handlers = handlers;
    this.element.className = 'sm-lanes-overlay';
    this.element.tabIndex = 0;
    this.element.setAttribute('role', 'slider');
    this.element.setAttribute(
      'aria-label',
      'Time. Arrow keys move the crosshair, with Shift they select a range, Escape clears it; plus and minus zoom, 0 shows the whole run',
    );
    this.element.setAttribute('aria-valuemin', '0');
    this.element.setAttribute('aria-valuenow', '0');
    this.element.dataset['testid'] = 'lanes-overlay';
    this.announcer.setAttribute('aria-live', 'polite');
    this.element.append(...Object.values(this.parts), this.announcer);
    this.listen();
    this.render();
  }

  /** Sets what is shown without telling anybody. */
  update(window: TimeWindow, width: number, range: TimeRange | null): void {
    this.window = window;
    this.width = width;
    if (!this.drag?.moved && !this.pending) this.range = range;
    this.element.setAttribute('aria-valuemax', String(Math.round(window.endUs / 1000)));
    this.render();
  }

  destroy(): void {
    cancelAnimationFrame(this.request);
    this.element.remove();
  }

  private timeAt(x: number): number {
    const { startUs, endUs } = this.window;
    return startUs + (Math.min(this.width, Math.max(0, x)) / Math.max(1, this.width)) * (endUs - startUs);
  }

  private xOf(timeUs: number): number {
    const { startUs, endUs } = this.window;
    return ((timeUs - startUs) / Math.max(1, endUs - startUs)) * this.width;
  }

  private choose(range: TimeRange | null): void {
    this.range = range;
    this.pending = { range };
    this.request ||= requestAnimationFrame(() => {
      this.request = 0;
      const { pending } = this;
      this.pending = null;
      if (pending) this.handlers.onRange(pending.range);
    });
    this.render();
  }

  private moveCursor(timeUs: number | null): void {
    this.cursorUs = timeUs;
    this.handlers.onCursor(timeUs);
    this.render();
  }

  private render(): void {
    const { parts, range, cursorUs } = this;
    const from = range ? this.xOf(range.startUs) : 0;
    const to = range ? this.xOf(range.endUs) : 0;
    for (const each of [parts.before, parts.after, parts.start, parts.end]) each.hidden = !range;
    parts.before.style.width = `${Math.max(0, from)}px`;
    parts.after.style.left = `${to}px`;
    parts.start.style.transform = `translateX(${from}px)`;
    parts.end.style.transform = `translateX(${to}px)`;
    parts.length.hidden = !range || !this.drag?.moved;
    if (range) {
      parts.length.textContent = formatDurationUs(range.endUs - range.startUs);
      parts.length.style.left = `${(from + to) / 2}px`;
    }
    parts.cursor.hidden = parts.label.hidden = cursorUs === null;
    parts.words.hidden = true;
    if (cursorUs === null) return;
    const x = this.xOf(cursorUs);
    const perPx = (this.window.endUs - this.window.startUs) / Math.max(1, this.width);
    parts.cursor.style.transform = `translateX(${x}px)`;
    parts.label.textContent = formatTime(cursorUs, Math.max(1000, 10 ** Math.floor(Math.log10(perPx * 10))));
    parts.label.style.left = `${Math.min(this.width - 24, Math.max(24, x))}px`;
    const words = this.drag?.moved ? '' : this.handlers.describe(cursorUs, perPx * 6);
    if (words === '') return;
    parts.words.textContent = words;
    parts.words.hidden = false;
    const flip = x > this.width / 2;
    parts.words.style.left = flip ? 'auto' : `${x + 8}px`;
    parts.words.style.right = flip ? `${this.width - x + 8}px` : 'auto';
  }

  private partAt(x: number): Drag['kind'] {
    if (!this.range) return 'new';
    const from = this.xOf(this.range.startUs);
    const to = this.xOf(this.range.endUs);
    if (Math.abs(x - from) <= edgePx) return 'start';
    if (Math.abs(x - to) <= edgePx) return 'end';
    return x > from && x < to ? 'move' : 'new';
  }

  private dragTo(x: number): void {
    const { drag } = this;
    if (!drag) return;
    if (!drag.moved && Math.abs(x - drag.fromX) < dragFromPx) return;
    drag.moved = true;
    const now = this.timeAt(x);
    if (drag.kind === 'move' && drag.range) {
      const length = drag.range.endUs - drag.range.startUs;
      const wanted = drag.range.startUs + now - drag.anchorUs;
      const startUs = Math.min(this.window.endUs - length, Math.max(this.window.startUs, wanted));
      this.choose({ startUs, endUs: startUs + length });
      return;
    }
    const fixed =
      drag.kind === 'start' ? drag.range?.endUs : drag.kind === 'end' ? drag.range?.startUs : drag.anchorUs;
    this.choose(ordered(fixed ?? now, now));
  }

  private listen(): void {
    const { element } = this;
    const xOf = (event: PointerEvent) => event.clientX - element.getBoundingClientRect().left;
    element.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      element.setPointerCapture(event.pointerId);
      const x = xOf(event);
      this.drag = {
        kind: this.partAt(x),
        fromX: x,
        anchorUs: this.timeAt(x),
        range: this.range,
        moved: false,
      };
    });
    element.addEventListener('pointermove', (event) => {
      const x = xOf(event);
      this.dragTo(x);
      const kind = this.drag?.kind ?? this.partAt(x);
      element.style.cursor =
        kind === 'start' || kind === 'end' ? 'ew-resize' : kind === 'move' ? 'grab' : 'crosshair';
      this.moveCursor(this.timeAt(x));
    });
    element.addEventListener('pointerup', () => {
      const { drag } = this;
      this.drag = null;
      if (drag && !drag.moved && drag.kind === 'new' && this.range) this.choose(null);
      this.render();
    });
    element.addEventListener('pointercancel', () => (this.drag = null));
    element.addEventListener('dblclick', (event) => {
      const at = this.timeAt(xOf(event as PointerEvent));
      const { range } = this;
      this.handlers.onView(range && at >= range.startUs && at < range.endUs ? range : null);
    });
    element.addEventListener('wheel', (event) => this.onWheel(event), { passive: false });
    element.addEventListener('pointerleave', () => this.moveCursor(null));
    element.addEventListener('blur', () => this.moveCursor(null));
    element.addEventListener('keydown', (event) => this.onKey(event));
  }

  /** With Ctrl or ⌘ it zooms, sideways it pans; else the panel scrolls. */
  private onWheel(event: WheelEvent): void {
    const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1;
    const { startUs, endUs } = this.window;
    if (event.ctrlKey || event.metaKey) {
      const x = event.clientX - this.element.getBoundingClientRect().left;
      // Two fingers on a trackpad report much smaller steps than a wheel.
      const perPx = Math.abs(event.deltaY) < 20 ? 0.01 : 0.0022;
      this.handlers.onZoom(Math.exp(event.deltaY * unit * perPx), this.timeAt(x));
    } else {
      const sideways = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
      if (Math.abs(sideways) <= (event.shiftKey ? 0 : Math.abs(event.deltaY))) return;
      this.handlers.onPan((sideways * unit * (endUs - startUs)) / Math.max(1, this.width));
    }
    event.preventDefault();
  }

  private onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '+' || event.key === '=' || event.key === '-') {
      const { startUs, endUs } = this.window;
      this.handlers.onZoom(event.key === '-' ? 2 : 0.5, this.cursorUs ?? (startUs + endUs) / 2);
    } else if (event.key === '0') this.handlers.onView(null);
    else if (event.key === 'Escape') {
      if (!this.range) return;
      this.choose(null);
      this.announce('Range cleared');
    } else {
      const { startUs, endUs } = this.window;
      const current = this.cursorUs ?? this.range?.startUs ?? startUs;
      const step = (endUs - startUs) / 100;
      const wanted =
        event.key === 'ArrowRight'
          ? current + step
          : event.key === 'ArrowLeft'
            ? current - step
            : event.key === 'Home'
              ? startUs
              : event.key === 'End'
                ? endUs
                : null;
      if (wanted === null) return;
      const now = Math.min(endUs, Math.max(startUs, wanted));
      if (event.shiftKey) {
        // The end that the cursor is at moves; without a range the cursor starts one.
        const { range } = this;
        const fixed = !range
          ? current
          : Math.abs(range.startUs - current) < Math.abs(range.endUs - current)
            ? range.endUs
            : range.startUs;
        this.choose(ordered(fixed, now));
      }
      this.moveCursor(now);
      this.element.setAttribute('aria-valuenow', String(Math.round(now / 1000)));
      this.element.setAttribute('aria-valuetext', formatTime(now));
      if (event.shiftKey && this.range)
        this.announce(`Range ${formatTimeRange(this.range.startUs, this.range.endUs)}`);
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private announce(text: string): void {
    this.announcer.textContent = text;
  }
}

function ordered(one: number, other: number): TimeRange {
  const startUs = Math.min(one, other);
  return { startUs, endUs: Math.max(one, other, startUs + shortestUs) };
}

function part(className: string): HTMLDivElement {
  const made = document.createElement('div');
  made.className = className;
  return made;
}
