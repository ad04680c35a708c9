/** The box beside the pointer. Everything in it comes from the target: text nodes only. */
import type { FrameFacts } from './frame-text';

export class FlameTooltip {
  private readonly box = document.createElement('div');

  constructor() {
    this.box.className = 'sm-flame-tooltip';
    this.box.setAttribute('role', 'tooltip');
    this.box.hidden = true;
    document.body.append(this.box);
  }

  /** Whose facts are shown; null while hidden. */
  shownFor: object | null = null;

  show(owner: object, facts: FrameFacts, clientX: number, clientY: number): void {
    this.shownFor = owner;
    const name = element('div', 'sm-flame-tooltip-name', facts.name);
    const where = element('div', 'sm-flame-tooltip-where', facts.location || facts.category);
    const table = element('dl', 'sm-flame-tooltip-numbers');
    for (const row of facts.rows)
      table.append(
        element('dt', '', row.label),
        element('dd', '', row.value),
        element('dd', 'sm-exact', row.exact),
      );
    const kind = facts.location === '' ? [] : [element('div', 'sm-flame-tooltip-where', facts.category)];
    this.box.replaceChildren(name, where, ...kind, table);
    this.box.hidden = false;
    this.move(clientX, clientY);
  }

  move(clientX: number, clientY: number): void {
    const { offsetWidth: width, offsetHeight: height } = this.box;
    const gap = 14;
    const x = clientX + gap + width > innerWidth ? clientX - gap - width : clientX + gap;
    const y = clientY + gap + height > innerHeight ? clientY - gap - height : clientY + gap;
    this.box.style.transform = `translate(${Math.max(4, x)}px, ${Math.max(4, y)}px)`;
  }

  hide(): void {
    this.shownFor = null;
    this.box.hidden = true;
  }

  remove(): void {
    this.box.remove();
  }
}

function element(tag: string, className: string, text?: string): HTMLElement {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}
