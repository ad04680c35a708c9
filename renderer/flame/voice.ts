/** What screen readers hear: the picture in a sentence, and each frame that the keys go to. */
import type { Picture } from './picture';

export class FlameVoice {
  private readonly canvas: HTMLCanvasElement;
  private readonly announcer = document.createElement('div');
  private described: Picture | null = null;
  private describing = 0;

  constructor(host: HTMLElement, canvas: HTMLCanvasElement) {
    this.canvas = canvas;
    canvas.tabIndex = 0;
    canvas.setAttribute('role', 'application');
    canvas.setAttribute('aria-roledescription', 'flame graph');
    canvas.setAttribute('aria-label', 'Flame graph, empty');
    this.announcer.className = 'sm-visually-hidden';
    this.announcer.setAttribute('aria-live', 'polite');
    host.append(this.announcer);
  }

  /** The summary needs a look at all boxes: it is made when there is time for it, or at once for who asks now. */
  describe(picture: Picture | null): void {
    this.described = picture;
    this.canvas.setAttribute(
      'aria-roledescription',
      picture?.kind === 'chart' ? 'flame chart' : 'flame graph',
    );
    clearTimeout(this.describing);
    if (picture && picture.rowStart[picture.rows]! > 20_000)
      this.describing = window.setTimeout(() => this.write(), 300);
    else this.write();
  }

  private write(): void {
    this.canvas.setAttribute('aria-label', this.described?.summary() ?? 'Flame graph, empty');
  }

  say(text: string): void {
    this.announcer.textContent = text;
  }

  remove(): void {
    clearTimeout(this.describing);
    this.announcer.remove();
  }
}
